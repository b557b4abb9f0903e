//! [`Validator`] collects the violations of a value; [`ValidationErrors`] is its report.

use crate::pointer;
use std::fmt;

/// The most violations that a report holds; the rest are counted.
pub const MAX_VIOLATIONS: usize = 100;

/// The most bytes that the pointers of a report have together, except that the first one is always
/// described. It limits reports of many violations inside a member with a long name.
const MAX_POINTERS: usize = 16 << 10;

/// A broken rule at a place in a value.
///
/// Its `Display` is a sentence about the place: `item_id must have 1 to 64 characters`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Violation {
    /// The place, as a JSON pointer (RFC 6901) into the value's JSON: `/items/3/name`; empty for
    /// the value itself.
    pub pointer: String,
    /// The rule's name, as in the attribute.
    pub rule: &'static str,
    /// The parameters of the rule: `min` and `max` for `len(min = 1, max = 64)`.
    pub params: Vec<(&'static str, Param)>,
    /// The requirement as text for users: `must have 1 to 64 characters`.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pointer.strip_prefix('/') {
            Some(place) => write!(f, "{place} {}", self.message),
            None => write!(f, "the value {}", self.message),
        }
    }
}

/// A parameter of a rule.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Param {
    /// A whole number.
    Int(i128),
    /// A number with a fraction.
    Float(f64),
    /// A text.
    Text(&'static str),
    /// Several texts.
    Texts(&'static [&'static str]),
}

/// All violations of a value, in field order; never empty.
///
/// At most [`MAX_VIOLATIONS`] are described, or fewer if their pointers are very long.
/// [`more`](Self::more) counts the rest.
#[derive(Clone, Debug, PartialEq)]
pub struct ValidationErrors {
    violations: Vec<Violation>,
    more: usize,
}

impl ValidationErrors {
    /// Runs a check and collects its violations.
    ///
    /// # Errors
    ///
    /// Returns the violations, if there are any.
    ///
    /// ```
    /// use kv_schema::ValidationErrors;
    ///
    /// let report = ValidationErrors::collect(|v| {
    ///     v.member("age").report("range", &[], "must be at least 18");
    /// });
    /// assert_eq!(report.unwrap_err().to_string(), "age must be at least 18");
    /// ```
    #[inline]
    pub fn collect(check: impl FnOnce(&mut Validator<'_>)) -> Result<(), Self> {
        let mut report = Self { violations: Vec::new(), more: 0 };
        check(&mut Validator { report: &mut report, path: Path::Root, pass: Pass::Only, any_float: false });
        if report.violations.is_empty() { Ok(()) } else { Err(report) }
    }

    /// Returns the described violations in field order, those in maps in key order.
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// Returns an iterator over [`violations`](Self::violations).
    pub fn iter(&self) -> std::slice::Iter<'_, Violation> {
        self.violations.iter()
    }

    /// Returns the number of violations that are not in [`violations`](Self::violations).
    pub const fn more(&self) -> usize {
        self.more
    }
}

/// Writes all violations in one line, separated by `; `.
impl fmt::Display for ValidationErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, violation) in self.violations.iter().enumerate() {
            if i > 0 {
                f.write_str("; ")?;
            }
            violation.fmt(f)?;
        }
        if self.more > 0 { write!(f, "; and {} more", self.more) } else { Ok(()) }
    }
}

impl std::error::Error for ValidationErrors {}

impl<'a> IntoIterator for &'a ValidationErrors {
    type Item = &'a Violation;
    type IntoIter = std::slice::Iter<'a, Violation>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// A place in a value, with the report to which violations at this place are added.
///
/// [`ValidationErrors::collect`] creates a validator. [`member`](Self::member),
/// [`item`](Self::item) and [`entry`](Self::entry) return validators for parts of the value. They
/// do not allocate: the pointer of a place is only built for a violation.
pub struct Validator<'a> {
    report: &'a mut ValidationErrors,
    path: Path<'a>,
    pass: Pass,
    any_float: bool,
}

/// The current pass over an unordered map. Nested maps use the pass of the outermost one, so that
/// they are not passed more than twice.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pass {
    /// Not inside an unordered map.
    Only,
    /// The first pass, in any order, which only determines whether there are violations. Its
    /// reports are removed.
    Probing,
    /// The second pass, in key order, after the first one found a violation.
    Ordered,
}

impl fmt::Debug for Validator<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Validator").field("at", &self.path.pointer()).finish_non_exhaustive()
    }
}

