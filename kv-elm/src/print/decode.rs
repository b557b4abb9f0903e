//! Prints decoders: `Scope::decoder` returns the decoder of a codec, `Scope::field` that of a
//! field.

use super::layout::{Expr, atom, call, lambda, list, pair, pipe};
use super::scope::Scope;
use super::text::string;
use crate::ir::{
    Body, Codec, Content, Enum, Field, Index, Int, IntCheck, Key, Presence, Record, Tagging, ValueKind,
    Variant,
};

/// Names of the members that are not in the rest, since a parent or a field reads them.
pub(super) struct KnownNames<'a> {
    /// Names that are known when the decoder is printed.
    names: &'a [String],
    /// Argument of the decoder with further names.
    argument: Option<&'a str>,
}

impl KnownNames<'_> {
    pub(super) const NONE: KnownNames<'static> = KnownNames { names: &[], argument: None };
}

impl Scope<'_> {
    /// Returns the decoder of a value. `from` is the type whose decoder contains it.
    pub(super) fn decoder(&self, codec: &Codec, from: Option<Index>) -> Expr {
        let of = |inner: &Codec| self.decoder(inner, from);
        match codec {
            Codec::Unit => call("Decode.null", [atom("()")]),
            Codec::Bool => atom("Decode.bool"),
            Codec::Int(int) => int_decoder(*int),
            Codec::Float { .. } => atom("Decode.float"),
            Codec::Char => atom("Codec.char"),
            Codec::String => atom("Decode.string"),
            Codec::Json => atom("Codec.json"),
            // An `Option` in a list, a map and so on; `field` has those that are fields.
            Codec::Maybe(inner) => call("Decode.nullable", [of(inner)]),
            Codec::List(item) => call("Decode.list", [of(item)]),
            Codec::Set(item) => call("Codec.set", [of(item)]),
            Codec::Array(item, len) => {
                call("Codec.exactly", [atom(len.to_string()), call("Decode.list", [of(item)])])
            }
            Codec::Tuple(items) => {
                let function = ["Codec.single", "Codec.pair", "Codec.triple"];
                match function.get(items.len().wrapping_sub(1)) {
                    Some(function) => call(*function, items.iter().map(of)),
                    None => call("Decode.null", [atom("()")]),
                }
            }
            Codec::Map(key, _, value) if key.is_comparable() => {
                call("Codec.dict", [self.key_from_string(*key), of(value)])
            }
            Codec::Map(key, _, value) => call("Codec.pairs", [self.key_from_string(*key), of(value)]),
            Codec::Result { ok, err } => call("Codec.result", [of(err), of(ok)]),
            Codec::Named(index) => {
                self.lazy_if_recursive(*index, from, atom(self.value(*index, ValueKind::Decoder)))
            }
        }
    }

    /// Wraps a recursive reference in `Decode.lazy`, since Elm evaluates decoders eagerly.
    fn lazy_if_recursive(&self, to: Index, from: Option<Index>, decoder: Expr) -> Expr {
        let cycle = |at: Index| self.program.types[at].cycle;
        if from.is_some_and(|from| cycle(from) == cycle(to) && self.program.types[to].recursive) {
            call("Decode.lazy", [lambda("()", decoder)])
        } else {
            decoder
        }
    }

    fn key_from_string(&self, key: Key) -> Expr {
        match key {
            Key::String => atom(self.maybe("Just")),
            Key::Int(int) if int.check == IntCheck::Bounds => {
                call("Codec.intKeyWithin", [number(int.min), number(int.max)])
            }
            Key::Int(_) => atom("Codec.intKey"),
            Key::Char => atom("Codec.charKey"),
            Key::Bool => atom("Codec.boolFromString"),
            Key::Variant(index) => atom(self.value(index, ValueKind::FromString)),
        }
    }

    /// Returns the decoder of a flattened value, which reads members of its parent.
    fn flat_decoder(&self, codec: &Codec, from: Index, known: &KnownNames<'_>) -> Expr {
        match codec {
            Codec::Unit => call("Decode.succeed", [atom("()")]),
            Codec::Maybe(inner) => call("Decode.maybe", [self.flat_decoder(inner, from, known)]),
            Codec::Map(Key::String, _, value) => {
                call("Codec.restOf", [known_names(known), self.decoder(value, Some(from))])
            }
            Codec::Map(key, _, value) => {
                let function = if key.is_comparable() { "Codec.restOfDict" } else { "Codec.restOfPairs" };
                let args = [known_names(known), self.key_from_string(*key), self.decoder(value, Some(from))];
                call(function, args)
            }
            Codec::Named(index) => {
                let decoder = if self.program.is_open(codec) {
                    call(self.value(*index, ValueKind::FromMembers), [known_names(known)])
                } else if self.has_flat_decoder(*index) {
                    atom(self.value(*index, ValueKind::FromMembers))
                } else {
                    atom(self.value(*index, ValueKind::Decoder))
                };
                self.lazy_if_recursive(*index, Some(from), decoder)
            }
            _ => self.decoder(codec, Some(from)),
        }
    }

    /// Returns whether a type has a separate decoder for members of a parent.
    pub(super) fn has_flat_decoder(&self, at: Index) -> bool {
        let ty = &self.program.types[at];
        ty.flattened
            && (self.program.is_open(&Codec::Named(at))
                || match &ty.body {
                    Body::Unit | Body::Newtype(_) => true,
                    Body::Record(record) => record.strict,
                    Body::Enum(all) => !matches!(all.tagging, Tagging::Internal { .. }),
                    Body::Tuple(_) => false,
                })
    }

    /// Returns the decoder of a record: `make` applied to its fields in a pipeline.
    fn record(&self, record: &Record, make: Expr, from: Index, known: &KnownNames<'_>, flat: bool) -> Expr {
        let flattened = record.fields.iter().filter(|field| field.presence == Presence::Flat);
        let mut names: Vec<String> = Vec::new();
        if flattened.clone().any(|field| self.program.is_open(&field.value.codec)) || (record.strict && !flat)
        {
            names.extend(known.names.iter().cloned());
            names.extend(self.program.record_names(record));
        }
        let inner = KnownNames { names: &names, argument: known.argument };
        let mut steps: Vec<_> = record.fields.iter().map(|field| self.field(field, from, &inner)).collect();
        if record.strict && !flat {
            steps.push(call("Codec.only", [strings(&names)]));
        }
        // A required member proves that the JSON is an object. `length` does not: lists have it as
        // well.
        let proves_object = |field: &Field| field.presence == Presence::Required && field.wire != "length";
        let is_proven = record.fields.iter().any(proves_object);
        let begin = if is_proven || flat { "Decode.succeed" } else { "Codec.object" };
        pipe(call(begin, [make]), steps)
    }

    /// Returns the pipeline step that reads a field.
    fn field(&self, field: &Field, from: Index, known: &KnownNames<'_>) -> Expr {
        let name = atom(string(&field.wire));
        let decoder = || self.decoder(&field.value.codec, Some(from));
        if field.wire == PROTO && field.presence != Presence::Flat {
            return call("Codec.flattened", [self.proto_decoder(&field.presence, &decoder)]);
        }
        match &field.presence {
            Presence::Required => call("Codec.required", [name, decoder()]),
            // A field that is an `Option`.
            Presence::Optional => call("Codec.optional", [name, decoder()]),
            Presence::LeftOut => call("Codec.maybeThere", [name, decoder()]),
            Presence::Default(json) => call("Codec.withDefault", [name, atom(string(json)), decoder()]),
            Presence::Flat => call("Codec.flattened", [self.flat_decoder(&field.value.codec, from, known)]),
        }
    }

    /// Returns the decoder of the member `__proto__`, which every object has in JavaScript.
    fn proto_decoder(&self, presence: &Presence, decoder: &dyn Fn() -> Expr) -> Expr {
        let nothing = || call("Decode.succeed", [atom(self.maybe("Nothing"))]);
        let (otherwise, decoder) = match presence {
            Presence::Required | Presence::Flat => (no_proto(), decoder()),
            Presence::Optional => (nothing(), call("Decode.nullable", [decoder()])),
            Presence::LeftOut => (nothing(), call("Decode.map", [atom(self.maybe("Just")), decoder()])),
            Presence::Default(json) => (call("Codec.instead", [atom(string(json)), decoder()]), decoder()),
        };
        call("Codec.protoOr", [otherwise, decoder])
    }

    /// Returns the function from the fields of a record, in order, to the record.
    fn record_function(&self, record: &Record, constructor: Option<&str>) -> Expr {
        let names = self.locals(&record.names());
        let fields = record.fields.iter().zip(&names).map(|(field, name)| (field.name.clone(), atom(name)));
        let made = Expr::Record(fields.collect(), super::layout::Lines::AsItFits);
        let made = match constructor {
            Some(name) => call(name, [made]),
            None => made,
        };
        if names.is_empty() { made } else { lambda(names.join(" "), made) }
    }

    /// Returns the body of the decoder of a type.
    pub(super) fn decode(&self, at: Index) -> Expr {
        let ty = &self.program.types[at];
        if self.has_flat_decoder(at)
            && self.program.is_open(&Codec::Named(at))
            && matches!(ty.body, Body::Record(_))
        {
            return call(self.value(at, ValueKind::FromMembers), [list(Vec::new())]);
        }
        self.decode_as(at, false, &KnownNames::NONE)
    }

    /// Returns the argument and the body of the decoder of a flattened type. The argument has the
    /// names of members that others read.
    pub(super) fn decode_members(&self, at: Index) -> (Option<String>, Expr) {
        let argument = self.program.is_open(&Codec::Named(at)).then(|| self.local_around(at, "known"));
        let known = KnownNames { names: &[], argument: argument.as_deref() };
        let decoder = self.decode_as(at, true, &known);
        (argument, decoder)
    }

    fn decode_as(&self, at: Index, flat: bool, known: &KnownNames<'_>) -> Expr {
        let ty = &self.program.types[at];
        match &ty.body {
            Body::Unit if flat => call("Decode.succeed", [atom(&ty.name)]),
            Body::Unit => call("Decode.null", [atom(&ty.name)]),
            Body::Newtype(value) => {
                let inner = if flat {
                    self.flat_decoder(&value.codec, at, known)
                } else {
                    self.decoder(&value.codec, Some(at))
                };
                call("Decode.map", [atom(&ty.name), inner])
            }
            Body::Tuple(items) => {
                let items: Vec<_> = items.iter().map(|item| self.decoder(&item.codec, Some(at))).collect();
                tuple(&ty.name, items)
            }
            Body::Record(record) => {
                let make = if ty.boxed {
                    self.record_function(record, Some(&ty.name))
                } else if record.fields.is_empty() {
                    atom("{}")
                } else {
                    atom(&ty.name)
                };
                self.record(record, make, at, known, flat)
            }
            Body::Enum(all) => self.enumeration(at, all, flat, known),
        }
    }

    fn enumeration(&self, at: Index, all: &Enum, flat: bool, known: &KnownNames<'_>) -> Expr {
        let (untagged, tagged): (Vec<_>, Vec<_>) =
            all.variants.iter().partition(|variant| variant.untagged || all.tagging == Tagging::Untagged);
        let mut choices = match &all.tagging {
            _ if tagged.is_empty() => Vec::new(),
            Tagging::External => self.external(at, &tagged, flat),
            Tagging::Internal { tag } => {
                let mut names = known.names.to_vec();
                names.push(tag.clone());
                let known = KnownNames { names: &names, argument: known.argument };
                let read = |variant: &Variant| self.variant_from_members(variant, at, &known);
                vec![self.tagged(at, tag, &tagged, &read)]
            }
            Tagging::Adjacent { tag, content, strict } => {
                let read = |variant: &Variant| match &variant.content {
                    Content::Nothing => call("Decode.succeed", [atom(&variant.name)]),
                    _ if content == PROTO => {
                        call("Codec.protoOr", [no_proto(), self.variant_from_content(variant, at)])
                    }
                    _ => {
                        call("Decode.field", [atom(string(content)), self.variant_from_content(variant, at)])
                    }
                };
                let decoder = self.tagged(at, tag, &tagged, &read);
                if *strict && !flat {
                    vec![pipe(decoder, vec![call("Codec.only", [strings(&[tag.clone(), content.clone()])])])]
                } else {
                    vec![decoder]
                }
            }
            Tagging::Untagged => Vec::new(),
        };
        choices.extend(untagged.into_iter().map(|variant| {
            if flat {
                self.variant_from_members(variant, at, known)
            } else {
                self.variant_from_content(variant, at)
            }
        }));
        match choices.len() {
            1 => choices.remove(0),
            _ => call("Decode.oneOf", [list(choices)]),
        }
    }

    fn external(&self, at: Index, tagged: &[&Variant], flat: bool) -> Vec<Expr> {
        let mut choices = Vec::new();
        let other = tagged.iter().find(|variant| variant.other);
        let units: Vec<_> = tagged
            .iter()
            .filter(|variant| matches!(variant.content, Content::Nothing) && !variant.other)
            .map(|variant| pair(atom(string(&variant.wire)), atom(&variant.name)))
            .collect();
        if flat {
            let names: Vec<_> =
                tagged.iter().filter(|variant| !variant.other).map(|variant| variant.wire.clone()).collect();
            let content = self.value(at, ValueKind::Content);
            return vec![call("Codec.memberOf", [strings(&names), atom(content)])];
        }
        // The name of a variant with content is an error by itself, and not an unknown variant.
        let data: Vec<_> =
            tagged.iter().filter(|variant| !matches!(variant.content, Content::Nothing)).collect();
        match other {
            Some(other) => {
                let data = data.iter().map(|variant| variant.wire.clone()).collect::<Vec<_>>();
                choices.push(call("Codec.variantOr", [atom(&other.name), strings(&data), list(units)]));
            }
            None if !units.is_empty() => choices.push(call("Codec.variant", [list(units)])),
            None => {}
        }
        if !data.is_empty() {
            let content = if self.program.types[at].flattened {
                atom(self.value(at, ValueKind::Content))
            } else {
                let name = self.local_around(at, "name");
                lambda(
                    name.clone(),
                    self.content_by_name(at, &data.iter().map(|v| **v).collect::<Vec<_>>(), &name),
                )
            };
            choices.push(call("Codec.external", [content]));
        }
        choices
    }

    /// Returns a `case` from the name of an externally tagged variant to the decoder of its
    /// content.
    fn content_by_name(&self, at: Index, variants: &[&Variant], name: &str) -> Expr {
        let read = |variant: &Variant| self.variant_from_content(variant, at);
        self.by_name(at, variants, name, &read)
    }

    /// Returns the argument and the body of the same as a function, for flattened enums.
    pub(super) fn decode_content(&self, at: Index, all: &Enum) -> (String, Expr) {
        let name = self.local_around(at, "name");
        let tagged: Vec<_> =
            all.variants.iter().filter(|variant| !variant.untagged && !variant.other).collect();
        let body = self.content_by_name(at, &tagged, &name);
        (name, body)
    }

    fn tagged(&self, at: Index, tag: &str, variants: &[&Variant], read: &dyn Fn(&Variant) -> Expr) -> Expr {
        let name = self.local_around(at, "tag");
        let cases = self.by_name(at, variants, &name, read);
        call("Codec.tagged", [atom(string(tag)), lambda(name, cases)])
    }

    fn by_name(&self, at: Index, variants: &[&Variant], name: &str, read: &dyn Fn(&Variant) -> Expr) -> Expr {
        let mut branches: Vec<_> = variants
            .iter()
            .filter(|variant| !variant.other)
            .map(|variant| (string(&variant.wire), read(variant)))
            .collect();
        let otherwise = match variants.iter().find(|variant| variant.other) {
            Some(other) => call("Decode.succeed", [atom(&other.name)]),
            None => call("Codec.unknown", [atom(string(&self.program.types[at].name)), atom(name)]),
        };
        branches.push(("_".to_owned(), otherwise));
        Expr::Case(Box::new(atom(name)), branches)
    }

    /// Returns the decoder of a variant from its content.
    fn variant_from_content(&self, variant: &Variant, at: Index) -> Expr {
        match &variant.content {
            Content::Nothing => call("Decode.null", [atom(&variant.name)]),
            Content::One(value) => {
                call("Decode.map", [atom(&variant.name), self.decoder(&value.codec, Some(at))])
            }
            Content::Many(items) => {
                tuple(&variant.name, items.iter().map(|item| self.decoder(&item.codec, Some(at))).collect())
            }
            Content::Record(record) => self.record(
                record,
                self.record_function(record, Some(&variant.name)),
                at,
                &KnownNames::NONE,
                false,
            ),
        }
    }

    /// Returns the decoder of a variant from the members of its parent.
    fn variant_from_members(&self, variant: &Variant, at: Index, known: &KnownNames<'_>) -> Expr {
        match &variant.content {
            Content::Nothing | Content::Many(_) => call("Decode.succeed", [atom(&variant.name)]),
            Content::One(value) => {
                call("Decode.map", [atom(&variant.name), self.flat_decoder(&value.codec, at, known)])
            }
            Content::Record(record) => {
                self.record(record, self.record_function(record, Some(&variant.name)), at, known, false)
            }
        }
    }

    /// Returns a `case` from a name to `Maybe` a variant, for an enum of unit variants.
    pub(super) fn variant_by_name(&self, all: &Enum, name: &str) -> Expr {
        let known = all.variants.iter().filter(|variant| !variant.other);
        let mut branches: Vec<_> = known
            .map(|variant| (string(&variant.wire), call(self.maybe("Just"), [atom(&variant.name)])))
            .collect();
        let other = all.variants.iter().find(|variant| variant.other);
        branches.push((
            "_".to_owned(),
            other.map_or_else(
                || atom(self.maybe("Nothing")),
                |other| call(self.maybe("Just"), [atom(&other.name)]),
            ),
        ));
        Expr::Case(Box::new(atom(name)), branches)
    }
}

