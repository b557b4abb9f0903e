//! [`Catalog`], the types that clients may access.

use crate::engine::StoredType;
use crate::probe::{SerdeFault, probe};
use crate::schema::pattern::PatternError;
use crate::schema::{footprint, prefix, tag, ttl, wire};
use crate::{Access, Codec, Exposed, KvType};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The types that clients may access, each with its access, in the order in which they were exposed.
///
/// Clones are cheap: they share the list.
///
/// ```
/// use kv_core::{Access, Catalog, KvType};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize, KvType)]
/// struct CursorPosition {
///     x: i32,
///     y: i32,
/// }
///
/// #[derive(Serialize, Deserialize, KvType)]
/// struct SessionCache {
///     user_id: String,
/// }
///
/// let catalog = Catalog::builder()
///     .expose::<CursorPosition>(Access::ReadWrite)
///     .expose::<SessionCache>(Access::Get)        // by exact key only
///     .build()?;
/// assert_eq!(catalog.get("SessionCache").unwrap().access(), Access::Get);
/// # Ok::<(), kv_core::CatalogError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Catalog {
    exposed: Arc<[Exposed]>,
    codecs: Arc<[Codec]>,
    /// Tags in byte order, each with the position of its type in `exposed` and `codecs`.
    by_tag: Arc<[(&'static str, usize)]>,
}

impl Catalog {
    /// Returns a builder of a catalog without types.
    pub fn builder() -> CatalogBuilder {
        CatalogBuilder { codecs: Vec::new(), max_ttl: None }
    }

    /// Returns all types, in the order in which they were exposed.
    pub fn exposed(&self) -> &[Exposed] {
        &self.exposed
    }

    /// Returns an iterator over [`exposed`](Self::exposed).
    pub fn iter(&self) -> std::slice::Iter<'_, Exposed> {
        self.exposed.iter()
    }

    /// Returns the position in [`exposed`](Self::exposed) of the type with this tag, in time
    /// logarithmic in the number of types.
    ///
    /// ```
    /// use kv_core::{Access, Catalog, KvType};
    /// use serde::{Deserialize, Serialize};
    ///
    /// #[derive(Serialize, Deserialize, KvType)]
    /// struct Note(String);
    ///
    /// let catalog = Catalog::builder().expose::<Note>(Access::Read).build()?;
    /// assert_eq!(catalog.position("Note"), Some(0));
    /// assert_eq!(catalog.position("Memo"), None);
    /// # Ok::<(), kv_core::CatalogError>(())
    /// ```
    pub fn position(&self, tag: &str) -> Option<usize> {
        let found = self.by_tag.binary_search_by(|(known, _)| (*known).cmp(tag)).ok()?;
        self.by_tag.get(found).map(|(_, position)| *position)
    }

    /// Returns the type with this tag, in time logarithmic in the number of types.
    pub fn get(&self, tag: &str) -> Option<&Exposed> {
        self.exposed.get(self.position(tag)?)
    }

    /// Returns the type with this tag as an [`Engine`](crate::Engine) takes it, in time logarithmic
    /// in the number of types.
    pub fn stored_type(&self, tag: &str) -> Option<StoredType> {
        self.codec(tag).map(Codec::stored_type)
    }

    /// Returns the codec of the type with this tag, which reads and writes its values as JSON, in
    /// time logarithmic in the number of types.
    pub fn codec(&self, tag: &str) -> Option<&Codec> {
        self.codecs.get(self.position(tag)?)
    }

    /// Returns the codecs of all types, in the order of [`exposed`](Self::exposed).
    pub fn codecs(&self) -> &[Codec] {
        &self.codecs
    }
}

/// Iterates over the types in the order in which they were exposed.
impl<'a> IntoIterator for &'a Catalog {
    type Item = &'a Exposed;
    type IntoIter = std::slice::Iter<'a, Exposed>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Builder of a [`Catalog`]. Returned by [`Catalog::builder`].
#[derive(Clone, Debug)]
#[must_use]
pub struct CatalogBuilder {
    codecs: Vec<Codec>,
    max_ttl: Option<Duration>,
}

impl CatalogBuilder {
    /// Exposes a type to clients. Exposed types must implement serde's traits; stored types need not.
    pub fn expose<T: KvType + Serialize + DeserializeOwned>(mut self, access: Access) -> Self {
        self.codecs.push(Codec::of::<T>(access));
        self
    }

