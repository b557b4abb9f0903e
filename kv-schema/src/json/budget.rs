//! The work that one document may cause.

use super::error::{Flaw, Malformed};
use super::scan::Scan;

/// Steps for a document of any size, so that small documents of deep types are read.
const ANY_SIZE: usize = 1 << 16;

/// Steps for each byte of a document, without a limit: what a type of many fields may cost that tries nothing twice.
const A_BYTE: usize = 16;

/// Steps for each byte beyond these, for what is tried again and again.
const TRIES_A_BYTE: usize = 48;

/// The most steps that trying may take, however long the document is.
const MOST_TRIES: usize = 3 << 20;

/// Steps that a copied token counts as. Serde copies what it reads by reference before it tries a variant on it, with an
/// allocation for each text, list and object.
const COPY: usize = 8;

/// Counts the steps that a document may still cause. A step is a few nanoseconds: a value or a member looked at, a few
/// names compared, a byte passed where bytes are looked at.
///
/// The count covers the checks of this module and what serde does afterwards with a document that passed, which tries the
/// variants of untagged enums in the same order and copies what it tries them on.
#[derive(Debug)]
pub(super) struct Budget {
    left: usize,
    bytes: usize,
}

impl Budget {
    /// The budget of a document of this many bytes.
    pub(super) fn new(bytes: usize) -> Self {
        let tries = bytes.saturating_mul(TRIES_A_BYTE).min(MOST_TRIES);
        Self { left: bytes.saturating_mul(A_BYTE).saturating_add(ANY_SIZE + tries), bytes }
    }

    /// Takes some steps.
    ///
    /// # Errors
    ///
    /// [`Flaw::Ambiguous`] when there are not enough left.
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

    /// Takes the steps of a copy of this many tokens.
    ///
    /// # Errors
    ///
    /// [`Flaw::Ambiguous`] when there are not enough left.
    pub(super) fn take_copy(&mut self, tokens: usize) -> Scan {
        self.take(tokens.saturating_mul(COPY))
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
    use crate::json::ruled::Rules;
    use crate::json::shape::{Node, Shapes};
    use crate::ty::{Enum, Field, Fields, Shape, Tagging, TypeRef, TypeSchema, Variant};
    use std::any::TypeId;
    use std::collections::HashMap;

    /// An untagged enum that holds itself: `And { next, and }`, `Or { next, or }`, `Not { next, not }`, `Leaf { leaf }`.
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
                }
            }
        }

        fn check(&self, _: &mut Validator<'_>) {}

        fn heap_size(&self) -> usize {
            0
        }
    }

    /// The steps that a document takes, and whether they were enough.
    fn steps<T: KvField>(json: &str) -> (usize, bool) {
        let document = Document::read(json.as_bytes(), 64).unwrap();
        let mut shapes = Shapes::new(&document, false);
        let all = shapes.steps_left();
        let mut scanned = Ok(());
        let _ = ValidationErrors::collect(|v| {
            scanned = shapes.value(T::schema(), Rules::NONE, Node::At(0), v);
        });
        (all - shapes.steps_left(), scanned.is_ok())
    }

    fn nested(levels: usize, innermost: &str) -> String {
        format!("{}{innermost}{}", "{\"next\":".repeat(levels), "}".repeat(levels))
    }

    fn strangers(count: usize) -> String {
        let members: Vec<_> = (0..count).map(|nth| format!("\"j{nth}\":0")).collect();
        format!("{{{}}}", members.join(","))
    }

    #[test]
    fn every_member_that_a_variant_is_tried_on_is_a_step() {
        let (few, many) = (nested(2, &strangers(100)), nested(2, &strangers(200)));
        let ((few, _), (many, is_read)) = (steps::<Expr>(&few), steps::<Expr>(&many));
        // Each of the innermost members is copied and walked for every way to read the levels around them.
        assert!(is_read && many - few >= 100 * 4 * 3_usize.pow(2), "{few} {many}");
    }

    #[test]
    fn a_document_that_can_be_read_in_too_many_ways_ends_its_budget() {
        let json = nested(11, &strangers(7_000));
        let (taken, is_read) = steps::<Expr>(&json);
        assert!(!is_read && taken <= json.len() * (A_BYTE + TRIES_A_BYTE) + ANY_SIZE);
        // However long a document is, trying has an end.
        let json = nested(11, &strangers(12_000));
        let (taken, is_read) = steps::<Expr>(&json);
        assert!(json.len() * TRIES_A_BYTE > MOST_TRIES);
        assert!(!is_read && taken <= json.len() * A_BYTE + MOST_TRIES + ANY_SIZE);
    }

    #[test]
    fn what_a_usual_client_nests_is_read() {
        let json = nested(1, r#"{"leaf":1}"#).replace("}}", r#"},"not":1}"#);
        assert!(steps::<Expr>(&json).1);
        // The last variant fits at each level, so that all before it are tried.
        let mut json = r#"{"leaf":1}"#.to_owned();
        for _ in 0..6 {
            json = format!(r#"{{"next":{json},"not":1}}"#);
            assert!(steps::<Expr>(&json).1, "{json}");
        }
    }

    #[test]
    fn steps_grow_with_the_size_of_a_document_whatever_is_in_it() {
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
            &strangers,
        ];
        for (nth, way) in ways.into_iter().enumerate() {
            let ((small, _), (large, is_read)) = (steps::<Lists>(&way(1_000)), steps::<Lists>(&way(16_000)));
            assert!(is_read && large <= 17 * small && small > 0, "{nth}: {small} {large}");
        }
    }
}
