//! Generated code leans on nothing that the module around it could take away.

/// No prelude, and names of the user's own that shadow the usual ones.
mod no_prelude {
    #![no_implicit_prelude]
    #![deny(warnings)]
    #![allow(dead_code, reason = "names are there to be in the way")]

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
fn names_around_a_type_do_not_matter() {
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

/// A type that is going away still compiles without a warning of the derive's making.
mod going_away {
    #![deny(deprecated)]

    #[deprecated]
    #[derive(kv_core::KvType)]
    pub(super) struct Old {
        #[kv(non_empty)]
        pub(super) text: String,
    }
}

#[test]
#[expect(deprecated, reason = "it is what the test is about")]
fn a_deprecated_type_can_be_stored() {
    use kv_core::KvType;
    assert!(going_away::Old { text: String::new() }.validate().is_err());
}

#[test]
fn types_made_by_a_macro_can_be_stored() {
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
