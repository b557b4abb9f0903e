//! Schema tokens. A generated client sends the token of a type, so that the server can check that
//! both still read and write the same JSON.
//!
//! A token consists of hashes of a type's wire form. Integers of all widths have the same hash, and
//! so do strings of all formats. Rules, docs, times to live, aliases and the order of fields do not
//! affect it. Therefore existing clients keep working after a type gains an optional field or a
//! field gains a rule, while a renamed or retyped field is detected.
//!
//! ```
//! use kv_schema::KvField;
//! use kv_schema::token::SchemaToken;
//!
//! let server = SchemaToken::of(<Vec<u32>>::schema());
//! let client: SchemaToken = server.to_string().parse()?;
//! assert!(server.allows_write(&client));
//! assert!(server.allows_read(&SchemaToken::of(<Vec<i64>>::schema())));
//! assert!(!server.allows_read(&SchemaToken::of(<Vec<f64>>::schema())));
//! # Ok::<(), kv_schema::token::SchemaTokenError>(())
//! ```

mod form;

use crate::ty::{Fields, Shape, TypeSchema};
use form::{FormHasher, MAX_DEPTH};
use std::fmt;
use std::str::FromStr;

/// The hashes of a type's wire form. See the [module](self).
///
/// The text of a struct with named fields is `s1` and a hash for each field in ascending order,
/// with `?` before those that a writer may leave out: `s1.1b40fe.?58d9c3`. The text of other types
/// is `w1.` and one hash.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SchemaToken(Hashes);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Hashes {
    /// The fields of a struct, ordered by hash.
    Struct(Vec<FieldHash>),
    /// The whole form of any other type.
    Whole(u64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct FieldHash {
    /// 24 bits.
    hash: u64,
    optional: bool,
}

impl SchemaToken {
    /// Returns the token of a type. Takes time linear in the number of types that it refers to,
    /// times the maximal depth of JSON, 128.
    pub fn of(schema: &'static TypeSchema) -> Self {
        let mut forms = FormHasher::default();
        let mut members = Vec::new();
        if collect_members(schema, MAX_DEPTH, &mut forms, &mut members) {
            members.sort_unstable();
            Self(Hashes::Struct(members))
        } else {
            Self(Hashes::Whole(low_bits(forms.hash(schema), 48)))
        }
    }

    /// Returns whether a client with the token `client` can read values of a server with this
    /// token: the server writes every field that the client knows, in the same form.
    pub fn allows_read(&self, client: &Self) -> bool {
        match (&self.0, &client.0) {
            (Hashes::Struct(server), Hashes::Struct(client)) => {
                client.iter().all(|field| find(server, field.hash).is_some())
            }
            (server, client) => server == client,
        }
    }

    /// Returns whether a client with the token `client` can write values for a server with this
    /// token: the client can [read](Self::allows_read) them, and knows every field that cannot be
    /// left out.
    pub fn allows_write(&self, client: &Self) -> bool {
        self.allows_read(client)
            && match (&self.0, &client.0) {
                (Hashes::Struct(server), Hashes::Struct(client)) => {
                    server.iter().all(|field| field.optional || find(client, field.hash).is_some())
                }
                _ => true,
            }
    }
}

fn find(members: &[FieldHash], hash: u64) -> Option<&FieldHash> {
    members.binary_search_by_key(&hash, |member| member.hash).ok().map(|at| &members[at])
}

/// Adds the members of a struct's JSON object to `members`. Returns `false` if the type is not a
/// struct with named fields. `levels` limits nested `flatten`.
fn collect_members(
    schema: &'static TypeSchema,
    levels: u8,
    forms: &mut FormHasher,
    members: &mut Vec<FieldHash>,
) -> bool {
    let Shape::Struct(Fields::Named { fields, .. }) = schema.unwrapped().shape else { return false };
    let Some(levels) = levels.checked_sub(1) else { return false };
    for field in fields {
        let flattened = field.flatten && collect_members(field.ty.get(), levels, forms, members);
        if !flattened {
            let text = format!("{}:{}", form::name_of(field), forms.of_field(field));
            let hash = low_bits(fnv(text.as_bytes()), 24);
            members.push(FieldHash { hash, optional: field.is_optional() });
        }
    }
    true
}

fn low_bits(hash: u64, bits: u32) -> u64 {
    hash & ((1 << bits) - 1)
}

/// FNV-1a of 64 bits. Source: Fowler, Noll and Vo, draft-eastlake-fnv, §2 and §5.
fn fnv(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

impl fmt::Display for SchemaToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Hashes::Struct(members) => {
                f.write_str("s1")?;
                for FieldHash { hash, optional } in members {
                    write!(f, ".{}{hash:06x}", if *optional { "?" } else { "" })?;
                }
                Ok(())
            }
            Hashes::Whole(hash) => write!(f, "w1.{hash:012x}"),
        }
    }
}

/// The error for a text that is not a schema token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SchemaTokenError;

impl fmt::Display for SchemaTokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a schema token is \"s1\" with 6 hex digits for each field, as in s1.1b40fe.?58d9c3, or \"w1.\" with 12",
        )
    }
}

impl std::error::Error for SchemaTokenError {}

/// Parses the text that [`Display`](fmt::Display) writes. Fields may have any order.
impl FromStr for SchemaToken {
    type Err = SchemaTokenError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(hash) = text.strip_prefix("w1.") {
            return Ok(Self(Hashes::Whole(hex(hash, 12)?)));
        }
        let fields = text.strip_prefix("s1").ok_or(SchemaTokenError)?;
        let mut members = Vec::new();
        let fields =
            if fields.is_empty() { None } else { Some(fields.strip_prefix('.').ok_or(SchemaTokenError)?) };
        for field in fields.into_iter().flat_map(|fields| fields.split('.')) {
            let (optional, hash) = field.strip_prefix('?').map_or((false, field), |hash| (true, hash));
            members.push(FieldHash { hash: hex(hash, 6)?, optional });
        }
        members.sort_unstable();
        Ok(Self(Hashes::Struct(members)))
    }
}

fn hex(text: &str, digits: usize) -> Result<u64, SchemaTokenError> {
    let lower = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    if text.len() != digits || !text.bytes().all(lower) {
        return Err(SchemaTokenError);
    }
    u64::from_str_radix(text, 16).map_err(|_| SchemaTokenError)
}

#[cfg(test)]
mod tests {
    use super::SchemaToken;

    #[test]
    fn parsing_reverses_formatting() {
        for text in ["s1", "s1.000000", "s1.0d77be.?92ac10.e5f3a8", "w1.0123456789ab"] {
            assert_eq!(text.parse::<SchemaToken>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn other_texts_are_not_tokens() {
        for text in [
            "",
            "s",
            "s1.",
            "s1..000000",
            "s1.00000",
            "s1.0000000",
            "s1.00000G",
            "s1.ABCDEF",
            "s1.+00000",
            "s1000000",
            "s1.??00000",
            "s1.000000?",
            "s2.000000",
            "w1",
            "w1.0123456789a",
            "w1.0123456789abc",
            "w1.?123456789ab",
            "s1.000000 ",
            " s1.000000",
            "s1.00000\u{e9}",
        ] {
            assert!(text.parse::<SchemaToken>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn fields_are_parsed_in_any_order() {
        let text = "s1.e5f3a8.?92ac10.0d77be";
        assert_eq!(text.parse::<SchemaToken>().unwrap().to_string(), "s1.0d77be.?92ac10.e5f3a8");
    }
}
