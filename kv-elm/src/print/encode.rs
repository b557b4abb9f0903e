//! Prints encoders.

use super::decode::PROTO;
use super::layout::{Expr, Lines, atom, call, list, pair};
use super::scope::Scope;
use super::text::string;
use crate::ir::{
    Body, Codec, Content, Enum, Field, Index, Key, Presence, Record, Tagging, ValueKind, Variant,
};

impl Scope<'_> {
    /// Returns the function from a value to JSON.
    pub(super) fn encoder(&self, codec: &Codec) -> Expr {
        let of = |inner: &Codec| self.encoder(inner);
        match codec {
            Codec::Unit => atom("Codec.encodeUnit"),
            Codec::Bool => atom("Encode.bool"),
            Codec::Int(_) => atom("Encode.int"),
            Codec::Float { .. } => atom("Encode.float"),
            Codec::Char => atom("Codec.encodeChar"),
            Codec::String => atom("Encode.string"),
            Codec::Json => atom("identity"),
            Codec::Maybe(inner) => call("Codec.encodeMaybe", [of(inner)]),
            Codec::List(item) | Codec::Array(item, _) => call("Encode.list", [of(item)]),
            Codec::Set(item) => match to_string_function(item) {
                Some(to_string) => call("Codec.encodeTexts", [atom(to_string)]),
                None => call("Encode.set", [of(item)]),
            },
            Codec::Tuple(items) => {
                let function = ["Codec.encodeSingle", "Codec.encodePair", "Codec.encodeTriple"];
                match function.get(items.len().wrapping_sub(1)) {
                    Some(function) => call(*function, items.iter().map(of)),
                    None => atom("Codec.encodeUnit"),
                }
            }
            Codec::Map(key @ Key::String, _, value) => {
                call("Codec.encodeDict", [self.key_to_string(*key), of(value)])
            }
            Codec::Map(key, _, value) if key.is_comparable() => {
                call("Encode.dict", [self.key_to_string(*key), of(value)])
            }
            Codec::Map(key, _, value) => call("Codec.encodePairs", [self.key_to_string(*key), of(value)]),
            Codec::Result { ok, err } => call("Codec.encodeResult", [of(err), of(ok)]),
            Codec::Named(index) => atom(self.value(*index, ValueKind::Encode)),
        }
    }

    fn encoded(&self, codec: &Codec, value: Expr) -> Expr {
        apply(self.encoder(codec), value)
    }

    pub(super) fn key_to_string(&self, key: Key) -> Expr {
        match key {
            Key::String => atom("identity"),
            Key::Int(_) => atom("String.fromInt"),
            Key::Char => atom("String.fromChar"),
            Key::Bool => atom("Codec.boolToString"),
            Key::Variant(index) => atom(self.value(index, ValueKind::ToString)),
        }
    }

    /// Returns the members of a flattened value, or `None` if it never has members.
    fn members(&self, codec: &Codec, value: Expr) -> Option<Expr> {
        match codec {
            Codec::Unit => None,
            Codec::Maybe(inner) => {
                let function = self.members_function(inner)?;
                Some(call("Codec.maybeMembers", [function, value]))
            }
            _ => Some(apply(self.members_function(codec)?, value)),
        }
    }

    fn members_function(&self, codec: &Codec) -> Option<Expr> {
        Some(match codec {
            Codec::Map(key, _, item) if key.is_comparable() => {
                call("Codec.dictMembers", [self.key_to_string(*key), self.encoder(item)])
            }
            Codec::Map(key, _, item) => {
                call("Codec.pairMembers", [self.key_to_string(*key), self.encoder(item)])
            }
            Codec::Named(index) => atom(self.value(*index, ValueKind::Members)),
            _ => return None,
        })
    }

    /// Returns the members of a record as a list, preceded by `first`.
    fn record_members(&self, record: &Record, of: &str, first: Vec<Expr>) -> Expr {
        let mut parts: Vec<Expr> = Vec::new();
        let mut plain = first;
        for field in &record.fields {
            let value = atom(format!("{of}.{}", field.name));
            match self.field_members(field, value) {
                Members::One(member) => plain.push(member),
                Members::Some(None) => {}
                Members::Some(Some(part)) => {
                    if !plain.is_empty() {
                        parts.push(Expr::List(std::mem::take(&mut plain), Lines::AsItFits));
                    }
                    parts.push(part);
                }
            }
        }
        if parts.is_empty() {
            return multiline_list(plain);
        }
        if !plain.is_empty() {
            parts.push(list(plain));
        }
        match parts.len() {
            1 => parts.remove(0),
            _ => call("List.concat", [multiline_list(parts)]),
        }
    }

    /// Returns whether a record may have the member `__proto__`.
    fn may_have_proto(&self, record: &Record) -> bool {
        record.fields.iter().any(|field| match field.presence {
            Presence::Flat => self.names_proto(&field.value.codec),
            _ => field.wire == PROTO,
        })
    }

    fn names_proto(&self, codec: &Codec) -> bool {
        self.program.is_open(codec) || self.program.names(codec).iter().any(|name| name == PROTO)
    }

    fn field_members(&self, field: &Field, value: Expr) -> Members {
        let codec = &field.value.codec;
        let name = atom(string(&field.wire));
        match field.presence {
            Presence::Flat => Members::Some(self.members(codec, value)),
            Presence::LeftOut => {
                Members::Some(Some(call("Codec.maybeMember", [name, self.encoder(codec), value])))
            }
            Presence::Optional => {
                Members::One(pair(name, call("Codec.encodeMaybe", [self.encoder(codec), value])))
            }
            Presence::Required | Presence::Default(_) => Members::One(pair(name, self.encoded(codec, value))),
        }
    }

    /// Returns the argument and the body of a type's encoder.
    pub(super) fn encode(&self, at: Index) -> (String, Expr) {
        let ty = &self.program.types[at];
        let value = self.local("value");
        let whole = || atom(value.clone());
        match &ty.body {
            Body::Unit => ("_".to_owned(), atom("Encode.null")),
            Body::Newtype(inner) => (format!("({} {value})", ty.name), self.encoded(&inner.codec, whole())),
            Body::Tuple(items) => {
                let letters = self.letters(items.len());
                let encoded =
                    items.iter().zip(&letters).map(|(item, name)| self.encoded(&item.codec, atom(name)));
                let body = call("Encode.list", [atom("identity"), list(encoded.collect())]);
                (pattern(&ty.name, &letters), body)
            }
            Body::Record(record) if ty.flattened => {
                let members = call(self.value(at, ValueKind::Members), [whole()]);
                (value.clone(), object(members, self.may_have_proto(record)))
            }
            Body::Record(record) => {
                let members = self.record_members(record, &value, Vec::new());
                (self.record_argument(at, record, &value), object(members, self.may_have_proto(record)))
            }
            Body::Enum(all) if ty.is_key => {
                let _ = all;
                (value.clone(), call("Encode.string", [call(self.value(at, ValueKind::ToString), [whole()])]))
            }
            Body::Enum(all) => {
                let branches = all.variants.iter().map(|variant| self.branch(all, variant, false)).collect();
                (value.clone(), Expr::Case(Box::new(whole()), branches))
            }
        }
    }

    /// Returns the argument and the body of the function that returns the members of a flattened
    /// type.
    pub(super) fn encode_members(&self, at: Index) -> (String, Expr) {
        let ty = &self.program.types[at];
        let value = self.local("value");
        match &ty.body {
            Body::Unit | Body::Tuple(_) => ("_".to_owned(), list(Vec::new())),
            Body::Newtype(inner) => match self.members(&inner.codec, atom(value.clone())) {
                Some(members) => (format!("({} {value})", ty.name), members),
                None => ("_".to_owned(), list(Vec::new())),
            },
            Body::Record(record) => {
                (self.record_argument(at, record, &value), self.record_members(record, &value, Vec::new()))
            }
            Body::Enum(all) => {
                let branches = all.variants.iter().map(|variant| self.branch(all, variant, true)).collect();
                (value.clone(), Expr::Case(Box::new(atom(value)), branches))
            }
        }
    }

    /// Returns the pattern with which a function takes a record.
    pub(super) fn record_argument(&self, at: Index, record: &Record, value: &str) -> String {
        let ty = &self.program.types[at];
        let value = if record.fields.is_empty() { "_" } else { value };
        if ty.boxed { format!("({} {value})", ty.name) } else { value.to_owned() }
    }

    /// Returns the pattern of a variant and the names that it binds.
    pub(super) fn variant_pattern(&self, variant: &Variant, used: bool) -> (String, Vec<String>) {
        let names = match &variant.content {
            Content::Nothing => Vec::new(),
            Content::One(_) => self.letters(1),
            Content::Many(items) => self.letters(items.len()),
            Content::Record(record) if record.fields.is_empty() => vec!["_".to_owned()],
            Content::Record(_) => vec![self.local("fields")],
        };
        if used || names.is_empty() {
            let all = std::iter::once(&variant.name).chain(&names).map(String::as_str);
            (all.collect::<Vec<_>>().join(" "), names)
        } else {
            (format!("{}{}", variant.name, " _".repeat(names.len())), names)
        }
    }

    /// Returns the branch of a variant, which returns its JSON or its members.
    fn branch(&self, all: &Enum, variant: &Variant, as_members: bool) -> (String, Expr) {
        let (pattern, names) = self.variant_pattern(variant, true);
        let json = self.content(&variant.content, &names);
        let tagging = if variant.untagged { &Tagging::Untagged } else { &all.tagging };
        let name = || call("Encode.string", [atom(string(&variant.wire))]);
        let members = match tagging {
            Tagging::External if !as_members && matches!(variant.content, Content::Nothing) => {
                return (pattern, name());
            }
            Tagging::External => list(vec![pair(atom(string(&variant.wire)), json)]),
            Tagging::Adjacent { tag, content, .. } => {
                let mut members = vec![pair(atom(string(tag)), name())];
                if !matches!(variant.content, Content::Nothing) {
                    members.push(pair(atom(string(content)), json));
                }
                list(members)
            }
            Tagging::Internal { tag } => {
                self.content_members(variant, &names, vec![pair(atom(string(tag)), name())])
            }
            Tagging::Untagged if as_members => self.content_members(variant, &names, Vec::new()),
            Tagging::Untagged => return (pattern, json),
        };
        // A content without members leaves its name unused.
        let pattern = self.used(pattern, variant, &members);
        if as_members {
            return (pattern, members);
        }
        let beside = !matches!(tagging, Tagging::External | Tagging::Adjacent { .. });
        let may_have_proto = beside
            && match &variant.content {
                Content::One(value) => self.names_proto(&value.codec),
                Content::Record(record) => self.may_have_proto(record),
                Content::Nothing | Content::Many(_) => false,
            };
        (pattern, object(members, may_have_proto))
    }

    fn used(&self, pattern: String, variant: &Variant, body: &Expr) -> String {
        match &variant.content {
            Content::One(_) if !super::mentions(body, &self.letters(1)[0]) => {
                self.variant_pattern(variant, false).0
            }
            _ => pattern,
        }
    }

    /// Returns the content of a variant as JSON.
    fn content(&self, content: &Content, names: &[String]) -> Expr {
        match content {
            Content::Nothing => atom("Encode.null"),
            Content::One(value) => self.encoded(&value.codec, atom(names[0].clone())),
            Content::Many(items) => {
                let items = items.iter().zip(names).map(|(item, name)| self.encoded(&item.codec, atom(name)));
                call("Encode.list", [atom("identity"), list(items.collect())])
            }
            Content::Record(record) => {
                let members = self.record_members(record, &names[0], Vec::new());
                object(members, self.may_have_proto(record))
            }
        }
    }

    fn content_members(&self, variant: &Variant, names: &[String], first: Vec<Expr>) -> Expr {
        match &variant.content {
            Content::Nothing | Content::Many(_) => list(first),
            Content::Record(record) => self.record_members(record, &names[0], first),
            Content::One(value) => match (self.members(&value.codec, atom(names[0].clone())), first.len()) {
                (None, _) => list(first),
                (Some(members), 0) => members,
                (Some(members), _) => {
                    let first = first.into_iter().next().unwrap_or_else(|| list(Vec::new()));
                    Expr::Chain(Box::new(first), vec![("::", members)], Lines::AsItFits)
                }
            },
        }
    }
}

