//! The schema has serde's names and shapes.

use kv_core::schema::rule::{Len, Number, Range, Rule};
use kv_core::schema::ty::{Fields, Shape, Tagging, TypeSchema};
use kv_core::{KvField, KvType};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A line about the type.
///
/// And a second paragraph.
#[derive(Serialize, Deserialize, KvType)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Profile {
    /// How the person wants to be called.
    #[kv(len(min = 1, max = 64))]
    display_name: String,
    r#type: u8,
    #[serde(rename = "e-mail", alias = "mail")]
    email: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[kv(each(range(min = 0, max = 9)))]
    scores: Vec<u8>,
    #[serde(skip)]
    cached: Option<std::time::Instant>,
}

fn fields(schema: &'static TypeSchema) -> Fields {
    match schema.shape {
        Shape::Struct(fields) => fields,
        other => panic!("{other:?}"),
    }
}

#[test]
fn struct_schema_matches_serde() {
    let schema = Profile::schema();
    assert_eq!((schema.name, schema.module), ("Profile", module_path!()));
    assert_eq!(schema.docs, "A line about the type.\n\nAnd a second paragraph.");
    let Fields::Named { fields, deny_unknown: true } = fields(schema) else { panic!("{schema:?}") };
    let names: Vec<_> = fields.iter().map(|f| (f.rust_name, f.name)).collect();
    let expected =
        [("display_name", "displayName"), ("type", "type"), ("email", "e-mail"), ("scores", "scores")];
    assert_eq!(names, expected);

    let [display_name, _, email, scores] = fields else { panic!("{fields:?}") };
    assert_eq!(display_name.docs, "How the person wants to be called.");
    assert_eq!(display_name.rules, [Rule::Len(Len { min: Some(1), max: Some(64) })]);
    assert_eq!(email.aliases, ["mail"]);
    assert_eq!((display_name.is_optional(), email.is_optional(), scores.is_optional()), (false, true, true));
    assert_eq!((scores.default, scores.may_be_left_out), (true, true));
    assert_eq!(scores.ty.get().to_string(), "Vec<u8>");
    let Rule::Each(each) = scores.rules[0] else { panic!("{scores:?}") };
    let range = Range { min: Some(Number::Int(0)), max: Some(Number::Int(9)) };
    assert_eq!(each.rules, [Rule::Range(range)]);
}

#[test]
fn field_names_are_those_of_the_json() {
    let profile = Profile {
        display_name: "Ada".to_owned(),
        r#type: 1,
        email: Some("ada@acme.example".to_owned()),
        scores: vec![1],
        cached: None,
    };
    let json = serde_json::to_value(&profile).unwrap();
    let written: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
    let mut named: Vec<_> = fields(Profile::schema()).all().iter().map(|f| f.name).collect();
    named.sort_unstable();
    assert_eq!(written, named);
}

#[derive(Serialize, Deserialize, KvField)]
#[serde(tag = "kind", rename_all = "snake_case", rename_all_fields = "camelCase")]
enum Event {
    /// A user has joined.
    UserJoined { user_id: String },
    #[serde(rename = "gone", alias = "left")]
    UserLeft,
    #[serde(skip)]
    Internal,
    #[serde(other)]
    Unknown,
}

#[test]
fn enum_schema_has_tagging_and_wire_names() {
    let Shape::Enum(event) = Event::schema().shape else { panic!("{:?}", Event::schema()) };
    assert_eq!(event.tagging, Tagging::Internal { tag: "kind" });
    let names: Vec<_> = event.variants.iter().map(|v| (v.rust_name, v.name)).collect();
    assert_eq!(names, [("UserJoined", "user_joined"), ("UserLeft", "gone"), ("Unknown", "unknown")]);
    let [joined, left, unknown] = event.variants else { panic!("{event:?}") };
    assert_eq!((joined.docs, joined.fields.all()[0].name), ("A user has joined.", "userId"));
    assert_eq!(left.aliases, ["left"]);
    assert!(unknown.other && !left.other);
    assert!(matches!(left.fields, Fields::Unit));
}

