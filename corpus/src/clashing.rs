//! Random catalogs with name collisions, for tests of the Elm client. Each slot is one Rust type
//! with a schema that is made at run time.

use arbitrary::{Result, Unstructured};
use kv_core::schema::ty::{Arg, Enum, Field, Fields, Shape, Tagging, TypeRef, TypeSchema, Variant};
use kv_core::schema::{Access, Exposed, Validator};
use kv_core::{KvField, KvType};
use std::any::TypeId;
use std::cell::RefCell;
use std::collections::HashSet;
use std::time::Duration;

/// Maximum number of types in a catalog.
pub const SLOTS: usize = 16;

const LONG: &str = concat!(
    "Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
    "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc",
);

const TYPES: &[&str] = &[
    "Order",
    "ORDER",
    "Orders",
    "OrderKey",
    "OrderEntries",
    "OrderStatus",
    "Status",
    "AppOrder",
    "OrdersOrder",
    "Page",
    "Item",
    "PageItem",
    "List",
    "Maybe",
    "Dict",
    "Result",
    "Codec",
    "Watch",
    "Type",
    "Request",
    "Decoder",
    "Identity",
    "Never",
    "If",
    "GetOrder",
    "SetOrder",
    "ListOrders",
    "EncodeOrder",
    "OrderDecoder",
    "_3d",
    "Größe",
    "日本",
    "order",
    LONG,
];
const VARIANTS: &[&str] = &[
    "Active",
    "Open",
    "Closed",
    "Order",
    "Status",
    "StatusActive",
    "OrderStatusActive",
    "Item",
    "Page",
    "Just",
    "Nothing",
    "Ok",
    "Err",
    "True",
    "LT",
    "_2d",
    "über",
    "日本",
    "active",
    "Live",
    LONG,
];
const FIELDS: &[&str] = &[
    "n", "_n", "n_", "type", "type_", "r_type", "if", "port", "item_id", "itemId", "ItemId", "value", "name",
    "order", "order_", "identity", "known", "tag", "größe", "_0", "日本", LONG,
];
const MODULES: &[&str] =
    &["app", "app::orders", "app::order", "shop::orders", "shop::r#mod::ui_storage", "other_app::orders", ""];
const GIVEN: &[&str] = &["Order", "Active", "Thing", "OrderStatus", "AppOrder", "Codec"];

/// A catalog of types with colliding names.
#[derive(Clone, Debug)]
pub struct Plan {
    types: Vec<Type>,
}

#[derive(Clone, Debug)]
struct Type {
    module: &'static str,
    name: &'static str,
    elm: Option<&'static str>,
    args: Vec<usize>,
    access: Access,
    body: Body,
}

#[derive(Clone, Debug)]
enum Body {
    Unit,
    Newtype(Option<usize>),
    Record(Vec<Member>),
    Enum(Vec<Choice>),
}

#[derive(Clone, Debug)]
struct Member {
    name: &'static str,
    /// Slot of the type, or `None` for a string.
    ty: Option<usize>,
}

#[derive(Clone, Debug)]
struct Choice {
    name: &'static str,
    elm: Option<&'static str>,
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    Nothing,
    One(Option<usize>),
    Record(Vec<Member>),
}

impl Plan {
    /// Generates a catalog of random types. No two of them have the same path and arguments in
    /// Rust.
    ///
    /// # Errors
    ///
    /// Fails if there are too few bytes.
    pub fn arbitrary(u: &mut Unstructured<'_>) -> Result<Self> {
        let count = u.int_in_range(2..=SLOTS - 1)?;
        let mut given: Vec<_> = GIVEN.to_vec();
        let mut seen = HashSet::new();
        let mut types = Vec::new();
        for _ in 0..count {
            let slots = types.len();
            let args = if u.ratio(1, 4)? { vec![slot(u, slots)?, slot(u, slots)?] } else { Vec::new() };
            let ty = Type {
                module: u.choose(MODULES)?,
                name: u.choose(TYPES)?,
                elm: if u.ratio(1, 10)? { given.pop() } else { None },
                args: args.into_iter().flatten().collect(),
                access: *u.choose(&[Access::Get, Access::Read, Access::ReadWrite])?,
                body: body(u, slots, &mut given)?,
            };
            if seen.insert((ty.module, ty.name, ty.args.clone())) {
                types.push(ty);
            }
        }
        Ok(Self { types })
    }

    /// Adds a type with a name and a variant that occur nowhere else.
    #[must_use]
    pub fn with_unrelated(mut self) -> Self {
        let choices = vec![Choice { name: "Striped", elm: None, content: Content::Nothing }];
        let elm = None;
        let access = Access::ReadWrite;
        let body = Body::Enum(choices);
        self.types.push(Type { module: "zoo", name: "Zebra", elm, args: Vec::new(), access, body });
        self
    }

    /// Returns a catalog of a struct and an enum with names of `len` bytes, in a module with a
    /// short name.
    #[must_use]
    pub fn with_names_of(len: usize) -> Self {
        let name = |first: char| -> &'static str { format!("{first}{}", "x".repeat(len - 1)).leak() };
        let ty = |name, body| Type {
            module: "app",
            name,
            elm: None,
            args: Vec::new(),
            access: Access::ReadWrite,
            body,
        };
        let record = Body::Record(vec![Member { name: name('f'), ty: None }]);
        let content = Content::Record(vec![Member { name: name('g'), ty: Some(0) }]);
        let choices = vec![Choice { name: name('C'), elm: None, content }];
        Self { types: vec![ty(name('R'), record), ty(name('E'), Body::Enum(choices))] }
    }

