//! The wire form of the item: names and shapes as serde defines them.
//!
//! Serde's own parser reads the attributes, once for each direction, so that they mean the same
//! here as in `#[derive(Serialize, Deserialize)]`. If the two directions differ, or if code outside
//! the item defines the wire form, no schema could be correct, and the attribute is refused.
//!
//! Only this file uses `serde_derive_internals`.

use crate::attr::{has_own_form, serde_arg};
use crate::ctxt::Ctxt;
use crate::type_class;
use proc_macro2::{Ident, Span};
use serde_derive_internals::ast::{Container, Data, Field, Style, Variant};
use serde_derive_internals::attr::{Default, Identifier, TagType};
use serde_derive_internals::{Ctxt as SerdeCtxt, Derive};
use syn::spanned::Spanned;
use syn::{Attribute, DeriveInput, ExprPath};

/// The wire form of the item. It contains every field and variant, in source order.
pub(crate) struct WireItem {
    pub(crate) deny_unknown: bool,
    pub(crate) body: WireBody,
}

pub(crate) enum WireBody {
    Struct(WireFields),
    Enum { tagging: Tagging, variants: Vec<(WireVariant, WireFields)> },
}

pub(crate) enum Tagging {
    External,
    Internal { tag: String },
    Adjacent { tag: String, content: String, deny_unknown: bool },
    Untagged,
}

pub(crate) struct WireVariant {
    pub(crate) name: String,
    pub(crate) aliases: Vec<String>,
    pub(crate) skipped: bool,
    pub(crate) other: bool,
    pub(crate) untagged: bool,
}

pub(crate) struct WireFields {
    pub(crate) form: Form,
    pub(crate) fields: Vec<WireField>,
}

/// The form of a list of fields.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Unit,
    /// The wire form is that of the only field that is not skipped.
    Newtype {
        transparent: bool,
    },
    Tuple,
    Named,
}

pub(crate) struct WireField {
    pub(crate) name: String,
    pub(crate) aliases: Vec<String>,
    pub(crate) skipped: bool,
    pub(crate) default: WireDefault,
    /// The position of `skip_serializing_if`.
    pub(crate) may_be_left_out: Option<Span>,
    pub(crate) flatten: bool,
    /// Whether functions of the application read and write the field. Serde then requires the
    /// member, whatever its type.
    pub(crate) with: bool,
}

/// The value of a missing field.
pub(crate) enum WireDefault {
    /// The field is required, unless its type is an `Option`.
    None,
    /// `Default` of the field's type.
    OfType,
    /// The result of a function.
    Of(ExprPath),
    /// The same field in `Default` of the container.
    OfContainer,
    /// The same field in the result of a function.
    OfContainerOf(ExprPath),
}

/// Reads the wire form, or returns `None` for a union. Reports the errors of serde's parser; an
/// attribute with such an error is not checked further.
pub(crate) fn read(ctxt: &Ctxt, input: &DeriveInput) -> Option<WireItem> {
    let read = container(ctxt, input, Derive::Deserialize);
    // Without serde attributes both directions are equal, and parsing once is faster.
    let written =
        if has_serde_attribute(input) { Some(container(ctxt, input, Derive::Serialize)?) } else { None };
    let read = read?;
    let written = written.as_ref().unwrap_or(&read);
    refuse_on_container(ctxt, input, &read);
    let body = match (&written.data, &read.data) {
        (Data::Struct(style, ser), Data::Struct(_, de)) => {
            WireBody::Struct(fields(ctxt, *style, (ser, de), &read, &[]))
        }
        (Data::Enum(ser), Data::Enum(de)) => WireBody::Enum {
            tagging: match read.attrs.tag() {
                TagType::External => Tagging::External,
                TagType::Internal { tag } => Tagging::Internal { tag: tag.clone() },
                TagType::Adjacent { tag, content } => {
                    let deny_unknown = read.attrs.deny_unknown_fields();
                    Tagging::Adjacent { tag: tag.clone(), content: content.clone(), deny_unknown }
                }
                TagType::None => Tagging::Untagged,
            },
            variants: {
                let variants: Vec<_> =
                    ser.iter().zip(de).map(|(ser, de)| variant(ctxt, ser, de, &read)).collect();
                let named = variants.iter().zip(de).filter(|((v, _), _)| !v.skipped && !v.untagged);
                let named = named.filter(|_| !matches!(read.attrs.tag(), TagType::None));
                refuse_shared_names(
                    ctxt,
                    "variant",
                    named.map(|((v, _), de)| (&*v.name, &*v.aliases, &*de.original.attrs, de.ident.span())),
                );
                variants
            },
        },
        _ => return None,
    };
    Some(WireItem { deny_unknown: read.attrs.deny_unknown_fields(), body })
}

