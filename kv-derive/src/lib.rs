//! `#[derive(KvType)]` and `#[derive(KvField)]`.
//!
//! Use them through `kv-core` (or `kv-schema`), which re-export the traits they implement. Their
//! attributes are described on [`macro@KvType`] and [`macro@KvField`].
//!
//! A derive is three calls: `ast::parse` reads the item, `check::check` builds a model without
//! errors, and `expand::expand` writes the implementations. `ctxt` collects the errors of all
//! stages and reports them at once, together with the dummy implementations of `fallback`, which
//! prevent follow-up errors.
//!
//! In reading order: `symbol` (the attribute arguments), `meta` (their syntax), `rule` (the rules),
//! `type_class` (which rules apply to a type), `suggest` (names that were probably meant), `attr`,
//! `serde_view` (the wire form), `ast`, `check`, `model`, `expand`.

mod ast;
mod attr;
mod check;
mod ctxt;
mod expand;
mod fallback;
mod meta;
mod model;
mod rule;
mod serde_view;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may fail")]
mod snapshots;
mod suggest;
mod symbol;
mod type_class;

use ast::Target;
use proc_macro::TokenStream;
use proc_macro2::TokenStream as TokenStream2;
use quote::quote;

/// Implements `KvType` and `KvField` for a struct or an enum, which makes it a stored type.
///
/// The type cannot have parameters, because all its instances would share one tag. The attributes
/// of [`macro@KvField`] apply to its fields.
///
/// # Attributes of the type
///
/// | `#[kv(…)]` | meaning | default |
/// |---|---|---|
/// | `tag = "Cursor"` | the type's name on the wire: `[A-Za-z][A-Za-z0-9_]{0,63}` | the type's name |
/// | `prefix = "ui/cursor/"` | the start of every full key of the type: printable ASCII, 1 to 128 bytes, ending in `:`, `/` or `.` | the tag and `:` |
/// | `ttl = "30s"` | the TTL of an entry that is written without one: a whole number and `ms`, `s`, `m`, `h` or `d`, up to 100 years | no expiry |
/// | `max_ttl = "1d"` | the longest TTL that a client may request, and the TTL for a client that requests none if the type has no `ttl`. `"none"` means no limit, whatever the catalog's setting. Writes by the program itself are not limited | the catalog's `max_ttl` |
/// | `key = "room:{room}:{user}"` | a template that makes the key from the value's fields, see below | any key |
/// | `plural = "Memories"` | the plural of the name, for functions of clients | derived from the type's name |
/// | `elm = "Cursor"` | the type's name in Elm, see [`macro@KvField`](macro@KvField#names-in-elm) | the type's name |
/// | `max_entries = 1000, evict = "oldest"` | the limit of entries of the type in a tenant, from 1 to 4,294,967,295. When it is exceeded, the entry that was written the longest time ago is evicted. Each argument requires the other | no limit |
/// | `validate`, `wire`, `example`, `heap_size` | see [`macro@KvField`](macro@KvField#attributes-of-the-type) | |
/// | `crate = "::store::kv"` | the path of `kv-core` (or `kv-schema`), if it is renamed | `::kv_core` |
///
/// # Key templates
///
/// With `key`, the type implements `Keyed`, and every write checks that the key is the value's own.
/// Braces name fields, which are the parts of the key. Their types are strings, integers, `bool`,
/// `char`, types written as text, or newtypes of these. A separator is required between two parts.
/// A value has no key if a part is empty, or if the first occurrence of the separator after it
/// begins inside the part.
///
/// `T::key_prefix(…)` returns a prefix of keys, for scans: with `room:{room}:{user}`,
/// `key_prefix("lobby")` is `room:lobby:`. It takes all parts except the last; each part after the
/// first is an `Option`. The type cannot have another function of that name.
#[proc_macro_derive(KvType, attributes(kv, serde))]
pub fn derive_kv_type(input: TokenStream) -> TokenStream {
    derive(input, Target::KvType)
}

