enum Color {
    Red,
    #[serde(rename = "dark-red")]
    DarkRed,
}

// What #[derive(KvField)] writes:

#[automatically_derived]
#[allow(
    deprecated,
    clippy::disallowed_types,
    clippy::trait_duplication_in_bounds,
    clippy::type_repetition_in_bounds
)]
impl ::kv_core::__private::KvField for Color {
    fn schema() -> &'static ::kv_core::__private::ty::TypeSchema {
        const {
            &::kv_core::__private::ty::TypeSchema {
                id: ::core::any::TypeId::of::<Self>(),
                name: "Color",
                module: ::core::module_path!(),
                args: &[],
                docs: "",
                shape: ::kv_core::__private::ty::Shape::Enum(::kv_core::__private::ty::Enum {
                    tagging: ::kv_core::__private::ty::Tagging::External,
                    variants: &[
                        ::kv_core::__private::ty::Variant {
                            ..::kv_core::__private::ty::Variant::new(
                                "Red",
                                ::kv_core::__private::ty::Fields::Unit,
                            )
                        },
                        ::kv_core::__private::ty::Variant {
                            rust_name: "DarkRed",
                            ..::kv_core::__private::ty::Variant::new(
                                "dark-red",
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
            Self::Red { .. } => {}
            Self::DarkRed { .. } => {}
        }
    }
    fn heap_size(&self) -> ::core::primitive::usize {
        match self {
            Self::Red { .. } => 0,
            Self::DarkRed { .. } => 0,
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
impl ::kv_core::__private::MapKey for Color {
    type Ref = Self;
    fn write_key(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        f.write_str(
            match self {
                Self::Red { .. } => "Red",
                Self::DarkRed { .. } => "dark-red",
            },
        )
    }
    fn cmp_key(&self, other: &Self) -> ::core::cmp::Ordering {
        let place = |key: &Self| -> ::core::primitive::usize {
            match key {
                Self::Red { .. } => 0usize,
                Self::DarkRed { .. } => 1usize,
            }
        };
        ::core::cmp::Ord::cmp(&place(self), &place(other))
    }
}
