//! From a key template to the fields that are its parts.

use crate::ast::{Body, Field};
use crate::check::rust_name;
use crate::ctxt::{Ctxt, Reported};
use crate::fit;
use crate::slip;
use kv_schema::key;
use kv_schema::template::{self, Piece};
use syn::{LitStr, Member, Type};

#[derive(Clone)]
pub(crate) enum KeyPiece<'a> {
    Text(String),
    Part {
        name: String,
        member: Member,
        ty: &'a Type,
        /// The text behind it; empty at the end.
        separator: String,
    },
}

/// Judges a template, whatever else is wrong with the item.
pub(crate) fn judge<'a>(
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
            let instead = "name the fields of a struct that holds the enum";
            return Err(
                ctxt.error(text, format!("the variants of an enum have no field in common: {instead}"))
            );
        }
        Body::Foreign if pieces.iter().any(|piece| matches!(piece, Piece::Part(_))) => {
            let instead = "name the fields of a struct that holds this type";
            return Err(ctxt.error(text, format!("with `wire`, a type has no fields on the wire: {instead}")));
        }
        Body::Enum { .. } | Body::Foreign => &[],
    };
    let mut read = Vec::with_capacity(pieces.len());
    for (index, piece) in pieces.iter().enumerate() {
        read.push(match *piece {
            Piece::Text(text) => Ok(KeyPiece::Text(text.to_owned())),
            Piece::Part(name) if pieces[..index].contains(piece) => {
                Err(ctxt.error(text, format!("`{name}` is a part of the key twice")))
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
    match fields.iter().find(|field| rust_name(&field.member) == name) {
        Some(field) if field.is_left_out() => Err(ctxt.error(
            text,
            format!(
                "`{name}` is skipped, so no reader of a value could tell its key: make another field the part"
            ),
        )),
        Some(field) if field.attrs.wire.is_some() || field.attrs.opaque.is_some() => {
            let ty = fit::spelled(field.ty);
            let instead = "move it into a newtype that derives `KvField`, as in";
            Err(ctxt.error(
                field.ty,
                format!(
                    "`{ty}` cannot be a part of a key: {instead} `struct Id(#[kv(wire = \"String\")] {ty});`"
                ),
            ))
        }
        Some(field) if fit::is_no_key(field.ty) => {
            let keys = "strings, integers, `bool`, `char`, types written as text, their newtypes, and enums of unit variants";
            Err(ctxt.error(
                field.ty,
                format!("`{}` cannot be a part of a key; those are {keys}", fit::spelled(field.ty)),
            ))
        }
        Some(field) => Ok(field),
        None => {
            let names: Vec<_> =
                fields.iter().filter(|f| !f.is_left_out()).map(|f| rust_name(&f.member)).collect();
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            Err(ctxt.error(text, slip::unknown("field", name, &names, "the fields are")))
        }
    }
}