    /// Assigns the types of this catalog to the slots of this thread, and returns them as exposed
    /// types.
    pub fn expose(&self) -> Vec<Exposed> {
        let schemas: Vec<_> = self.types.iter().enumerate().map(|(at, ty)| ty.schema(at)).collect();
        SCHEMAS.with_borrow_mut(|all| *all = schemas);
        self.types.iter().zip(EXPOSE).map(|(ty, expose)| expose(ty.access)).collect()
    }
}

fn slot(u: &mut Unstructured<'_>, slots: usize) -> Result<Option<usize>> {
    if slots == 0 || u.ratio(1, 3)? { Ok(None) } else { Ok(Some(u.choose_index(slots)?)) }
}

fn body(u: &mut Unstructured<'_>, slots: usize, given: &mut Vec<&'static str>) -> Result<Body> {
    Ok(match u.int_in_range(0..=5)? {
        0 => Body::Unit,
        1 => Body::Newtype(slot(u, slots)?),
        2 => Body::Record(members(u, slots)?),
        _ => {
            let mut choices = Vec::new();
            for name in some(u, VARIANTS)? {
                let elm = if u.ratio(1, 10)? { given.pop() } else { None };
                let content = match u.int_in_range(0..=3)? {
                    0 => Content::One(slot(u, slots)?),
                    1 => Content::Record(members(u, slots)?),
                    _ => Content::Nothing,
                };
                choices.push(Choice { name, elm, content });
            }
            Body::Enum(choices)
        }
    })
}

fn members(u: &mut Unstructured<'_>, slots: usize) -> Result<Vec<Member>> {
    some(u, FIELDS)?.into_iter().map(|name| Ok(Member { name, ty: slot(u, slots)? })).collect()
}

/// Returns one to five different names.
fn some(u: &mut Unstructured<'_>, names: &[&'static str]) -> Result<Vec<&'static str>> {
    let mut some = Vec::new();
    for _ in 0..u.int_in_range(1..=5)? {
        let name = *u.choose(names)?;
        if !some.contains(&name) {
            some.push(name);
        }
    }
    Ok(some)
}

impl Type {
    fn schema(&self, at: usize) -> &'static TypeSchema {
        let args: Vec<_> = self.args.iter().map(|arg| Arg::Type(type_of(Some(*arg)))).collect();
        let shape = match &self.body {
            Body::Unit => Shape::Struct(Fields::Unit),
            Body::Newtype(ty) => Shape::Struct(newtype(*ty)),
            Body::Record(members) => Shape::Struct(named(members)),
            Body::Enum(choices) => {
                let variants: Vec<_> = choices.iter().map(Choice::variant).collect();
                Shape::Enum(Enum { tagging: Tagging::External, variants: variants.leak() })
            }
        };
        Box::leak(Box::new(TypeSchema {
            id: IDS[at],
            name: self.name,
            module: self.module,
            args: args.leak(),
            docs: "",
            shape,
            validate: None,
            hidden: &[],
            elm: self.elm,
        }))
    }
}

impl Choice {
    fn variant(&self) -> Variant {
        let fields = match &self.content {
            Content::Nothing => Fields::Unit,
            Content::One(ty) => newtype(*ty),
            Content::Record(members) => named(members),
        };
        Variant { elm: self.elm, ..Variant::new(self.name, fields) }
    }
}

fn newtype(ty: Option<usize>) -> Fields {
    Fields::Newtype { field: Box::leak(Box::new(Field::new("0", type_of(ty)))), transparent: false }
}

fn named(members: &[Member]) -> Fields {
    let fields: Vec<_> = members.iter().map(|it| Field::new(it.name, type_of(it.ty))).collect();
    Fields::Named { fields: fields.leak(), deny_unknown: false }
}

fn type_of(slot: Option<usize>) -> TypeRef {
    slot.map_or(TypeRef::of::<String>(), |at| TYPES_OF_SLOTS[at])
}

thread_local! {
    static SCHEMAS: RefCell<Vec<&'static TypeSchema>> = const { RefCell::new(Vec::new()) };
}

/// A type with the schema of a slot.
#[derive(Debug)]
pub struct Slot<const N: usize>;

impl<const N: usize> KvField for Slot<N> {
    fn schema() -> &'static TypeSchema {
        SCHEMAS.with_borrow(|all| all[N])
    }

    fn check(&self, _: &mut Validator<'_>) {}

    fn heap_size(&self) -> usize {
        0
    }
}

impl<const N: usize> KvType for Slot<N> {
    const TYPE_TAG: &'static str = "Slot";
    const KEY_PREFIX: &'static str = "Slot:";
    const DEFAULT_TTL: Option<Duration> = None;
}

macro_rules! slots {
    ($($n:literal)*) => {
        static IDS: [TypeId; SLOTS] = [$(TypeId::of::<Slot<$n>>()),*];
        static TYPES_OF_SLOTS: [TypeRef; SLOTS] = [$(TypeRef::of::<Slot<$n>>()),*];
        const EXPOSE: [fn(Access) -> Exposed; SLOTS] = [$(|access| Exposed::new::<Slot<$n>>(access)),*];
    };
}

slots! { 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 }
