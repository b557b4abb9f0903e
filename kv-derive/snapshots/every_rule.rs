#[kv(validate = "checks::whole")]
struct Rules {
    #[kv(len(min = 1, max = 64), pattern = "^[a-z]+$", custom = "checks::lower")]
    name: String,
    #[kv(non_empty, each(email))]
    mails: Vec<String>,
    #[kv(url)]
    home: String,
    #[kv(one_of("light", "dark"))]
    theme: Option<String>,
    #[kv(range(min = 0, max = 100), js_safe)]
    count: u64,
    #[kv(any_int)]
    id: u64,
    #[kv(range(max = 1.5), any_float)]
    factor: f32,
    #[kv(each(each(any_float)))]
    rows: Vec<Vec<f64>>,
    #[kv(opaque)]
    extra: Foreign,
}

// What #[derive(KvField)] writes:

#[automatically_derived]
#[allow(
    deprecated,
    clippy::disallowed_types,
    clippy::trait_duplication_in_bounds,
    clippy::type_repetition_in_bounds
)]
impl ::kv_core::__private::KvField for Rules {
    fn schema() -> &'static ::kv_core::__private::ty::TypeSchema {
        const {
            &::kv_core::__private::ty::TypeSchema {
                id: ::core::any::TypeId::of::<Self>(),
                name: "Rules",
                module: ::core::module_path!(),
                args: &[],
                docs: "",
                shape: ::kv_core::__private::ty::Shape::Struct(::kv_core::__private::ty::Fields::Named {
                    fields: &[
                        ::kv_core::__private::ty::Field {
                            rules: &[
                                ::kv_core::__private::rule::Rule::Len(::kv_core::__private::rule::Len {
                                    min: ::core::option::Option::Some(1usize),
                                    max: ::core::option::Option::Some(64usize),
                                }),
                                ::kv_core::__private::rule::Rule::Pattern(::kv_core::__private::rule::Pattern {
                                    text: "^[a-z]+$",
                                }),
                                ::kv_core::__private::rule::Rule::Custom(::kv_core::__private::rule::Custom {
                                    name: "lower",
                                }),
                            ],
                            ..::kv_core::__private::ty::Field::new(
                                "name",
                                ::kv_core::__private::ty::TypeRef::new(
                                    <String as ::kv_core::__private::KvField>::schema,
                                ),
                            )
                        },
                        ::kv_core::__private::ty::Field {
                            rules: &[
                                ::kv_core::__private::rule::Rule::NonEmpty(
                                    ::kv_core::__private::rule::NonEmpty,
                                ),
                                ::kv_core::__private::rule::Rule::Each(::kv_core::__private::rule::Each {
                                    rules: &[
                                        ::kv_core::__private::rule::Rule::Email(
                                            ::kv_core::__private::rule::Email,
                                        ),
                                    ],
                                }),
                            ],
                            ..::kv_core::__private::ty::Field::new(
                                "mails",
                                ::kv_core::__private::ty::TypeRef::new(
                                    <Vec<String> as ::kv_core::__private::KvField>::schema,
                                ),
                            )
                        },
                        ::kv_core::__private::ty::Field {
                            rules: &[
                                ::kv_core::__private::rule::Rule::Url(
                                    ::kv_core::__private::rule::Url,
                                ),
                            ],
                            ..::kv_core::__private::ty::Field::new(
                                "home",
                                ::kv_core::__private::ty::TypeRef::new(
                                    <String as ::kv_core::__private::KvField>::schema,
                                ),
                            )
                        },
                        ::kv_core::__private::ty::Field {
                            rules: &[
                                ::kv_core::__private::rule::Rule::OneOf(::kv_core::__private::rule::OneOf {
                                    allowed: &["light", "dark"],
                                }),
                            ],
                            ..::kv_core::__private::ty::Field::new(
                                "theme",
                                ::kv_core::__private::ty::TypeRef::new(
                                    <Option<String> as ::kv_core::__private::KvField>::schema,
                                ),
                            )
                        },
                        ::kv_core::__private::ty::Field {
                            rules: &[
                                ::kv_core::__private::rule::Rule::Range(::kv_core::__private::rule::Range {
                                    min: ::core::option::Option::Some(
                                        ::kv_core::__private::rule::Number::Int(0i128),
                                    ),
                                    max: ::core::option::Option::Some(
                                        ::kv_core::__private::rule::Number::Int(100i128),
                                    ),
                                }),
                                ::kv_core::__private::rule::Rule::JsSafe(
                                    ::kv_core::__private::rule::JsSafe,
                                ),
                            ],
                            ..::kv_core::__private::ty::Field::new(
                                "count",
                                ::kv_core::__private::ty::TypeRef::new(
                                    <u64 as ::kv_core::__private::KvField>::schema,
                                ),
                            )
                        },
                        ::kv_core::__private::ty::Field {
                            rules: &[
                                ::kv_core::__private::rule::Rule::AnyInt(
                                    ::kv_core::__private::rule::AnyInt,
                                ),
                            ],
                            ..::kv_core::__private::ty::Field::new(
                                "id",
                                ::kv_core::__private::ty::TypeRef::new(
                                    <u64 as ::kv_core::__private::KvField>::schema,
                                ),
                            )
                        },
                        ::kv_core::__private::ty::Field {
                            rules: &[
                                ::kv_core::__private::rule::Rule::Range(::kv_core::__private::rule::Range {
                                    min: ::core::option::Option::None,
                                    max: ::core::option::Option::Some(
                                        ::kv_core::__private::rule::Number::Float(1.5f64),
                                    ),
                                }),
                                ::kv_core::__private::rule::Rule::AnyFloat(
                                    ::kv_core::__private::rule::AnyFloat,
                                ),
                            ],
                            ..::kv_core::__private::ty::Field::new(
                                "factor",
                                ::kv_core::__private::ty::TypeRef::new(
                                    <f32 as ::kv_core::__private::KvField>::schema,
                                ),
                            )
                        },
                        ::kv_core::__private::ty::Field {
                            rules: &[
                                ::kv_core::__private::rule::Rule::Each(::kv_core::__private::rule::Each {
                                    rules: &[
                                        ::kv_core::__private::rule::Rule::Each(::kv_core::__private::rule::Each {
                                            rules: &[
                                                ::kv_core::__private::rule::Rule::AnyFloat(
                                                    ::kv_core::__private::rule::AnyFloat,
                                                ),
                                            ],
                                        }),
                                    ],
                                }),
                            ],
                            ..::kv_core::__private::ty::Field::new(
                                "rows",
                                ::kv_core::__private::ty::TypeRef::new(
                                    <Vec<Vec<f64>> as ::kv_core::__private::KvField>::schema,
                                ),
                            )
                        },
                        ::kv_core::__private::ty::Field::new(
                            "extra",
                            ::kv_core::__private::ty::TypeRef::of::<
                                ::kv_core::__private::Opaque,
                            >(),
                        ),
                    ],
                    deny_unknown: false,
                }),
                validate: ::core::option::Option::Some("whole"),
                hidden: &[],
            }
        }
    }
    fn check(&self, __v: &mut ::kv_core::__private::Validator<'_>) {
        let _ = &__v;
        match self {
            Self {
                name: __field0,
                mails: __field1,
                home: __field2,
                theme: __field3,
                count: __field4,
                id: __field5,
                factor: __field6,
                rows: __field7,
                extra: __field8,
                ..
            } => {
                {
                    let __v = &mut ::kv_core::__private::Validator::member(__v, "name");
                    ::kv_core::__private::rule::Len::check(
                        &::kv_core::__private::rule::Len {
                            min: ::core::option::Option::Some(1usize),
                            max: ::core::option::Option::Some(64usize),
                        },
                        ::core::convert::identity(__field0),
                        __v,
                    );
                    {
                        static MATCHER: ::kv_core::__private::rule::Matcher = ::kv_core::__private::rule::Matcher::new(
                            "^[a-z]+$",
                        );
                        ::kv_core::__private::rule::Pattern::check(
                            &::kv_core::__private::rule::Pattern {
                                text: "^[a-z]+$",
                            },
                            &MATCHER,
                            ::core::convert::identity(__field0),
                            __v,
                        );
                    }
                    ::kv_core::__private::rule::Custom::check(
                        &::kv_core::__private::rule::Custom {
                            name: "lower",
                        },
                        ::core::convert::identity(__field0),
                        __v,
                        checks::lower,
                    );
                    <String as ::kv_core::__private::KvField>::check(__field0, __v);
                }
                {
                    let __v = &mut ::kv_core::__private::Validator::member(__v, "mails");
                    ::kv_core::__private::rule::NonEmpty::check(
                        &::kv_core::__private::rule::NonEmpty,
                        ::core::convert::identity(__field1),
                        __v,
                    );
                    ::kv_core::__private::rule::Each::check(
                        ::core::convert::identity(__field1),
                        __v,
                        |__item, __v| {
                            ::kv_core::__private::rule::Email::check(
                                &::kv_core::__private::rule::Email,
                                ::core::convert::identity(__item),
                                __v,
                            );
                        },
                    );
                    <Vec<String> as ::kv_core::__private::KvField>::check(__field1, __v);
                }
                {
                    let __v = &mut ::kv_core::__private::Validator::member(__v, "home");
                    ::kv_core::__private::rule::Url::check(
                        &::kv_core::__private::rule::Url,
                        ::core::convert::identity(__field2),
                        __v,
                    );
                    <String as ::kv_core::__private::KvField>::check(__field2, __v);
                }
                {
                    let __v = &mut ::kv_core::__private::Validator::member(__v, "theme");
                    ::kv_core::__private::rule::OneOf::check(
                        &::kv_core::__private::rule::OneOf {
                            allowed: &["light", "dark"],
                        },
                        ::core::convert::identity(__field3),
                        __v,
                    );
                    <Option<
                        String,
                    > as ::kv_core::__private::KvField>::check(__field3, __v);
                }
                {
                    let __v = &mut ::kv_core::__private::Validator::member(__v, "count");
                    ::kv_core::__private::rule::Range::check(
                        &::kv_core::__private::rule::Range {
                            min: ::core::option::Option::Some(
                                ::kv_core::__private::rule::Number::Int(0i128),
                            ),
                            max: ::core::option::Option::Some(
                                ::kv_core::__private::rule::Number::Int(100i128),
                            ),
                        },
                        ::core::convert::identity(__field4),
                        __v,
                    );
                    ::kv_core::__private::rule::JsSafe::check(
                        &::kv_core::__private::rule::JsSafe,
                        ::core::convert::identity(__field4),
                        __v,
                    );
                    <u64 as ::kv_core::__private::KvField>::check(__field4, __v);
                }
                {
                    let __v = &mut ::kv_core::__private::Validator::member(__v, "id");
                    ::kv_core::__private::rule::AnyInt::check(
                        &::kv_core::__private::rule::AnyInt,
                        ::core::convert::identity(__field5),
                        __v,
                    );
                    <u64 as ::kv_core::__private::KvField>::check(__field5, __v);
                }
                {
                    let __v = &mut ::kv_core::__private::Validator::member(
                        __v,
                        "factor",
                    );
                    ::kv_core::__private::rule::Range::check(
                        &::kv_core::__private::rule::Range {
                            min: ::core::option::Option::None,
                            max: ::core::option::Option::Some(
                                ::kv_core::__private::rule::Number::Float(1.5f64),
                            ),
                        },
                        ::core::convert::identity(__field6),
                        __v,
                    );
                    ::kv_core::__private::rule::AnyFloat::check(
                        &::kv_core::__private::rule::AnyFloat,
                        ::core::convert::identity(__field6),
                        __v,
                    );
                    let __v = &mut ::kv_core::__private::rule::AnyFloat::lift(__v);
                    <f32 as ::kv_core::__private::KvField>::check(__field6, __v);
                }
                {
                    let __v = &mut ::kv_core::__private::Validator::member(__v, "rows");
                    ::kv_core::__private::rule::Each::check(
                        ::core::convert::identity(__field7),
                        __v,
                        |__item, __v| {
                            ::kv_core::__private::rule::Each::check(
                                ::core::convert::identity(__item),
                                __v,
                                |__item, __v| {
                                    ::kv_core::__private::rule::AnyFloat::check(
                                        &::kv_core::__private::rule::AnyFloat,
                                        ::core::convert::identity(__item),
                                        __v,
                                    );
                                },
                            );
                        },
                    );
                    let __v = &mut ::kv_core::__private::rule::AnyFloat::lift(__v);
                    <Vec<
                        Vec<f64>,
                    > as ::kv_core::__private::KvField>::check(__field7, __v);
                }
                {
                    let __v = &mut ::kv_core::__private::Validator::member(__v, "extra");
                }
            }
        }
        {
            #[allow(unused_imports)]
            use ::kv_core::__private::rule::{
                ReportMessage as _, ReportNothing as _, ReportPlaces as _,
            };
            let __whole = self;
            (&::kv_core::__private::rule::Verdict::new(checks::whole(__whole)))
                .__kv_report("whole", __v);
        }
    }
    fn heap_size(&self) -> ::core::primitive::usize {
        match self {
            Self {
                name: __field0,
                mails: __field1,
                home: __field2,
                theme: __field3,
                count: __field4,
                id: __field5,
                factor: __field6,
                rows: __field7,
                extra: __field8,
                ..
            } => {
                0 + <String as ::kv_core::__private::KvField>::heap_size(__field0)
                    + <Vec<String> as ::kv_core::__private::KvField>::heap_size(__field1)
                    + <String as ::kv_core::__private::KvField>::heap_size(__field2)
                    + <Option<
                        String,
                    > as ::kv_core::__private::KvField>::heap_size(__field3)
                    + <u64 as ::kv_core::__private::KvField>::heap_size(__field4)
                    + <u64 as ::kv_core::__private::KvField>::heap_size(__field5)
                    + <f32 as ::kv_core::__private::KvField>::heap_size(__field6)
                    + <Vec<
                        Vec<f64>,
                    > as ::kv_core::__private::KvField>::heap_size(__field7) + 0
            }
        }
    }
}
