#[kv(key = "room:{room}:{row}/{name}")]
struct Seat {
    room: String,
    row: u16,
    name: Name,
}

// What #[derive(KvType)] writes:

#[automatically_derived]
#[allow(
    deprecated,
    clippy::disallowed_types,
    clippy::trait_duplication_in_bounds,
    clippy::type_repetition_in_bounds
)]
impl ::kv_core::__private::KvField for Seat {
    fn schema() -> &'static ::kv_core::__private::ty::TypeSchema {
        const {
            &::kv_core::__private::ty::TypeSchema {
                id: ::core::any::TypeId::of::<Self>(),
                name: "Seat",
                module: ::core::module_path!(),
                args: &[],
                docs: "",
                shape: ::kv_core::__private::ty::Shape::Struct(::kv_core::__private::ty::Fields::Named {
                    fields: &[
                        ::kv_core::__private::ty::Field::new(
                            "room",
                            <String as ::kv_core::__private::KvField>::__TYPE,
                        ),
                        ::kv_core::__private::ty::Field::new(
                            "row",
                            <u16 as ::kv_core::__private::KvField>::__TYPE,
                        ),
                        ::kv_core::__private::ty::Field::new(
                            "name",
                            <Name as ::kv_core::__private::KvField>::__TYPE,
                        ),
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
            Self { room: __field0, row: __field1, name: __field2, .. } => {
                <String as ::kv_core::__private::KvField>::check(
                    __field0,
                    &mut ::kv_core::__private::Validator::member(__v, "room"),
                );
                <u16 as ::kv_core::__private::KvField>::check(
                    __field1,
                    &mut ::kv_core::__private::Validator::member(__v, "row"),
                );
                <Name as ::kv_core::__private::KvField>::check(
                    __field2,
                    &mut ::kv_core::__private::Validator::member(__v, "name"),
                );
            }
        }
    }
    fn heap_size(&self) -> ::core::primitive::usize {
        match self {
            Self { room: __field0, row: __field1, name: __field2, .. } => {
                0 + <String as ::kv_core::__private::KvField>::heap_size(__field0)
                    + <u16 as ::kv_core::__private::KvField>::heap_size(__field1)
                    + <Name as ::kv_core::__private::KvField>::heap_size(__field2)
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
impl ::kv_core::__private::KvType for Seat {
    const TYPE_TAG: &'static ::core::primitive::str = "Seat";
    const KEY_PREFIX: &'static ::core::primitive::str = "Seat:";
    const DEFAULT_TTL: ::core::option::Option<::core::time::Duration> = ::core::option::Option::None;
    const __KEY_TEMPLATE: &'static [::kv_core::__private::template::Piece<'static>] = &[
        ::kv_core::__private::template::Piece::Text("room:"),
        ::kv_core::__private::template::Piece::Part("room"),
        ::kv_core::__private::template::Piece::Text(":"),
        ::kv_core::__private::template::Piece::Part("row"),
        ::kv_core::__private::template::Piece::Text("/"),
        ::kv_core::__private::template::Piece::Part("name"),
    ];
    fn __own_key(
        &self,
    ) -> ::core::option::Option<
        ::core::result::Result<::std::string::String, ::kv_core::__private::KeyError>,
    > {
        ::core::option::Option::Some(::kv_core::__private::Keyed::key(self))
    }
    #[inline]
    fn __codec() -> ::core::option::Option<
        &'static (dyn ::core::any::Any + ::core::marker::Send + ::core::marker::Sync),
    > {
        ::kv_core::__private::codec!(Self)
    }
}
#[automatically_derived]
#[allow(
    deprecated,
    clippy::disallowed_types,
    clippy::trait_duplication_in_bounds,
    clippy::type_repetition_in_bounds
)]
impl ::kv_core::__private::Keyed for Seat {
    fn key(
        &self,
    ) -> ::core::result::Result<::std::string::String, ::kv_core::__private::KeyError> {
        ::kv_core::__private::template::KeyBuilder::key(
            ::kv_core::__private::template::KeyBuilder::written_part(
                ::kv_core::__private::template::KeyBuilder::text(
                    ::kv_core::__private::template::KeyBuilder::written_part(
                        ::kv_core::__private::template::KeyBuilder::text(
                            ::kv_core::__private::template::KeyBuilder::written_part(
                                ::kv_core::__private::template::KeyBuilder::text(
                                    ::kv_core::__private::template::KeyBuilder::new(),
                                    "room:",
                                ),
                                "room",
                                |__f: &mut ::core::fmt::Formatter<'_>| <String as ::kv_core::__private::MapKey>::write_key(
                                    &self.room,
                                    __f,
                                ),
                                ":",
                            ),
                            ":",
                        ),
                        "row",
                        |__f: &mut ::core::fmt::Formatter<'_>| <u16 as ::kv_core::__private::MapKey>::write_key(
                            &self.row,
                            __f,
                        ),
                        "/",
                    ),
                    "/",
                ),
                "name",
                |__f: &mut ::core::fmt::Formatter<'_>| <Name as ::kv_core::__private::MapKey>::write_key(
                    &self.name,
                    __f,
                ),
                "",
            ),
        )
    }
}
#[automatically_derived]
#[allow(
    deprecated,
    clippy::disallowed_types,
    clippy::trait_duplication_in_bounds,
    clippy::type_repetition_in_bounds
)]
impl Seat {
    ///What the keys of one `room` start with, and of one `row` where given, up to the separator.
    ///
    /// # Errors
    ///
    /// When a part cannot stand in a key.
    #[allow(dead_code)]
    fn key_prefix(
        part_room: &<String as ::kv_core::__private::MapKey>::Ref,
        part_row: ::core::option::Option<&<u16 as ::kv_core::__private::MapKey>::Ref>,
    ) -> ::core::result::Result<::std::string::String, ::kv_core::__private::KeyError> {
        #[allow(unused_mut)]
        let mut builder = ::kv_core::__private::template::KeyBuilder::new();
        builder = ::kv_core::__private::template::KeyBuilder::text(builder, "room:");
        builder = ::kv_core::__private::template::KeyBuilder::part(
            builder,
            "room",
            part_room,
            ":",
        );
        builder = ::kv_core::__private::template::KeyBuilder::text(builder, ":");
        let ::core::option::Option::Some(part_row) = part_row else {
            return ::kv_core::__private::template::KeyBuilder::prefix(builder);
        };
        builder = ::kv_core::__private::template::KeyBuilder::part(
            builder,
            "row",
            part_row,
            "/",
        );
        builder = ::kv_core::__private::template::KeyBuilder::text(builder, "/");
        ::kv_core::__private::template::KeyBuilder::prefix(builder)
    }
}