/// Whether there is a `#[serde(...)]` anywhere.
fn has_serde_attribute(input: &DeriveInput) -> bool {
    let is_serde = |attrs: &[Attribute]| attrs.iter().any(|attr| attr.path().is_ident("serde"));
    let any = |fields: &syn::Fields| fields.iter().any(|field| is_serde(&field.attrs));
    is_serde(&input.attrs)
        || match &input.data {
            syn::Data::Struct(data) => any(&data.fields),
            syn::Data::Enum(data) => data.variants.iter().any(|v| is_serde(&v.attrs) || any(&v.fields)),
            syn::Data::Union(_) => true,
        }
}

fn container<'a>(ctxt: &Ctxt, input: &'a DeriveInput, direction: Derive) -> Option<Container<'a>> {
    let serde = SerdeCtxt::new();
    // Serde uses this name only in default paths of code that it generates, which is not the case
    // here.
    let private = Ident::new("__private", Span::call_site());
    let container = Container::from_ast(&serde, input, direction, &private);
    for error in serde.check().err().into_iter().flatten() {
        ctxt.push(error);
    }
    container
}

/// Whether serde's parser found an error in the attributes, so that its result is unreliable.
fn is_faulty(ctxt: &Ctxt, attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attr| attr.path().is_ident("serde") && ctxt.is_faulty(attr))
}

fn refuse_on_container(ctxt: &Ctxt, input: &DeriveInput, read: &Container<'_>) {
    let at = |word| serde_arg_or(&input.attrs, word, &input.ident);
    let attrs = &read.attrs;
    let conversions =
        [("from", attrs.type_from()), ("try_from", attrs.type_try_from()), ("into", attrs.type_into())];
    for (word, through) in conversions {
        if let Some(through) = through {
            let through = type_class::spelled(through);
            ctxt.error_at(
                at(word),
                format!(
                    "the schema cannot see the wire form of `#[serde({word})]`; add `#[kv(wire = \"{through}\")]`"
                ),
            );
        }
    }
    let identifier = match attrs.identifier() {
        Identifier::No => None,
        Identifier::Field => Some("field_identifier"),
        Identifier::Variant => Some("variant_identifier"),
    };
    if let Some(word) = identifier {
        ctxt.error_at(at(word), format!("an identifier is a name and cannot be stored; remove `{word}`"));
    }
    if let (TagType::Internal { .. }, Data::Struct(..)) = (attrs.tag(), &read.data) {
        let instead = "use an enum of one variant, or a field with `one_of`";
        ctxt.error_at(
            at("tag"),
            format!("serde writes `tag` on a struct but does not check it when reading; {instead}"),
        );
    }
}

fn variant(
    ctxt: &Ctxt,
    ser: &Variant<'_>,
    de: &Variant<'_>,
    container: &Container<'_>,
) -> (WireVariant, WireFields) {
    let attrs = &de.original.attrs;
    let name = de.attrs.name().deserialize_name().value.clone();
    refuse_two_names(
        ctxt,
        attrs,
        &[&container.original.attrs],
        &ser.attrs.name().serialize_name().value,
        &name,
    );
    refuse_with(
        ctxt,
        (attrs, &de.ident),
        (ser.attrs.serialize_with().is_some(), de.attrs.deserialize_with().is_some()),
        "move it to the field of the variant and name its type there with `#[kv(wire = \"…\")]`",
    );
    let fields = fields(ctxt, de.style, (&ser.fields, &de.fields), container, attrs);
    let variant = WireVariant {
        aliases: aliases(de.attrs.aliases().iter().map(|alias| &alias.value), &name),
        skipped: skipped(
            ctxt,
            (attrs, &de.ident),
            (ser.attrs.skip_serializing(), de.attrs.skip_deserializing()),
        ),
        other: de.attrs.other(),
        untagged: de.attrs.untagged(),
        name,
    };
    (variant, fields)
}

