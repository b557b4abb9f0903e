//! [`Validator`] walks a value; [`ValidationErrors`] is its report.

use std::fmt;

/// The most violations that a report holds; the rest are counted.
pub const MAX_VIOLATIONS: usize = 100;

/// The most bytes that the places of a report take together, but for the first one: a long name around many violations
/// is not repeated for each.
const MAX_POINTERS: usize = 16 << 10;

/// One broken rule of one place in a value.
///
/// Writes itself as a sentence about its place: `item_id must have 1 to 64 characters`.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Violation {
    /// The place, as a JSON pointer (RFC 6901) into the value's JSON: `/items/3/name`; empty for the value itself.
    pub pointer: String,
    /// The rule's name, as the attribute spells it.
    pub rule: &'static str,
    /// What the rule was told: for `len(min = 1, max = 64)`, `min` and `max`.
    pub params: Vec<(&'static str, Param)>,
    /// What is expected there, for a person: `must have 1 to 64 characters`.
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

/// Every rule that a value breaks, in field order; never empty.
///
/// At most [`MAX_VIOLATIONS`] are described, fewer where their places have very long names, and [`more`](Self::more)
/// counts the rest.
#[derive(Clone, Debug, PartialEq)]
pub struct ValidationErrors {
    violations: Vec<Violation>,
    more: usize,
}

impl ValidationErrors {
    /// Runs a check and returns what it reported.
    ///
    /// # Errors
    ///
    /// The report, when there is anything in it.
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

    /// The violations in field order, entries of maps in key order.
    pub fn violations(&self) -> &[Violation] {
        &self.violations
    }

    /// An iterator over [`violations`](Self::violations).
    pub fn iter(&self) -> std::slice::Iter<'_, Violation> {
        self.violations.iter()
    }

    /// How many violations there are besides those in [`violations`](Self::violations).
    pub const fn more(&self) -> usize {
        self.more
    }
}

/// All violations in one line, separated by `; `.
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

/// Where a check stands in a value, and the report it writes to.
///
/// A validator is made by [`ValidationErrors::collect`]; [`member`](Self::member), [`item`](Self::item) and
/// [`entry`](Self::entry) step into a value. Stepping allocates nothing: a place is written out only once
/// something is wrong there.
pub struct Validator<'a> {
    report: &'a mut ValidationErrors,
    path: Path<'a>,
    pass: Pass,
    any_float: bool,
}

/// In which of its passes over an unordered map a check is. Everything inside the map is in the same, so that
/// maps in maps are not passed over again and again.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pass {
    /// In no such map.
    Only,
    /// Entries come as they come, to see whether anything is wrong. What is reported is taken back.
    Probing,
    /// Something is wrong: entries come in key order.
    Ordered,
}

impl fmt::Debug for Validator<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Validator").field("at", &self.path.pointer()).finish_non_exhaustive()
    }
}

impl Validator<'_> {
    /// The validator for a member of an object, by its name on the wire.
    #[inline]
    pub fn member<'b>(&'b mut self, name: &'b str) -> Validator<'b> {
        self.step(Segment::Member(name))
    }

    /// The validator for an item of a list, counted from 0.
    pub fn item(&mut self, index: usize) -> Validator<'_> {
        self.step(Segment::Item(index))
    }

    /// The validator for an entry of a map, by what its key is on the wire.
    pub fn entry<'b>(&'b mut self, key: &'b dyn fmt::Display) -> Validator<'b> {
        self.step(Segment::Entry(key))
    }

    /// The validator for a place that is given as a JSON pointer (RFC 6901) from here: `/items/3/name`, or nothing for
    /// this place itself. For reports that another validator wrote.
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

    /// Takes over the report of another validation, whose pointers start here.
    pub fn extend(&mut self, report: &ValidationErrors) {
        for violation in report {
            let Violation { pointer, rule, params, message } = violation;
            self.pointer(pointer).report(rule, params, message);
        }
        self.report.more += report.more;
    }

    /// The validator for a field that may hold NaN and infinity. It goes for the items of lists and maps as well, and
    /// is known to be about floats.
    pub(crate) fn any_float(&mut self) -> Validator<'_> {
        Validator { any_float: true, ..self.pointer("") }
    }

    /// Whether NaN and infinity are welcome here.
    pub(crate) fn allows_any_float(&self) -> bool {
        self.any_float
    }

    /// Reports that a rule is broken here. The message continues "this field …": `must be at least 18`.
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

    /// As [`report`](Self::report), for parameters and sentences that take time to write: they are asked for only if
    /// the violation is described.
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

    /// Returns the pointer to this place if the report describes another violation, and counts the violation otherwise.
    fn next_pointer(&mut self) -> Option<String> {
        let Self { report, path, pass, .. } = self;
        // A full report only counts, and so does a probing pass, whose reports are taken back. Both must cost nothing
        // that grows with the place: building its pointer for every violation would be quadratic in the input.
        if report.more > 0 || report.violations.len() == MAX_VIOLATIONS || *pass == Pass::Probing {
            report.more += 1;
            return None;
        }
        let pointer = path.pointer();
        let taken: usize = report.violations.iter().map(|violation| violation.pointer.len()).sum();
        // From the first violation that is left out, all others are: the report describes the first ones.
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

    /// How much was reported so far.
    pub(crate) fn reported(&self) -> usize {
        self.report.violations.len() + self.report.more
    }

    /// Which pass this is.
    pub(crate) fn pass(&self) -> Pass {
        self.pass
    }

    /// Makes a pass, and says whether it reported anything; a probing one takes it back.
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

/// A linked list up the stack of the walk, so that a step costs no allocation.
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
            Segment::Member(name) => push_escaped(&mut pointer, name),
            Segment::Item(index) => push_escaped(&mut pointer, &index.to_string()),
            Segment::Entry(key) => push_escaped(&mut pointer, &key.to_string()),
            Segment::Pointer(path) => pointer.push_str(path),
        }
        pointer
    }
}

/// Source: RFC 6901, section 3: a `/` before each name, in which `~` is written `~0` and `/` is written `~1`.
fn push_escaped(pointer: &mut String, name: &str) {
    pointer.push('/');
    for c in name.chars() {
        match c {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            c => pointer.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_names_the_place_and_escapes_what_rfc_6901_escapes() {
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
    fn a_report_describes_a_hundred_violations_and_counts_the_rest() {
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
    fn a_long_name_is_not_repeated_for_all_that_is_wrong_in_it() {
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
    fn a_full_report_builds_no_pointer_and_no_message() {
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
        // The second pointer is built once, to find that the report is full.
        assert_eq!((keys.get(), messages.get()), (2, 1));
    }

    #[test]
    fn a_report_that_took_over_a_longer_one_stays_full() {
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
