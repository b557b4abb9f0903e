//! Tests of the Elm names of types whose Rust names collide.

use crate::config::Config;
use crate::ir::{Body, Content, Program};
use crate::{ElmClient, lower};
use arbitrary::Unstructured;
use kv_core::{Access, Catalog, Exposed, KvField, KvType};
use kv_corpus::clashing::Plan;
use kv_schema::elm;
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::test_runner::{Config as Tries, TestCaseError, TestRunner};
use serde::{Deserialize, Serialize};
use std::any::TypeId;
use std::collections::{BTreeMap, HashMap, HashSet};

/// The names of each type: its own, then those of its constructors, its values and its fields.
type NamesOf = HashMap<TypeId, Vec<String>>;

fn names(program: &Program, exposed: &[Exposed]) -> NamesOf {
    let of = |ty: &crate::ir::Type| {
        let mut all = vec![ty.name.clone()];
        if let Body::Enum(body) = &ty.body {
            all.extend(body.variants.iter().map(|variant| variant.name.clone()));
        }
        all.extend(ty.values.values().cloned());
        all.extend(ty.records().iter().flat_map(|record| record.names()).map(ToOwned::to_owned));
        all
    };
    lower::named_types(exposed).iter().zip(&program.types).map(|(schema, ty)| (schema.id, of(ty))).collect()
}

/// Checks every promise about the names of a program.
fn check_names(program: &Program, config: &Config) -> Result<(), String> {
    let (mut types, mut lists) = (HashSet::new(), HashSet::new());
    let mut constructors: HashMap<usize, HashSet<&str>> = HashMap::new();
    let mut values: HashMap<usize, HashSet<&str>> = HashMap::new();
    for ty in &program.types {
        let module = if config.split { ty.cycle } else { 0 };
        let is_free =
            |is_new: bool, name: &str| if is_new { Ok(()) } else { Err(format!("`{name}` is not unique")) };
        let fits = |name: &str| if name.len() <= 255 { Ok(()) } else { Err(format!("`{name}` is too long")) };
        let begins = |name: &str, upper: bool| {
            let first = name.chars().next().unwrap_or(' ');
            let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            let fits_case = if upper { first.is_ascii_uppercase() } else { first.is_ascii_lowercase() };
            if is_name && fits_case { Ok(()) } else { Err(format!("`{name}` is not valid")) }
        };
        is_free(types.insert(ty.name.to_ascii_lowercase()), &ty.name)?;
        begins(&ty.name, true)?;
        fits(&format!("{}.{}.elm", config.module, ty.name))?;
        if elm::OWN_TYPES.contains(&ty.name.as_str()) {
            return Err(format!("`{}` shadows an Elm type", ty.name));
        }
        let of_type = match &ty.body {
            Body::Enum(body) => body.variants.iter().map(|variant| variant.name.as_str()).collect(),
            _ => vec![ty.name.as_str()],
        };
        for name in of_type {
            is_free(constructors.entry(module).or_default().insert(name), name)?;
            begins(name, true)?;
            fits(name)?;
        }
        for name in ty.values.values() {
            is_free(values.entry(module).or_default().insert(name), name)?;
            begins(name, false)?;
            fits(name)?;
            if elm::RESERVED.contains(&name.as_str()) || name == "identity" {
                return Err(format!("`{name}` is reserved"));
            }
        }
        if let Some(stored) = &ty.stored {
            is_free(lists.insert(stored.plural.clone()), &stored.plural)?;
        }
        for record in ty.records() {
            let mut fields = HashSet::new();
            for name in record.names() {
                is_free(fields.insert(name), name)?;
                begins(name, false)?;
                fits(name)?;
                if elm::RESERVED.contains(&name) {
                    return Err(format!("`{name}` is reserved"));
                }
            }
        }
    }
    Ok(())
}

fn configs() -> [Config; 3] {
    let split = Config { split: true, module: "Api.Store".to_owned(), ..Config::default() };
    [Config::default(), split, Config { camel_case: true, ..Config::default() }]
}

