//! [`Maker`], which makes samples of a schema: JSON of all shapes that it allows.

use super::candidates::{self, COVERED};
use super::json::Json;
use super::node::{ChoiceSlot, Form, Member, Node, SampleKey, Value};
use crate::schema::rule::{Each, Rule};
use crate::schema::ty::{Enum, Field, Fields, Shape, Tagging, TypeSchema, Variant};
use std::any::TypeId;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;
use std::time::{Duration, SystemTime};

/// The maximum depth of a type inside itself.
const MAX_INSIDE_ITSELF: usize = 1;

/// The number of parts after which a sample gets only the parts that it must have.
const MANY_PARTS: usize = 2_000;

/// The maximum number of parts of a sample. A type that needs more is not probed.
const MOST_PARTS: usize = 50_000;

/// A slot that samples have reached.
#[derive(Debug)]
pub(super) struct Known {
    /// The number of its alternatives that are always tried.
    pub(super) covered: usize,
    /// Whether the alternatives are different shapes, all of which a reader must accept.
    pub(super) must: bool,
    /// The choices from the root to the slot.
    pub(super) trail: Vec<(ChoiceSlot, usize)>,
}

/// Makes samples of one type, and records the available choices.
pub(super) struct Maker {
    root: &'static TypeSchema,
    heights: HashMap<TypeId, Option<u32>>,
    texts: HashMap<ChoiceSlot, Rc<Vec<String>>>,
    /// The slots in the order of their discovery.
    pub(super) order: Vec<ChoiceSlot>,
    pub(super) known: HashMap<ChoiceSlot, Known>,
    /// The default alternatives.
    pub(super) usual: HashMap<ChoiceSlot, usize>,
    /// The alternatives that have been tried.
    pub(super) tried: HashSet<(ChoiceSlot, usize)>,
    /// Strings that a reader named in a refusal.
    pub(super) named: HashMap<ChoiceSlot, Vec<String>>,
    /// Slots without an alternative that is read, and slots without a schema. A member that
    /// contains one comes last in its object, so that the others are read first.
    pub(super) blocked: HashSet<ChoiceSlot>,
}

/// A request for a sample.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// The required choices, each used once.
    pub(super) forced: Vec<(ChoiceSlot, usize)>,
    /// Whether untried alternatives are preferred everywhere else.
    pub(super) eager: bool,
}

/// A sample.
pub(super) struct Sample {
    pub(super) root: Node,
    /// The choices in the sample.
    pub(super) choices: Vec<(ChoiceSlot, usize)>,
    /// The type and the text of a `#[kv(example)]` in the sample.
    pub(super) example: Option<(&'static TypeSchema, &'static str)>,
}

impl Maker {
    /// Creates a maker for a type. Returns `None` if the type has no finite values.
    pub(super) fn new(root: &'static TypeSchema) -> Option<Self> {
        let heights = heights(root);
        heights.get(&root.id).copied().flatten()?;
        Some(Self {
            root,
            heights,
            texts: HashMap::new(),
            order: Vec::new(),
            known: HashMap::new(),
            usual: HashMap::new(),
            tried: HashSet::new(),
            named: HashMap::new(),
            blocked: HashSet::new(),
        })
    }

    /// Makes a sample. Returns `None` if it would be too large.
    pub(super) fn make(&mut self, wanted: Wanted) -> Option<Sample> {
        let root = self.root;
        let mut making = Making {
            maker: self,
            forced: wanted.forced,
            eager: wanted.eager,
            chosen: HashSet::new(),
            parts: 0,
            owners: Vec::new(),
            trail: Vec::new(),
            choices: Vec::new(),
            example: None,
        };
        let node = making.value(root, &SamplePlace::of(root));
        let (parts, choices, example) = (making.parts, making.choices, making.example);
        (parts <= MOST_PARTS).then_some(Sample { root: node, choices, example })
    }

    fn height_of(&self, fields: &Fields) -> Option<u32> {
        height_of(fields, &self.heights)
    }
}

