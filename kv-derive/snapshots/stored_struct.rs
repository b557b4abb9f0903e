/// Where one user's pointer is.
#[kv(ttl = "30s", plural = "Pointers", max_entries = 1000, evict = "oldest")]
#[serde(rename_all = "camelCase")]
pub struct CursorPosition {
    pub x: i32,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trail: Vec<(i32, i32)>,
    #[serde(alias = "item")]
    pub item_id: Option<String>,
    #[serde(skip)]
    pub drawn: bool,
}

// What #[derive(KvType)] writes:

#[automatically_derived]
#[allow(
    deprecated,
    clippy::disallowed_types,
    clippy::trait_duplication_in_bounds,
    clippy::type_repetition_in_bounds
)]
impl ::kv_core::__private::KvField for CursorPosition {
    fn schema() -> &'static ::kv_core::__private::ty::TypeSchema {
        const {
            &::kv_core::__private::ty::TypeSchema {
                id: ::core::any::TypeId::of::<Self>(),
                name: "CursorPosition",
                module: ::core::module_path!(),
                args: &[],
                docs: "Where one user's pointer is.",
                shape: ::kv_core::__private::ty::Shape::Struct(::kv_core::__private::ty::Fields::Named {
                    fields: &[
                        ::kv_core::__private::ty::Field::new(
                            "x",
                            <i32 as ::kv_core::__private::KvField>::__TYPE,
                        ),
                        ::kv_core::__private::ty::Field {
                            default: true,
                            default_json: ::core::option::Option::Some(
                                ::kv_core::__private::ty::DefaultJson::new(|| {
                                    ::kv_core::__private::default_json!(
                                        Vec < (i32, i32) >, < Vec < (i32, i32) > as
                                        ::core::default::Default > ::default()
                                    )
                                }),
                            ),
                            may_be_left_out: true,
                            ..::kv_core::__private::ty::Field::new(
                                "trail",
                                <Vec<(i32, i32)> as ::kv_core::__private::KvField>::__TYPE,
                            )
                        },
                        ::kv_core::__private::ty::Field {
                            rust_name: "item_id",
                            aliases: &["item"],
                            ..::kv_core::__private::ty::Field::new(
                                "itemId",
                                <Option<String> as ::kv_core::__private::KvField>::__TYPE,
                            )
                        },
                    ],
                    deny_unknown: false,
                }),
                validate: ::core::option::Option::None,
                hidden: &[],
                elm: ::core::option::Option::None,
            }
        }
    }
    fn check(&self, __v: &mut ::kv_core::__private::Validator<'_>) {
        let _ = &__v;
        match self {
            Self { x: __field0, trail: __field1, item_id: __field2, .. } => {
                <i32 as ::kv_core::__private::KvField>::check(
                    __field0,
                    &mut ::kv_core::__private::Validator::member(__v, "x"),
                );
                <Vec<
                    (i32, i32),
                > as ::kv_core::__private::KvField>::check(
                    __field1,
                    &mut ::kv_core::__private::Validator::member(__v, "trail"),
                );
                <Option<
                    String,
                > as ::kv_core::__private::KvField>::check(
                    __field2,
                    &mut ::kv_core::__private::Validator::member(__v, "itemId"),
                );
            }
        }
    }
    fn heap_size(&self) -> ::core::primitive::usize {
        match self {
            Self { x: __field0, trail: __field1, item_id: __field2, .. } => {
                0 + <i32 as ::kv_core::__private::KvField>::heap_size(__field0)
                    + <Vec<
                        (i32, i32),
                    > as ::kv_core::__private::KvField>::heap_size(__field1)
                    + <Option<
                        String,
                    > as ::kv_core::__private::KvField>::heap_size(__field2)
            }
        }
    }
}
#[automatically_derived]
#[allow(
    deprecated,
    clippy::disallowed_types,
    clippy::trait_duplication_in_bounds,
    clippy::type_repetition_in_bounds
)]
impl ::kv_core::__private::KvType for CursorPosition {
    const TYPE_TAG: &'static ::core::primitive::str = "CursorPosition";
    const KEY_PREFIX: &'static ::core::primitive::str = "CursorPosition:";
    const DEFAULT_TTL: ::core::option::Option<::core::time::Duration> = ::core::option::Option::Some(
        ::core::time::Duration::new(30u64, 0u32),
    );
    const __PLURAL: ::core::option::Option<&'static ::core::primitive::str> = ::core::option::Option::Some(
        "Pointers",
    );
    const __MAX_ENTRIES: ::core::option::Option<::core::primitive::usize> = ::core::option::Option::Some(
        1000usize,
    );
    #[inline]
    fn __codec() -> ::core::option::Option<
        &'static (dyn ::core::any::Any + ::core::marker::Send + ::core::marker::Sync),
    > {
        ::kv_core::__private::codec!(Self)
    }
}
