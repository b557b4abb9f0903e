//! Compares kv-core's codecs with the schema and with `serde_json`. Codecs read a part of what
//! `serde_json` reads, as the same values.

#![expect(clippy::unwrap_used, reason = "all types are in the catalog")]

use crate::promise::{PropertyResult, Tried};
use crate::{Case, Subject, Visitor, visit, walk};
use kv_core::engine::AnyValue;
use kv_core::schema::json::{self, Flaw};
use kv_core::schema::ty::{Field, Shape, TypeSchema};
use kv_core::{Access, Catalog, Codec, DecodeError, DecodeOptions, KvType};
use kv_core::{ValidationErrors, Violation};
use serde::de::{self, Deserialize, Deserializer};
use serde_json::Value;
use std::any::Any;
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

/// A stored type of the corpus with its codec.
#[derive(Clone, Copy, Debug)]
pub struct Stored {
    /// The type, as data.
    pub case: Case,
    /// The codec of a catalog that exposes the type.
    pub codec: Codec,
    /// Reads a value from JSON. The error is `serde_json`'s.
    pub read: fn(&str) -> Result<Read, String>,
    /// Makes the value that the codec has read comparable.
    pub ours: fn(AnyValue) -> Read,
    /// Whether a part of the type has no schema.
    is_opaque: bool,
    /// Whether serde reads an error in a flattened `Option` as `None`.
    drops: bool,
}

/// A value of any type that was read. Values are compared with `PartialEq`, not with `Debug`, in
/// which hash maps have no order.
pub struct Read {
    value: AnyValue,
    debug: fn(&dyn Any) -> String,
    equal: fn(&dyn Any, &dyn Any) -> bool,
}

impl Read {
    fn of<T: Subject + KvType>(value: AnyValue) -> Self {
        Self {
            value,
            debug: |value| format!("{:?}", value.downcast_ref::<T>().unwrap()),
            equal: |a, b| a.downcast_ref::<T>().unwrap() == b.downcast_ref::<T>().unwrap(),
        }
    }
}

impl PartialEq for Read {
    fn eq(&self, other: &Self) -> bool {
        (self.equal)(&*self.value, &*other.value)
    }
}

impl fmt::Debug for Read {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&(self.debug)(&*self.value))
    }
}

impl Stored {
    fn of<T: Subject + KvType>(name: &'static str) -> Self {
        let catalog = Catalog::builder().expose::<T>(Access::ReadWrite).build().unwrap();
        Self {
            case: Case::of::<T>(name),
            codec: *catalog.codec(T::TYPE_TAG).unwrap(),
            read: |json| {
                let value = serde_json::from_str::<T>(json).map_err(|error| error.to_string())?;
                Ok(Read::of::<T>(Arc::new(value)))
            },
            ours: Read::of::<T>,
            is_opaque: has_opaque(T::schema()),
            drops: has_flattened_option(T::schema()),
        }
    }

    /// Returns all stored types, in the order of [`visit`].
    pub fn all() -> Vec<Self> {
        struct Collect(Vec<Stored>);
        impl Visitor for Collect {
            fn field<T: Subject>(&mut self, _: &'static str) {}

            fn stored<T: Subject + KvType>(&mut self, name: &'static str) {
                self.0.push(Stored::of::<T>(name));
            }
        }
        let mut all = Collect(Vec::new());
        visit(&mut all);
        all.0
    }

    /// Reads JSON with the codec.
    ///
    /// # Errors
    ///
    /// Returns the errors of the codec.
    pub fn decode(&self, json: &str, options: DecodeOptions) -> Result<Read, DecodeError> {
        self.codec.decode(json.as_bytes(), options).map(|decoded| (self.ours)(decoded.value))
    }

    /// Checks that the codec and `serde_json` read JSON as the same value.
    ///
    /// # Errors
    ///
    /// Describes the difference.
    pub fn reads(&self, json: &str) -> PropertyResult {
        let theirs = (self.read)(json).map_err(|e| format!("serde_json does not read {json}: {e}"))?;
        match self.decode(json, lenient()) {
            Ok(ours) if ours == theirs => Ok(Tried::Read),
            Ok(ours) => Err(format!("{json} is read as {ours:?} instead of {theirs:?}")),
            Err(error) => Err(format!("{json} is refused: {error}")),
        }
    }
}

impl Stored {
    /// Returns whether a codec may refuse JSON that serde reads: every violation of the shape must
    /// be at an odd form (see `is_odd`), or at something that serde would drop. Violations of
    /// rules may be reported as well.
    pub fn may_refuse(&self, json: &Value, errors: &ValidationErrors) -> bool {
        let mut of_shape = errors.iter().filter(|v| matches!(v.rule, "type" | "int" | "finite")).peekable();
        of_shape.peek().is_some() && of_shape.all(|violation| self.may_refuse_at(json, violation))
    }

