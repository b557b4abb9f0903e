//! Checks of numbers, strings and keys.

use super::{Verdict, ensure};
use kv_core::KvField;
use kv_core::schema::ty::{Enum, Fields, FloatKind, IntKind, Shape, Tagging, TypeSchema, Variant};
use serde_json::Value;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The source that serde reads from. Its buffers forget that keys were numbers, and are less
/// strict.
///
/// Source: `serde_json::de` for `Text`; `serde::private::de` for the other two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// The JSON text.
    Text,
    /// A buffer that is consumed (`ContentDeserializer`): after an internal tag, in a flattened
    /// struct.
    Owned,
    /// A buffer that may be read again (`ContentRefDeserializer`): in untagged enums, in a
    /// flattened map.
    Borrowed,
}

pub(super) const fn is_128(kind: IntKind) -> bool {
    matches!(kind, IntKind::I128 | IntKind::U128)
}

/// Returns the integer, if it is of this kind and written without fraction and exponent.
pub(super) fn integer(kind: IntKind, json: &Value) -> Option<i128> {
    let (min, max) = kind.range();
    let value = json.as_i64().map(i128::from).or_else(|| json.as_u64().map(i128::from))?;
    (min <= value && value <= max).then_some(value)
}

/// Returns whether JSON is written as a float is: with fraction or exponent, and with the digits of
/// an `f32` if it is one.
pub(super) fn written_float(kind: FloatKind, json: &Value) -> bool {
    let Value::Number(number) = json else { return false };
    let Some(value) = number.as_f64().filter(|_| number.is_f64()) else { return false };
    match kind {
        FloatKind::F64 => true,
        FloatKind::F32 => {
            #[expect(clippy::cast_possible_truncation, reason = "checks the truncated value")]
            let short = value as f32;
            // Uses serde_json's digits: std may choose another of several shortest texts.
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

/// Returns the variant with a name. An unknown name selects `#[serde(other)]`.
pub(super) fn variant_named<'a>(variants: &'a [Variant], name: &str) -> Option<&'a Variant> {
    let known = |variant: &&Variant| variant.name == name || variant.aliases.contains(&name);
    variants.iter().find(known).or_else(|| variants.iter().find(|variant| variant.other))
}

/// Checks that a text is read as a map key.
pub(super) fn readable_key(schema: &TypeSchema, key: &str, from: Source) -> Verdict {
    let fits = match schema.shape {
        Shape::String => true,
        Shape::Char => is_one_char(key),
        // A buffer stores keys as strings and does not parse numbers in them.
        Shape::Bool => from == Source::Text && matches!(key, "true" | "false"),
        Shape::Int(kind) => from == Source::Text && integer_key(kind, key),
        Shape::Formatted(format) => (format.accepts)(key),
        Shape::Struct(Fields::Newtype { field, .. }) => return readable_key(field.ty.get(), key, from),
        Shape::Enum(Enum { tagging: Tagging::External, variants }) => variant_named(variants, key).is_some(),
        _ => false,
    };
    ensure(fits, || format!("has the key {key:?}, which is not of type {schema}"))
}

/// Checks that a text is written as a map key.
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
            // The schema's range is that of an `i128`.
            IntKind::U128 => key.parse::<u128>().is_ok(),
            IntKind::I128 => key.parse::<i128>().is_ok(),
            // serde_json reads -0 as a float.
            _ => key != "-0" && key.parse().is_ok_and(|value: i128| min <= value && value <= max),
        }
}

/// Checks the range of times, which a schema does not describe: serde adds whole seconds in the
/// nanoseconds to the seconds, which must not overflow; a `SystemTime` has the range of the
/// platform.
pub(super) fn readable_time(schema: &TypeSchema, secs: &Value, nanos: &Value) -> Verdict {
    let (Some(secs), Some(nanos)) = (secs.as_u64(), nanos.as_u64()) else { return Ok(()) };
    let whole = secs.checked_add(nanos / 1_000_000_000);
    let fits = if *schema == *SystemTime::schema() {
        let offset = whole.map(Duration::from_secs);
        offset.is_some_and(|offset| UNIX_EPOCH.checked_add(offset).is_some())
    } else {
        whole.is_some()
    };
    ensure(fits, || format!("overflows {schema}"))
}

/// Returns whether a schema is that of `Duration` or `SystemTime`.
pub(crate) fn is_time(schema: &TypeSchema) -> bool {
    *schema == *Duration::schema() || *schema == *SystemTime::schema()
}
