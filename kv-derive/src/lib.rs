//! `#[derive(KvType)]` and `#[derive(KvField)]`.
//!
//! Use them through `kv-core` (or `kv-schema`), which re-export the traits they implement. Their attributes
//! are described on [`macro@KvType`] and [`macro@KvField`].
//!
//! A derive is three calls: `ast` reads the item, `check` turns it into a model in which nothing wrong can
//! be said, `expand` writes the implementations. Problems of all stages are gathered in `ctxt` and reported
//! at once, with the dummy implementations of `fallback` so that no further errors follow from them.
//!
//! In reading order: `symbol` (the words of the attribute), `slip` (what was meant by one that is none), `attr` (tokens
//! to words), `serde_view` (what serde makes of the item), `ast`, `fit` (which rule fits which type), `rules`,
//! `key_template`, `check`, `expand`.

mod ast;
mod attr;
mod check;
mod ctxt;
mod expand;
mod fallback;
mod fit;
mod key_template;
mod rules;
mod serde_view;
mod slip;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may fail")]
mod snapshots;
mod symbol;

use proc_macro::TokenStream;
use proc_macro2::TokenStream as TokenStream2;
use quote::quote;
use symbol::Target;

/// Makes a struct or an enum a stored type: implements `KvType`, and `KvField` with it.
///
/// The type takes no parameters: two instances of a generic type would share one tag. The attributes of
/// [`macro@KvField`] apply to its fields.
///
/// # Attributes on the type
///
/// | `#[kv(…)]` | meaning | default |
/// |---|---|---|
/// | `tag = "Cursor"` | the type's name on the wire: `[A-Za-z][A-Za-z0-9_]{0,63}` | the type's name |
/// | `prefix = "ui/cursor/"` | what stands before the key in a full key: printable ASCII, 1 to 128 bytes, ending in `:`, `/` or `.` | the tag and `:` |
/// | `ttl = "30s"` | how long an entry lives when a write does not say: a whole number and `ms`, `s`, `m`, `h` or `d`, up to 100 years | for ever |
/// | `max_ttl = "1d"` | the longest time to live that a client may ask for; it gets this where it asks for none and the type has no `ttl`. `"none"`: no bound, whatever the catalog says. The program itself is not bound | the catalog's `max_ttl` |
/// | `key = "room:{room}:{user}"` | the key that a value makes for itself, see below | any key |
/// | `plural = "Memories"` | the name of many, for clients whose functions name them | made of the type's name |
/// | `elm = "Cursor"` | the type's name in Elm, see [`macro@KvField`](macro@KvField#names-in-elm) | the type's name |
/// | `max_entries = 1000, evict = "oldest"` | how many entries there may be of the type in a tenant, from 1 to 4,294,967,295, before the one that was written longest ago makes way; the two words go together | no bound |
/// | `validate`, `wire`, `example`, `heap_size` | see [`macro@KvField`](macro@KvField#attributes-on-the-type) | |
/// | `crate = "::store::kv"` | where to find `kv-core` (or `kv-schema`) when it goes by another name | `::kv_core` |
///
/// # Key templates
///
/// With `key`, the type implements `Keyed`, and every write checks that the key is the value's own. Braces name fields,
/// whose types are strings, integers, `bool`, `char`, types written as text or newtypes of them; between two of them stands a separator. A value with an empty
/// part, or one in which the separator behind it would seem to begin, has no key.
///
/// `T::key_prefix(…)` makes what keys start with, for scans: of `room:{room}:{user}`, `key_prefix("lobby")` is
/// `room:lobby:`. It takes all parts but the last; from the second on each is an `Option`. The type can have no other
/// function of that name.
#[proc_macro_derive(KvType, attributes(kv, serde))]
pub fn derive_kv_type(input: TokenStream) -> TokenStream {
    derive(input, Target::KvType)
}

