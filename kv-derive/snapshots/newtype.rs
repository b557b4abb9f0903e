#[kv(crate = "::store::kv")]
struct UserId(#[kv(non_empty)] String);

// What #[derive(KvType)] writes:

#[automatically_derived]
#[allow(
    deprecated,
    clippy::disallowed_types,
    clippy::trait_duplication_in_bounds,
    clippy::type_repetition_in_bounds
)]
impl ::store::kv::__private::KvField for UserId {
    fn schema() -> &'static ::store::kv::__private::ty::TypeSchema {
        const {
            &::store::kv::__private::ty::TypeSchema {
                id: ::core::any::TypeId::of::<Self>(),
                name: "UserId",
                module: ::core::module_path!(),
                args: &[],
                docs: "",
                shape: ::store::kv::__private::ty::Shape::Struct(::store::kv::__private::ty::Fields::Newtype {
                    field: &::store::kv::__private::ty::Field {
                        rules: &[
                            ::store::kv::__private::rule::Rule::NonEmpty(
                                ::store::kv::__private::rule::NonEmpty,
                            ),
                        ],
                        ..::store::kv::__private::ty::Field::new(
                            "0",
                            <String as ::store::kv::__private::KvField>::__TYPE,
                        )
                    },
                    transparent: false,
                }),
                validate: ::core::option::Option::None,
                hidden: &[],
                elm: ::core::option::Option::None,
            }
        }
    }
    fn check(&self, __v: &mut ::store::kv::__private::Validator<'_>) {
        let _ = &__v;
        match self {
            Self { 0: __field0, .. } => {
                ::store::kv::__private::rule::NonEmpty::check(
                    &::store::kv::__private::rule::NonEmpty,
                    ::core::convert::identity(__field0),
                    __v,
                );
                <String as ::store::kv::__private::KvField>::check(__field0, __v);
            }
        }
    }
    fn heap_size(&self) -> ::core::primitive::usize {
        match self {
            Self { 0: __field0, .. } => {
                0 + <String as ::store::kv::__private::KvField>::heap_size(__field0)
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
impl ::store::kv::__private::KvType for UserId {
    const TYPE_TAG: &'static ::core::primitive::str = "UserId";
    const KEY_PREFIX: &'static ::core::primitive::str = "UserId:";
    const DEFAULT_TTL: ::core::option::Option<::core::time::Duration> = ::core::option::Option::None;
    #[inline]
    fn __codec() -> ::core::option::Option<
        &'static (dyn ::core::any::Any + ::core::marker::Send + ::core::marker::Sync),
    > {
        ::store::kv::__private::codec!(Self)
    }
}
#[automatically_derived]
#[allow(
    deprecated,
    clippy::disallowed_types,
    clippy::trait_duplication_in_bounds,
    clippy::type_repetition_in_bounds
)]
impl ::store::kv::__private::MapKey for UserId
where
    for<'__key> String: ::store::kv::__private::MapKey,
{
    type Ref = Self;
    fn write_key(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        ::store::kv::__private::MapKey::write_key(&self.0, f)
    }
    fn cmp_key(&self, other: &Self) -> ::core::cmp::Ordering {
        ::store::kv::__private::MapKey::cmp_key(&self.0, &other.0)
    }
}
