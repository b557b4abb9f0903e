//! Derives in a crate that renames its kv-core dependency.

pub mod lints;

use renamed::{KvField, KvType};

/// A type whose attribute names the renamed dependency.
#[derive(Debug, KvType)]
#[kv(crate = "::renamed")]
pub struct Named {
    /// A field with a rule, so that checking code is generated.
    #[kv(non_empty)]
    pub text: String,
    /// A field of another derived type.
    pub inner: Inner<u8>,
}

/// A type whose attribute names a path inside the crate.
#[derive(Debug, KvField)]
#[kv(crate = "crate::facade::store")]
pub struct Inner<T> {
    /// A generic field.
    pub value: T,
}

mod facade {
    pub(crate) use renamed as store;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derives_work_with_a_renamed_dependency() {
        let store = renamed::KvStore::new().tenant("acme.example").unwrap();
        let named = |text: &str| Named { text: text.to_owned(), inner: Inner { value: 1 } };
        store.set::<Named>("k", named("x")).unwrap();
        assert!(store.set::<Named>("k", named("")).is_err());
    }
}
