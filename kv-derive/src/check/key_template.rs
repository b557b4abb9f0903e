//! Checks a key template and finds the fields that it names.

use crate::ast::{Body, Field};
use crate::ctxt::{Ctxt, Reported};
use crate::model::KeyPiece;
use crate::suggest;
use crate::type_class;
use kv_schema::key;
use kv_schema::template::{self, Piece};
use syn::LitStr;

pub(super) fn check<'a>(
    ctxt: &Ctxt,
    text: &LitStr,
    body: Result<&Body<'a>, Reported>,
) -> Result<Vec<KeyPiece<'a>>, Reported> {
    let template = text.value();
    let pieces = template::parse(&template).map_err(|error| ctxt.error(text, error))?;
    if let [Piece::Text(key)] = pieces.as_slice() {
        key::check(key).map_err(|error| ctxt.error(text, error))?;
    }
    let fields = match body? {
        Body::Struct(list) => list.fields.as_slice(),
        Body::Enum { .. } if pieces.iter().any(|piece| matches!(piece, Piece::Part(_))) => {
            let message =
                "a key template cannot name fields of an enum; store a struct that contains the enum";
            return Err(ctxt.error(text, message));
        }
        Body::Foreign if pieces.iter().any(|piece| matches!(piece, Piece::Part(_))) => {
            let message = "a key template cannot name fields of a type with `wire`; store a struct that contains the type";
            return Err(ctxt.error(text, message));
        }
        Body::Enum { .. } | Body::Foreign => &[],
    };
    let mut read = Vec::with_capacity(pieces.len());
    for (index, piece) in pieces.iter().enumerate() {
        read.push(match *piece {
            Piece::Text(text) => Ok(KeyPiece::Text(text.to_owned())),
            Piece::Part(name) if pieces[..index].contains(piece) => {
                Err(ctxt.error(text, format!("the key contains `{name}` twice; remove one of them")))
            }
            Piece::Part(name) => field(ctxt, text, fields, name).map(|field| KeyPiece::Part {
                name: name.to_owned(),
                member: field.member.clone(),
                ty: field.ty,
                separator: match pieces.get(index + 1) {
                    Some(Piece::Text(text)) => (*text).to_owned(),
                    _ => String::new(),
                },
            }),
        });
    }
    read.into_iter().collect()
}

fn field<'f, 'a>(
    ctxt: &Ctxt,
    text: &LitStr,
    fields: &'f [Field<'a>],
    name: &str,
) -> Result<&'f Field<'a>, Reported> {
    match fields.iter().find(|field| field.rust_name() == name) {
        Some(field) if field.is_skipped() => {
            let message =
                format!("`{name}` is skipped, so readers cannot compute the key; use another field");
            Err(ctxt.error(text, message))
        }
        Some(field) if field.attrs.wire.is_some() || field.attrs.opaque.is_some() => {
            let ty = type_class::spelled(field.ty);
            let instead = "move it into a newtype that derives `KvField`, as in";
            let message = format!(
                "`{ty}` cannot be part of a key; {instead} `struct Id(#[kv(wire = \"String\")] {ty});`"
            );
            Err(ctxt.error(field.ty, message))
        }
        Some(field) if type_class::is_not_a_key(field.ty) => {
            let keys = "a string, an integer, `bool`, `char`, a type written as text, a newtype of these, or an enum of unit variants";
            let message = format!("`{}` cannot be part of a key; use {keys}", type_class::spelled(field.ty));
            Err(ctxt.error(field.ty, message))
        }
        Some(field) => Ok(field),
        None => {
            let names: Vec<_> = fields.iter().filter(|f| !f.is_skipped()).map(Field::rust_name).collect();
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            Err(ctxt.error(text, suggest::unknown("field", name, &names, "the fields are")))
        }
    }
}
