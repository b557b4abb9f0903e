//! Checks JSON from clients against a schema, before serde reads it.
//!
//! [`check`] reports everything that is wrong with a document, each with its place. It borrows from
//! the bytes and creates no value. It is stricter than serde: it refuses a list in place of a
//! struct, a number in place of a variant's name, and two members with names of the same field.
//! Therefore a document cannot be read differently than its client intended.
//!
//! In reading order: [`DecodeOptions`] and [`DecodeError`]; `scan` (tokens), `grammar` (syntax) and
//! `document` (the tokens of a document); `shape` (values), `members` (objects), `variants`
//! (enums), `dropped` (members that untagged variants would drop) and `any` (values without a
//! schema); `rules` (rules of documents with other errors); `budget` (the steps that a document may
//! take); `ttl` (types that allow a member `ttl`); [`parts`] (splits objects and lists into the
//! texts of their parts).

mod any;
mod budget;
mod document;
mod dropped;
mod error;
mod grammar;
mod members;
pub mod parts;
mod rules;
mod scan;
mod shape;
mod ttl;
mod variants;

pub use any::is_reserved;
pub use error::{DecodeError, Flaw, Malformed};
pub use ttl::takes_ttl;

use crate::check::ValidationErrors;
use crate::ttl::Ttl;
use crate::ty::TypeSchema;
use document::{Document, Token};
use rules::Rules;
use scan::Scan;
use shape::{Checker, Node};
use std::time::Duration;

/// Options for reading JSON.
///
/// ```
/// use kv_schema::KvField;
/// use kv_schema::json::{self, DecodeOptions};
///
/// let beyond = b"9007199254740993";
/// let verdict = |options| json::check(u64::schema(), beyond, options).map_err(|error| error.to_string());
/// let refused = "invalid value: the value must be a whole number from 0 to 9007199254740991";
/// assert_eq!(verdict(DecodeOptions::new()), Err(refused.to_owned()));
/// assert_eq!(verdict(DecodeOptions::new().any_int()), Ok(None));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct DecodeOptions {
    max_depth: usize,
    any_int: bool,
    takes_ttl: bool,
}

impl DecodeOptions {
    /// The default limit of nested lists and objects. It is lower for types that need too much
    /// stack ([`footprint::max_depth`](crate::footprint::max_depth)).
    pub const MAX_DEPTH: usize = 64;

    /// The highest limit of nested lists and objects, which is that of `serde_json`.
    pub const DEEPEST: usize = 127;

    /// Creates the options for values from clients: integers that JavaScript may have rounded are
    /// refused, except in fields with `any_int`. A member `ttl` belongs to the value.
    pub const fn new() -> Self {
        Self { max_depth: Self::MAX_DEPTH, any_int: false, takes_ttl: false }
    }

    /// Sets the limit of nested lists and objects, at most [`DEEPEST`](Self::DEEPEST). A list in a
    /// list has depth 2.
    pub const fn max_depth(self, max_depth: usize) -> Self {
        let max_depth = if max_depth < Self::DEEPEST { max_depth } else { Self::DEEPEST };
        Self { max_depth, ..self }
    }

    /// Accepts every integer of a type, including those beyond ±(2^53 − 1). Use it for JSON that
    /// was not written by JavaScript.
    pub const fn any_int(self) -> Self {
        Self { any_int: true, ..self }
    }

    /// Removes a member `ttl` from the value's members and returns it, for types that
    /// [allow](takes_ttl) it.
    pub const fn take_ttl(self) -> Self {
        Self { takes_ttl: true, ..self }
    }

    /// Treats a member `ttl` as part of the value.
    pub const fn keep_ttl(self) -> Self {
        Self { takes_ttl: false, ..self }
    }

    /// Returns the limit of nested lists and objects.
    pub const fn depth(&self) -> usize {
        self.max_depth
    }

    /// Returns whether every integer is accepted.
    pub const fn reads_any_int(&self) -> bool {
        self.any_int
    }

