//! The types of the catalog, found by their tags.

use crate::problem::Problem;
use kv_core::engine::StoredType;
use kv_core::schema::token::SchemaToken;
use kv_core::{Catalog, Codec, Exposed};

/// A type that the outside may reach.
#[derive(Debug)]
pub(crate) struct Served {
    pub(crate) codec: Codec,
    pub(crate) token: SchemaToken,
}

impl Served {
    /// The type as the engine takes it.
    pub(crate) fn stored(&self) -> StoredType {
        self.codec.stored_type()
    }

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
    /// Their places in the order of their tags: found by halves, which for so few takes less than a hash.
    by_tag: Vec<(&'static str, usize)>,
}

impl Types {
    pub(crate) fn of(catalog: &Catalog) -> Self {
        let served = |exposed: &Exposed| {
            let codec = *catalog.codec(exposed.tag())?;
            Some(Served { codec, token: SchemaToken::of(exposed.schema()) })
        };
        let all: Vec<_> = catalog.exposed().iter().filter_map(served).collect();
        let mut by_tag: Vec<_> = all.iter().enumerate().map(|(at, served)| (served.tag(), at)).collect();
        by_tag.sort_unstable();
        Self { all, by_tag }
    }

    /// The type with a tag.
    pub(crate) fn get(&self, tag: &str) -> Result<&Served, Problem> {
        let found = self.by_tag.binary_search_by(|(known, _)| (*known).cmp(tag)).ok();
        found.and_then(|found| self.all.get(self.by_tag.get(found)?.1)).ok_or_else(Problem::unknown_type)
    }

    /// Those that may be listed.
    pub(crate) fn listable(&self) -> impl Iterator<Item = &Served> {
        self.all.iter().filter(|served| served.codec.exposed().access().can_list())
    }
}
