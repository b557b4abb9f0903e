//! What serde makes of the item: names and shapes on the wire.
//!
//! Serde's own parser is asked, once for each direction, so that a rename, a case or a tag can never be
//! understood otherwise than by `#[derive(Serialize, Deserialize)]`. Where the two directions differ, or code
//! outside the item decides what is written, no schema could be true, and the item is refused at that word.
//!
//! The one file that knows `serde_derive_internals`.

use crate::attr::{has_own_form, serde_word};
use crate::ctxt::Ctxt;
use crate::fit;
use proc_macro2::{Ident, Span};
use serde_derive_internals::ast::{Container, Data, Field, Style, Variant};
use serde_derive_internals::attr::{Default, Identifier, TagType};
use serde_derive_internals::{Ctxt as SerdeCtxt, Derive};
use syn::spanned::Spanned;
use syn::{Attribute, DeriveInput, ExprPath};

/// The item as it is on the wire; fields and variants are in source order, all of them.
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

/// The form that fields have together.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    Unit,
    /// The one field that is not skipped stands for the whole.
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
    /// Where `skip_serializing_if` stands.
    pub(crate) may_be_left_out: Option<Span>,
    pub(crate) flatten: bool,
    /// Whether functions of the application's read and write it, which then is asked for whatever its type.
    pub(crate) with: bool,
}

/// What a reader puts where a field is missing.
pub(crate) enum WireDefault {
    /// Nothing: it must be there, unless its type says otherwise.
    None,
    /// The `Default` of the field's type.
    OfType,
    /// What a function returns.
    Of(ExprPath),
    /// The field of the same name in the `Default` of the container.
    OfContainer,
    /// The field of the same name in what a function returns.
    OfContainerOf(ExprPath),
}