/// A place in the definition of a type, with its context.
#[derive(Clone, Copy)]
struct SamplePlace {
    slot: ChoiceSlot,
    rules: &'static [Rule],
    example: Option<&'static str>,
    /// Whether the type here, or around it, is specified by `wire`.
    wire: bool,
    /// Whether a value without a schema must be an object here.
    object: bool,
    /// Whether integers are small, because large ones are not valid times.
    small: bool,
}

impl SamplePlace {
    fn of(schema: &TypeSchema) -> Self {
        let mut hasher = DefaultHasher::new();
        schema.id.hash(&mut hasher);
        let slot = ChoiceSlot(hasher.finish());
        Self { slot, rules: &[], example: None, wire: false, object: false, small: false }
    }

    /// Returns the part of the place at a position.
    fn part(self, position: usize) -> Self {
        let mut hasher = DefaultHasher::new();
        (self.slot, position).hash(&mut hasher);
        Self {
            slot: ChoiceSlot(hasher.finish()),
            rules: &[],
            example: None,
            object: false,
            small: false,
            ..self
        }
    }

    fn field(self, position: usize, field: &Field) -> Self {
        let part = self.part(position);
        Self {
            rules: field.rules,
            example: field.example,
            wire: part.wire || field.wire,
            small: self.small,
            ..part
        }
    }

    /// Returns the place of the items of a list or the values of a map.
    fn items(self) -> Self {
        let each = self
            .rules
            .iter()
            .find_map(|rule| if let Rule::Each(Each { rules }) = rule { Some(*rules) } else { None });
        Self { rules: each.unwrap_or_default(), ..self.part(usize::MAX) }
    }
}

struct Making<'m> {
    maker: &'m mut Maker,
    forced: Vec<(ChoiceSlot, usize)>,
    eager: bool,
    /// The untried alternatives that this sample has chosen.
    chosen: HashSet<(ChoiceSlot, usize)>,
    parts: usize,
    /// The surrounding structs and enums, the innermost last.
    owners: Vec<&'static TypeSchema>,
    trail: Vec<(ChoiceSlot, usize)>,
    choices: Vec<(ChoiceSlot, usize)>,
    example: Option<(&'static TypeSchema, &'static str)>,
}