#[test]
fn rename_all_splits_acronyms_as_serde_does() {
    #[derive(Serialize, Deserialize, KvField)]
    #[serde(rename_all = "snake_case")]
    enum Acronym {
        HTTPServer,
        Ok2Go,
        IPv4,
    }
    let Shape::Enum(acronym) = Acronym::schema().shape else { panic!("{:?}", Acronym::schema()) };
    let names: Vec<_> = acronym.variants.iter().map(|v| v.name).collect();
    let written = [Acronym::HTTPServer, Acronym::Ok2Go, Acronym::IPv4]
        .map(|value| serde_json::to_value(value).unwrap().as_str().unwrap().to_owned());
    assert_eq!(names, written);
    assert_eq!(names[0], "h_t_t_p_server");
}

#[derive(KvField)]
struct Tree {
    value: i32,
    children: Vec<Tree>,
    index: BTreeMap<String, Leaf>,
}

#[derive(KvField)]
struct Leaf {
    root: Option<Box<Tree>>,
}

#[derive(KvField)]
struct Pair<A, B> {
    a: A,
    b: Option<B>,
}

#[test]
fn recursive_and_generic_types_have_finite_distinct_schemas() {
    let tree = Tree::schema();
    let [value, children, index] = fields(tree).all() else { panic!("{tree:?}") };
    assert!(matches!(value.ty.get().shape, Shape::Int(_)));
    let Shape::List(child) = children.ty.get().shape else { panic!("{children:?}") };
    assert_eq!(child.get(), tree);
    let Shape::Map { value: leaf, .. } = index.ty.get().shape else { panic!("{index:?}") };
    let Shape::Option(root) = fields(leaf.get()).all()[0].ty.get().shape else { panic!("{leaf:?}") };
    assert_eq!(root.get(), tree, "a smart pointer has the schema of its target");
    assert_eq!(
        format!("{children:?}").matches("Tree").count(),
        1,
        "the debug output of a recursive schema is finite"
    );

    assert_eq!(Pair::<u8, Pair<String, bool>>::schema().to_string(), "Pair<u8, Pair<String, bool>>");
    assert_ne!(Pair::<u8, bool>::schema(), Pair::<u8, u8>::schema());
    assert_eq!(Pair::<u8, bool>::schema(), Pair::<u8, bool>::schema());
}

#[test]
fn struct_schema_has_its_form() {
    #[derive(KvField)]
    struct Unit;
    #[derive(KvField)]
    struct Newtype(String);
    #[derive(KvField)]
    struct Tuple(String, u8);
    #[derive(Serialize, Deserialize, KvField)]
    #[serde(transparent)]
    struct Transparent {
        inner: u8,
    }
    assert!(matches!(fields(Unit::schema()), Fields::Unit));
    assert!(
        matches!(fields(Newtype::schema()), Fields::Newtype { field, transparent: false } if field.rust_name == "0")
    );
    assert!(matches!(fields(Tuple::schema()), Fields::Tuple([_, _])));
    assert!(
        matches!(fields(Transparent::schema()), Fields::Newtype { field, transparent: true } if field.rust_name == "inner")
    );
}

#[derive(KvField)]
struct Grid<T, const N: usize, const WRAPS: bool> {
    cells: [T; N],
}

#[test]
fn const_arguments_are_part_of_the_type_name() {
    assert_eq!(Grid::<u8, 3, true>::schema().to_string(), "Grid<u8, 3, 1>");
    assert_eq!(Grid::<u8, 4, false>::schema().to_string(), "Grid<u8, 4, 0>");
    assert_eq!(<Vec<[u8; 4]>>::schema().to_string(), "Vec<[u8; 4]>");
    assert_eq!(<Box<[u8]>>::schema(), <Vec<u8>>::schema());
}