/// Asks serde about the item; `None` for a union. Mistakes that serde's own parser found are handed on. Where there is
/// one in an attribute, nothing else is said of it.
pub(crate) fn read(ctxt: &Ctxt, input: &DeriveInput) -> Option<WireItem> {
    let read = container(ctxt, input, Derive::Deserialize);
    // Without a word to serde the two directions are one, and asking takes time.
    let written = if says_anything(input) { Some(container(ctxt, input, Derive::Serialize)?) } else { None };
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
fn says_anything(input: &DeriveInput) -> bool {
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
    // The name only appears in the default paths of code that serde would generate, and we do not.
    let private = Ident::new("__private", Span::call_site());
    let container = Container::from_ast(&serde, input, direction, &private);
    for error in serde.check().err().into_iter().flatten() {
        ctxt.push(error);
    }
    container
}

/// Whether serde's own parser found a mistake in the attributes, so that what it made of them is not to be trusted.
fn is_faulty(ctxt: &Ctxt, attrs: &[Attribute]) -> bool {
    attrs.iter().any(|attr| attr.path().is_ident("serde") && ctxt.is_faulty(attr))
}

fn refuse_on_container(ctxt: &Ctxt, input: &DeriveInput, read: &Container<'_>) {
    let at = |word| word_or(&input.attrs, word, &input.ident);
    let attrs = &read.attrs;
    let conversions =
        [("from", attrs.type_from()), ("try_from", attrs.type_try_from()), ("into", attrs.type_into())];
    for (word, through) in conversions {
        if let Some(through) = through {
            let through = fit::spelled(through);
            ctxt.error_at(
                at(word),
                format!(
                    "`#[serde({word})]` hides from the schema what is on the wire: name that type next to it, with \
                     `#[kv(wire = \"{through}\")]`"
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
        ctxt.error_at(
            at(word),
            "an identifier names members and variants and is no value of its own: leave this word out",
        );
    }
    if let (TagType::Internal { .. }, Data::Struct(..)) = (attrs.tag(), &read.data) {
        let instead = "make it an enum of one variant, or a field with `one_of`";
        ctxt.error_at(
            at("tag"),
            format!("`#[serde(tag)]` on a struct is written but never checked: {instead}"),
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
        "move it to the field of the variant, and name the type on the wire there, as in `#[kv(wire = \"String\")]`",
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
                    word_or(&field.original.attrs, "skip_serializing_if", field.ty),
                    "without this item those behind it stand elsewhere: give the fields names",
                );
            }
        }
    }
    if let (Style::Newtype, [field], false) = (style, de, transparent)
        && field.attrs.skip_deserializing()
    {
        let message = match (&container.data, container.attrs.tag()) {
            (Data::Struct(..), _) => Some("serde writes the only field of a newtype even so"),
            (Data::Enum(_), TagType::Adjacent { .. }) => {
                Some("serde asks for the content that it does not write")
            }
            (Data::Enum(_), _) => None,
        };
        let words = ["skip", "skip_deserializing"];
        let place = words.iter().find_map(|word| serde_word(&field.original.attrs, word));
        if let Some(message) = message {
            ctxt.error_at(
                place.unwrap_or_else(|| field.ty.span()),
                format!("{message}: leave it out, or give it a name"),
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

/// Refuses names that several fields or variants go by: serde would write them all, and read the first.
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
                let place = serde_word(attrs, word).unwrap_or(place);
                ctxt.error_at(
                    place,
                    format!("{name:?} names a {what} before this one too, which is the one that serde reads: give each its own"),
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
            "name the type on the wire, as in `#[kv(wire = \"String\")]`, or use `#[kv(opaque)]` for any JSON",
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
        .then(|| word_or(attrs, "skip_serializing_if", de.ty)),
        flatten: de.attrs.flatten(),
        with: ser.attrs.serialize_with().is_some() || de.attrs.deserialize_with().is_some(),
        name,
    }
}

/// Serde may count the name itself among its aliases.
fn aliases<'a>(all: impl Iterator<Item = &'a String>, name: &str) -> Vec<String> {
    all.filter(|alias| *alias != name).cloned().collect()
}

/// `of_all` are the attributes that name several things at once.
fn refuse_two_names(ctxt: &Ctxt, attrs: &[Attribute], of_all: &[&[Attribute]], written: &str, read: &str) {
    if written == read || is_faulty(ctxt, attrs) || of_all.iter().any(|attrs| is_faulty(ctxt, attrs)) {
        return;
    }
    let instead = "give one name for both, and an `alias` for the other";
    if let Some(span) = serde_word(attrs, "rename") {
        ctxt.error_at(span, format!("written as {written:?} but read as {read:?}: {instead}"));
        return;
    }
    let words = ["rename_all", "rename_all_fields"];
    let place = of_all.iter().find_map(|attrs| words.iter().find_map(|word| serde_word(attrs, word)));
    ctxt.error_at(
        place.unwrap_or_else(Span::call_site),
        format!("names are written one way and read another: {instead}"),
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
            let word = if serde_word(attrs, "with").is_some() { "with" } else { direction };
            ctxt.error_at(
                word_or(attrs, word, place),
                format!("`#[serde({word})]` hides from the schema what is on the wire: {instead}"),
            );
        }
    }
}

/// Whether it is skipped; skipping in one direction only is refused.
fn skipped(ctxt: &Ctxt, (attrs, place): (&[Attribute], &impl Spanned), (ser, de): (bool, bool)) -> bool {
    if ser != de && !is_faulty(ctxt, attrs) {
        let word = if ser { "skip_serializing" } else { "skip_deserializing" };
        ctxt.error_at(
            word_or(attrs, word, place),
            format!("`{word}` makes reading and writing differ: use `skip`, which leaves it out of both"),
        );
    }
    ser && de
}

/// Where a word of `#[serde(...)]` stands, or else the place that it is about: serde may have said the same in other
/// words, and nothing is let through because it cannot be pointed at.
fn word_or(attrs: &[Attribute], word: &str, place: &impl Spanned) -> Span {
    serde_word(attrs, word).unwrap_or_else(|| place.span())
}