fn fields(
    ctxt: &Ctxt,
    style: Style,
    (ser, de): (&[Field<'_>], &[Field<'_>]),
    container: &Container<'_>,
    of_variant: &[Attribute],
) -> WireFields {
    let transparent = container.attrs.transparent();
    let form = match style {
        _ if transparent => Form::Newtype { transparent: true },
        Style::Unit => Form::Unit,
        Style::Newtype => Form::Newtype { transparent: false },
        Style::Tuple => Form::Tuple,
        Style::Struct => Form::Named,
    };
    if form != Form::Named {
        for field in ser {
            if field.attrs.skip_serializing_if().is_some() {
                ctxt.error_at(
                    serde_arg_or(&field.original.attrs, "skip_serializing_if", field.ty),
                    "omitting this item would move the items after it; give the fields names",
                );
            }
        }
    }
    if let (Style::Newtype, [field], false) = (style, de, transparent)
        && field.attrs.skip_deserializing()
    {
        let message = match (&container.data, container.attrs.tag()) {
            (Data::Struct(..), _) => Some("serde writes the only field of a newtype even if it is skipped"),
            (Data::Enum(_), TagType::Adjacent { .. }) => {
                Some("serde does not write the content of this variant but requires it")
            }
            (Data::Enum(_), _) => None,
        };
        let words = ["skip", "skip_deserializing"];
        let place = words.iter().find_map(|word| serde_arg(&field.original.attrs, word));
        if let Some(message) = message {
            ctxt.error_at(
                place.unwrap_or_else(|| field.ty.span()),
                format!("{message}; remove the field or give it a name"),
            );
        }
    }
    let fields = ser.iter().zip(de).map(|(ser, de)| WireField {
        skipped: (transparent && !de.attrs.transparent())
            || skipped(
                ctxt,
                (&de.original.attrs, de.ty),
                (ser.attrs.skip_serializing(), de.attrs.skip_deserializing()),
            ),
        ..field(ctxt, (ser, de), container, of_variant, form)
    });
    let fields: Vec<_> = fields.collect();
    if form == Form::Named {
        let members = fields.iter().zip(de).filter(|(field, _)| !field.skipped && !field.flatten);
        refuse_shared_names(
            ctxt,
            "field",
            members
                .map(|(field, de)| (&*field.name, &*field.aliases, &*de.original.attrs, de.original.span())),
        );
    }
    WireFields { form, fields }
}

/// Refuses a name of several fields or variants: serde would write all of them but read only the
/// first.
fn refuse_shared_names<'a>(
    ctxt: &Ctxt,
    what: &str,
    all: impl Iterator<Item = (&'a str, &'a [String], &'a [Attribute], Span)>,
) {
    let mut seen: Vec<&str> = Vec::new();
    for (name, aliases, attrs, place) in all {
        let names =
            [("rename", name)].into_iter().chain(aliases.iter().map(|alias| ("alias", alias.as_str())));
        for (word, name) in names {
            if seen.contains(&name) {
                let place = serde_arg(attrs, word).unwrap_or(place);
                ctxt.error_at(
                    place,
                    format!("{name:?} is also the name of an earlier {what}, which serde would read; use another name"),
                );
            }
            seen.push(name);
        }
    }
}

