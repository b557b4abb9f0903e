//! Strings of `smol_str`.

use crate::check::Validator;
use crate::field::heap::shared;
use crate::field::{KvField, MapKey};
use crate::rule::{HasText, dereferenced, measured};
use crate::ty::TypeSchema;
use smol_str::SmolStr;
use std::cmp::Ordering;
use std::fmt;

impl KvField for SmolStr {
    fn schema() -> &'static TypeSchema {
        String::schema()
    }

    fn check(&self, _: &mut Validator<'_>) {}

    fn heap_size(&self) -> usize {
        // Source: smol_str stores texts that do not fit inline in an `Arc<str>`.
        if self.is_heap_allocated() { shared(self.as_str()) } else { 0 }
    }
}

impl MapKey for SmolStr {
    type Ref = str;

    fn write_key(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }

    fn cmp_key(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }
}

measured!([] SmolStr => str);
dereferenced!([] SmolStr => str);

impl HasText for SmolStr {
    fn text(&self) -> Option<&str> {
        Some(self)
    }
}
