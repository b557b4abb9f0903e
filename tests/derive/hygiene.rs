//! Generated code compiles whatever names are in scope around it.

/// A module without the prelude, with types and functions that shadow common names.
mod no_prelude {
    #![no_implicit_prelude]
    #![deny(warnings)]
    #![allow(dead_code, reason = "the items exist only to shadow common names")]

    pub(super) struct Option;
    pub(super) struct Some;
    pub(super) struct String;
    pub(super) struct Vec;
    pub(super) fn drop() {}

    #[derive(::kv_core::KvType)]
    #[kv(ttl = "5s", max_entries = 9, evict = "oldest", validate = "whole")]
    #[allow(non_snake_case, reason = "a name that generated code uses as well")]
    pub(super) struct Result {
        #[kv(len(min = 1, max = 9))]
        pub(super) self_: ::std::string::String,
        #[kv(range(min = 1))]
        pub(super) v: ::std::option::Option<::core::primitive::u8>,
        #[kv(each(one_of("a")))]
        pub(super) __v: ::std::vec::Vec<::std::string::String>,
        pub(super) __field0: ::core::primitive::bool,
        #[kv(pattern = "^a")]
        pub(super) MATCHER: ::std::string::String,
        #[kv(each(each(any_float)))]
        pub(super) floats: ::std::vec::Vec<::std::vec::Vec<::core::primitive::f64>>,
        #[kv(opaque)]
        pub(super) opaque: ::std::option::Option<Some>,
        #[serde(default, skip_serializing_if = "::std::vec::Vec::is_empty")]
        pub(super) left_out: ::std::vec::Vec<::core::primitive::u8>,
        pub(super) r#match: (),
    }

    pub(super) fn whole(_: &Result) -> ::std::result::Result<(), &'static ::core::primitive::str> {
        ::std::result::Result::Err("must be whole")
    }

    #[derive(::kv_core::KvField)]
    pub(super) struct Key(pub(super) ::core::primitive::u8);

    #[derive(::kv_core::KvField)]
    pub(super) enum Validator<T> {
        Some(T),
        None,
        Ok { item: T, __item: T },
    }
}

#[test]
fn generated_code_does_not_depend_on_names_in_scope() {
    use kv_core::{KvField, KvType};

    let value = no_prelude::Result {
        self_: String::new(),
        v: Some(0),
        __v: vec!["b".to_owned()],
        __field0: true,
        MATCHER: "b".to_owned(),
        floats: vec![vec![f64::NAN]],
        opaque: None,
        left_out: Vec::new(),
        r#match: (),
    };
    let pointers: Vec<_> = value.validate().unwrap_err().iter().map(|v| v.pointer.clone()).collect();
    assert_eq!(pointers, ["/self_", "/v", "/__v/0", "/MATCHER", ""]);
    assert_eq!(no_prelude::Validator::<u8>::schema().to_string(), "Validator<u8>");
}

/// A deprecated type, for which generated code must not cause a warning.
mod deprecated_type {
    #![deny(deprecated)]

    #[deprecated]
    #[derive(kv_core::KvType)]
    pub(super) struct Old {
        #[kv(non_empty)]
        pub(super) text: String,
    }
}

#[test]
#[expect(deprecated, reason = "the test uses a deprecated type")]
fn deprecated_type_can_be_stored() {
    use kv_core::KvType;
    assert!(deprecated_type::Old { text: String::new() }.validate().is_err());
}

#[test]
fn type_declared_by_a_macro_can_be_stored() {
    macro_rules! make {
        ($name:ident, $field:ident: $ty:ty, $max:literal, $tag:literal) => {
            #[derive(kv_core::KvType)]
            #[kv(tag = $tag)]
            struct $name {
                #[kv(range(max = $max))]
                $field: $ty,
            }
        };
    }
    make!(Made, count: Option<u8>, 3, "made");
    use kv_core::KvType;
    assert_eq!(Made::TYPE_TAG, "made");
    assert_eq!(Made { count: Some(4) }.validate().unwrap_err().to_string(), "count must be at most 3");
}
