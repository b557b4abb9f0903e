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
#[allow(
    deprecated,
    clippy::disallowed_types,
    clippy::trait_duplication_in_bounds,
    clippy::type_repetition_in_bounds
)]
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
                        ::kv_core::__private::ty::Field::new(
                            "items",
                            <[T; N] as ::kv_core::__private::KvField>::__TYPE,
                        ),
                        ::kv_core::__private::ty::Field {
                            flatten: true,
                            ..::kv_core::__private::ty::Field::new(
                                "rest",
                                <Rest<T> as ::kv_core::__private::KvField>::__TYPE,
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
            Self { items: __field0, rest: __field1, .. } => {
                <[T; N] as ::kv_core::__private::KvField>::check(
                    __field0,
                    &mut ::kv_core::__private::Validator::member(__v, "items"),
                );
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
