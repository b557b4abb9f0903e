//! [`ExposedTypes`]: the types of the catalog, found by tag.

use crate::problem::Problem;
use kv_core::engine::StoredType;
use kv_core::schema::token::SchemaToken;
use kv_core::{Catalog, Codec};

/// An exposed type with its codec and its schema token.
#[derive(Debug)]
pub(crate) struct ExposedType {
    pub(crate) codec: Codec,
    pub(crate) token: SchemaToken,
}

impl ExposedType {
    pub(crate) fn stored_type(&self) -> StoredType {
        self.codec.stored_type()
    }

    pub(crate) fn tag(&self) -> &'static str {
        self.codec.exposed().tag()
    }

    /// Checks that clients may write the type.
    pub(crate) fn check_write_access(&self) -> Result<(), Problem> {
        if self.codec.exposed().access().can_write() { Ok(()) } else { Err(Problem::read_only(self.tag())) }
    }

    /// Checks that clients may list the type.
    pub(crate) fn check_list_access(&self) -> Result<(), Problem> {
        if self.codec.exposed().access().can_list() { Ok(()) } else { Err(Problem::not_listable(self.tag())) }
    }
}

/// The types of a catalog.
#[derive(Debug)]
pub(crate) struct ExposedTypes {
    catalog: Catalog,
    /// The types in the order of the catalog.
    types: Vec<ExposedType>,
}

impl ExposedTypes {
    pub(crate) fn new(catalog: Catalog) -> Self {
        let types = catalog
            .codecs()
            .iter()
            .map(|codec| ExposedType { codec: *codec, token: SchemaToken::of(codec.exposed().schema()) });
        Self { types: types.collect(), catalog }
    }

    /// Returns the type with this tag.
    pub(crate) fn get(&self, tag: &str) -> Result<&ExposedType, Problem> {
        let position = self.catalog.position(tag);
        position.and_then(|position| self.types.get(position)).ok_or_else(Problem::unknown_type)
    }

    /// Returns the types that clients may list.
    pub(crate) fn listable(&self) -> impl Iterator<Item = &ExposedType> {
        self.types.iter().filter(|ty| ty.codec.exposed().access().can_list())
    }
}
