//! Limits the steps that checking and reading a document may take.

use super::error::{Flaw, Malformed};
use super::scan::Scan;

/// The steps for every document, so that small documents of deep types can be read.
const BASE: usize = 1 << 16;

/// The steps for each byte of a document. They suffice for types with many fields and without
/// untagged enums.
const PER_BYTE: usize = 16;

/// The additional steps for each byte, for trying the variants of untagged enums.
const TRIES_PER_BYTE: usize = 48;

/// The most additional steps, regardless of the size of the document.
const MAX_TRIES: usize = 3 << 20;

/// The steps for each copied token. Before serde tries a variant on a borrowed buffer, it copies
/// the value, with an allocation for each text, list and object.
const PER_COPIED_TOKEN: usize = 8;

/// The steps that a document has left. A step takes a few nanoseconds: it visits a value or a
/// member, compares a few names, or processes a byte of a text.
///
/// The steps cover the checks of this module and the work of serde on a document that passes them.
/// serde tries the variants of untagged enums in the same order, and copies the values that it
/// tries them on.
#[derive(Debug)]
pub(super) struct Budget {
    left: usize,
    bytes: usize,
}

impl Budget {
    /// Returns the budget of a document with this many bytes.
    pub(super) fn new(bytes: usize) -> Self {
        let tries = bytes.saturating_mul(TRIES_PER_BYTE).min(MAX_TRIES);
        Self { left: bytes.saturating_mul(PER_BYTE).saturating_add(BASE + tries), bytes }
    }

