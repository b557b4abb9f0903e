//! What is asked of the server, by type.

use super::layout::{Expr, atom, call, lambda, list};
use super::scope::Scope;
use super::text::{code, string};
use crate::ir::{Body, Index, Key, Piece, Stored, Type, Value};

/// A value of a module: its documentation, its type, and its definition.
pub(super) struct Definition {
    pub(super) docs: Option<String>,
    pub(super) name: String,
    pub(super) ty: String,
    /// With a space before each.
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

/// A template as it was written.
pub(super) fn template(stored: &Stored, ty: &Type) -> String {
    let rust_name = |field: &str| match &ty.body {
        Body::Record(record) => {
            let at = record.fields.iter().position(|other| other.name == field);
            at.and_then(|at| ty.schema_field(at)).unwrap_or(field).to_owned()
        }
        _ => field.to_owned(),
    };
    let piece = |piece: &Piece| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Part { field, .. } => format!("{{{}}}", rust_name(field)),
    };
    stored.key.iter().map(piece).collect()
}

impl Scope<'_> {
    /// The descriptor of a stored type.
    pub(super) fn descriptor(&self, at: Index, stored: &Stored) -> Definition {
        let name = &self.program.types[at].name;
        let (access, make) = match (stored.access.can_list(), stored.access.can_write()) {
            (_, true) => ("ReadWrite", "Type.readWrite"),
            (true, false) => ("ReadOnly", "Type.readOnly"),
            (false, false) => ("GetOnly", "Type.getOnly"),
        };
        let parts = [
            ("tag", string(&stored.tag)),
            ("schema", string(&stored.token)),
            ("encode", self.value(at, Value::Encode)),
            ("decoder", self.value(at, Value::Decoder)),
            ("validate", self.value(at, Value::Validate)),
        ];
        let parts = parts.into_iter().map(|(name, value)| (name.to_owned(), atom(value))).collect();
        Definition {
            docs: Some(format!("{{-| What requests and watches need to know about `{name}`.\n-}}")),
            name: self.value(at, Value::Descriptor),
            ty: format!("{} {} {name}", self.imported("Type", "Type"), self.imported("Type", access)),
            args: String::new(),
            body: call(make, [Expr::Record(parts, super::layout::Lines::Several)]),
        }
    }

    /// The requests that a type's access allows.
    pub(super) fn requests(&self, at: Index, stored: &Stored) -> Vec<Definition> {
        let name = &self.program.types[at].name;
        let descriptor = self.value(at, Value::Descriptor);
        let request = self.imported("Request", "Request");
        let of = |docs: String, value: Value, ty: String, made: &str| Definition {
            docs: Some(format!("{{-| {docs}\n-}}")),
            name: self.value(at, value),
            ty,
            args: String::new(),
            body: call(made, [atom(&descriptor)]),
        };
        let mut all = Vec::new();
        if stored.access.can_write() {
            let article = if name.starts_with(['A', 'E', 'I', 'O']) { "an" } else { "a" };
            let version = self.imported("Request", "Version");
            if stored.key.is_empty() {
                all.push(of(
                    format!("Store {article} `{name}` under a key, replacing what was there."),
                    Value::Set,
                    format!("String -> {name} -> {request} {version}"),
                    "Request.set",
                ));
            } else {
                all.push(self.key(at, stored));
                let value = self.local("value");
                let key = call(self.value(at, Value::Key), [atom(&value)]);
                all.push(Definition {
                    docs: Some(format!(
                        "{{-| Store {article} `{name}` under its own key, replacing what was there.\n-}}"
                    )),
                    name: self.value(at, Value::Set),
                    ty: format!("{name} -> {request} {version}"),
                    args: format!(" {value}"),
                    body: call("Request.put", [atom(&descriptor), key, atom(&value)]),
                });
            }
        }
        all.push(of(
            format!("Read the `{name}` under a key. `Nothing` when there is none or it has expired."),
            Value::Get,
            format!("String -> {request} (Maybe {name})"),
            "Request.get",
        ));
        if stored.access.can_write() {
            all.push(of(
                format!("Remove the `{name}` under a key. `True` when there was one."),
                Value::Delete,
                format!("String -> {request} Bool"),
                "Request.delete",
            ));
        }
        if stored.access.can_list() {
            all.push(of(
                format!("A page of the `{name}` values whose key starts with a prefix, in key order."),
                Value::List,
                format!("String -> {request} ({} {name})", self.imported("Request", "Page")),
                "Request.list",
            ));
            all.push(of(
                format!("Every `{name}` whose key starts with a prefix, kept current."),
                Value::Live,
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
            Piece::Part { field, key, newtypes } => {
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
        let template = code(&template(stored, ty));
        let parts = if fields.is_empty() { "_".to_owned() } else { parts };
        Definition {
            docs: Some(format!("{{-| `{template}`. `Err` holds a part that cannot stand in a key.\n-}}")),
            name: self.value(at, Value::Key),
            ty: format!("{taken} -> Result String String"),
            args: if ty.boxed { format!(" ({} {parts})", ty.name) } else { format!(" {parts}") },
            body,
        }
    }
}