    /// Sets the maximum time to live that a client may give an entry, for all types without their own
    /// `#[kv(max_ttl = "…")]`.
    ///
    /// A request for a longer time, or for an entry that never expires, is refused. If a request
    /// does not specify a time to live, the entry gets the type's own, or the maximum if the type
    /// has none. Without a maximum, any client may fill a tenant with entries that never expire.
    /// Calls from Rust are not limited.
    ///
    /// ```
    /// use kv_core::{Access, Catalog, KvType};
    /// use serde::{Deserialize, Serialize};
    /// use std::time::Duration;
    ///
    /// #[derive(Serialize, Deserialize, KvType)]
    /// #[kv(ttl = "30s")]
    /// struct CursorPosition {
    ///     x: i32,
    /// }
    ///
    /// /// Never expires.
    /// #[derive(Serialize, Deserialize, KvType)]
    /// #[kv(max_ttl = "none")]
    /// struct Preferences {
    ///     theme: String,
    /// }
    ///
    /// let day = Duration::from_hours(24);
    /// let catalog = Catalog::builder()
    ///     .max_ttl(day)
    ///     .expose::<CursorPosition>(Access::ReadWrite)
    ///     .expose::<Preferences>(Access::ReadWrite)
    ///     .build()?;
    /// assert_eq!(catalog.get("CursorPosition").unwrap().max_ttl(), Some(day));
    /// assert_eq!(catalog.get("Preferences").unwrap().max_ttl(), None);
    /// # Ok::<(), kv_core::CatalogError>(())
    /// ```
    pub fn max_ttl(self, max: Duration) -> Self {
        Self { max_ttl: Some(max), ..self }
    }

    /// Builds the catalog.
    ///
    /// # Errors
    ///
    /// [`CatalogError`] with all problems of the types: names that are not distinct, values that
    /// would change on the way to a client and back, and costs that cannot be bounded.
    pub fn build(mut self) -> Result<Catalog, CatalogError> {
        let mut problems = Vec::new();
        if let Some(max) = self.max_ttl {
            if let Err(error) = ttl::check(max) {
                problems.push(CatalogProblem::MaxTtl { of: "the catalog".to_owned(), error });
            }
            self.codecs.iter_mut().for_each(|codec| codec.bound_ttl(max));
        }
        let all: Arc<[Exposed]> = self.codecs.iter().map(|codec| *codec.exposed()).collect();
        for (index, exposed) in all.iter().enumerate() {
            let name = full_name(exposed);
            if let Err(error) = tag::check(exposed.tag()) {
                problems.push(CatalogProblem::Tag { ty: name.clone(), error });
            }
            if let Err(error) = prefix::check(exposed.prefix()) {
                problems.push(CatalogProblem::Prefix { ty: name.clone(), error });
            }
            if let Some(max) = exposed.max_ttl().filter(|max| Some(*max) != self.max_ttl)
                && let Err(error) = ttl::check(max)
            {
                problems.push(CatalogProblem::MaxTtl { of: format!("`{name}`"), error });
            }
            if let (Some(ttl), Some(max)) = (exposed.ttl(), exposed.max_ttl())
                && ttl > max
            {
                problems.push(CatalogProblem::TtlBeyondMax { ty: name.clone(), ttl, max });
            }
            let faults = wire::faults(exposed.schema());
            if faults.is_empty() {
                let fault = self.codecs.get(index).and_then(probe);
                problems.extend(fault.map(|fault| CatalogProblem::Serde { ty: name.clone(), fault }));
            }
            problems.extend(faults.into_iter().map(|fault| CatalogProblem::Wire { ty: name.clone(), fault }));
            let patterns = footprint::refused_patterns(exposed.schema()).into_iter();
            problems.extend(patterns.map(|(field, error)| CatalogProblem::Pattern {
                ty: name.clone(),
                field,
                error,
            }));
            if exposed.access().can_write() {
                problems.extend(costs(exposed, &name));
            }
            problems.extend(all[..index].iter().filter_map(|earlier| collision(earlier, exposed)));
        }
        if problems.is_empty() {
            let mut by_tag: Vec<_> =
                all.iter().enumerate().map(|(at, exposed)| (exposed.tag(), at)).collect();
            by_tag.sort_unstable();
            Ok(Catalog { exposed: all, codecs: self.codecs.into(), by_tag: by_tag.into() })
        } else {
            Err(CatalogError { problems })
        }
    }
}

/// Returns the costs of a client's value that could not be counted or bounded.
fn costs<'a>(exposed: &'a Exposed, name: &'a str) -> impl Iterator<Item = CatalogProblem> + 'a {
    let unmeasured = footprint::unmeasured(exposed.schema()).into_iter();
    let unmeasured = unmeasured.map(|field| CatalogProblem::Unmeasured { ty: name.to_owned(), field });
    let oversized = footprint::max_depth(exposed).err();
    unmeasured.chain(oversized.map(|error| CatalogProblem::Oversized { ty: name.to_owned(), error }))
}

/// Returns the reason why clients cannot distinguish two types.
fn collision(earlier: &Exposed, later: &Exposed) -> Option<CatalogProblem> {
    let (first, second) = (full_name(earlier), full_name(later));
    if earlier.id() == later.id() {
        return Some(CatalogProblem::ExposedTwice { ty: first });
    }
    if earlier.tag() == later.tag() {
        return Some(CatalogProblem::SameTag { tag: earlier.tag(), first, second });
    }
    let (a, b) = (earlier.prefix(), later.prefix());
    if a.starts_with(b) || b.starts_with(a) {
        return Some(CatalogProblem::PrefixOverlap { first: (first, a), second: (second, b) });
    }
    None
}

fn full_name(exposed: &Exposed) -> String {
    let schema = exposed.schema();
    if schema.module.is_empty() { schema.to_string() } else { format!("{}::{schema}", schema.module) }
}

/// Error of [`CatalogBuilder::build`]: all problems, in the order of the types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogError {
    problems: Vec<CatalogProblem>,
}