/// Implements `KvField` for a struct or an enum, which can then be a field of a stored type.
///
/// The type may have type parameters; each argument must be a `KvField`.
///
/// Names and shapes on the wire are serde's: its attributes `rename…`, `tag`, `content`,
/// `untagged`, `transparent`, `default`, `skip`, `skip_serializing_if`, `flatten`, `alias`, `other`
/// and `deny_unknown_fields` apply, whether or not serde's traits are derived too. Attributes that
/// make reading and writing differ are errors. `#[serde(remote = "…")]` describes a type of another
/// crate, for fields with `#[serde(with = "…")]` and `#[kv(wire = "…")]`, which both name the
/// description. A field with `#[serde(skip)]` may have any type; it is neither checked nor
/// measured.
///
/// An enum of unit variants can also be the key of a map and part of a key template. So can a
/// newtype of such a type and, without type parameters, a type whose `wire` is such a type.
///
/// # Rules on fields
///
/// | `#[kv(…)]` | holds if |
/// |---|---|
/// | `len(min = 1, max = 64)` | the number of characters of a string (Unicode scalar values) or of items of a collection is within the bounds, inclusive; either bound is optional |
/// | `non_empty` | a string or a collection is not empty |
/// | `range(min = 0, max = 100)` | a number is within the bounds, inclusive; either bound is optional |
/// | `pattern = "^[a-z]+$"` | a string matches the pattern. The grammar is that of `kv_schema::pattern`, which means the same in Rust and JavaScript |
/// | `one_of("light", "dark")` | a string is one of these |
/// | `email` | a string has the form of an email address, as browsers check it |
/// | `url` | a string is an absolute `http` or `https` address |
/// | `js_safe` | JavaScript represents an integer exactly: it is within ±(2^53 − 1) |
/// | `each(rule…)` | the rules hold for every item of a collection, and every value of a map |
/// | `custom = "path::to::function"` | the function, from a reference to the field to `Result<(), impl Display>`, returns `Ok` |
///
/// A generic function is named with its arguments: `custom = "fits::<String>"`.
///
/// `len` is checked first. If it fails, the other rules of the field, including `each`, are
/// skipped. A pattern is an error if matching a long text could compare a character with many
/// places of the pattern: begin it with `^`, and limit the length with `len`.
///
/// On an `Option`, rules apply to the content. A field whose type has rules of its own is checked
/// by these too. Floats must be finite, unless the field has `any_float`. Clients may only send
/// integers that JavaScript represents exactly, unless the field has `any_int`, for clients that do
/// not run JavaScript.
///
/// # Other attributes of fields
///
/// | `#[kv(…)]` | meaning |
/// |---|---|
/// | `opaque` | allows any type that implements serde's traits. The wire form is any JSON, and only `custom` applies; `#[serde(with = …)]` is allowed. If flattened or in an internally tagged enum, it must be an object |
/// | `wire = "String"` | the type of the field on the wire, for a type that implements serde's traits but not `KvField`, and for `#[serde(with = …)]`, `serialize_with` and `deserialize_with`. Any `KvField`, also with parameters of the item: `wire = "Vec<T>"`. Only the rules `custom` and `any_int` apply |
/// | `example = "1.0.0"` | a value that the field's type accepts: the text itself if the wire form is text, else JSON. A catalog tries it first when it checks serde's implementations; without an accepted value it cannot check what is written |
/// | `heap_size = "path::to::function"` | a function from a reference to the field to the bytes that the field owns on the heap, as `usize`, without its `size_of`. Without it, a field with `opaque` or `wire` is measured by the `KvField` of its type, else estimated from its `serde::Serialize` |
/// | `skip` | omits the field from the schema; it is neither checked nor measured. On an exposed type, add `#[serde(skip)]` too |
///
/// # Names in Elm
///
/// `elm = "…"` on a type, a variant or a named field is its name in the Elm client: ASCII letters,
/// digits and `_`, at most 128 bytes. Names of types and variants begin with an upper-case letter,
/// those of fields with a lower-case letter. A field cannot have a reserved word of Elm as its
/// name, and a type cannot be named `List`, `String`, `Int`, `Float`, `Bool`, `Char`, `Maybe`,
/// `Result`, `Dict` or `Set`. It does not change the name on the wire, which is serde's.
///
/// # Attributes of the type
///
/// | `#[kv(…)]` | meaning | default |
/// |---|---|---|
/// | `elm = "Cursor"` | the type's name in Elm | the type's name |
/// | `validate = "path::to::function"` | a check of the whole value, after those of its fields: a function from a reference to the value to `Result<(), E>`. If `E` is `ValidationErrors`, its places are within the value; with any other `E: Display`, the message is about the value itself | none |
/// | `wire = "String"` | the type of values on the wire, for a type with hand-written serde traits or with `#[serde(from, try_from, into)]`. `#[kv(…)]` then does not apply to its fields, and `example = "…"` may give a value that the type accepts | the type's own shape |
/// | `heap_size = "path::to::function"` | a function from a reference to the value to the bytes that it owns on the heap, as `usize`, without its `size_of` | the sum over the fields; with `wire`, an estimate from the type's `serde::Serialize` |
/// | `crate = "::store::kv"` | the path of `kv-core` (or `kv-schema`), if it is renamed | `::kv_core` |
#[proc_macro_derive(KvField, attributes(kv, serde))]
pub fn derive_kv_field(input: TokenStream) -> TokenStream {
    derive(input, Target::KvField)
}

fn derive(input: TokenStream, target: Target) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    let ctxt = ctxt::Ctxt::new();
    let item = ast::parse(&ctxt, &input, target);
    let (krate, is_keyed) = (item.attrs.krate(), item.attrs.key.is_some());
    let check::Checked { model, key } = check::check(&ctxt, item);
    match ctxt.finish(model) {
        Ok(model) => expand::expand(&model),
        Err(errors) => {
            let errors: TokenStream2 = errors.iter().map(syn::Error::to_compile_error).collect();
            let dummies =
                krate.map(|krate| fallback::expand(&input, target, &krate, is_keyed, key.as_deref()));
            quote!(#errors #dummies)
        }
    }
    .into()
}