impl Making<'_> {
    fn owner(&self) -> &'static TypeSchema {
        self.owners.last().copied().unwrap_or(self.maker.root)
    }

    fn is_deep(&self) -> bool {
        let owner = self.owner();
        self.parts > MANY_PARTS
            || self.owners.iter().filter(|other| ***other == *owner).count() > MAX_INSIDE_ITSELF
    }

    /// Chooses one of `all` alternatives, the first `covered` of which are always tried. `least` is
    /// the one with the fewest parts.
    fn choose(&mut self, slot: ChoiceSlot, all: usize, covered: usize, must: bool, least: usize) -> usize {
        let covered = covered.min(all);
        if !self.maker.known.contains_key(&slot) {
            self.maker.order.push(slot);
            self.maker.known.insert(slot, Known { covered, must, trail: self.trail.clone() });
        }
        let forced = self.forced.iter().position(|(wanted, _)| *wanted == slot);
        let usual = self.maker.usual.get(&slot).copied().unwrap_or_default();
        let choice = if let Some(at) = forced {
            self.forced.remove(at).1
        } else if self.is_deep() {
            least
        } else if self.eager
            && let Some(new) = (0..covered)
                .map(|nth| (slot, nth))
                .find(|choice| !self.maker.tried.contains(choice) && !self.chosen.contains(choice))
        {
            self.chosen.insert(new);
            new.1
        } else {
            usual
        };
        self.choices.push((slot, choice));
        choice
    }

    fn node(&self, place: &SamplePlace, alternatives: usize, value: Value) -> Node {
        let form = if place.wire { Form::Own } else { Form::Exact };
        Node { slot: place.slot, alternatives, ty: self.owner(), form, value }
    }

    /// Makes the content of a choice.
    fn after<T>(&mut self, choice: (ChoiceSlot, usize), build: impl FnOnce(&mut Self) -> T) -> T {
        self.trail.push(choice);
        let made = build(self);
        self.trail.pop();
        made
    }

    fn value(&mut self, schema: &'static TypeSchema, place: &SamplePlace) -> Node {
        self.parts += 1;
        if self.parts > MOST_PARTS {
            return self.node(place, 0, Value::Null);
        }
        if let (Some(text), false) = (place.example, is_scalar(schema)) {
            return self.example(text, place);
        }
        let slot = place.slot;
        match schema.shape {
            Shape::Bool => {
                let choice = self.choose(slot, 2, 2, false, 0);
                self.node(place, 2, Value::Bool(choice == 0))
            }
            Shape::Int(kind) | Shape::NonZero(kind) => {
                let not_zero = matches!(schema.shape, Shape::NonZero(_));
                let mut all = candidates::integers(kind, not_zero, place.rules, place.example);
                all.truncate(if place.small { 1 } else { all.len() });
                let choice = self.choose(slot, all.len(), COVERED + 1, false, 0);
                let number = all.get(choice).copied().unwrap_or(1);
                self.node(place, all.len(), Value::Number(number.to_string()))
            }
            Shape::Float(kind) => {
                let all = candidates::floats(kind, place.rules, place.example);
                let choice = self.choose(slot, all.len(), COVERED, false, 0);
                let number = all.get(choice).cloned().unwrap_or_default();
                self.node(place, all.len(), Value::Number(number))
            }
            Shape::Char => {
                let all = ["a", "\u{1f600}", "A", "1"];
                let choice = self.choose(slot, all.len(), 2, false, 0);
                self.node(place, all.len(), Value::Text(all.get(choice).copied().unwrap_or("a").to_owned()))
            }
            Shape::String => self.text(place, COVERED, |place| candidates::texts(place.rules, place.example)),
            Shape::Formatted(format) => {
                let node = self.text(place, 2, |place| candidates::formatted(format.accepts, place.example));
                Node { form: if node.form == Form::Exact { Form::Spelled } else { node.form }, ..node }
            }
            Shape::Json => self.any(place),
            Shape::Option(inner) => {
                let choice = self.choose(slot, 2, 2, true, 1);
                if choice == 1 {
                    return self.node(place, 0, Value::Null);
                }
                let inside = SamplePlace { slot: place.part(0).slot, ..*place };
                self.after((slot, 0), |making| making.value(inner.get(), &inside))
            }
            Shape::List(item) => self.list(item.get(), place, false),
            Shape::Set(item) => self.list(item.get(), place, true),
            Shape::Array { item, len } => {
                let items = place.items();
                let made = (0..len.min(MOST_PARTS)).map(|_| self.value(item.get(), &items)).collect();
                self.node(place, 0, Value::List(made))
            }
            Shape::Tuple(types) => {
                let made =
                    types.iter().enumerate().map(|(at, ty)| self.value(ty.get(), &place.part(at))).collect();
                self.node(place, 0, Value::List(made))
            }
            Shape::Map { key, value } => {
                let choice = self.choose(slot, 2, 2, false, 1);
                if choice == 1 {
                    return self.node(place, 0, Value::Object(Vec::new(), false));
                }
                let member = self.after((slot, 0), |making| {
                    let name = making.value(key.get(), &place.part(0));
                    let value = making.value(value.get(), &place.items());
                    Member {
                        written: key_text(&name),
                        name: key_text(&name),
                        key: Some(SampleKey {
                            slot: name.slot,
                            alternatives: name.alternatives,
                            ty: name.ty,
                            is_number: name.form == Form::Exact
                                && matches!(name.value, Value::Number(_) | Value::Bool(_)),
                        }),
                        value: Some(value),
                        may_be_left_out: false,
                        default: None,
                    }
                });
                self.node(place, 0, Value::Object(vec![member], place.wire))
            }
            Shape::Struct(fields) => {
                self.within(schema, place, |making, place| making.fields(&fields, place))
            }
            Shape::Enum(all) => self.within(schema, place, |making, place| making.variant(&all, place)),
            // `Unit`, and unknown shapes.
            _ => self.node(place, 0, Value::Null),
        }
    }

    /// Makes a struct or an enum, which has the same slots wherever it occurs.
    fn within(
        &mut self,
        schema: &'static TypeSchema,
        place: &SamplePlace,
        make: impl FnOnce(&mut Self, &SamplePlace) -> Node,
    ) -> Node {
        let is_time = *schema == *<Duration as crate::KvField>::schema()
            || *schema == *<SystemTime as crate::KvField>::schema();
        let own =
            SamplePlace { wire: place.wire, object: place.object, small: is_time, ..SamplePlace::of(schema) };
        self.owners.push(schema);
        let node = make(self, &own);
        self.owners.pop();
        node
    }

    fn text(
        &mut self,
        place: &SamplePlace,
        covered: usize,
        all: impl FnOnce(&SamplePlace) -> Vec<String>,
    ) -> Node {
        let slot = place.slot;
        let texts = Rc::clone(self.maker.texts.entry(slot).or_insert_with(|| Rc::new(all(place))));
        let named = self.maker.named.get(&slot).map_or(&[][..], Vec::as_slice);
        let count = texts.len() + named.len();
        let choice = self.choose(slot, count.max(1), covered, false, 0);
        let named = self.maker.named.get(&slot).and_then(|named| named.get(choice.checked_sub(texts.len())?));
        let text = texts.get(choice).or(named).cloned().unwrap_or_default();
        self.node(place, count, Value::Text(text))
    }

    fn any(&mut self, place: &SamplePlace) -> Node {
        const ANY: &[&str] = &[
            r#"{"zz":1}"#,
            "{}",
            r#""a""#,
            "1",
            "null",
            "true",
            "[1]",
            "1.5",
            "[]",
            r#"[["a",1]]"#,
            r#""""#,
            "-1",
            r#"{"zz":"a"}"#,
        ];
        let all = if place.object { &ANY[..2] } else { ANY };
        let choice = self.choose(place.slot, all.len(), 1, false, 0);
        let json = all.get(choice).and_then(|text| Json::parse(text)).unwrap_or(Json::Null);
        let node = self.constant(json, place, Form::Any);
        Node { alternatives: all.len(), ..node }
    }

    /// Makes the value of a `#[kv(example)]`.
    fn example(&mut self, text: &'static str, place: &SamplePlace) -> Node {
        self.example = Some((self.owner(), text));
        let json = Json::parse(text).unwrap_or(Json::Null);
        self.constant(json, place, Form::Own)
    }

    fn constant(&mut self, json: Json, place: &SamplePlace, form: Form) -> Node {
        let value = match json {
            Json::Null => Value::Null,
            Json::Bool(value) => Value::Bool(value),
            Json::Number(number) => Value::Number(number),
            Json::Text(text) => Value::Text(text),
            Json::List(items) => {
                let items = items.into_iter().enumerate();
                Value::List(items.map(|(at, item)| self.constant(item, &place.part(at), form)).collect())
            }
            Json::Object(members) => {
                let members = members.into_iter().enumerate().map(|(at, (name, value))| Member {
                    written: name.clone(),
                    name,
                    value: Some(self.constant(value, &place.part(at), form)),
                    may_be_left_out: true,
                    default: None,
                    key: None,
                });
                Value::Object(members.collect(), true)
            }
        };
        Node { form, ..self.node(place, 0, value) }
    }

    fn list(&mut self, item: &'static TypeSchema, place: &SamplePlace, is_set: bool) -> Node {
        /// The lengths of lists; the first ones are always tried.
        const LENGTHS: &[usize] = &[1, 0, 2, 3, 4, 6, 8, 12, 16, 20, 24, 32, 64];
        let lengths = if is_set { &LENGTHS[..2] } else { LENGTHS };
        let choice = self.choose(place.slot, lengths.len(), 3, false, 1);
        let len = lengths.get(choice).copied().unwrap_or(1);
        let items = place.items();
        let made =
            self.after((place.slot, choice), |making| (0..len).map(|_| making.value(item, &items)).collect());
        let node = self.node(place, lengths.len(), Value::List(made));
        Node { form: if is_set && node.form == Form::Exact { Form::Unordered } else { node.form }, ..node }
    }

    fn fields(&mut self, fields: &Fields, place: &SamplePlace) -> Node {
        match fields {
            Fields::Unit => self.node(place, 0, Value::Null),
            Fields::Newtype { field, .. } => {
                let inside = SamplePlace { object: place.object, ..place.field(0, field) };
                self.value(field.ty.get(), &inside)
            }
            Fields::Tuple(fields) => {
                let items = fields.iter().enumerate();
                let items =
                    items.map(|(at, field)| self.value(field.ty.get(), &place.field(at, field))).collect();
                self.node(place, 0, Value::List(items))
            }
            Fields::Named { fields, .. } => {
                let mut members = Vec::new();
                let mut open = false;
                for (at, field) in fields.iter().enumerate() {
                    let place = place.field(at, field);
                    if field.flatten {
                        let flat = self.value(field.ty.get(), &SamplePlace { object: true, ..place });
                        open |= flat.any(|node| node.form == Form::Any);
                        members.extend(as_members(flat));
                    } else {
                        members.push(self.member(field, &place));
                    }
                }
                let blocked = &self.maker.blocked;
                members.sort_by_key(|member| {
                    member.value.as_ref().is_some_and(|value| value.any(|node| blocked.contains(&node.slot)))
                });
                self.node(place, 0, Value::Object(members, open))
            }
        }
    }

    fn member(&mut self, field: &Field, place: &SamplePlace) -> Member {
        let presence = place.part(usize::MAX - 1).slot;
        let optional = field.is_optional();
        let alternatives = field.aliases.len() + 1 + usize::from(optional);
        let mut choice = 0;
        if alternatives > 1 {
            choice = self.choose(
                presence,
                alternatives,
                alternatives,
                true,
                if optional { alternatives - 1 } else { 0 },
            );
        }
        let absent = optional && choice == alternatives - 1;
        let name = if absent || choice == 0 {
            field.name
        } else {
            field.aliases.get(choice - 1).copied().unwrap_or(field.name)
        };
        let value =
            (!absent).then(|| self.after((presence, choice), |making| making.value(field.ty.get(), place)));
        Member {
            name: name.to_owned(),
            written: field.name.to_owned(),
            value,
            may_be_left_out: field.may_be_left_out,
            default: field.default_json,
            key: None,
        }
    }

    fn variant(&mut self, all: &Enum, place: &SamplePlace) -> Node {
        let heights = all.variants.iter().map(|variant| self.maker.height_of(&variant.fields));
        let least =
            heights.enumerate().filter_map(|(at, height)| Some((height?, at))).min().map_or(0, |(_, at)| at);
        let mut choice = self.choose(place.slot, all.variants.len(), all.variants.len(), true, least);
        let Some(mut variant) = all.variants.get(choice) else { return self.node(place, 0, Value::Null) };
        if self.maker.height_of(&variant.fields).is_none() {
            choice = least;
            variant = &all.variants[least];
        }
        let content = SamplePlace { object: place.object, ..place.part(choice) };
        self.after((place.slot, choice), |making| making.tagged(all, variant, place, &content))
    }

    fn tagged(&mut self, all: &Enum, variant: &Variant, place: &SamplePlace, content: &SamplePlace) -> Node {
        let name = variant.name;
        let member = |name: &str, value| Member {
            name: name.to_owned(),
            written: name.to_owned(),
            value: Some(value),
            may_be_left_out: false,
            default: None,
            key: None,
        };
        let tagging = if variant.untagged { Tagging::Untagged } else { all.tagging };
        let value = match tagging {
            Tagging::Untagged => return self.fields(&variant.fields, content),
            Tagging::External if matches!(variant.fields, Fields::Unit) => Value::Unit(name.to_owned()),
            Tagging::External => {
                let content = self.fields(&variant.fields, &SamplePlace { object: false, ..*content });
                Value::Object(vec![member(name, content)], false)
            }
            Tagging::Internal { tag } => {
                let name = self.node(&place.part(usize::MAX), 0, Value::Unit(name.to_owned()));
                let inside = self.fields(&variant.fields, &SamplePlace { object: true, ..*content });
                let open = inside.any(|node| node.form == Form::Any);
                let members = std::iter::once(member(tag, name)).chain(as_members(inside)).collect();
                Value::Object(members, open)
            }
            Tagging::Adjacent { tag, content: inside, .. } => {
                let name = self.node(&place.part(usize::MAX), 0, Value::Unit(name.to_owned()));
                let mut members = vec![member(tag, name)];
                if !matches!(variant.fields, Fields::Unit) {
                    members.push(member(
                        inside,
                        self.fields(&variant.fields, &SamplePlace { object: false, ..*content }),
                    ));
                }
                Value::Object(members, false)
            }
        };
        self.node(place, 0, value)
    }
}