/// Returns the wire name of each variant of an enum of unit variants.
pub(super) fn variant_names(all: &Enum, value: &str) -> Expr {
    let branches =
        all.variants.iter().map(|variant| (variant.name.clone(), atom(string(&variant.wire)))).collect();
    Expr::Case(Box::new(atom(value)), branches)
}

enum Members {
    One(Expr),
    Some(Option<Expr>),
}

/// Returns an object. In JavaScript, `Encode.object` loses a member named `__proto__`.
fn object(members: Expr, may_have_proto: bool) -> Expr {
    let is_careful = may_have_proto || super::mentions(&members, &string(PROTO));
    call(if is_careful { "Codec.encodeObject" } else { "Encode.object" }, [members])
}

/// Returns a list with one line for each item.
pub(super) fn multiline_list(items: Vec<Expr>) -> Expr {
    let lines = if items.is_empty() { Lines::AsItFits } else { Lines::Several };
    Expr::List(items, lines)
}

/// Returns the function from an item of a set to a string, or `None` if the items are not texts.
pub(super) fn to_string_function(item: &Codec) -> Option<&'static str> {
    match item {
        Codec::String => Some("identity"),
        Codec::Char => Some("String.fromChar"),
        _ => None,
    }
}

/// Applies a function to one more argument.
pub(super) fn apply(function: Expr, arg: Expr) -> Expr {
    match function {
        Expr::Atom(name) if name == "identity" => arg,
        Expr::Atom(name) if name == "Codec.encodeUnit" => atom("Encode.null"),
        Expr::Call(function, mut args) => {
            args.push(arg);
            Expr::Call(function, args)
        }
        function => Expr::Call(Box::new(function), vec![arg]),
    }
}

pub(super) fn pattern(name: &str, args: &[String]) -> String {
    if args.is_empty() { name.to_owned() } else { format!("({name} {})", args.join(" ")) }
}