#[test]
fn random_collisions_are_resolved_independently_of_the_order_of_types() {
    let mut lowered = 0;
    let config = Tries { cases: 96, failure_persistence: None, ..Tries::default() };
    let cell = std::cell::RefCell::new(&mut lowered);
    TestRunner::new(config)
        .run(&(vec(any::<u8>(), 100..1500), any::<usize>()), |(bytes, turn)| {
            let Ok(plan) = Plan::arbitrary(&mut Unstructured::new(&bytes)) else { return Ok(()) };
            for config in configs() {
                let mut exposed = plan.expose();
                // Names from `#[kv(elm = "…")]` may collide, which is an error.
                let Ok(program) = lower::program(&exposed, &config) else { continue };
                **cell.borrow_mut() += 1;
                check_names(&program, &config).map_err(TestCaseError::fail)?;
                let before = names(&program, &exposed);
                let turn = turn % exposed.len();
                exposed.rotate_left(turn);
                exposed.reverse();
                let turned =
                    lower::program(&exposed, &config).map_err(|it| TestCaseError::fail(it.to_string()))?;
                if !config.split {
                    assert_eq!(names(&turned, &exposed), before);
                }
                let exposed = plan.clone().with_unrelated().expose();
                let more = lower::program(&exposed, &config);
                let more = names(&more.map_err(|it| TestCaseError::fail(it.to_string()))?, &exposed);
                for (ty, names) in &before {
                    assert_eq!(&more[ty], names, "a type without collisions changes other names");
                }
            }
            Ok(())
        })
        .unwrap();
    assert!(lowered > 100, "{lowered}");
}

#[test]
fn long_names_are_shortened_for_the_cache_of_elm() {
    for len in [2, 100, 199, 200, 201, 244, 254, 255, 256, 300, 5000] {
        for config in configs() {
            let program = lower::program(&Plan::with_names_of(len).expose(), &config).unwrap();
            check_names(&program, &config).unwrap();
            let is_kept = program.types[0].name.len() == len;
            assert_eq!(is_kept, len <= 200, "{len}");
        }
    }
}

mod shop {
    use super::*;

    #[derive(Serialize, Deserialize, KvType)]
    #[kv(tag = "ShopOrder", key = "{id}")]
    pub(super) struct Order {
        id: u32,
        status: Status,
        page: Page<Line>,
    }

    #[derive(Serialize, Deserialize, KvField)]
    pub(super) enum Status {
        Active,
        Shipped,
        Line(Line),
    }

    #[derive(Serialize, Deserialize, KvField)]
    pub(super) struct Line {
        n: u8,
    }

    #[derive(Serialize, Deserialize, KvField)]
    pub(super) struct Page<T> {
        items: Vec<T>,
    }
}

mod billing {
    use super::*;

    #[derive(Serialize, Deserialize, KvType)]
    #[kv(tag = "BillingOrder")]
    pub(super) struct Order {
        state: OrderState,
        page: shop::Page<Line>,
    }

    #[derive(Serialize, Deserialize, KvField)]
    pub(super) enum OrderState {
        Active,
        #[kv(elm = "IsPaid")]
        Paid,
    }

    #[derive(Serialize, Deserialize, KvField)]
    pub(super) struct Line {
        n: u8,
    }

    #[derive(Serialize, Deserialize, KvType)]
    pub(super) struct ShopOrderKey {
        n: u8,
    }

    #[derive(Serialize, Deserialize, KvType)]
    pub(super) struct ShopOrders {
        n: u8,
    }

    #[derive(Serialize, Deserialize, KvType)]
    pub(super) struct Identity {
        n: u8,
    }
}

fn exposed<T: KvType + Serialize + serde::de::DeserializeOwned>() -> Exposed {
    Exposed::new::<T>(Access::ReadWrite)
}

