//! The types that are served: those of the examples, and shapes that try the reader of bodies.

use kv_core::{Access, Catalog, KvField, KvType};
pub use models::storage::ui_storage::{CursorPosition, ViewportState};
pub use models::storage::user_storage::{SessionCache, UserPreferences};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Numbers of every width.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvType)]
pub struct Numbers {
    pub small: u8,
    pub wide: i64,
    #[kv(any_int)]
    pub any: u64,
    pub float: f64,
}

/// A struct in every place where serde would take a list for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvType)]
pub struct Nest {
    pub point: Point,
    #[serde(default)]
    pub points: Vec<Point>,
    pub shape: Option<Shape>,
    #[serde(flatten)]
    pub more: More,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
pub struct Point {
    pub x: i32,
    pub y: i32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
pub struct More {
    pub note: String,
    pub at: Point,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvField)]
#[serde(tag = "type")]
pub enum Shape {
    Dot,
    Line { from: Point, to: Point },
}

/// Any depth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvType)]
pub struct Tree {
    pub leaves: Vec<Tree>,
}

/// A member that would be the time to live elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvType)]
pub struct Lease {
    pub ttl: u32,
}

/// Open keys.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvType)]
pub struct Labels {
    #[serde(flatten)]
    pub by_name: BTreeMap<String, u32>,
}

/// Its key is made of its fields.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvType)]
#[kv(key = "room:{room}:{user}")]
pub struct Presence {
    pub room: String,
    pub user: String,
}

/// A value that is null.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvType)]
pub struct Flag;

/// A validator with a mistake in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvType)]
pub struct Fragile {
    #[kv(custom = "divides")]
    pub by: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, clippy::arithmetic_side_effects, reason = "the mistake")]
fn divides(by: &u32) -> Result<(), String> {
    if 100 / *by > 0 { Ok(()) } else { Err("must be at most 100".to_owned()) }
}

pub fn catalog() -> Catalog {
    Catalog::builder()
        .expose::<CursorPosition>(Access::ReadWrite)
        .expose::<UserPreferences>(Access::ReadWrite)
        .expose::<ViewportState>(Access::Read)
        .expose::<SessionCache>(Access::Get)
        .expose::<Numbers>(Access::ReadWrite)
        .expose::<Nest>(Access::ReadWrite)
        .expose::<Tree>(Access::ReadWrite)
        .expose::<Lease>(Access::ReadWrite)
        .expose::<Labels>(Access::ReadWrite)
        .expose::<Presence>(Access::ReadWrite)
        .expose::<Flag>(Access::ReadWrite)
        .expose::<Fragile>(Access::ReadWrite)
        .build()
        .unwrap()
}
