struct Page<T, const N: usize>
where
    T: Clone,
{
    items: [T; N],
    #[serde(flatten)]
    rest: Rest<T>,
}

// What #[derive(KvField)] writes:

#[automatically_derived]
#[allow(deprecated, clippy::disallowed_types)]
impl<T: ::kv_core::__private::KvField, const N: usize> ::kv_core::__private::KvField
for Page<T, N>
where
    T: Clone,
{
    fn schema() -> &'static ::kv_core::__private::ty::TypeSchema {
        const {
            &::kv_core::__private::ty::TypeSchema {
                id: ::core::any::TypeId::of::<Self>(),
                name: "Page",
                module: ::core::module_path!(),
                args: &[
                    ::kv_core::__private::ty::Arg::Type(
                        ::kv_core::__private::ty::TypeRef::of::<T>(),
                    ),
                    ::kv_core::__private::ty::Arg::Const(N as ::core::primitive::i128),
                ],
                docs: "",
                shape: ::kv_core::__private::ty::Shape::Struct(::kv_core::__private::ty::Fields::Named {
                    fields: &[
                        ::kv_core::__private::ty::Field {
                            rust_name: "items",
                            name: "items",
                            aliases: &[],
                            docs: "",
                            ty: ::kv_core::__private::ty::TypeRef::new(
                                <[T; N] as ::kv_core::__private::KvField>::schema,
                            ),
                            default: false,
                            default_json: ::core::option::Option::None,
                            may_be_left_out: false,
                            flatten: false,
                            rules: &[],
                        },
                        ::kv_core::__private::ty::Field {
                            rust_name: "rest",
                            name: "rest",
                            aliases: &[],
                            docs: "",
                            ty: ::kv_core::__private::ty::TypeRef::new(
                                <Rest<T> as ::kv_core::__private::KvField>::schema,
                            ),
                            default: false,
                            default_json: ::core::option::Option::None,
                            may_be_left_out: false,
                            flatten: true,
                            rules: &[],
                        },
                    ],
                    deny_unknown: false,
                }),
                validate: ::core::option::Option::None,
                hidden: &[],
            }
        }
    }
    fn check(&self, __v: &mut ::kv_core::__private::Validator<'_>) {
        let _ = &__v;
        match self {
            Self { items: __field0, rest: __field1, .. } => {
                {
                    let __v = &mut ::kv_core::__private::Validator::member(__v, "items");
                    <[T; N] as ::kv_core::__private::KvField>::check(__field0, __v);
                }
                {
                    <Rest<T> as ::kv_core::__private::KvField>::check(__field1, __v);
                }
            }
        }
    }
    fn heap_size(&self) -> ::core::primitive::usize {
        match self {
            Self { items: __field0, rest: __field1, .. } => {
                0 + <[T; N] as ::kv_core::__private::KvField>::heap_size(__field0)
                    + <Rest<T> as ::kv_core::__private::KvField>::heap_size(__field1)
            }
        }
    }
}