    /// Returns whether a member `ttl` is removed.
    pub const fn takes_ttl(&self) -> bool {
        self.takes_ttl
    }
}

impl Default for DecodeOptions {
    fn default() -> Self {
        Self::new()
    }
}

/// Checks the JSON of a value. Returns its member `ttl` if the options remove it and the type
/// allows it.
///
/// Takes time linear in the number of bytes, with a limit for types that can be read in many ways.
///
/// # Errors
///
/// Returns [`DecodeError`] if the bytes are not JSON, if the `ttl` is invalid, or if the value has
/// another form than the type. In the last case, it also contains the violations of rules where the
/// form is right. If the whole form is right, this function does not check rules, because the value
/// can check them.
pub fn check(
    schema: &'static TypeSchema,
    json: &[u8],
    options: DecodeOptions,
) -> Result<Option<Ttl>, DecodeError> {
    let malformed = |malformed: Box<Malformed>| DecodeError::Malformed(*malformed);
    let document = Document::read(json, options.max_depth).map_err(malformed)?;
    let (root, ttl) = root(schema, &document, options)?;
    let checker = || Checker::new(&document, options.any_int);
    match checker().report(schema, root).map_err(malformed)? {
        Ok(()) => Ok(ttl),
        // If the budget does not suffice for the rules as well, report only the shape.
        Err(errors) => match checker().with_rules().report(schema, root) {
            Ok(Err(with_rules)) => Err(DecodeError::Value(with_rules)),
            Ok(Ok(())) | Err(_) => Err(DecodeError::Value(errors)),
        },
    }
}

/// Checks the JSON of a value like [`check`], but always includes the violations of rules. Use it
/// for JSON that matches the schema, but that the type's own `Deserialize` refuses.
///
/// # Errors
///
/// Returns [`DecodeError`], like [`check`].
pub fn check_rules(
    schema: &'static TypeSchema,
    json: &[u8],
    options: DecodeOptions,
) -> Result<(), DecodeError> {
    let malformed = |malformed: Box<Malformed>| DecodeError::Malformed(*malformed);
    let document = Document::read(json, options.max_depth).map_err(malformed)?;
    let (root, _) = root(schema, &document, options)?;
    let checker = Checker::new(&document, options.any_int).with_rules();
    checker.report(schema, root).map_err(malformed)?.map_err(DecodeError::Value)
}

/// Returns the value without its member `ttl`, and the `ttl`.
fn root(
    schema: &'static TypeSchema,
    document: &Document<'_>,
    options: DecodeOptions,
) -> Result<(Node<'static>, Option<Ttl>), DecodeError> {
    if options.takes_ttl && takes_ttl(schema) {
        let at = Checker::new(document, options.any_int).member_named("ttl", Node::At(0));
        if let Some(at) = at.map_err(|malformed| DecodeError::Malformed(*malformed))? {
            let ttl = ttl_of(document.token(at)).ok_or(DecodeError::InvalidTtl)?;
            return Ok((Node::Without(0, at), Some(ttl)));
        }
    }
    Ok((Node::At(0), None))
}

impl Checker<'_, '_> {
    /// Returns the violations of a value.
    fn report(mut self, schema: &'static TypeSchema, root: Node<'_>) -> Scan<Result<(), ValidationErrors>> {
        let mut scanned = Ok(());
        let report = ValidationErrors::collect(|v| {
            scanned = self.value(schema, Rules::NONE, root, v);
            self.report_dropped(v);
        });
        scanned.map(|()| report)
    }
}

/// Returns the value of a member `ttl`: `null`, or a whole number of milliseconds.
fn ttl_of(token: Token<'_>) -> Option<Ttl> {
    match token {
        Token::Null => Some(Ttl::Never),
        Token::Number(number) => {
            let millis = number.parse().ok().map(Duration::from_millis);
            millis.filter(|ttl| crate::ttl::check(*ttl).is_ok()).map(Ttl::In)
        }
        _ => None,
    }
}
