//! The types of the catalog, found by their tags.

use crate::problem::Problem;
use kv_core::engine::StoredType;
use kv_core::schema::token::SchemaToken;
use kv_core::{Catalog, Codec, Exposed};
use std::collections::HashMap;

/// A type that the outside may reach.
#[derive(Debug)]
pub(crate) struct Served {
    pub(crate) stored: StoredType,
    pub(crate) codec: Codec,
    pub(crate) token: SchemaToken,
}

impl Served {
    pub(crate) fn tag(&self) -> &'static str {
        self.codec.exposed().tag()
    }

    /// Refuses to write what the catalog lets be read alone.
    pub(crate) fn check_write(&self) -> Result<(), Problem> {
        if self.codec.exposed().access().can_write() { Ok(()) } else { Err(Problem::read_only(self.tag())) }
    }

    /// Refuses to list what the catalog lets be read by key alone.
    pub(crate) fn check_list(&self) -> Result<(), Problem> {
        if self.codec.exposed().access().can_list() {
            return Ok(());
        }
        Err(Problem::forbidden(format!("`{}` is read by its exact key alone", self.tag())))
    }
}

/// All types of a catalog, in its order.
#[derive(Debug)]
pub(crate) struct Types {
    all: Vec<Served>,
    by_tag: HashMap<&'static str, usize>,
}

impl Types {
    pub(crate) fn of(catalog: &Catalog) -> Self {
        let served = |exposed: &Exposed| {
            let (stored, codec) = (catalog.stored_type(exposed.tag())?, *catalog.codec(exposed.tag())?);
            Some(Served { stored, codec, token: SchemaToken::of(exposed.schema()) })
        };
        let all: Vec<_> = catalog.exposed().iter().filter_map(served).collect();
        let by_tag = all.iter().enumerate().map(|(at, served)| (served.tag(), at)).collect();
        Self { all, by_tag }
    }

    /// The type with a tag.
    pub(crate) fn get(&self, tag: &str) -> Result<&Served, Problem> {
        self.by_tag.get(tag).and_then(|at| self.all.get(*at)).ok_or_else(Problem::unknown_type)
    }

    /// Those that may be listed.
    pub(crate) fn listable(&self) -> impl Iterator<Item = &Served> {
        self.all.iter().filter(|served| served.codec.exposed().access().can_list())
    }
}
