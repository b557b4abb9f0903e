//! The corpus covers everything that a schema can describe.

use kv_core::schema::rule::Rule;
use kv_core::schema::ty::{Arg, Field, Fields, FloatKind, IntKind, Shape, Tagging, TypeSchema, Variant};
use kv_core::{KvType, schema};
use kv_corpus::walk::walk;
use kv_corpus::{Subject, Visitor, visit};
use std::collections::BTreeSet;

/// Returns every schema of the corpus, and the schemas they refer to.
fn all_schemas() -> Vec<&'static TypeSchema> {
    let mut all: Vec<&'static TypeSchema> = Vec::new();
    for case in kv_corpus::all() {
        walk(case.schema, &mut |schema| {
            if !all.contains(&schema) {
                all.push(schema);
            }
        });
    }
    all
}

fn forms() -> Vec<Fields> {
    let of = |schema: &TypeSchema| match schema.shape {
        Shape::Struct(fields) => vec![fields],
        Shape::Enum(all) => all.variants.iter().map(|variant| variant.fields).collect(),
        _ => Vec::new(),
    };
    all_schemas().into_iter().flat_map(of).collect()
}

fn fields() -> Vec<&'static Field> {
    let of = |schema: &'static TypeSchema| -> Vec<&'static Field> {
        match &schema.shape {
            Shape::Struct(fields) => fields.all().iter().collect(),
            Shape::Enum(all) => all.variants.iter().flat_map(|variant| variant.fields.all()).collect(),
            _ => Vec::new(),
        }
    };
    all_schemas().into_iter().flat_map(of).collect()
}

fn variants() -> Vec<(Tagging, &'static Variant)> {
    let of = |schema: &'static TypeSchema| match &schema.shape {
        Shape::Enum(all) => all.variants.iter().map(|variant| (all.tagging, variant)).collect(),
        _ => Vec::new(),
    };
    all_schemas().into_iter().flat_map(of).collect()
}

/// Returns the name of an enum's variant, as `Debug` writes it.
fn kind(value: &impl std::fmt::Debug) -> String {
    format!("{value:?}").chars().take_while(|c| c.is_alphanumeric()).collect()
}

fn assert_all(found: &BTreeSet<String>, wanted: &[&str]) {
    let missing: Vec<_> = wanted.iter().filter(|name| !found.contains(**name)).collect();
    assert!(missing.is_empty(), "no {missing:?} among {found:?}");
}

#[test]
fn there_are_at_least_sixty_types_with_different_names() {
    let names: BTreeSet<_> = kv_corpus::all().iter().map(|case| case.name).collect();
    assert!(names.len() >= 60, "{}", names.len());
    assert_eq!(names.len(), kv_corpus::all().len());
}