/// Name of the property that returns the prototype of a JavaScript object. Every object has it,
/// even if the JSON has no such member.
pub(super) const PROTO: &str = "__proto__";

fn no_proto() -> Expr {
    call("Decode.fail", [atom(string("Expecting a member named __proto__"))])
}

fn int_decoder(int: Int) -> Expr {
    match int.check {
        IntCheck::Whole => atom("Decode.int"),
        IntCheck::Safe => atom("Codec.safeInt"),
        IntCheck::Bounds => call("Codec.intWithin", [number(int.min), number(int.max)]),
    }
}

/// Returns a number. A negative argument needs no parentheses in Elm.
pub(super) fn number(n: i64) -> Expr {
    atom(n.to_string())
}

fn known_names(known: &KnownNames<'_>) -> Expr {
    match known.argument {
        Some(argument) if known.names.is_empty() => atom(argument),
        Some(argument) => Expr::Chain(
            Box::new(atom(argument)),
            vec![("++", strings(known.names))],
            super::layout::Lines::AsItFits,
        ),
        None => strings(known.names),
    }
}

pub(super) fn strings(texts: &[String]) -> Expr {
    let mut seen = Vec::new();
    for text in texts {
        if !seen.contains(text) {
            seen.push(text.clone());
        }
    }
    list(seen.iter().map(|text| atom(string(text))).collect())
}

/// Returns the decoder of a tuple struct or variant.
fn tuple(constructor: &str, items: Vec<Expr>) -> Expr {
    let count = items.len();
    let index = |(nth, item): (usize, Expr)| call("Decode.index", [atom(nth.to_string()), item]);
    let made = match count {
        0 => call("Decode.succeed", [atom(constructor)]),
        1..=8 => {
            let map = if count == 1 { "Decode.map".to_owned() } else { format!("Decode.map{count}") };
            call(map, std::iter::once(atom(constructor)).chain(items.into_iter().enumerate().map(index)))
        }
        _ => pipe(
            call("Decode.succeed", [atom(constructor)]),
            items.into_iter().enumerate().map(|it| call("Codec.flattened", [index(it)])).collect(),
        ),
    };
    call("Codec.exactly", [atom(count.to_string()), made])
}