/// Makes a struct or an enum something that can be a field of a stored type: implements `KvField`.
///
/// Type parameters are welcome; each must be a `KvField` itself.
///
/// Names and shapes on the wire are serde's: `#[serde(rename…, tag, content, untagged, transparent, default,
/// skip, skip_serializing_if, flatten, alias, other, deny_unknown_fields)]` are followed, whether or not serde's
/// traits are derived as well, and what would make reading and writing differ is refused. `#[serde(remote = "…")]` describes a
/// type of another crate, for fields with `#[serde(with = "…")]` and `#[kv(wire = "…")]`, both naming it. A field with
/// `#[serde(skip)]` may be of any type; it is neither checked nor counted.
///
/// An enum of unit variants can be the key of a map and a part of a key template as well, and so can a newtype of
/// anything that can be one, and, without type parameters, a type that is one on the wire (`wire`).
///
/// # Rules on fields
///
/// | `#[kv(…)]` | holds when |
/// |---|---|
/// | `len(min = 1, max = 64)` | a string has so many characters (Unicode scalar values), a collection so many items; either bound may be left out |
/// | `non_empty` | a string or a collection has something in it |
/// | `range(min = 0, max = 100)` | a number lies between the bounds, both included; either may be left out |
/// | `pattern = "^[a-z]+$"` | a string matches the pattern, in the grammar of `kv_schema::pattern`, which Rust and JavaScript read alike |
/// | `one_of("light", "dark")` | a string is one of these |
/// | `email` | a string has the form of an email address, as browsers judge it |
/// | `url` | a string is an absolute `http` or `https` address |
/// | `js_safe` | an integer is one that JavaScript holds exactly, up to 2^53 − 1 either way |
/// | `each(rule…)` | every item of a collection, every value of a map, keeps these rules |
/// | `custom = "path::to::function"` | the function, from a reference to the field to `Result<(), impl Display>`, says `Ok` |
///
/// A function with type parameters is named with them: `custom = "fits::<String>"`.
///
/// `len` is checked first. If it fails, the other rules of the field are skipped, `each` included. A pattern is
/// refused where a character of a long text would be compared with many of its places: begin it with `^`, and leave lengths
/// to `len`.
///
/// On an `Option` a rule holds for what is in it. A field whose type has rules of its own is checked by them
/// too. Floats are always checked to be finite, unless `any_float` stands on them. Clients are held to integers
/// that JavaScript holds exactly, unless `any_int` says that they are none that run it.
///
/// # Other words on fields
///
/// | `#[kv(…)]` | meaning |
/// |---|---|
/// | `opaque` | any type that serde knows: any JSON to the outside, checked by `custom` only; `#[serde(with = …)]` is welcome. Flattened or under an internal tag it must be an object |
/// | `wire = "String"` | the type that the field is on the wire, for a type that knows serde but not this store, and next to `#[serde(with = …)]`, `serialize_with` and `deserialize_with`. Any type that can be a field, also with parameters of the item: `wire = "Vec<T>"`. Of the rules, `custom` applies, and `any_int`, which is about the JSON |
/// | `example = "1.0.0"` | a value that the field's type reads: the text itself where it is text on the wire, else JSON. A catalog tries it first when it probes serde; without one that is read, it cannot check what is written |
/// | `heap_size = "path::to::function"` | the bytes that the field owns on the heap, beyond its `size_of`: a function from a reference to it to `usize`. Without it, a field with `opaque` or `wire` counts as the `KvField` of its type says, else by an estimate from its `serde::Serialize` |
/// | `skip` | left out of the schema, neither checked nor counted. On a type that meets the outside, `#[serde(skip)]` belongs beside it |
///
/// # Names in Elm
///
/// `elm = "…"` on a type, a variant or a named field is its name in the Elm client: ASCII letters, digits and `_`, at most
/// 128 bytes, with an upper-case letter first for types and variants and a lower-case letter first for fields. A field
/// cannot have a reserved word of Elm's as its name, and a type cannot hide `List`, `String`, `Int`, `Float`, `Bool`, `Char`,
/// `Maybe`, `Result`, `Dict` or `Set`. The name on the wire is serde's, whatever the name in Elm.
///
/// # Attributes on the type
///
/// | `#[kv(…)]` | meaning | default |
/// |---|---|---|
/// | `elm = "Cursor"` | the type's name in Elm | the type's name |
/// | `validate = "path::to::function"` | a check of the whole value, after those of its fields: a function from a reference to it to `Result<(), E>`. With `ValidationErrors` as `E`, its places are within the value; with any other `E: Display`, its message is about the value itself | none |
/// | `wire = "String"` | the type that values are on the wire, for a type whose serde traits are written by hand or that has `#[serde(from, try_from, into)]`; nothing of `#[kv(…)]` applies to its fields then, and `example = "…"` may give a value that it reads | the type's own shape |
/// | `heap_size = "path::to::function"` | the bytes that a value owns on the heap, beyond its `size_of`: a function from a reference to it to `usize` | the sum over the fields; with `wire`, an estimate from the type's `serde::Serialize` |
/// | `crate = "::store::kv"` | where to find `kv-core` (or `kv-schema`) when it goes by another name | `::kv_core` |
#[proc_macro_derive(KvField, attributes(kv, serde))]
pub fn derive_kv_field(input: TokenStream) -> TokenStream {
    derive(input, Target::KvField)
}

fn derive(input: TokenStream, target: Target) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    let ctxt = ctxt::Ctxt::new();
    let item = ast::parse(&ctxt, &input, target);
    let (krate, is_keyed) = (item.attrs.krate(), item.attrs.key.is_some());
    let check::Judged { model, key } = check::check(&ctxt, item);
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