#[test]
fn stored_types_have_different_tags() {
    struct Stored(BTreeSet<&'static str>);
    impl Visitor for Stored {
        fn field<T: Subject>(&mut self, _: &'static str) {}

        fn stored<T: Subject + KvType>(&mut self, _: &'static str) {
            assert!(schema::tag::check(T::TYPE_TAG).is_ok());
            assert!(self.0.insert(T::TYPE_TAG), "the tag {} is used twice", T::TYPE_TAG);
        }
    }
    let mut stored = Stored(BTreeSet::new());
    visit(&mut stored);
    assert!(stored.0.len() >= 60, "{}", stored.0.len());
}

#[test]
fn every_shape_is_covered() {
    let shapes = all_schemas().iter().map(|schema| kind(&schema.shape)).collect();
    let wanted = [
        "Unit",
        "Bool",
        "Int",
        "NonZero",
        "Float",
        "Char",
        "String",
        "Formatted",
        "Json",
        "Option",
        "List",
        "Set",
        "Array",
        "Tuple",
        "Map",
        "Struct",
        "Enum",
    ];
    assert_all(&shapes, &wanted);
    let ints: Vec<_> = all_schemas().iter().map(|schema| schema.shape).collect();
    for wanted in [
        IntKind::I8,
        IntKind::I16,
        IntKind::I32,
        IntKind::I64,
        IntKind::I128,
        IntKind::Isize,
        IntKind::U8,
        IntKind::U16,
        IntKind::U32,
        IntKind::U64,
        IntKind::U128,
        IntKind::Usize,
    ] {
        assert!(ints.iter().any(|shape| matches!(shape, Shape::Int(kind) if *kind == wanted)), "{wanted:?}");
        assert!(
            ints.iter().any(|shape| matches!(shape, Shape::NonZero(kind) if *kind == wanted)),
            "{wanted:?}"
        );
    }
    for wanted in [FloatKind::F32, FloatKind::F64] {
        assert!(
            ints.iter().any(|shape| matches!(shape, Shape::Float(kind) if *kind == wanted)),
            "{wanted:?}"
        );
    }
    let tuples: BTreeSet<_> =
        ints.iter().filter_map(|s| if let Shape::Tuple(t) = s { Some(t.len()) } else { None }).collect();
    assert_eq!(tuples, (1..=12).collect());
}

#[test]
fn every_type_of_the_standard_library_is_covered() {
    let names =
        all_schemas().iter().filter(|schema| schema.module.is_empty()).map(|s| s.name.to_owned()).collect();
    let wanted = [
        "()",
        "bool",
        "char",
        "f32",
        "f64",
        "i8",
        "i16",
        "i32",
        "i64",
        "i128",
        "isize",
        "u8",
        "u16",
        "u32",
        "u64",
        "u128",
        "usize",
        "NonZero",
        "String",
        "Option",
        "Result",
        "Vec",
        "VecDeque",
        "LinkedList",
        "BTreeSet",
        "HashSet",
        "array",
        "tuple",
        "BTreeMap",
        "HashMap",
        "Range",
        "RangeInclusive",
        "RangeFrom",
        "RangeTo",
        "Bound",
        "Duration",
        "SystemTime",
        "IpAddr",
        "Ipv4Addr",
        "Ipv6Addr",
        "SocketAddr",
        "SocketAddrV4",
        "SocketAddrV6",
        "PhantomData",
        "Json",
    ];
    assert_all(&names, &wanted);
}

#[test]
fn every_kind_of_key_is_covered() {
    let key =
        |schema: &&TypeSchema| if let Shape::Map { key, .. } = schema.shape { Some(key.get()) } else { None };
    let keys: BTreeSet<_> = all_schemas().iter().filter_map(key).map(|key| kind(&key.shape)).collect();
    assert_all(&keys, &["String", "Char", "Bool", "Int", "Enum"]);
}

#[test]
fn every_tagging_has_variants_of_every_form() {
    let form = |(tagging, variant): &(Tagging, &Variant)| {
        let tagging = if variant.untagged { "Untagged".to_owned() } else { kind(tagging) };
        format!("{tagging} {}", kind(&variant.fields))
    };
    let found = variants().iter().map(form).collect();
    // serde does not support internally tagged tuples.
    let wanted = [
        "External Unit",
        "External Newtype",
        "External Tuple",
        "External Named",
        "Internal Unit",
        "Internal Newtype",
        "Internal Named",
        "Adjacent Unit",
        "Adjacent Newtype",
        "Adjacent Tuple",
        "Adjacent Named",
        "Untagged Unit",
        "Untagged Newtype",
        "Untagged Tuple",
        "Untagged Named",
    ];
    assert_all(&found, &wanted);
    let mixed = variants().iter().filter(|(_, v)| v.untagged).map(|(tagging, _)| kind(tagging)).collect();
    assert_all(&mixed, &["External", "Internal", "Adjacent"]);
    let other = variants().iter().filter(|(_, v)| v.other).map(|(tagging, _)| kind(tagging)).collect();
    assert_all(&other, &["External", "Internal", "Adjacent"]);
    let aliased = variants().iter().filter(|(_, v)| !v.aliases.is_empty()).map(|(t, _)| kind(t)).collect();
    assert_all(&aliased, &["External", "Internal", "Adjacent"]);
}

#[test]
fn every_form_of_struct_is_covered() {
    let structs: Vec<_> = all_schemas()
        .into_iter()
        .filter_map(|schema| if let Shape::Struct(fields) = schema.shape { Some(fields) } else { None })
        .collect();
    let found = structs.iter().map(kind).collect();
    assert_all(&found, &["Unit", "Newtype", "Tuple", "Named"]);
    for wanted in [true, false] {
        assert!(
            structs
                .iter()
                .any(|f| matches!(f, Fields::Newtype { transparent, .. } if *transparent == wanted))
        );
        assert!(
            structs
                .iter()
                .any(|f| matches!(f, Fields::Named { deny_unknown, .. } if *deny_unknown == wanted))
        );
    }
    assert!(structs.iter().any(|f| matches!(f, Fields::Named { fields: [], .. })));
    assert!(structs.iter().any(|f| matches!(f, Fields::Tuple([]))));
    assert!(structs.iter().any(|f| matches!(f, Fields::Tuple([_]))));
}

#[test]
fn every_field_attribute_is_covered() {
    let has = |what: &str, holds: &dyn Fn(&Field) -> bool| {
        assert!(fields().iter().any(|field| holds(field)), "{what}");
    };
    has("rename", &|f| f.rust_name != f.name);
    has("alias", &|f| f.aliases.len() == 1);
    has("aliases", &|f| f.aliases.len() > 1);
    has("default", &|f| f.default && f.default_json.is_none());
    has("skip_serializing_if without default", &|f| f.may_be_left_out && !f.default);
    has("skip_serializing_if with default", &|f| f.may_be_left_out && f.default && f.default_json.is_some());
    has("raw name", &|f| f.rust_name == "type");
    let flat = fields().iter().filter(|f| f.flatten).map(|f| kind(&f.ty.get().shape)).collect();
    assert_all(&flat, &["Struct", "Map", "Option", "Enum", "Unit", "Json"]);
    let tagging = |f: &&Field| match f.ty.get().shape {
        Shape::Enum(all) if f.flatten => Some(kind(&all.tagging)),
        _ => None,
    };
    assert_all(
        &fields().iter().copied().filter_map(|f| tagging(&f)).collect(),
        &["External", "Internal", "Adjacent", "Untagged"],
    );
    let several = |form: &Fields| form.all().iter().filter(|field| field.flatten).count() > 1;
    assert!(forms().iter().any(several));
    let nested = |field: &&Field| match field.ty.get().shape {
        Shape::Struct(inner) => field.flatten && inner.all().iter().any(|field| field.flatten),
        _ => false,
    };
    assert!(fields().iter().any(nested));
}

#[test]
fn every_rename_case_is_covered() {
    let names: BTreeSet<_> = fields().iter().map(|f| f.name.to_owned()).collect();
    let wanted = [
        "two_words",
        "two_words",
        "TWO_WORDS",
        "TwoWords",
        "twoWords",
        "two-words",
        "TWO-WORDS",
        "three4Words",
        "THREE_4_WORDS",
        "",
        "a/b~c",
    ];
    assert_all(&names, &wanted);
    let names: BTreeSet<_> = variants().iter().map(|(_, v)| v.name.to_owned()).collect();
    let wanted = [
        "twowords",
        "TWOWORDS",
        "TwoWords",
        "twoWords",
        "two_words",
        "TWO_WORDS",
        "two-words",
        "TWO-WORDS",
        "hTTPServer",
        "h_t_t_p_server",
    ];
    assert_all(&names, &wanted);
}

#[test]
fn every_rule_is_covered() {
    fn collect(rules: &[Rule], into: &mut BTreeSet<String>) {
        for rule in rules {
            into.insert(kind(rule));
            if let Rule::Each(each) = rule {
                collect(each.rules, into);
            }
        }
    }
    let mut rules = BTreeSet::new();
    for field in fields() {
        collect(field.rules, &mut rules);
    }
    let wanted = [
        "Len", "NonEmpty", "Range", "Pattern", "OneOf", "Email", "Url", "JsSafe", "AnyInt", "Each", "Custom",
    ];
    assert_all(&rules, &wanted);
    assert!(all_schemas().iter().any(|schema| schema.validate.is_some()));
}

#[test]
fn generic_and_recursive_types_are_covered() {
    let args: BTreeSet<_> = all_schemas()
        .iter()
        .filter(|schema| !schema.module.is_empty())
        .flat_map(|schema| schema.args)
        .map(|arg| if matches!(arg, Arg::Const(_)) { "const" } else { "type" })
        .collect();
    assert_eq!(args, BTreeSet::from(["const", "type"]));
    let leads_back = |schema: &&'static TypeSchema| {
        let parts = match &schema.shape {
            Shape::Struct(fields) => fields.all(),
            Shape::Enum(all) => {
                all.variants.iter().map(|v| v.fields.all()).find(|all| !all.is_empty()).unwrap_or(&[])
            }
            _ => &[],
        };
        parts.iter().any(|field| {
            let mut found = false;
            walk(field.ty.get(), &mut |part| found |= part == *schema);
            found
        })
    };
    assert!(all_schemas().into_iter().filter(leads_back).count() >= 4);
}
