//! Fields whose form on the wire is none of ours.

use super::{KvField, std_schema};
use crate::check::Validator;
use crate::ty::{Shape, TypeSchema};

/// What stands in the schema for a field with `#[kv(opaque)]`: any JSON. There are no values of it.
#[derive(Clone, Copy, Debug)]
pub enum Opaque {}

impl KvField for Opaque {
    fn schema() -> &'static TypeSchema {
        std_schema!("Json", [], Shape::Json)
    }

    fn check(&self, _: &mut Validator<'_>) {}

    fn heap_size(&self) -> usize {
        0
    }
}