    /// Takes steps from the budget.
    ///
    /// # Errors
    ///
    /// Returns [`Flaw::Ambiguous`] if too few are left.
    #[inline]
    pub(super) fn take(&mut self, steps: usize) -> Scan {
        match self.left.checked_sub(steps) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => Err(Box::new(Malformed { offset: self.bytes, flaw: Flaw::Ambiguous })),
        }
    }

    /// Takes the steps for copying this many tokens.
    ///
    /// # Errors
    ///
    /// Returns [`Flaw::Ambiguous`] if too few are left.
    pub(super) fn take_copy(&mut self, tokens: usize) -> Scan {
        self.take(tokens.saturating_mul(PER_COPIED_TOKEN))
    }

    #[cfg(test)]
    pub(super) fn left(&self) -> usize {
        self.left
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{ValidationErrors, Validator};
    use crate::field::KvField;
    use crate::json::document::Document;
    use crate::json::rules::Rules;
    use crate::json::shape::{Checker, Node};
    use crate::ty::{Enum, Field, Fields, Shape, Tagging, TypeRef, TypeSchema, Variant};
    use std::any::TypeId;
    use std::collections::HashMap;

    /// A recursive untagged enum: `And { next, and }`, `Or { next, or }`, `Not { next, not }`,
    /// `Leaf { leaf }`.
    enum Expr {}

    const fn branch(name: &'static str, own: &'static [Field]) -> Variant {
        Variant::new(name, Fields::Named { fields: own, deny_unknown: false })
    }

    const NEXT: Field = Field::new("next", TypeRef::of::<Expr>());

    impl KvField for Expr {
        fn schema() -> &'static TypeSchema {
            const {
                &TypeSchema {
                    id: TypeId::of::<Self>(),
                    name: "Expr",
                    module: "",
                    args: &[],
                    docs: "",
                    shape: Shape::Enum(Enum {
                        tagging: Tagging::Untagged,
                        variants: &[
                            branch("And", const { &[NEXT, Field::new("and", TypeRef::of::<u8>())] }),
                            branch("Or", const { &[NEXT, Field::new("or", TypeRef::of::<u8>())] }),
                            branch("Not", const { &[NEXT, Field::new("not", TypeRef::of::<u8>())] }),
                            branch("Leaf", const { &[Field::new("leaf", TypeRef::of::<u8>())] }),
                        ],
                    }),
                    validate: None,
                    hidden: &[],
                    elm: None,
                }
            }
        }

        fn check(&self, _: &mut Validator<'_>) {}

        fn heap_size(&self) -> usize {
            0
        }
    }

    /// Returns the steps that a document takes, and whether the budget sufficed.
    fn steps<T: KvField>(json: &str) -> (usize, bool) {
        let document = Document::read(json.as_bytes(), 64).unwrap();
        let mut checker = Checker::new(&document, false);
        let all = checker.steps_left();
        let mut scanned = Ok(());
        let _ = ValidationErrors::collect(|v| {
            scanned = checker.value(T::schema(), Rules::NONE, Node::At(0), v);
        });
        (all - checker.steps_left(), scanned.is_ok())
    }

    fn nested(levels: usize, innermost: &str) -> String {
        format!("{}{innermost}{}", "{\"next\":".repeat(levels), "}".repeat(levels))
    }

    fn unknown_members(count: usize) -> String {
        let members: Vec<_> = (0..count).map(|nth| format!("\"j{nth}\":0")).collect();
        format!("{{{}}}", members.join(","))
    }

    #[test]
    fn trying_a_variant_takes_a_step_for_each_member() {
        let (few, many) = (nested(2, &unknown_members(100)), nested(2, &unknown_members(200)));
        let ((few, _), (many, is_read)) = (steps::<Expr>(&few), steps::<Expr>(&many));
        // Each of the innermost members is copied and visited for every way to read the levels
        // around it.
        assert!(is_read && many - few >= 100 * 4 * 3_usize.pow(2), "{few} {many}");
    }

    #[test]
    fn document_that_can_be_read_in_too_many_ways_exceeds_its_budget() {
        let json = nested(11, &unknown_members(7_000));
        let (taken, is_read) = steps::<Expr>(&json);
        assert!(!is_read && taken <= json.len() * (PER_BYTE + TRIES_PER_BYTE) + BASE);
        // The steps for tries are limited, regardless of the size of the document.
        let json = nested(11, &unknown_members(12_000));
        let (taken, is_read) = steps::<Expr>(&json);
        assert!(json.len() * TRIES_PER_BYTE > MAX_TRIES);
        assert!(!is_read && taken <= json.len() * PER_BYTE + MAX_TRIES + BASE);
    }

    #[test]
    fn moderate_nesting_is_within_the_budget() {
        let json = nested(1, r#"{"leaf":1}"#).replace("}}", r#"},"not":1}"#);
        assert!(steps::<Expr>(&json).1);
        // The last variant fits at each level, so that all others are tried first.
        let mut json = r#"{"leaf":1}"#.to_owned();
        for _ in 0..6 {
            json = format!(r#"{{"next":{json},"not":1}}"#);
            assert!(steps::<Expr>(&json).1, "{json}");
        }
    }

    #[test]
    fn steps_are_linear_in_the_size_of_a_document() {
        type Lists = HashMap<String, Vec<i32>>;
        let list = |item: &str, items: usize| format!(r#"{{"a":[{}]}}"#, vec![item; items].join(","));
        let name =
            |bytes: usize| format!(r#"{{"{}":[{}]}}"#, "n".repeat(bytes), vec!["\"\""; bytes].join(","));
        let escaped = |bytes: usize| format!(r#"{{"{}":[]}}"#, "\\u006e".repeat(bytes));
        let ways: [&dyn Fn(usize) -> String; 6] = [
            &|size| list("1", size),
            &|size| list("\"x\"", size),
            &|size| list("[[]]", size),
            &name,
            &escaped,
            &unknown_members,
        ];
        for (nth, way) in ways.into_iter().enumerate() {
            let ((small, _), (large, is_read)) = (steps::<Lists>(&way(1_000)), steps::<Lists>(&way(16_000)));
            assert!(is_read && large <= 17 * small && small > 0, "{nth}: {small} {large}");
        }
    }
}
