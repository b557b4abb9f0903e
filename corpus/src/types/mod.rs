//! The types, one file for each topic.
//!
//! Types that serde writes in one way and reads in another are in `tests/fidelity/asymmetric.rs`,
//! if the derive accepts them.

#![expect(missing_docs, reason = "the docs of a type name its topic, and its variants are named for theirs")]

pub mod defaults;
pub mod enums;
pub mod flatten;
pub mod forms;
pub mod generic;
pub mod maps;
pub mod opaque;
pub mod recursive;
pub mod renames;
pub mod rules;
pub mod std_types;
pub mod structs;
pub(crate) mod wild;
pub mod wire;

use crate::case::{Case, Subject, Visitor};
use crate::formats::{activity_pub, chat, compose, forge, game, geojson, json_rpc, kubernetes};

macro_rules! corpus {
    ($($topic:ident: $($kind:ident $name:ident),*;)*) => {
        /// Passes every type of the corpus to a visitor, in a fixed order.
        pub fn visit(visitor: &mut impl Visitor) {
            $($(visitor.$kind::<$topic::$name>(stringify!($name));)*)*
        }
    };
}

corpus! {
    structs: stored Point, stored Empty, stored Segment, stored RawNames, stored OddNames, stored Strict,
        stored StrictEmpty, stored Skipping;
    forms: stored UnitStruct, stored Newtype, stored NewtypeOption, stored NewtypeUnit, stored Tuple, stored EmptyTuple,
        stored OneOfTwo, stored TupleDefaults, stored Transparent, stored TransparentTuple, stored TransparentTwice,
        stored Forms;
    renames: stored LowerFields, stored LowerVariants, stored UpperFields, stored UpperVariants, stored PascalFields,
        stored PascalVariants, stored CamelFields, stored CamelVariants, stored SnakeFields, stored SnakeVariants,
        stored ScreamingFields, stored ScreamingVariants, stored KebabFields, stored KebabVariants, stored LoudFields,
        stored LoudVariants, stored Renamed, stored RenamedVariants;
    defaults: stored FieldDefaults, stored ContainerDefault, stored ContainerDefaultOf, stored TupleDefault,
        stored LeftOut, stored OptionLeftOut, stored VariantDefaults;
    enums: stored Color, stored External, stored ExternalOther, stored ExternalOrUntagged, stored ExternalStrict,
        stored Internal, stored InternalOther, stored InternalOrUntagged, stored InternalStrict, stored Adjacent,
        stored AdjacentOther, stored AdjacentOrUntagged, stored AdjacentStrict, stored AdjacentBare, stored Untagged, stored UntaggedStrict;
    flatten: stored FlatStruct, stored FlatAliases, stored FlatMap, stored FlatColors, stored FlatOption,
        stored FlatNested, stored FlatExternal, stored FlatInternal, stored FlatAdjacent, stored FlatUntagged,
        stored FlatSeveral, stored FlatStrict, stored FlatOpaque, stored FlatInExternal, stored FlatInInternal,
        stored FlatInAdjacent, stored FlatInUntagged;
    generic: field Numbers, field NestedPair, field ThreeNumbers, field NoPoints, field NumberOrText, field RemotePoints,
        stored StoredPage;
    recursive: stored Tree, stored Expression, stored Folder, stored File, stored Nested;
    std_types: stored Integers, stored Wide, stored OtherIntegers, stored Floats, stored Texts, field Pointers,
        stored Lists, stored Tuples, stored Maybes, stored Ranges, stored Times, stored Addresses;
    maps: stored TextKeys, stored NumberKeys, stored EnumKeys, stored Deep;
    rules: stored RuledTexts, stored RuledNumbers, stored RuledLists;
    opaque: stored Opaques, field OpaqueVariants;
    wire: stored Converted, stored OnTheWire, stored NewtypeKeys;
    geojson: stored GeoJson;
    kubernetes: stored Resource, stored WatchEvent;
    compose: stored ComposeFile;
    json_rpc: stored RpcPayload, stored LspMessage;
    activity_pub: stored InboxItem, stored Actor;
    chat: stored ChatRequest, stored ChatCompletion, stored StreamEvent;
    forge: stored Delivery, stored Discussion;
    game: stored SaveGame, stored Turn;
}

/// Returns a case of every type of the corpus, in the order of [`visit`].
pub fn all() -> Vec<Case> {
    struct Collect(Vec<Case>);

    impl Visitor for Collect {
        fn field<T: Subject>(&mut self, name: &'static str) {
            self.0.push(Case::of::<T>(name));
        }
    }

    let mut cases = Collect(Vec::new());
    visit(&mut cases);
    cases.0
}
