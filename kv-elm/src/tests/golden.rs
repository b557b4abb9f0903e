//! Compares generated modules with the files in `snapshots/`, so that changes show in review. To
//! update the files, set `UPDATE_SNAPSHOTS=1`.

use crate::ElmClient;
use kv_core::{Access, Catalog, KvField, KvType};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::Path;

/// Compares the modules of a client with a folder of snapshots.
fn assert_snapshot(folder: &str, client: &ElmClient) {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots").join(folder);
    let modules = client.modules().unwrap();
    for module in modules.iter().filter(|module| !module.name.ends_with("Live") && !is_whole(&module.name)) {
        let path = dir.join(format!("{}.elm", module.name.replace('.', "/")));
        if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &module.text).unwrap();
        }
        let there = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            there == module.text,
            "{} differs; run with UPDATE_SNAPSHOTS=1 and review the change\n{}",
            path.display(),
            crate::diff::lines(&there, &module.text)
        );
    }
}

/// Returns whether a module is the same for every catalog.
fn is_whole(name: &str) -> bool {
    ["Request", "Type", "Watch"].iter().any(|whole| name.ends_with(whole))
}

#[test]
fn quickstart_matches_its_snapshot() {
    assert_snapshot("quickstart", &ElmClient::new(&models::storage::catalog().unwrap()).seed());
}

/// A drawing.
///
/// - `shapes` are drawn in order
/// - nothing else is
#[derive(Serialize, Deserialize, KvType)]
#[kv(plural = "Artworks")]
struct Drawing {
    /// Shapes in drawing order: see [`Shape`].
    shapes: Vec<Shape>,
    #[serde(flatten)]
    frame: Frame,
    #[serde(flatten)]
    rest: BTreeMap<String, i64>,
    by_color: HashMap<Color, u8>,
    tags: BTreeSet<String>,
    r#type: Option<Box<Drawing>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
}

#[derive(Serialize, Deserialize, KvField)]
struct Frame {
    #[kv(range(min = 0, max = 4096))]
    width: u32,
    #[kv(range(min = 0.5))]
    ratio: f64,
}

/// One shape.
#[derive(Serialize, Deserialize, KvField)]
enum Shape {
    Nothing,
    /// By its radius.
    Circle(f64),
    Rect(f64, f64),
    Poly {
        points: Vec<(f64, f64)>,
        closed: bool,
    },
}

#[derive(PartialEq, Eq, Hash, Serialize, Deserialize, KvField)]
#[serde(rename_all = "snake_case")]
enum Color {
    DarkRed,
    Green,
}

/// An event.
#[derive(Serialize, Deserialize, KvType)]
#[serde(tag = "kind")]
enum Event {
    Ping,
    Moved {
        x: i32,
        y: i32,
    },
    Framed(Frame),
    #[serde(other)]
    Unknown,
}

/// A user who is present.
#[derive(Serialize, Deserialize, KvType)]
#[kv(key = "room:{room}/{user_id}")]
struct Presence {
    room: u32,
    user_id: UserId,
    #[kv(len(max = 80), custom = "polite")]
    saying: Option<String>,
    #[kv(email)]
    email: String,
}

fn polite(saying: &str) -> Result<(), &'static str> {
    if saying.contains("please") { Ok(()) } else { Err("must be polite") }
}

#[derive(Serialize, Deserialize, KvField)]
struct UserId(#[kv(len(min = 1))] String);

fn hard() -> Catalog {
    Catalog::builder()
        .expose::<Drawing>(Access::ReadWrite)
        .expose::<Event>(Access::Read)
        .expose::<Presence>(Access::ReadWrite)
        .build()
        .unwrap()
}

#[test]
fn complex_types_match_their_snapshot() {
    assert_snapshot("hard", &ElmClient::new(&hard()).seed());
}

#[test]
fn module_per_type_with_camel_case_matches_its_snapshot() {
    assert_snapshot(
        "split",
        &ElmClient::new(&hard()).module("Api.Store").module_per_type().camel_case().seed(),
    );
}

/// Types with names that generated code uses itself.
macro_rules! named {
    ($($name:ident)*) => {$(
        #[derive(Serialize, Deserialize, KvType)]
        struct $name {
            value: u8,
            tag: Option<String>,
        }
    )*};
}

named! { Page Request Type Live Version Invalid Decoder ReadWrite Value Never Cmd Task Order Codec Rule If }

#[derive(Serialize, Deserialize, KvType)]
enum Answer {
    Just(u8),
    Nothing,
    Ok { name: String, fields: u8, a: u8, tag: u8, known: u8, r#type: u8 },
    Err(u8, u8),
    True,
    LT,
}

#[derive(PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, KvField)]
enum Choice {
    One,
    Two,
}

#[derive(Serialize, Deserialize, KvType)]
#[kv(key = "{parts}/{key}")]
struct Keyed {
    parts: i32,
    key: String,
    #[kv(range(min = 1))]
    min: f64,
    by_choice: BTreeMap<Choice, u8>,
}

#[test]
fn names_that_generated_code_uses_match_their_snapshot() {
    macro_rules! catalog {
        ($($name:ident)*) => { Catalog::builder()$(.expose::<$name>(Access::ReadWrite))*.build().unwrap() };
    }
    let catalog = catalog!(Page Request Type Live Version Invalid Decoder ReadWrite Value Never Cmd Task Order Codec Rule If Answer Keyed);
    assert_snapshot("names", &ElmClient::new(&catalog).seed());
}
