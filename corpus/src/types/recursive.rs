//! Recursive types.

use arbitrary::Arbitrary;
use kv_core::KvType;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A recursive struct, in three ways.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct Tree {
    value: i32,
    children: Vec<Tree>,
    parent: Option<Box<Tree>>,
    named: BTreeMap<String, Tree>,
}

/// A recursive enum.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub enum Expression {
    Add(Box<Expression>, Box<Expression>),
    Negative(Box<Expression>),
    Let { name: String, value: Box<Expression>, then: Box<Expression> },
    Number(i64),
    Zero,
}

/// The first of two types that contain each other.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
pub struct Folder {
    files: Vec<File>,
}

/// The second of two types that contain each other.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum File {
    Plain { size: u32 },
    Link { to: Option<Box<File>> },
    Folder(Folder),
}

/// A recursive untagged enum.
#[derive(Debug, PartialEq, Arbitrary, Serialize, Deserialize, KvType)]
#[serde(untagged)]
pub enum Nested {
    Leaf(i32),
    Branch(Vec<Nested>),
    Named { next: Box<Nested> },
}
