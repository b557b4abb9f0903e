//! Reading a value of any accepted type does not overflow a stack of 2 MiB.

use kv_core::schema::footprint;
use kv_core::schema::json::Flaw;
use kv_core::{Access, Catalog, CatalogProblem, DecodeError, DecodeOptions, KvField, KvType};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fmt::Debug;

/// 8 KiB inline.
type Large = [[u64; 32]; 32];

fn large() -> Large {
    [[0; 32]; 32]
}

macro_rules! recursive {
    ($($name:ident: $next:ty),* $(,)?) => {$(
        #[derive(Debug, Default, PartialEq, Serialize, Deserialize, KvType)]
        struct $name {
            #[serde(default)]
            next: $next,
            #[serde(skip, default = "large")]
            large: Large,
        }
    )*};
}

recursive! {
    Boxed: Option<Box<Boxed>>,
    Listed: Vec<Listed>,
    Mapped: HashMap<String, Mapped>,
}

macro_rules! recursive_enums {
    ($($name:ident, $part:ident: $(#[$tagging:meta])*);* $(;)?) => {$(
        #[derive(Debug, PartialEq, Serialize, Deserialize, KvType)]
        struct $name {
            next: $part,
        }

        #[derive(Debug, PartialEq, Serialize, Deserialize, KvField)]
        $(#[$tagging])*
        #[allow(clippy::large_enum_variant, reason = "large levels are what is tested")]
        enum $part {
            Node {
                next: Box<$part>,
                #[serde(default = "large")]
                large: Large,
            },
            Leaf {},
        }
    )*};
}

recursive_enums! {
    External, ExternalPart: ;
    Internal, InternalPart: #[serde(tag = "t")];
    Adjacent, AdjacentPart: #[serde(tag = "t", content = "c")];
    Untagged, UntaggedPart: #[serde(untagged)];
}

#[derive(Debug, PartialEq, Serialize, Deserialize, KvType)]
struct Small {
    next: Option<Box<Small>>,
    text: Option<String>,
}

/// Reads, checks, measures, writes and drops the deepest accepted value, and checks that a deeper
/// one is refused.
fn round<T: KvType + Serialize + DeserializeOwned + PartialEq + Debug>(open: &str, leaf: &str, close: &str) {
    let catalog = Catalog::builder().expose::<T>(Access::ReadWrite).build().unwrap();
    let codec = catalog.codec(T::TYPE_TAG).unwrap();
    let mut accepted = 0;
    for levels in 0..64 {
        let json = format!("{}{leaf}{}", open.repeat(levels), close.repeat(levels));
        match codec.decode(json.as_bytes(), DecodeOptions::new().max_depth(DecodeOptions::DEEPEST)) {
            Ok(decoded) => {
                let value: &T = decoded.value.downcast_ref().unwrap();
                value.validate().unwrap();
                assert!(value.heap_size() >= levels * size_of::<Large>());
                let mut written = Vec::new();
                codec.encode(value, &mut written).unwrap();
                assert!(!written.is_empty());
                accepted = levels;
            }
            Err(DecodeError::Malformed(malformed)) => {
                assert!(matches!(malformed.flaw, Flaw::TooDeep(_)), "{malformed}");
                assert!(levels >= 2, "{levels} levels of {} bytes", size_of::<T>());
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert!((1..63).contains(&accepted), "{accepted}");
}

fn on_a_workers_stack(test: impl FnOnce() + Send + 'static) {
    let worker = std::thread::Builder::new().stack_size(2 << 20);
    worker.spawn(test).unwrap().join().unwrap();
}

#[test]
fn deepest_accepted_value_fits_the_stack_of_a_worker() {
    on_a_workers_stack(|| round::<Boxed>(r#"{"next":"#, "{}", "}"));
    on_a_workers_stack(|| round::<Listed>(r#"{"next":["#, "{}", "]}"));
    on_a_workers_stack(|| round::<Mapped>(r#"{"next":{"a":"#, "{}", "}}"));
}

#[test]
fn deepest_accepted_enum_of_every_tagging_fits_the_stack_of_a_worker() {
    let nodes = |tag: &str, open: &str| format!("{{{tag}{open}");
    on_a_workers_stack(move || {
        round_enum::<External>(&nodes("", r#""Node":{"next":"#), r#"{"Leaf":{}}"#, "}}");
        round_enum::<Internal>(&nodes(r#""t":"Node","#, r#""next":"#), r#"{"t":"Leaf"}"#, "}");
        round_enum::<Adjacent>(&nodes(r#""t":"Node","#, r#""c":{"next":"#), r#"{"t":"Leaf","c":{}}"#, "}}");
        round_enum::<Untagged>(&nodes("", r#""next":"#), "{}", "}");
    });
}

/// Does the same for an enum in a struct, whose first level is the struct's.
fn round_enum<T: KvType + Serialize + DeserializeOwned>(open: &str, leaf: &str, close: &str) {
    let catalog = Catalog::builder().expose::<T>(Access::ReadWrite).build().unwrap();
    let codec = catalog.codec(T::TYPE_TAG).unwrap();
    let mut refused = 0;
    for levels in 0..64 {
        let json = format!("{{\"next\":{}{leaf}{}}}", open.repeat(levels), close.repeat(levels));
        match codec.decode(json.as_bytes(), DecodeOptions::new().max_depth(DecodeOptions::DEEPEST)) {
            Ok(decoded) => codec.encode(&*decoded.value, &mut Vec::new()).unwrap(),
            Err(DecodeError::Malformed(malformed)) => {
                assert!(matches!(malformed.flaw, Flaw::TooDeep(_)), "{malformed}");
                assert!(levels >= 1, "{malformed}");
                refused += 1;
            }
            Err(other) => panic!("{other}"),
        }
    }
    assert!(refused > 0);
}

#[test]
fn type_with_small_levels_has_the_full_depth() {
    let catalog = Catalog::builder().expose::<Small>(Access::ReadWrite).build().unwrap();
    assert_eq!(footprint::max_depth(&catalog.exposed()[0]), Ok(DecodeOptions::DEEPEST));
    let json = format!("{}null{}", r#"{"next":"#.repeat(64), "}".repeat(64));
    on_a_workers_stack(move || {
        let decoded = catalog.codec("Small").unwrap().decode(json.as_bytes(), DecodeOptions::new());
        assert!(decoded.is_ok());
    });
}

#[derive(Serialize, Deserialize, KvType)]
struct Arrays {
    cells: [[[[u8; 32]; 32]; 32]; 32],
}

#[derive(Serialize, Deserialize, KvType)]
struct Levels {
    next: Vec<Levels>,
    cells: [[[u64; 32]; 32]; 8],
}

#[test]
fn type_that_is_too_large_to_be_read_is_not_exposed_for_writing() {
    let of = |error: kv_core::CatalogError| {
        assert!(matches!(error.problems(), [CatalogProblem::Oversized { .. }]), "{error}");
        error.to_string()
    };
    let error = of(Catalog::builder().expose::<Arrays>(Access::ReadWrite).build().unwrap_err());
    assert!(error.contains("has an inline size of 1048576 bytes"), "{error}");
    let error = of(Catalog::builder().expose::<Levels>(Access::ReadWrite).build().unwrap_err());
    assert!(error.contains("`Levels` has an inline size of 65560 bytes: put large fields"), "{error}");
    assert!(Catalog::builder().expose::<Arrays>(Access::Read).build().is_ok(), "no client writes it");
}
