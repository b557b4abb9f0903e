//! `Url` of the crate `url`.

use super::text::{format, text_keys};
use crate::check::Validator;
use crate::field::{KvField, schema};
use crate::rule::{HasLen, HasText, Unit};
use crate::ty::{Shape, TypeSchema};
use url::Url;

/// The format is that of the URL standard. JSON Schema has no name for it; its `uri` means RFC
/// 3986.
impl KvField for Url {
    fn schema() -> &'static TypeSchema {
        schema!("url", "Url", [], Shape::Formatted(format::<Self>("url")))
    }

    fn check(&self, _: &mut Validator<'_>) {}

    /// Returns the length of the text. The capacity of a `Url` is not accessible.
    fn heap_size(&self) -> usize {
        self.as_str().len()
    }
}

text_keys!(Url, |it| it.as_str().to_owned());

impl HasText for Url {
    fn text(&self) -> Option<&str> {
        Some(self.as_str())
    }
}

impl HasLen for Url {
    const UNIT: Unit = Unit::Characters;

    fn measure(&self) -> Option<usize> {
        self.as_str().measure()
    }

    fn is_empty(&self) -> Option<bool> {
        HasLen::is_empty(self.as_str())
    }
}