impl Validator<'_> {
    /// Returns the validator for a member of an object, by its name in JSON.
    #[inline]
    pub fn member<'b>(&'b mut self, name: &'b str) -> Validator<'b> {
        self.step(Segment::Member(name))
    }

    /// Returns the validator for an item of a list, counted from 0.
    pub fn item(&mut self, index: usize) -> Validator<'_> {
        self.step(Segment::Item(index))
    }

    /// Returns the validator for an entry of a map, by its key in JSON.
    pub fn entry<'b>(&'b mut self, key: &'b dyn fmt::Display) -> Validator<'b> {
        self.step(Segment::Entry(key))
    }

    /// Returns the validator for a place relative to this one, given as a JSON pointer (RFC 6901):
    /// `/items/3/name`, or an empty text for this place itself. Use it for reports from another
    /// source.
    ///
    /// ```
    /// use kv_schema::ValidationErrors;
    ///
    /// let report = ValidationErrors::collect(|v| {
    ///     v.member("cart").pointer("/items/3").report("stock", &[], "must be in stock");
    /// });
    /// assert_eq!(report.unwrap_err().violations()[0].pointer, "/cart/items/3");
    /// ```
    pub fn pointer<'b>(&'b mut self, pointer: &'b str) -> Validator<'b> {
        self.step(Segment::Pointer(pointer))
    }

    /// Adds the report of another validation, whose pointers are relative to this place.
    pub fn extend(&mut self, report: &ValidationErrors) {
        for violation in report {
            let Violation { pointer, rule, params, message } = violation;
            self.pointer(pointer).report(rule, params, message);
        }
        self.report.more += report.more;
    }

    /// Returns the validator for a field that allows NaN and infinity, also in the items of lists
    /// and maps.
    pub(crate) fn any_float(&mut self) -> Validator<'_> {
        Validator { any_float: true, ..self.pointer("") }
    }

    /// Returns whether NaN and infinity are allowed here.
    pub(crate) fn allows_any_float(&self) -> bool {
        self.any_float
    }

    /// Adds a violation at this place. The message continues "this field …": `must be at least 18`.
    pub fn report(
        &mut self,
        rule: &'static str,
        params: &[(&'static str, Param)],
        message: impl fmt::Display,
    ) {
        if let Some(pointer) = self.next_pointer() {
            let (params, message) = (params.to_vec(), message.to_string());
            self.report.violations.push(Violation { pointer, rule, params, message });
        }
    }

    /// Adds a violation like [`report`](Self::report), but creates its parameters and message only
    /// if the violation is described.
    pub(crate) fn report_with(
        &mut self,
        rule: &'static str,
        describe: impl FnOnce() -> (Vec<(&'static str, Param)>, String),
    ) {
        if let Some(pointer) = self.next_pointer() {
            let (params, message) = describe();
            self.report.violations.push(Violation { pointer, rule, params, message });
        }
    }

    /// Returns the pointer to this place if the report has room for another violation. Otherwise
    /// counts the violation and returns `None`.
    fn next_pointer(&mut self) -> Option<String> {
        let Self { report, path, pass, .. } = self;
        // A full report and a probing pass, whose reports are removed, only count. They must not
        // build pointers: building one for every violation would take time quadratic in the input.
        if report.more > 0 || report.violations.len() == MAX_VIOLATIONS || *pass == Pass::Probing {
            report.more += 1;
            return None;
        }
        let pointer = path.pointer();
        let taken: usize = report.violations.iter().map(|violation| violation.pointer.len()).sum();
        // After the first violation that is not described, `more` is above 0, so no later one is
        // described.
        if !report.violations.is_empty() && taken + pointer.len() > MAX_POINTERS {
            report.more += 1;
            return None;
        }
        Some(pointer)
    }

    #[inline]
    fn step<'b>(&'b mut self, segment: Segment<'b>) -> Validator<'b> {
        Validator {
            report: self.report,
            path: Path::At { parent: &self.path, segment },
            pass: self.pass,
            any_float: self.any_float,
        }
    }

    /// Returns the number of violations so far.
    pub(crate) fn reported(&self) -> usize {
        self.report.violations.len() + self.report.more
    }

    /// Returns the current pass.
    pub(crate) fn pass(&self) -> Pass {
        self.pass
    }

    /// Runs a check in a pass and returns whether it found violations. A probing pass removes them
    /// again.
    pub(crate) fn in_pass(&mut self, pass: Pass, check: impl FnOnce(&mut Validator<'_>)) -> bool {
        let before = (self.report.violations.len(), self.report.more);
        let outer = std::mem::replace(&mut self.pass, pass);
        check(self);
        self.pass = outer;
        let found = before != (self.report.violations.len(), self.report.more);
        if found && pass == Pass::Probing {
            self.report.violations.truncate(before.0);
            self.report.more = before.1;
        }
        found
    }
}

/// A place in a value. It is a linked list on the stack, so that a step does not allocate.
enum Path<'a> {
    Root,
    At { parent: &'a Path<'a>, segment: Segment<'a> },
}

enum Segment<'a> {
    Member(&'a str),
    Item(usize),
    Entry(&'a dyn fmt::Display),
    Pointer(&'a str),
}

impl Path<'_> {
    fn pointer(&self) -> String {
        let Self::At { parent, segment } = self else { return String::new() };
        let mut pointer = parent.pointer();
        match segment {
            Segment::Member(name) => pointer.extend(["/", &pointer::escape(name)]),
            Segment::Item(index) => pointer.extend(["/", &index.to_string()]),
            Segment::Entry(key) => pointer.extend(["/", &pointer::escape(&key.to_string())]),
            Segment::Pointer(path) => pointer.push_str(path),
        }
        pointer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointer_is_escaped_as_in_rfc_6901() {
        let report = ValidationErrors::collect(|v| {
            v.member("a/b~c").item(3).entry(&7).report("rule", &[("min", Param::Int(1))], "must hold");
            v.report("rule", &[], "must hold");
        })
        .unwrap_err();
        let pointers: Vec<_> = report.into_iter().map(|v| v.pointer.as_str()).collect();
        assert_eq!(pointers, ["/a~1b~0c/3/7", ""]);
        assert_eq!(report.to_string(), "a~1b~0c/3/7 must hold; the value must hold");
        assert_eq!(report.violations()[0].params, [("min", Param::Int(1))]);
    }

    #[test]
    fn report_describes_a_hundred_violations_and_counts_the_rest() {
        let report = ValidationErrors::collect(|v| {
            for i in 0..250 {
                v.item(i).report("rule", &[], "must hold");
            }
        })
        .unwrap_err();
        assert_eq!(report.violations().len(), MAX_VIOLATIONS);
        assert_eq!(report.violations()[99].pointer, "/99");
        assert_eq!(report.more(), 150);
        assert!(report.to_string().ends_with("; 99 must hold; and 150 more"));
    }

    #[test]
    fn long_name_is_not_repeated_for_every_violation() {
        let name = "n".repeat(10_000);
        let report = ValidationErrors::collect(|v| {
            for i in 0..50 {
                v.member(&name).item(i).report("rule", &[], "must hold");
            }
            v.report("rule", &[], "must hold");
        })
        .unwrap_err();
        assert_eq!((report.violations().len(), report.more()), (1, 50));
        assert!(report.violations()[0].pointer.ends_with("n/0"));
    }

    /// A key that counts how often it is formatted.
    struct Counted<'a>(&'a std::cell::Cell<usize>);

    impl fmt::Display for Counted<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.set(self.0.get() + 1);
            f.write_str(&"k".repeat(10_000))
        }
    }

    #[test]
    fn full_report_builds_no_pointers_and_no_messages() {
        let (keys, messages) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
        let report = ValidationErrors::collect(|v| {
            let key = Counted(&keys);
            let v = &mut v.entry(&key);
            for i in 0..1_000 {
                v.item(i).report("rule", &[], Counted(&messages));
            }
        })
        .unwrap_err();
        assert_eq!((report.violations().len(), report.more()), (1, 999));
        // The pointer of the second violation is built once, to find that the report is full.
        assert_eq!((keys.get(), messages.get()), (2, 1));
    }

    #[test]
    fn report_that_is_full_after_extend_stays_full() {
        let inner = ValidationErrors::collect(|v| {
            for i in 0..=MAX_VIOLATIONS {
                v.item(i).report("rule", &[], "must hold");
            }
        })
        .unwrap_err();
        let report = ValidationErrors::collect(|v| {
            v.member("inner").extend(&inner);
            v.member("next").report("rule", &[], "must hold");
        })
        .unwrap_err();
        assert_eq!((report.violations().len(), report.more()), (MAX_VIOLATIONS, 2));
    }
}
