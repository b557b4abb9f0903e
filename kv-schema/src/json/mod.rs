//! JSON held against a schema, as a client's is before it becomes a value.
//!
//! [`check`] says all that is wrong with it, each with its place, without making anything of it: it reads the bytes where
//! they are. What passes is what serde reads as the type, and less than that: no list for a struct, no
//! number for the name of a variant, no member twice, be it by another of its names. So what a client meant
//! cannot be taken for something else.
//!
//! In reading order: [`DecodeOptions`] and [`DecodeError`]; `scan` (tokens), `grammar` (what is JSON at all) and `document` (where what is); `shape` (values),
//! `members` (objects), `variants` (enums), `dropped` (members that untagged variants would drop) and `any` (values without a schema); `ruled` (rules, once something is wrong);
//! `budget` (what a document may cost); `beside` (which types leave room for a `ttl`);
//! [`parts`] (objects and lists as the texts of their parts).

mod any;
mod beside;
mod budget;
mod document;
mod dropped;
mod error;
mod grammar;
mod members;
pub mod parts;
mod ruled;
mod scan;
mod shape;
mod variants;

pub use any::is_reserved;
pub use beside::takes_ttl;
pub use error::{DecodeError, Flaw, Malformed};

use crate::check::ValidationErrors;
use crate::ttl::{self, Ttl};
use crate::ty::TypeSchema;
use document::{Document, Token};
use ruled::Rules;
use scan::Scan;
use shape::{Node, Shapes};
use std::time::Duration;

/// How JSON is to be read.
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
    /// How deeply lists and objects may be nested, unless another depth is given, or the type's levels are so large that the
    /// stack would not do ([`footprint::max_depth`](crate::footprint::max_depth)).
    pub const MAX_DEPTH: usize = 64;

    /// How deeply they may be nested at most, whatever depth is given: so far reads `serde_json`.
    pub const DEEPEST: usize = 127;

    /// As a client's value is read: integers that JavaScript has rounded are refused, but for fields with `any_int`.
    /// A member `ttl` is the value's own.
    pub const fn new() -> Self {
        Self { max_depth: Self::MAX_DEPTH, any_int: false, takes_ttl: false }
    }

    /// How deeply lists and objects may be nested, a list in a list being 2 deep; more than
    /// [`DEEPEST`](Self::DEEPEST) is taken for that.
    pub const fn max_depth(self, max_depth: usize) -> Self {
        let max_depth = if max_depth < Self::DEEPEST { max_depth } else { Self::DEEPEST };
        Self { max_depth, ..self }
    }

    /// Reads every integer of a type, also beyond ±(2^53 − 1): for what no JavaScript has written.
    pub const fn any_int(self) -> Self {
        Self { any_int: true, ..self }
    }

    /// Takes out a member `ttl` that stands beside the value's own, of types that [leave room](takes_ttl) for it.
    pub const fn take_ttl(self) -> Self {
        Self { takes_ttl: true, ..self }
    }

    /// Leaves a member `ttl` to the value.
    pub const fn keep_ttl(self) -> Self {
        Self { takes_ttl: false, ..self }
    }

    /// How deeply lists and objects may be nested.
    pub const fn depth(&self) -> usize {
        self.max_depth
    }

    /// Whether every integer is read.
    pub const fn reads_any_int(&self) -> bool {
        self.any_int
    }

    /// Whether a member `ttl` is taken out.
    pub const fn takes_ttl(&self) -> bool {
        self.takes_ttl
    }
}

impl Default for DecodeOptions {
    fn default() -> Self {
        Self::new()
    }
}

/// Returns what is wrong with the JSON of a value, or the `ttl` that stands beside it, if that was asked for and the
/// type leaves room.
///
/// Takes time linear in the bytes, with a limit for types that can be read in many ways.
///
/// # Errors
///
/// [`DecodeError`]: that of the bytes if they are no JSON, else that of the `ttl`, else all violations of the shape. With
/// these come the violations of rules wherever the shape is right; those of JSON whose whole shape is right are left to
/// the value.
pub fn check(
    schema: &'static TypeSchema,
    json: &[u8],
    options: DecodeOptions,
) -> Result<Option<Ttl>, DecodeError> {
    let malformed = |malformed: Box<Malformed>| DecodeError::Malformed(*malformed);
    let document = Document::read(json, options.max_depth).map_err(malformed)?;
    let (root, ttl) = root(schema, &document, options)?;
    let shapes = || Shapes::new(&document, options.any_int);
    match shapes().report(schema, root).map_err(malformed)? {
        Ok(()) => Ok(ttl),
        // If there are not steps enough for the rules as well, the shape has to do.
        Err(errors) => match shapes().with_rules().report(schema, root) {
            Ok(Err(with_rules)) => Err(DecodeError::Value(with_rules)),
            Ok(Ok(())) | Err(_) => Err(DecodeError::Value(errors)),
        },
    }
}

/// Returns the violations of the shape and of rules as [`check`] reports them, but those of rules also if the whole shape
/// is right: for values that only their own reader refuses.
///
/// # Errors
///
/// [`DecodeError`], as by [`check`].
pub fn check_rules(
    schema: &'static TypeSchema,
    json: &[u8],
    options: DecodeOptions,
) -> Result<(), DecodeError> {
    let malformed = |malformed: Box<Malformed>| DecodeError::Malformed(*malformed);
    let document = Document::read(json, options.max_depth).map_err(malformed)?;
    let (root, _) = root(schema, &document, options)?;
    let shapes = Shapes::new(&document, options.any_int).with_rules();
    shapes.report(schema, root).map_err(malformed)?.map_err(DecodeError::Value)
}

/// The value, and the `ttl` that stands beside its members.
fn root(
    schema: &'static TypeSchema,
    document: &Document<'_>,
    options: DecodeOptions,
) -> Result<(Node<'static>, Option<Ttl>), DecodeError> {
    if options.takes_ttl && takes_ttl(schema) {
        let at = Shapes::new(document, options.any_int).member_named("ttl", Node::At(0));
        if let Some(at) = at.map_err(|malformed| DecodeError::Malformed(*malformed))? {
            let ttl = ttl_of(document.token(at)).ok_or(DecodeError::InvalidTtl)?;
            return Ok((Node::Without(0, at), Some(ttl)));
        }
    }
    Ok((Node::At(0), None))
}

impl Shapes<'_, '_> {
    /// Returns the report on the value there.
    fn report(mut self, schema: &'static TypeSchema, root: Node<'_>) -> Scan<Result<(), ValidationErrors>> {
        let mut scanned = Ok(());
        let report = ValidationErrors::collect(|v| {
            scanned = self.value(schema, Rules::NONE, root, v);
            self.report_dropped(v);
        });
        scanned.map(|()| report)
    }
}

/// What stands as `ttl`: `null`, or a whole number of milliseconds.
fn ttl_of(token: Token<'_>) -> Option<Ttl> {
    match token {
        Token::Null => Some(Ttl::Never),
        Token::Number(number) => {
            let millis = number.parse().ok().map(Duration::from_millis);
            millis.filter(|ttl| ttl::check(*ttl).is_ok()).map(Ttl::In)
        }
        _ => None,
    }
}
