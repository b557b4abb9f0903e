#[serde(tag = "type", content = "of", rename_all = "snake_case", rename_all_fields = "camelCase")]
enum Event {
    Ping,
    Moved { to_x: i32 },
    Said(#[kv(len(max = 280))] String),
    Pair(u8, u8),
    #[serde(skip)]
    Internal(Instant),
}

// What #[derive(KvField)] writes:

#[automatically_derived]
#[allow(
    deprecated,
    clippy::disallowed_types,
    clippy::trait_duplication_in_bounds,
    clippy::type_repetition_in_bounds
)]
impl ::kv_core::__private::KvField for Event {
    fn schema() -> &'static ::kv_core::__private::ty::TypeSchema {
        const {
            &::kv_core::__private::ty::TypeSchema {
                id: ::core::any::TypeId::of::<Self>(),
                name: "Event",
                module: ::core::module_path!(),
                args: &[],
                docs: "",
                shape: ::kv_core::__private::ty::Shape::Enum(::kv_core::__private::ty::Enum {
                    tagging: ::kv_core::__private::ty::Tagging::Adjacent {
                        tag: "type",
                        content: "of",
                        deny_unknown: false,
                    },
                    variants: &[
                        ::kv_core::__private::ty::Variant {
                            rust_name: "Ping",
                            ..::kv_core::__private::ty::Variant::new(
                                "ping",
                                ::kv_core::__private::ty::Fields::Unit,
                            )
                        },
                        ::kv_core::__private::ty::Variant {
                            rust_name: "Moved",
                            fields: ::kv_core::__private::ty::Fields::Named {
                                fields: &[
                                    ::kv_core::__private::ty::Field {
                                        rust_name: "to_x",
                                        ..::kv_core::__private::ty::Field::new(
                                            "toX",
                                            <i32 as ::kv_core::__private::KvField>::__TYPE,
                                        )
                                    },
                                ],
                                deny_unknown: false,
                            },
                            ..::kv_core::__private::ty::Variant::new(
                                "moved",
                                ::kv_core::__private::ty::Fields::Unit,
                            )
                        },
                        ::kv_core::__private::ty::Variant {
                            rust_name: "Said",
                            fields: ::kv_core::__private::ty::Fields::Newtype {
                                field: &::kv_core::__private::ty::Field {
                                    rules: &[
                                        ::kv_core::__private::rule::Rule::Len(::kv_core::__private::rule::Len {
                                            min: ::core::option::Option::None,
                                            max: ::core::option::Option::Some(280usize),
                                        }),
                                    ],
                                    ..::kv_core::__private::ty::Field::new(
                                        "0",
                                        <String as ::kv_core::__private::KvField>::__TYPE,
                                    )
                                },
                                transparent: false,
                            },
                            ..::kv_core::__private::ty::Variant::new(
                                "said",
                                ::kv_core::__private::ty::Fields::Unit,
                            )
                        },
                        ::kv_core::__private::ty::Variant {
                            rust_name: "Pair",
                            fields: ::kv_core::__private::ty::Fields::Tuple(
                                &[
                                    ::kv_core::__private::ty::Field::new(
                                        "0",
                                        <u8 as ::kv_core::__private::KvField>::__TYPE,
                                    ),
                                    ::kv_core::__private::ty::Field::new(
                                        "1",
                                        <u8 as ::kv_core::__private::KvField>::__TYPE,
                                    ),
                                ],
                            ),
                            ..::kv_core::__private::ty::Variant::new(
                                "pair",
                                ::kv_core::__private::ty::Fields::Unit,
                            )
                        },
                    ],
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
            Self::Ping { .. } => {}
            Self::Moved { to_x: __field0, .. } => {
                let __v = &mut ::kv_core::__private::Validator::member(__v, "of");
                <i32 as ::kv_core::__private::KvField>::check(
                    __field0,
                    &mut ::kv_core::__private::Validator::member(__v, "toX"),
                );
            }
            Self::Said { 0: __field0, .. } => {
                let __v = &mut ::kv_core::__private::Validator::member(__v, "of");
                {
                    ::kv_core::__private::rule::Len::admits(
                        &::kv_core::__private::rule::Len {
                            min: ::core::option::Option::None,
                            max: ::core::option::Option::Some(280usize),
                        },
                        ::core::convert::identity(__field0),
                        __v,
                    );
                    <String as ::kv_core::__private::KvField>::check(__field0, __v);
                }
            }
            Self::Pair { 0: __field0, 1: __field1, .. } => {
                let __v = &mut ::kv_core::__private::Validator::member(__v, "of");
                <u8 as ::kv_core::__private::KvField>::check(
                    __field0,
                    &mut ::kv_core::__private::Validator::item(__v, 0usize),
                );
                <u8 as ::kv_core::__private::KvField>::check(
                    __field1,
                    &mut ::kv_core::__private::Validator::item(__v, 1usize),
                );
            }
            Self::Internal { .. } => {}
        }
    }
    fn heap_size(&self) -> ::core::primitive::usize {
        match self {
            Self::Ping { .. } => 0,
            Self::Moved { to_x: __field0, .. } => {
                0 + <i32 as ::kv_core::__private::KvField>::heap_size(__field0)
            }
            Self::Said { 0: __field0, .. } => {
                0 + <String as ::kv_core::__private::KvField>::heap_size(__field0)
            }
            Self::Pair { 0: __field0, 1: __field1, .. } => {
                0 + <u8 as ::kv_core::__private::KvField>::heap_size(__field0)
                    + <u8 as ::kv_core::__private::KvField>::heap_size(__field1)
            }
            Self::Internal { .. } => 0,
        }
    }
}
