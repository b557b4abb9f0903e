//! Limits count the values of fields that the schema does not describe.

use kv_core::schema::footprint;
use kv_core::{
    Access, Catalog, CatalogProblem, DecodeOptions, Error, KvField, KvStore, KvType, Limit, Limits,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

#[derive(Serialize, Deserialize, KvType)]
struct Document {
    #[kv(opaque)]
    any: Value,
}

/// A type of another crate without serde's traits and `KvField`.
struct Blob(Vec<u8>);

mod as_list {
    use super::{Blob, Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(blob: &Blob, serializer: S) -> Result<S::Ok, S::Error> {
        blob.0.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Blob, D::Error> {
        Vec::deserialize(deserializer).map(Blob)
    }
}

#[derive(Serialize, Deserialize, KvType)]
struct Unmeasured {
    inner: Vec<Part>,
}

#[derive(Serialize, Deserialize, KvField)]
enum Part {
    Empty,
    Full {
        #[kv(opaque)]
        #[serde(with = "as_list")]
        blob: Blob,
    },
}

#[derive(Serialize, Deserialize, KvType)]
struct Measured {
    #[kv(opaque, heap_size = "blob_size")]
    #[serde(with = "as_list")]
    blob: Blob,
    #[kv(heap_size = "flat_rate")]
    text: String,
}

fn blob_size(blob: &Blob) -> usize {
    blob.0.capacity()
}

fn flat_rate(_: &str) -> usize {
    1000
}

#[derive(Serialize, Deserialize, KvType)]
#[kv(heap_size = "Whole::size")]
struct Whole {
    #[kv(opaque)]
    #[serde(with = "as_list")]
    blob: Blob,
    #[serde(skip)]
    cache: Vec<u8>,
}

impl Whole {
    fn size(&self) -> usize {
        self.blob.0.capacity() + self.cache.capacity()
    }
}

/// Returns bodies of 64 KiB whose values take 60 to 90 times as much memory.
fn bodies() -> [String; 4] {
    let full = |item: &str| format!(r#"{{"any":[{}]}}"#, vec![item; 65_500 / (item.len() + 1)].join(","));
    [full(r#"{"a":0}"#), full("[[]]"), full("0"), full(r#""text""#)]
}

#[test]
fn opaque_values_count_against_the_byte_limit() {
    const MIB: usize = 1 << 20;
    let catalog = Catalog::builder().expose::<Document>(Access::ReadWrite).build().unwrap();
    let codec = catalog.codec("Document").unwrap();
    for body in bodies() {
        let limits = Limits::default().bytes_per_tenant(16 * MIB);
        let kv = KvStore::builder().limits(limits).build();
        let store = kv.tenant("acme.example").unwrap().typed::<Document>();
        let mut stored = 0;
        let refused = (0..200).find_map(|n| {
            let value = codec.decode(body.as_bytes(), DecodeOptions::new()).unwrap().value;
            let value = value.downcast::<Document>().unwrap();
            let result = store.set(format!("k{n}"), std::sync::Arc::into_inner(value).unwrap());
            stored += usize::from(result.is_ok());
            result.err()
        });
        match refused.unwrap() {
            Error::LimitExceeded { limit: Limit::BytesPerTenant, .. } => assert!(stored < 64, "{stored}"),
            other => panic!("{other}"),
        }
        let bytes = kv.stats().bytes;
        assert!(bytes > 8 * MIB && bytes <= 16 * MIB, "{bytes}");
    }
}

#[test]
fn type_of_unknown_size_is_not_exposed_for_writing() {
    assert_eq!(footprint::unmeasured(Unmeasured::schema()), ["Part::Full.blob"]);
    let error = Catalog::builder().expose::<Unmeasured>(Access::ReadWrite).build().unwrap_err();
    assert!(matches!(error.problems(), [CatalogProblem::Unmeasured { .. }]), "{error}");
    let said = error.to_string();
    assert!(said.contains("`Part::Full.blob` is opaque"), "{said}");
    assert!(said.contains(r#"`#[kv(opaque, heap_size = "path::to::function")]`"#), "{said}");
    assert!(Catalog::builder().expose::<Unmeasured>(Access::Read).build().is_ok(), "no client writes it");
}

#[test]
fn heap_size_function_measures_a_field_or_a_whole_value() {
    let catalog =
        Catalog::builder().expose::<Measured>(Access::ReadWrite).expose::<Whole>(Access::ReadWrite).build();
    assert!(catalog.is_ok());
    let measured = Measured { blob: Blob(Vec::with_capacity(64)), text: String::new() };
    assert_eq!(measured.heap_size(), 64 + 1000);
    let whole = Whole { blob: Blob(Vec::with_capacity(64)), cache: Vec::with_capacity(7) };
    assert_eq!(whole.heap_size(), 64 + 7);
}

#[test]
fn opaque_field_of_a_field_type_counts_as_that_type() {
    #[derive(KvType)]
    struct Listed {
        #[kv(opaque)]
        list: Vec<u8>,
    }
    assert_eq!(Listed { list: Vec::with_capacity(1000) }.heap_size(), 1000);
}