/// Returns a flattened value as members of its parent; units have none.
fn as_members(node: Node) -> Vec<Member> {
    match node.value {
        Value::Object(members, _) => members,
        Value::Unit(name) => {
            let value = Some(Node { value: Value::Null, ..node });
            vec![Member {
                written: name.clone(),
                name,
                value,
                may_be_left_out: false,
                default: None,
                key: None,
            }]
        }
        _ => Vec::new(),
    }
}

/// Returns a key as the name of a member.
fn key_text(key: &Node) -> String {
    match key.json() {
        Json::Text(text) => text,
        json => json.to_string(),
    }
}

/// Returns whether the example of a type is among the candidates.
fn is_scalar(schema: &'static TypeSchema) -> bool {
    match schema.shape {
        Shape::Int(_) | Shape::NonZero(_) | Shape::Float(_) | Shape::String | Shape::Formatted(_) => true,
        Shape::Option(inner) => is_scalar(inner.get()),
        _ => false,
    }
}

/// Returns the minimum depth of the values of each type; `None` for a type without finite values.
fn heights(root: &'static TypeSchema) -> HashMap<TypeId, Option<u32>> {
    let mut all = vec![root];
    let mut seen = HashSet::from([root.id]);
    let mut at = 0;
    while let Some(schema) = all.get(at).copied() {
        at += 1;
        for part in parts(schema) {
            if seen.insert(part.id) {
                all.push(part);
            }
        }
    }
    let mut heights: HashMap<TypeId, Option<u32>> = HashMap::new();
    loop {
        let mut changed = false;
        // Parts come after their containers.
        for schema in all.iter().rev() {
            let height = match schema.shape {
                Shape::Array { item, len } if len > 0 => {
                    heights.get(&item.get().id).copied().flatten().map(|n| n + 1)
                }
                Shape::Tuple(types) => types
                    .iter()
                    .map(|ty| heights.get(&ty.get().id).copied().flatten())
                    .try_fold(0, |most, height| Some(u32::max(most, height? + 1))),
                Shape::Struct(fields) => height_of(&fields, &heights),
                Shape::Enum(all) => {
                    all.variants.iter().filter_map(|variant| height_of(&variant.fields, &heights)).min()
                }
                _ => Some(0),
            };
            changed |= heights.insert(schema.id, height) != Some(height);
        }
        if !changed {
            return heights;
        }
    }
}

fn height_of(fields: &Fields, heights: &HashMap<TypeId, Option<u32>>) -> Option<u32> {
    let mut height = 0;
    for field in fields.all() {
        if matches!(fields, Fields::Named { .. }) && field.is_optional() {
            continue;
        }
        height = height.max(heights.get(&field.ty.get().id).copied().flatten()? + 1);
    }
    Some(height)
}

fn parts(schema: &'static TypeSchema) -> Vec<&'static TypeSchema> {
    match schema.shape {
        Shape::Option(item) | Shape::List(item) | Shape::Set(item) | Shape::Array { item, .. } => {
            vec![item.get()]
        }
        Shape::Tuple(types) => types.iter().map(|ty| ty.get()).collect(),
        Shape::Map { key, value } => vec![key.get(), value.get()],
        Shape::Struct(fields) => fields.all().iter().map(|field| field.ty.get()).collect(),
        Shape::Enum(all) => {
            all.variants.iter().flat_map(|variant| variant.fields.all()).map(|field| field.ty.get()).collect()
        }
        _ => Vec::new(),
    }
}