/// Returns the names of each type, by its path within this module.
fn by_path(exposed: &[Exposed]) -> BTreeMap<String, Vec<String>> {
    let program = lower::program(exposed, &Config::default()).unwrap();
    let mut names = names(&program, exposed);
    let path = |ty: &crate::ir::Type| ty.rust_path.replace("kv_elm::tests::naming::", "");
    let all = lower::named_types(exposed).into_iter().zip(&program.types);
    all.map(|(schema, ty)| (path(ty), names.remove(&schema.id).unwrap())).collect()
}

#[test]
fn types_are_prefixed_with_modules_and_variants_with_types() {
    let all = by_path(&[exposed::<shop::Order>(), exposed::<billing::Order>()]);
    let of = |path: &str, count: usize| all[path][..count].join(" ");
    assert_eq!(of("shop::Order", 1), "ShopOrder");
    assert_eq!(of("billing::Order", 1), "BillingOrder");
    assert_eq!(of("shop::Status", 4), "Status StatusActive Shipped Line");
    assert_eq!(of("billing::OrderState", 3), "OrderState OrderStateActive IsPaid");
    let pages: Vec<_> = all.iter().filter(|(path, _)| path.starts_with("shop::Page")).collect();
    let names: HashSet<_> = program_names(&[exposed::<shop::Order>(), exposed::<billing::Order>()]);
    assert!(names.contains("PageShopLine") && names.contains("PageBillingLine"), "{pages:?} {names:?}");
}

fn program_names(exposed: &[Exposed]) -> HashSet<String> {
    let program = lower::program(exposed, &Config::default()).unwrap();
    program.types.iter().map(|ty| ty.name.clone()).collect()
}

#[test]
fn names_without_collisions_are_kept() {
    let all = by_path(&[exposed::<shop::Order>()]);
    assert_eq!(all["shop::Order"][0], "Order");
    // The struct keeps its constructor, and the variant is prefixed.
    assert_eq!(all["shop::Status"][..4].join(" "), "Status Active Shipped StatusLine");
}

#[test]
fn values_get_an_underscore_and_lists_another_plural() {
    let all = by_path(&[
        exposed::<shop::Order>(),
        exposed::<billing::Order>(),
        exposed::<billing::ShopOrderKey>(),
        exposed::<billing::ShopOrders>(),
        exposed::<billing::Identity>(),
    ]);
    let has = |path: &str, name: &str| all[path].iter().any(|it| it == name);
    assert!(has("shop::Order", "shopOrderKey") && has("billing::ShopOrderKey", "shopOrderKey_"), "{all:?}");
    assert!(
        has("shop::Order", "listShopOrderEntries") && has("billing::ShopOrders", "listShopOrdersEntries")
    );
    assert!(has("billing::Identity", "identity_"));
}

mod hand {
    use super::*;

    #[derive(Serialize, Deserialize, KvType)]
    #[kv(elm = "Thing")]
    pub(super) enum One {
        #[kv(elm = "Same")]
        A,
        B,
    }

    #[derive(Serialize, Deserialize, KvType)]
    #[kv(elm = "Thing", plural = "Manies")]
    pub(super) struct Two {
        #[kv(elm = "n")]
        _n: u8,
        #[kv(elm = "n")]
        m: u8,
    }

    #[derive(Serialize, Deserialize, KvType)]
    #[kv(plural = "Manies")]
    pub(super) enum Three {
        #[kv(elm = "Same")]
        A,
        #[kv(elm = "Thing")]
        B,
    }

    #[derive(Serialize, Deserialize, KvType)]
    #[kv(elm = "Codec")]
    pub(super) struct Four {
        n: u8,
    }

    #[derive(Serialize, Deserialize, KvType)]
    #[kv(elm = "Five")]
    pub(super) struct Renamed {
        #[kv(elm = "number")]
        r#type: u8,
        #[serde(rename = "größe")]
        size: u8,
    }

    /// The same as `Renamed` on the wire.
    #[derive(KvField)]
    pub(super) struct Plain {
        r#type: u8,
        größe: u8,
    }
}