impl CatalogError {
    /// Returns the problems; never empty.
    ///
    /// ```
    /// use kv_core::{Access, Catalog, CatalogProblem, KvType};
    /// use serde::{Deserialize, Serialize};
    ///
    /// #[derive(Serialize, Deserialize, KvType)]
    /// struct Cursor(i32);
    ///
    /// #[derive(Serialize, Deserialize, KvType)]
    /// #[kv(prefix = "Cursor:of:")]
    /// struct Selection(Vec<u32>);
    ///
    /// let catalog = Catalog::builder().expose::<Cursor>(Access::Read).expose::<Selection>(Access::Read).build();
    /// let error = catalog.unwrap_err();
    /// assert!(matches!(error.problems(), [CatalogProblem::PrefixOverlap { .. }]));
    /// ```
    pub fn problems(&self) -> &[CatalogProblem] {
        &self.problems
    }
}

impl fmt::Display for CatalogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.problems.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for CatalogError {}

/// A problem of a catalog. Types are given by their full names.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogProblem {
    /// A type was exposed more than once.
    #[error("`{ty}` is exposed twice: expose it once")]
    ExposedTwice {
        /// The type.
        ty: String,
    },
    /// Two types have the same tag.
    #[error(
        "`{first}` and `{second}` share the tag {tag:?}: give one of them another with `#[kv(tag = \"…\")]`"
    )]
    SameTag {
        /// The tag.
        tag: &'static str,
        /// The type that was exposed first.
        first: String,
        /// The other type.
        second: String,
    },
    /// The prefix of one type starts with that of another, so a full key could belong to either.
    #[error(
        "the prefixes of `{}` ({:?}) and `{}` ({:?}) overlap, so a full key could belong to either: \
         give one of them another with `#[kv(prefix = \"…\")]`",
        first.0, first.1, second.0, second.1
    )]
    PrefixOverlap {
        /// The type that was exposed first, with its prefix.
        first: (String, &'static str),
        /// The other type, with its prefix.
        second: (String, &'static str),
    },
    /// Serde would read a value of the type as a different one than it wrote.
    #[error("`{ty}` cannot be exposed: {fault}")]
    Wire {
        /// The type.
        ty: String,
        /// The fault and its place.
        fault: wire::WireFault,
    },
    /// A maximum time to live is zero or more than 100 years.
    #[error("the `max_ttl` of {of} is invalid: {error}")]
    MaxTtl {
        /// The type in backquotes, or `the catalog`.
        of: String,
        /// The reason.
        error: ttl::TtlError,
    },
    /// The time to live of a type is longer than its maximum.
    #[error(
        "the `ttl` of `{ty}` ({ttl:?}) is longer than its `max_ttl` ({max:?}): shorten it, or set a longer maximum with \
         `#[kv(max_ttl = \"…\")]`, or none with `#[kv(max_ttl = \"none\")]`"
    )]
    TtlBeyondMax {
        /// The type.
        ty: String,
        /// Time to live of the type.
        ttl: Duration,
        /// Maximum time to live.
        max: Duration,
    },
    /// Clients may write the type, but the size of one of its fields cannot be measured.
    #[error(
        "`{ty}` cannot be exposed for writing: `{field}` is opaque, so the limits would not count its values: \
         specify a function that measures them, `#[kv(opaque, heap_size = \"path::to::function\")]`, or derive \
         `serde::Serialize` on its type"
    )]
    Unmeasured {
        /// The type.
        ty: String,
        /// The field, `Order.extra`.
        field: String,
    },
    /// Clients may write the type, but reading a value takes more stack than a thread has.
    #[error("`{ty}` cannot be exposed for writing: {error}")]
    Oversized {
        /// The type.
        ty: String,
        /// The large part and the fix.
        error: footprint::Oversized,
    },
    /// A pattern in the schema of a type that implements `KvField` by hand is invalid or slow.
    #[error("`{ty}` cannot be exposed: the pattern of `{field}` is invalid: {error}")]
    Pattern {
        /// The type.
        ty: String,
        /// The field, `Order.code`.
        field: String,
        /// The reason.
        error: PatternError,
    },
    /// The serde implementation of the type, or of a type inside it, does not match its schema.
    #[error("`{ty}` cannot be exposed: {fault}")]
    Serde {
        /// The type.
        ty: String,
        /// The difference, with an example.
        fault: SerdeFault,
    },
    /// The tag of a type that implements `KvType` by hand is invalid.
    #[error("the tag of `{ty}` is invalid: {error}")]
    Tag {
        /// The type.
        ty: String,
        /// The reason.
        error: tag::TagError,
    },
    /// The prefix of a type that implements `KvType` by hand is invalid.
    #[error("the prefix of `{ty}` is invalid: {error}")]
    Prefix {
        /// The type.
        ty: String,
        /// The reason.
        error: prefix::PrefixError,
    },
}