fn field(
    ctxt: &Ctxt,
    (ser, de): (&Field<'_>, &Field<'_>),
    container: &Container<'_>,
    of_variant: &[Attribute],
    form: Form,
) -> WireField {
    let attrs = &de.original.attrs;
    let name = de.attrs.name().deserialize_name().value.clone();
    let of_all = [of_variant, &container.original.attrs];
    refuse_two_names(ctxt, attrs, &of_all, &ser.attrs.name().serialize_name().value, &name);
    if !has_own_form(attrs) {
        refuse_with(
            ctxt,
            (attrs, de.ty),
            (ser.attrs.serialize_with().is_some(), de.attrs.deserialize_with().is_some()),
            "name its type with `#[kv(wire = \"…\")]`, or use `#[kv(opaque)]` for any JSON",
        );
    }
    WireField {
        aliases: aliases(de.attrs.aliases().iter().map(|alias| &alias.value), &name),
        skipped: false,
        default: match (de.attrs.default(), container.attrs.default()) {
            (Default::Default, _) => WireDefault::OfType,
            (Default::Path(path), _) => WireDefault::Of(path.clone()),
            (Default::None, Default::Default) => WireDefault::OfContainer,
            (Default::None, Default::Path(path)) => WireDefault::OfContainerOf(path.clone()),
            (Default::None, Default::None) => WireDefault::None,
        },
        may_be_left_out: (form == Form::Named
            && ser.attrs.skip_serializing_if().is_some()
            && !is_faulty(ctxt, attrs))
        .then(|| serde_arg_or(attrs, "skip_serializing_if", de.ty)),
        flatten: de.attrs.flatten(),
        with: ser.attrs.serialize_with().is_some() || de.attrs.deserialize_with().is_some(),
        name,
    }
}

/// Removes the name itself, which serde may include in the aliases.
fn aliases<'a>(all: impl Iterator<Item = &'a String>, name: &str) -> Vec<String> {
    all.filter(|alias| *alias != name).cloned().collect()
}

/// `of_all` are the attributes of the variant and the container, which may rename all fields.
fn refuse_two_names(ctxt: &Ctxt, attrs: &[Attribute], of_all: &[&[Attribute]], written: &str, read: &str) {
    if written == read || is_faulty(ctxt, attrs) || of_all.iter().any(|attrs| is_faulty(ctxt, attrs)) {
        return;
    }
    let instead = "use one name for both, and an `alias` for the other";
    if let Some(span) = serde_arg(attrs, "rename") {
        ctxt.error_at(span, format!("serde writes {written:?} but reads {read:?}; {instead}"));
        return;
    }
    let words = ["rename_all", "rename_all_fields"];
    let place = of_all.iter().find_map(|attrs| words.iter().find_map(|word| serde_arg(attrs, word)));
    ctxt.error_at(
        place.unwrap_or_else(Span::call_site),
        format!("serde writes and reads names in different cases; {instead}"),
    );
}

fn refuse_with(
    ctxt: &Ctxt,
    (attrs, place): (&[Attribute], &impl Spanned),
    (ser, de): (bool, bool),
    instead: &str,
) {
    for (given, direction) in [(ser, "serialize_with"), (de, "deserialize_with")] {
        if given {
            let word = if serde_arg(attrs, "with").is_some() { "with" } else { direction };
            ctxt.error_at(
                serde_arg_or(attrs, word, place),
                format!("the schema cannot see the wire form of `#[serde({word})]`; {instead}"),
            );
        }
    }
}

/// Whether serde skips the field or variant. Skipping in only one direction is refused.
fn skipped(ctxt: &Ctxt, (attrs, place): (&[Attribute], &impl Spanned), (ser, de): (bool, bool)) -> bool {
    if ser != de && !is_faulty(ctxt, attrs) {
        let word = if ser { "skip_serializing" } else { "skip_deserializing" };
        ctxt.error_at(
            serde_arg_or(attrs, word, place),
            format!("`{word}` applies to one direction only; use `skip`"),
        );
    }
    ser && de
}

/// Returns the position of an argument of `#[serde(...)]`, or of the item if the argument is not
/// found: serde may accept another spelling.
fn serde_arg_or(attrs: &[Attribute], word: &str, place: &impl Spanned) -> Span {
    serde_arg(attrs, word).unwrap_or_else(|| place.span())
}