fn errors(client: &ElmClient) -> Vec<String> {
    client.modules().err().iter().flatten().map(ToString::to_string).collect()
}

#[test]
fn collisions_of_given_names_are_reported_with_both_places() {
    let all =
        [exposed::<hand::One>(), exposed::<hand::Two>(), exposed::<hand::Three>(), exposed::<hand::Four>()];
    let unsupported = errors(&ElmClient::new(all).module_per_type());
    for words in [
        ["hand::Two`", "hand::One` are both named `Thing`"],
        ["hand::Two.m`", "and `_n` are both named `n`"],
        ["hand::Three`", "have the same plural `Manies`"],
        ["hand::Four`", "`Kv.Codec`, a name that kv-elm uses itself"],
    ] {
        let is_there = |it: &String| words.iter().all(|words| it.contains(words));
        assert_eq!(unsupported.iter().filter(|it| is_there(it)).count(), 1, "{words:?} {unsupported:#?}");
    }
    let unsupported = errors(&ElmClient::new(all));
    for words in
        [["Three::A`", "One::A` are both named `Same`"], ["Three::B`", "Two` are both named `Thing`"]]
    {
        assert!(
            unsupported.iter().any(|it| words.iter().all(|words| it.contains(words))),
            "{unsupported:#?}"
        );
    }
}

#[test]
fn given_names_do_not_change_the_wire() {
    let catalog = Catalog::builder().expose::<hand::Renamed>(Access::ReadWrite).build().unwrap();
    let module = ElmClient::new(&catalog).modules().unwrap().remove(0).text;
    for words in [
        "type alias Five =\n    { number : Int\n    , size : Int\n    }",
        "( \"type\", Encode.int value.number )",
        "( \"größe\", Encode.int value.size )",
        "tag = \"Renamed\"",
        "setFive : String -> Five",
    ] {
        assert!(module.contains(words), "{words}\n{module}");
    }
    let tokens = [hand::Plain::schema(), hand::Renamed::schema()].map(kv_schema::token::SchemaToken::of);
    assert_eq!(tokens[0], tokens[1], "the schema token must not depend on Elm names");
}

#[test]
fn given_name_takes_precedence_over_a_derived_name() {
    // A variant of `Three` is named `Thing` by its attribute, so this struct gets another name.
    #[derive(Serialize, Deserialize, KvType)]
    struct Thing {
        n: u8,
    }
    let all = by_path(&[exposed::<Thing>(), exposed::<hand::Three>()]);
    assert_eq!(all["hand::Three"][..3].join(" "), "Three Same Thing");
    assert_eq!(all["Thing"][0], "NamingThing");
}

#[test]
fn reserved_and_non_ascii_names_are_converted() {
    #[derive(Serialize, Deserialize, KvType)]
    #[kv(tag = "Size")]
    #[expect(non_camel_case_types, reason = "the test needs it")]
    struct größe {
        größe: u8,
        _0: u8,
    }
    #[derive(Serialize, Deserialize, KvType)]
    enum List {
        _2D,
        日本,
    }
    let all = by_path(&[exposed::<größe>(), exposed::<List>()]);
    assert_eq!(all["größe"][0], "GruF6uDFe");
    assert_eq!(all["List"][..3].join(" "), "NamingList N2D U65E5u672C");
    let fields = &all["größe"][all["größe"].len() - 2..];
    assert_eq!(fields, ["gruF6uDFe", "n0"]);
}

#[test]
fn renamed_variants_keep_their_wire_names() {
    let program = lower::program(&[exposed::<shop::Order>()], &Config::default()).unwrap();
    let status = program.types.iter().find(|ty| ty.name == "Status").unwrap();
    let Body::Enum(body) = &status.body else { panic!("not an enum") };
    let line = &body.variants[2];
    assert_eq!((line.name.as_str(), line.wire.as_str()), ("StatusLine", "Line"));
    assert!(matches!(line.content, Content::One(_)));
}
