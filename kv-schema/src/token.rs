//! Schema tokens: what a client says of the types that it was generated for, so that a server can tell whether the two
//! still read and write the same JSON.
//!
//! A token is a few hashes of a type's JSON form. Integers of every width hash alike, as do strings of every form;
//! rules, docs, times to live, aliases and the order of fields do not count. So a type may gain an optional field, or a
//! field another rule, and clients that were generated before go on; a field that is renamed or retyped is noticed.
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

mod shape;

use crate::ty::{Fields, Shape, TypeSchema};
use shape::{MAX_DEPTH, Shapes};
use std::fmt;
use std::str::FromStr;

/// The JSON form of a type in a few hashes. See the [module](self).
///
/// Its text is `s1` and a hash for each field, the least first, with `?` before those that a writer may leave out:
/// `s1.1b40fe.?58d9c3`; or, for what is no struct with named fields, `w1.` and one hash.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SchemaToken(Form);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Form {
    /// In the order of their hashes.
    Struct(Vec<Member>),
    Whole(u64),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Member {
    /// 24 bits.
    hash: u64,
    optional: bool,
}

impl SchemaToken {
    /// The token of a type. Takes time linear in the number of types that it is made of, times
    /// the depth to which JSON nests, 128.
    pub fn of(schema: &'static TypeSchema) -> Self {
        let mut shapes = Shapes::default();
        let mut members = Vec::new();
        if collect_members(schema, MAX_DEPTH, &mut shapes, &mut members) {
            members.sort_unstable();
            Self(Form::Struct(members))
        } else {
            Self(Form::Whole(low_bits(shapes.hash(schema), 48)))
        }
    }

    /// Whether a client with this token may read what the server, whose token `self` is, writes: every field that the
    /// client knows is there, and is of the same form.
    pub fn allows_read(&self, client: &Self) -> bool {
        match (&self.0, &client.0) {
            (Form::Struct(server), Form::Struct(client)) => {
                client.iter().all(|field| find(server, field.hash).is_some())
            }
            (server, client) => server == client,
        }
    }

    /// Whether a client with this token may write what the server, whose token `self` is, reads: it may
    /// [read](Self::allows_read), and knows every field that cannot be left out.
    pub fn allows_write(&self, client: &Self) -> bool {
        self.allows_read(client)
            && match (&self.0, &client.0) {
                (Form::Struct(server), Form::Struct(client)) => {
                    server.iter().all(|field| field.optional || find(client, field.hash).is_some())
                }
                _ => true,
            }
    }
}

fn find(members: &[Member], hash: u64) -> Option<&Member> {
    members.binary_search_by_key(&hash, |member| member.hash).ok().map(|at| &members[at])
}

/// Puts the members of a struct's JSON object into `members`; `false` where it is none, or its keys are open.
/// `levels` bounds how deep one is flattened into another.
fn collect_members(
    schema: &'static TypeSchema,
    levels: u8,
    shapes: &mut Shapes,
    members: &mut Vec<Member>,
) -> bool {
    let Shape::Struct(Fields::Named { fields, .. }) = shape::unwrapped(schema).shape else { return false };
    let Some(levels) = levels.checked_sub(1) else { return false };
    for field in fields {
        let flattened = field.flatten && collect_members(field.ty.get(), levels, shapes, members);
        if !flattened {
            let text = format!("{}:{}", shape::name_of(field), shapes.of_field(field));
            let hash = low_bits(fnv(text.as_bytes()), 24);
            members.push(Member { hash, optional: field.is_optional() });
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
            Form::Struct(members) => {
                f.write_str("s1")?;
                for Member { hash, optional } in members {
                    write!(f, ".{}{hash:06x}", if *optional { "?" } else { "" })?;
                }
                Ok(())
            }
            Form::Whole(hash) => write!(f, "w1.{hash:012x}"),
        }
    }
}

/// A text that is no schema token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SchemaTokenError;

impl fmt::Display for SchemaTokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "a schema token is \"s1\" with 6 hex digits a field, or \"w1.\" with 12: s1.1b40fe.?58d9c3",
        )
    }
}

impl std::error::Error for SchemaTokenError {}

/// Reads what [`Display`](fmt::Display) writes; fields may come in any order.
impl FromStr for SchemaToken {
    type Err = SchemaTokenError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(hash) = text.strip_prefix("w1.") {
            return Ok(Self(Form::Whole(hex(hash, 12)?)));
        }
        let fields = text.strip_prefix("s1").ok_or(SchemaTokenError)?;
        let mut members = Vec::new();
        let fields =
            if fields.is_empty() { None } else { Some(fields.strip_prefix('.').ok_or(SchemaTokenError)?) };
        for field in fields.into_iter().flat_map(|fields| fields.split('.')) {
            let (optional, hash) = field.strip_prefix('?').map_or((false, field), |hash| (true, hash));
            members.push(Member { hash: hex(hash, 6)?, optional });
        }
        members.sort_unstable();
        Ok(Self(Form::Struct(members)))
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
    fn reads_what_it_writes() {
        for text in ["s1", "s1.000000", "s1.0d77be.?92ac10.e5f3a8", "w1.0123456789ab"] {
            assert_eq!(text.parse::<SchemaToken>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn nothing_else_is_a_token() {
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
    fn fields_are_read_in_any_order() {
        let text = "s1.e5f3a8.?92ac10.0d77be";
        assert_eq!(text.parse::<SchemaToken>().unwrap().to_string(), "s1.0d77be.?92ac10.e5f3a8");
    }
}
