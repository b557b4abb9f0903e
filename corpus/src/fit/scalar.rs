//! Numbers, strings and keys, which have no parts.

use super::{Verdict, ensure};
use kv_core::KvField;
use kv_core::schema::ty::{Enum, Fields, FloatKind, IntKind, Shape, Tagging, TypeSchema, Variant};
use serde_json::Value;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// From where serde reads. Its buffers lose that keys were numbers, and take some things more lightly.
///
/// Source: `serde_json::de` for `Text`; `serde::private::de` for the other two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The text itself.
    Text,
    /// A buffer that is used up (`ContentDeserializer`): behind an internal tag, in a flattened struct.
    Owned,
    /// A buffer that is looked at again (`ContentRefDeserializer`): in untagged enums, in a flattened map.
    Borrowed,
}

pub(super) const fn is_128(kind: IntKind) -> bool {
    matches!(kind, IntKind::I128 | IntKind::U128)
}

/// Whether it is an integer of the kind, written without fraction and exponent.
pub(super) fn integer(kind: IntKind, json: &Value) -> Option<i128> {
    let (min, max) = kind.range();
    let value = json.as_i64().map(i128::from).or_else(|| json.as_u64().map(i128::from))?;
    (min <= value && value <= max).then_some(value)
}

/// Whether it is what a float is written as: with fraction or exponent, and for an `f32` no more digits than it has.
pub(super) fn written_float(kind: FloatKind, json: &Value) -> bool {
    let Value::Number(number) = json else { return false };
    let Some(value) = number.as_f64().filter(|_| number.is_f64()) else { return false };
    match kind {
        FloatKind::F64 => true,
        FloatKind::F32 => {
            #[expect(clippy::cast_possible_truncation, reason = "it is what is asked about")]
            let short = value as f32;
            // The digits are serde_json's own: of two texts as short it may choose another than std.
            let text = serde_json::to_string(&short).unwrap_or_default();
            short.is_finite()
                && serde_json::from_str(&text).is_ok_and(|read: f64| read.to_bits() == value.to_bits())
        }
    }
}

pub(super) fn is_one_char(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some() && chars.next().is_none()
}

/// The variant of a name. An unknown one is that of `#[serde(other)]`.
pub(super) fn variant_named<'a>(variants: &'a [Variant], name: &str) -> Option<&'a Variant> {
    let known = |variant: &&Variant| variant.name == name || variant.aliases.contains(&name);
    variants.iter().find(known).or_else(|| variants.iter().find(|variant| variant.other))
}

/// Whether a text is read as a key of a map.
pub(super) fn readable_key(schema: &TypeSchema, key: &str, from: Source) -> Verdict {
    let fits = match schema.shape {
        Shape::String => true,
        Shape::Char => is_one_char(key),
        // A buffer holds keys as strings, and does not look for numbers in them.
        Shape::Bool => from == Source::Text && matches!(key, "true" | "false"),
        Shape::Int(kind) => from == Source::Text && integer_key(kind, key),
        Shape::Formatted(format) => (format.accepts)(key),
        Shape::Struct(Fields::Newtype { field, .. }) => return readable_key(field.ty.get(), key, from),
        Shape::Enum(Enum { tagging: Tagging::External, variants }) => variant_named(variants, key).is_some(),
        _ => false,
    };
    ensure(fits, || format!("has the key {key:?}, which is no {schema}"))
}

/// Whether a text is written as a key of a map.
pub(super) fn written_key(schema: &TypeSchema, key: &str) -> Verdict {
    let fits = match schema.shape {
        Shape::Int(kind) => integer_key(kind, key) && key != "-0",
        Shape::Enum(Enum { variants, .. }) => variants.iter().any(|variant| variant.name == key),
        Shape::Struct(Fields::Newtype { field, .. }) => return written_key(field.ty.get(), key),
        _ => return readable_key(schema, key, Source::Text),
    };
    ensure(fits, || format!("has the key {key:?}, which is never written for a {schema}"))
}

fn integer_key(kind: IntKind, key: &str) -> bool {
    let digits = key.strip_prefix('-').unwrap_or(key);
    let is_json = matches!(digits.as_bytes(), [b'0'] | [b'1'..=b'9', ..])
        && digits.bytes().all(|digit| digit.is_ascii_digit());
    let (min, max) = kind.range();
    is_json
        && match kind {
            // The schema's range ends where an `i128` ends.
            IntKind::U128 => key.parse::<u128>().is_ok(),
            IntKind::I128 => key.parse::<i128>().is_ok(),
            // serde_json takes -0 for a float.
            _ => key != "-0" && key.parse().is_ok_and(|value: i128| min <= value && value <= max),
        }
}

/// The one thing about times that no schema says: serde adds whole seconds among the nanoseconds to the seconds, which
/// must not overflow; a `SystemTime` ends where the platform's does.
pub(super) fn readable_time(schema: &TypeSchema, secs: &Value, nanos: &Value) -> Verdict {
    let (Some(secs), Some(nanos)) = (secs.as_u64(), nanos.as_u64()) else { return Ok(()) };
    let whole = secs.checked_add(nanos / 1_000_000_000);
    let fits = if *schema == *SystemTime::schema() {
        let offset = whole.map(Duration::from_secs);
        offset.is_some_and(|offset| UNIX_EPOCH.checked_add(offset).is_some())
    } else {
        whole.is_some()
    };
    ensure(fits, || format!("is too much for a {schema}"))
}

/// Whether it is one of the two types of time.
pub(crate) fn is_time(schema: &TypeSchema) -> bool {
    *schema == *Duration::schema() || *schema == *SystemTime::schema()
}