    fn may_refuse_at(&self, json: &Value, violation: &Violation) -> bool {
        let is_second = violation.message.starts_with("must be left out: another variant is there already")
            || violation.message.starts_with("must be left out: it is another name of what is there already")
            || violation.message.starts_with("must be left out: the value fits only a variant without");
        // In a buffer, serde reads a number that is too large for an `f32` as infinite.
        self.drops || is_second || violation.rule == "finite" || is_odd(json, &violation.pointer)
    }
}

/// Options under which a codec only refuses odd forms.
pub fn lenient() -> DecodeOptions {
    DecodeOptions::new().any_int().max_depth(DecodeOptions::DEEPEST)
}

/// Checks, under several options, that the codec and the schema agree on arbitrary bytes, that
/// accepted bytes are read as `serde_json` reads them, and that bytes which only `serde_json`
/// accepts have an odd form.
///
/// # Errors
///
/// Describes the difference.
pub fn codec_agrees(stored: &Stored, json: &[u8]) -> PropertyResult {
    let form = serde_json::from_slice::<Form>(json).unwrap_or_default();
    let too_shallow = lenient().max_depth(form.depth.saturating_sub(1));
    let ways =
        [DecodeOptions::new(), DecodeOptions::new().take_ttl(), lenient(), lenient().take_ttl(), too_shallow];
    let mut tried = Tried::Refused;
    for options in ways {
        let shown = || String::from_utf8_lossy(json);
        let theirs = str::from_utf8(json).map_err(|e| e.to_string()).and_then(|text| (stored.read)(text));
        let ours =
            stored.codec.decode(json, options).map(|decoded| ((stored.ours)(decoded.value), decoded.ttl));
        match (ours, json::check(stored.case.schema, json, options), theirs) {
            (Ok((ours, ttl)), Ok(said), theirs) if ttl == said => {
                tried = Tried::Read;
                if form.has_duplicate || form.depth > options.depth() {
                    return Err(format!("{} is read, and has a duplicate member or is too deep", shown()));
                }
                match theirs {
                    Ok(theirs) if theirs == ours => {}
                    // For serde, `ttl` is an unknown member.
                    Err(_) if ttl.is_some() => {}
                    theirs => {
                        return Err(format!("{} is read as {ours:?}, and by serde {theirs:?}", shown()));
                    }
                }
            }
            // The type's own `Deserialize` failed.
            (Err(_), Ok(_), Err(_)) if stored.is_opaque => {}
            (Err(ours), Err(said), theirs) if ours == said => {
                if options == lenient()
                    && let Ok(theirs) = theirs
                    && !may_refuse(stored, &said, json)
                {
                    return Err(format!("{} is refused ({said}), and serde reads {theirs:?}", shown()));
                }
            }
            (ours, said, _) => {
                return Err(format!("{} is {ours:?} to the codec and {said:?} to the schema", shown()));
            }
        }
    }
    Ok(tried)
}

/// Properties of JSON that do not depend on a type.
#[derive(Default)]
struct Form {
    depth: usize,
    has_duplicate: bool,
}

impl Form {
    fn around(self, inner: &Self) -> Self {
        Self {
            depth: self.depth.max(inner.depth + 1),
            has_duplicate: self.has_duplicate || inner.has_duplicate,
        }
    }
}

impl<'de> Deserialize<'de> for Form {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(FormVisitor)
    }
}

struct FormVisitor;

impl<'de> de::Visitor<'de> for FormVisitor {
    type Value = Form;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Form, E> {
        Ok(Form::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Form, E> {
        Ok(Form::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Form, E> {
        Ok(Form::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Form, E> {
        Ok(Form::default())
    }

    fn visit_str<E>(self, _: &str) -> Result<Form, E> {
        Ok(Form::default())
    }

    fn visit_unit<E>(self) -> Result<Form, E> {
        Ok(Form::default())
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut items: A) -> Result<Form, A::Error> {
        let mut form = Form { depth: 1, has_duplicate: false };
        while let Some(item) = items.next_element::<Form>()? {
            form = form.around(&item);
        }
        Ok(form)
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut members: A) -> Result<Form, A::Error> {
        let mut form = Form { depth: 1, has_duplicate: false };
        let mut names = HashSet::new();
        while let Some((name, value)) = members.next_entry::<String, Form>()? {
            form = form.around(&value);
            form.has_duplicate |= !names.insert(name);
        }
        Ok(form)
    }
}

/// Returns whether a codec may refuse JSON that `serde_json` reads with this error: for a duplicate
/// member, for its depth, or for an odd form.
fn may_refuse(stored: &Stored, error: &DecodeError, json: &[u8]) -> bool {
    match error {
        // serde accepts half a surrogate pair in a string that is ignored.
        DecodeError::Malformed(malformed) => {
            matches!(
                malformed.flaw,
                Flaw::Duplicate(_) | Flaw::TooDeep(_) | Flaw::LoneSurrogate | Flaw::Ambiguous
            )
        }
        DecodeError::Value(errors) => {
            serde_json::from_slice(json).is_ok_and(|json| stored.may_refuse(&json, errors))
        }
        _ => false,
    }
}

fn has_opaque(schema: &'static TypeSchema) -> bool {
    let mut found = false;
    walk::walk(schema, &mut |schema| found |= matches!(schema.shape, Shape::Json));
    found
}

fn has_flattened_option(schema: &'static TypeSchema) -> bool {
    let is_option = |field: &Field| field.flatten && matches!(field.ty.get().shape, Shape::Option(_));
    let mut found = false;
    walk::walk(schema, &mut |schema| {
        found |= match schema.shape {
            Shape::Struct(fields) => fields.all().iter().any(is_option),
            Shape::Enum(all) => all.variants.iter().any(|variant| variant.fields.all().iter().any(is_option)),
            _ => false,
        };
    });
    found
}

/// Returns whether the place has an odd form, which serde reads and a codec refuses: a list for
/// members, the index of a variant or an object for its name, an empty object for a unit.
fn is_odd(json: &Value, pointer: &str) -> bool {
    fn has_odd(json: &Value) -> bool {
        match json {
            Value::Array(_) => true,
            Value::Number(number) => number.is_u64(),
            Value::Object(members) => {
                members.is_empty()
                    || members.len() == 1
                        && members
                            .values()
                            .all(|json| json.is_null() || json == &Value::Object(serde_json::Map::new()))
                    || members.values().any(has_odd)
            }
            _ => false,
        }
    }
    json.pointer(pointer).is_some_and(has_odd)
}
