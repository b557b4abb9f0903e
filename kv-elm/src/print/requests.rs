//! Prints the descriptor, the key function and the requests of an exposed type.

use super::layout::{Expr, atom, call, lambda, list};
use super::scope::Scope;
use super::text::{code, string};
use crate::ir::{Index, Key, Piece, Stored, ValueKind};

/// The definition of an Elm value.
pub(super) struct Definition {
    pub(super) docs: Option<String>,
    pub(super) name: String,
    pub(super) ty: String,
    /// Arguments, each preceded by a space.
    pub(super) args: String,
    pub(super) body: Expr,
}

impl Definition {
    pub(super) fn write(&self) -> String {
        let Self { docs, name, ty, args, body } = self;
        let docs = docs.as_ref().map(|docs| format!("{docs}\n")).unwrap_or_default();
        format!("{docs}{name} : {ty}\n{name}{args} =\n    {}", body.write(4).trim_start())
    }
}

/// Returns the key template as it is written in Rust.
pub(super) fn template(stored: &Stored) -> String {
    let piece = |piece: &Piece| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Part { rust_name, .. } => format!("{{{rust_name}}}"),
    };
    stored.key.iter().map(piece).collect()
}

impl Scope<'_> {
    /// Returns the descriptor of an exposed type.
    pub(super) fn descriptor(&self, at: Index, stored: &Stored) -> Definition {
        let name = &self.program.types[at].name;
        let (access, make) = match (stored.can_list, stored.can_write) {
            (_, true) => ("ReadWrite", "Type.readWrite"),
            (true, false) => ("ReadOnly", "Type.readOnly"),
            (false, false) => ("GetOnly", "Type.getOnly"),
        };
        let parts = [
            ("tag", string(&stored.tag)),
            ("schema", string(&stored.token)),
            ("encode", self.value(at, ValueKind::Encode)),
            ("decoder", self.value(at, ValueKind::Decoder)),
            ("validate", self.value(at, ValueKind::Validate)),
        ];
        let parts = parts.into_iter().map(|(name, value)| (name.to_owned(), atom(value))).collect();
        Definition {
            docs: Some(format!("{{-| Describes `{name}` to requests and watches.\n-}}")),
            name: self.value(at, ValueKind::Descriptor),
            ty: format!("{} {} {name}", self.imported("Type", "Type"), self.imported("Type", access)),
            args: String::new(),
            body: call(make, [Expr::Record(parts, super::layout::Lines::Several)]),
        }
    }

    /// Returns the requests that the access of a type allows.
    pub(super) fn requests(&self, at: Index, stored: &Stored) -> Vec<Definition> {
        let name = &self.program.types[at].name;
        let descriptor = self.value(at, ValueKind::Descriptor);
        let request = self.imported("Request", "Request");
        let of = |docs: String, value: ValueKind, ty: String, made: &str| Definition {
            docs: Some(format!("{{-| {docs}\n-}}")),
            name: self.value(at, value),
            ty,
            args: String::new(),
            body: call(made, [atom(&descriptor)]),
        };
        let mut all = Vec::new();
        if stored.can_write {
            let article = if name.starts_with(['A', 'E', 'I', 'O']) { "an" } else { "a" };
            let version = self.imported("Request", "Version");
            if stored.key.is_empty() {
                all.push(of(
                    format!("Stores {article} `{name}` under a key and replaces any earlier value."),
                    ValueKind::Set,
                    format!("String -> {name} -> {request} {version}"),
                    "Request.set",
                ));
            } else {
                all.push(self.key(at, stored));
                let value = self.local("value");
                let key = call(self.value(at, ValueKind::Key), [atom(&value)]);
                all.push(Definition {
                    docs: Some(format!(
                        "{{-| Stores {article} `{name}` under its own key and replaces any earlier value.\n-}}"
                    )),
                    name: self.value(at, ValueKind::Set),
                    ty: format!("{name} -> {request} {version}"),
                    args: format!(" {value}"),
                    body: call("Request.put", [atom(&descriptor), key, atom(&value)]),
                });
            }
        }
        all.push(of(
            format!("Reads the `{name}` under a key: `Nothing` if there is none or it has expired."),
            ValueKind::Get,
            format!("String -> {request} (Maybe {name})"),
            "Request.get",
        ));
        if stored.can_write {
            all.push(of(
                format!("Removes the `{name}` under a key. The result is `True` if there was one."),
                ValueKind::Delete,
                format!("String -> {request} Bool"),
                "Request.delete",
            ));
        }
        if stored.can_list {
            all.push(of(
                format!("Reads a page of the `{name}` values whose keys start with a prefix, in key order."),
                ValueKind::List,
                format!("String -> {request} ({} {name})", self.imported("Request", "Page")),
                "Request.list",
            ));
            all.push(of(
                format!("Creates a live view of every `{name}` whose key starts with a prefix."),
                ValueKind::Live,
                format!("String -> {} {name}", self.imported("Live", "Live")),
                "Live.live",
            ));
        }
        all
    }

    fn key(&self, at: Index, stored: &Stored) -> Definition {
        let ty = &self.program.types[at];
        let parts = self.local("parts");
        let mut fields = Vec::new();
        let pieces = stored.key.iter().map(|piece| match piece {
            Piece::Text(text) => call("Codec.Text", [atom(string(text))]),
            Piece::Part { field, key, newtypes, .. } => {
                let ty = newtypes
                    .first()
                    .map_or_else(|| self.ty_of_key(*key), |at| self.program.types[*at].name.clone());
                fields.push(format!("{field} : {ty}"));
                let mut value = atom(format!("{parts}.{field}"));
                for newtype in newtypes {
                    let inner = self.local("inner");
                    let unwrap = lambda(format!("({} {inner})", self.constructor(*newtype)), atom(inner));
                    value = Expr::Call(Box::new(unwrap), vec![value]);
                }
                let text = match key {
                    Key::String => value,
                    key => super::encode::apply(self.key_to_string(*key), value),
                };
                call("Codec.Part", [text])
            }
        });
        let body = call("Codec.key", [list(pieces.collect())]);
        let taken = if ty.boxed {
            ty.name.clone()
        } else if fields.is_empty() {
            "a".to_owned()
        } else {
            format!("{{ a | {} }}", fields.join(", "))
        };
        let template = code(&template(stored));
        let parts = if fields.is_empty() { "_".to_owned() } else { parts };
        Definition {
            docs: Some(format!(
                "{{-| Returns the key `{template}`, or as `Err` a part that is not allowed in a key.\n-}}"
            )),
            name: self.value(at, ValueKind::Key),
            ty: format!("{taken} -> Result String String"),
            args: if ty.boxed { format!(" ({} {parts})", ty.name) } else { format!(" {parts}") },
            body,
        }
    }
}