#[test]
fn field_is_optional_if_serde_reads_without_it() {
    #[derive(Debug, Serialize, Deserialize, KvField)]
    #[serde(transparent)]
    struct Transparent {
        inner: Option<u8>,
    }
    #[derive(Debug, Serialize, Deserialize, KvField)]
    struct Newtype(Option<u8>);
    #[derive(Debug, Serialize, Deserialize, KvField)]
    struct All {
        option: Option<u8>,
        boxed: Box<Option<u8>>,
        transparent: Transparent,
        newtype: Newtype,
        #[serde(default)]
        default: u8,
        plain: u8,
    }
    let full = serde_json::json!(
        { "option": 1, "boxed": 1, "transparent": 1, "newtype": 1, "default": 1, "plain": 1 }
    );
    for field in fields(All::schema()).all() {
        let mut without = full.clone();
        without.as_object_mut().unwrap().remove(field.name).unwrap();
        let read = serde_json::from_value::<All>(without);
        assert_eq!(field.is_optional(), read.is_ok(), "{}: {read:?}", field.name);
    }
}

#[test]
fn variant_whose_only_field_is_skipped_is_a_unit_variant() {
    #[derive(Serialize, Deserialize, KvField)]
    enum Skipping {
        A(#[serde(skip)] u8),
    }
    let Shape::Enum(skipping) = Skipping::schema().shape else { panic!("{:?}", Skipping::schema()) };
    assert!(matches!(skipping.variants[0].fields, Fields::Unit));
    assert_eq!(serde_json::to_value(Skipping::A(1)).unwrap(), "A");
}

#[test]
fn skipped_fields_and_variants_may_have_any_type() {
    #[derive(KvField)]
    enum Skipping {
        Here,
        #[serde(skip)]
        Gone(std::time::Instant),
    }
    #[derive(KvField)]
    struct InProcess {
        n: u8,
        #[serde(skip)]
        sender: Option<std::sync::mpsc::Sender<u8>>,
    }
    let Shape::Enum(skipping) = Skipping::schema().shape else { panic!("{:?}", Skipping::schema()) };
    assert_eq!(skipping.variants.len(), 1);
    assert_eq!(fields(InProcess::schema()).all().len(), 1);
}

/** The first line.
 *
 * - a list,
 *   indented
 */
#[derive(KvField)]
struct BlockComment;

#[test]
fn docs_of_block_comments_have_no_stars() {
    assert_eq!(BlockComment::schema().docs, "The first line.\n\n- a list,\n  indented");
}

#[test]
fn unit_enum_keys_have_serdes_names() {
    use std::collections::HashMap;
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, KvField)]
    #[serde(rename_all = "kebab-case")]
    enum Color {
        DarkRed,
        Blue,
        #[serde(rename = "g/n")]
        Green,
    }
    #[derive(Serialize, Deserialize, KvType)]
    #[kv(key = "{main}")]
    struct Palette {
        main: Color,
        sorted: BTreeMap<Color, f64>,
        hashed: HashMap<Color, f64>,
    }
    let colors = [Color::Green, Color::DarkRed, Color::Blue];
    let bad = |colors: [Color; 3]| colors.map(|color| (color, f64::NAN));
    let palette = Palette { main: Color::DarkRed, sorted: bad(colors).into(), hashed: bad(colors).into() };
    let json = serde_json::to_value(&palette).unwrap();
    let errors = palette.validate().unwrap_err();
    let pointers: Vec<_> = errors.iter().map(|v| v.pointer.as_str()).collect();
    let places = ["dark-red", "blue", "g~1n"];
    let expected = ["sorted", "hashed"].iter().flat_map(|map| places.map(|place| format!("/{map}/{place}")));
    assert_eq!(pointers, expected.collect::<Vec<_>>());
    assert!(pointers.iter().all(|pointer| json.pointer(pointer).is_some()));
    assert_eq!(kv_core::Keyed::key(&palette).unwrap(), "dark-red");
}

#[test]
fn heap_size_counts_strings_vectors_and_maps() {
    let leaf = || Leaf { root: None };
    let mut text = String::with_capacity(100);
    text.push('a');
    let pair = Pair { a: vec![1u64, 2, 3], b: Some(text) };
    assert_eq!(pair.heap_size(), 3 * 8 + 100);
    assert_eq!(leaf().heap_size(), 0);
    let tree = Tree { value: 1, children: Vec::new(), index: BTreeMap::new() };
    assert_eq!(Leaf { root: Some(Box::new(tree)) }.heap_size(), size_of::<Tree>());
}
