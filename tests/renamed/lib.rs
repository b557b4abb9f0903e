//! A crate that knows kv-core by another name: its derives are told where to look.

pub mod lints;

use renamed::{KvField, KvType};

/// Told of the name of the dependency.
#[derive(Debug, KvType)]
#[kv(crate = "::renamed")]
pub struct Named {
    /// Text with a rule, so that the check is generated as well.
    #[kv(non_empty)]
    pub text: String,
    /// A field with a type of its own.
    pub inner: Inner<u8>,
}

/// Told of a path inside the crate.
#[derive(Debug, KvField)]
#[kv(crate = "crate::facade::store")]
pub struct Inner<T> {
    /// Anything.
    pub value: T,
}

mod facade {
    pub(crate) use renamed as store;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_store_may_go_by_another_name() {
        let store = renamed::KvStore::new().tenant("acme.example").unwrap();
        let named = |text: &str| Named { text: text.to_owned(), inner: Inner { value: 1 } };
        store.set::<Named>("k", named("x")).unwrap();
        assert!(store.set::<Named>("k", named("")).is_err());
    }
}
