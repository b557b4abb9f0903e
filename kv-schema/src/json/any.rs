//! Values without a schema: what is refused in them, though they may be any JSON.

use super::document::Token;
use super::scan::Scan;
use super::shape::{Node, Shapes, is_finite, is_safe};
use crate::check::{Param, Validator};
use crate::rule::{FINITE, INT, MAX_SAFE_INTEGER, TYPE};
use std::ops::Range;

/// The start of member names that `serde_json` gives a meaning of its own.
///
/// With its feature `raw_value`, which any crate of a program turns on for all, `serde_json::Value` parses the text under
/// `$serde_json::private::RawValue` as JSON, without the checks that were made of the document around it; with
/// `arbitrary_precision` it takes the text under `$serde_json::private::Number` for a number.
const RESERVED: &str = "$serde_json::private::";

/// Whether a member's name is one that `serde_json` gives a meaning of its own where it reads JSON without a type. They are
/// refused there, whatever its features.
///
/// ```
/// use kv_schema::json::is_reserved;
///
/// assert!(is_reserved("$serde_json::private::RawValue"));
/// assert!(!is_reserved("$ref"));
/// ```
pub fn is_reserved(name: &str) -> bool {
    name.starts_with(RESERVED)
}

impl Shapes<'_, '_> {
    /// Reports reserved names and numbers that are not read as they are written, at any depth.
    pub(super) fn any(&mut self, node: Node<'_>, v: &mut Validator<'_>) -> Scan {
        let Node::At(at) = node else { return self.any_members(node, v) };
        let tokens = at..self.document.behind(at);
        self.charge(tokens.len())?;
        if self.is_plain(tokens) { Ok(()) } else { self.any_at(at, v) }
    }

    fn any_at(&mut self, at: usize, v: &mut Validator<'_>) -> Scan {
        self.charge(1)?;
        match self.document.token(at) {
            Token::Number(number) => self.any_number(number, v),
            Token::List(..) => {
                for (nth, item) in self.document.items(at).enumerate() {
                    self.any_at(item, &mut v.item(nth))?;
                }
            }
            Token::Object(..) => self.any_members(Node::At(at), v)?,
            Token::Null | Token::Bool | Token::String(..) => {}
        }
        Ok(())
    }

    fn any_members(&mut self, node: Node<'_>, v: &mut Validator<'_>) -> Scan {
        for member in self.members(node) {
            let name = self.name(member)?;
            let v = &mut v.member(&name);
            not_reserved(&name, v);
            self.any_at(member + 1, v)?;
        }
        Ok(())
    }

    /// Whether nothing there needs a closer look, as nearly always.
    fn is_plain(&self, mut tokens: Range<usize>) -> bool {
        /// No integer of so few characters is unsafe.
        const SHORT: usize = 15;
        tokens.all(|at| match self.document.token(at) {
            Token::String(text, is_escaped) => !is_escaped && !text.starts_with('$'),
            Token::Number(text) => text.len() <= SHORT && !text.contains(['e', 'E']),
            _ => true,
        })
    }

    fn any_number(&self, number: &str, v: &mut Validator<'_>) {
        if !is_finite(number) {
            v.report(FINITE, &[], "must be a finite number");
        } else if !self.any_int && is_rounded(number) {
            let (min, max) = (-MAX_SAFE_INTEGER, MAX_SAFE_INTEGER);
            let params = [("min", Param::Int(min)), ("max", Param::Int(max))];
            v.report(INT, &params, format_args!("must be a whole number from {min} to {max}"));
        }
    }
}

/// Reports a reserved name.
pub(super) fn not_reserved(name: &str, v: &mut Validator<'_>) {
    if is_reserved(name) {
        v.report(TYPE, &[], "must be left out: serde_json reserves this name");
    }
}

/// Whether JavaScript holds another number than the one that is written: an integer beyond ±(2^53 − 1), or a number with
/// a fraction or an exponent that is a whole one as large, and is written otherwise once it was read. `1e23` is not: it is
/// what JavaScript itself writes for the nearest float.
fn is_rounded(number: &str) -> bool {
    if !number.contains(['.', 'e', 'E']) {
        return !number.parse().is_ok_and(is_safe);
    }
    let Ok(read) = number.parse::<f64>() else { return true };
    let written = Digits::of(number);
    #[expect(clippy::cast_precision_loss, reason = "2^53 - 1 is a float")]
    let is_large = read.abs() > MAX_SAFE_INTEGER as f64;
    is_large && written.is_whole() && written != Digits::of(&format!("{read:e}"))
}

/// A number as decimal digits, without zeros at either end, and the power of ten of the last one.
#[derive(Debug, PartialEq)]
struct Digits {
    digits: String,
    exponent: i64,
}

impl Digits {
    fn of(number: &str) -> Self {
        let (mantissa, exponent) = number.split_once(['e', 'E']).unwrap_or((number, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = [whole.trim_start_matches('-'), fraction].concat();
        let length = |text: &str| i64::try_from(text.len()).unwrap_or(i64::MAX);
        let significant = digits.trim_end_matches('0');
        let dropped = length(&digits) - length(significant);
        let exponent = exponent.parse::<i64>().unwrap_or_default();
        Self {
            exponent: exponent.saturating_sub(length(fraction)).saturating_add(dropped),
            digits: significant.trim_start_matches('0').to_owned(),
        }
    }

    fn is_whole(&self) -> bool {
        self.exponent >= 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_rounded_if_a_float_writes_another_one() {
        for kept in [
            "0",
            "-0",
            "0.1",
            "-0.0",
            "9007199254740991",
            "-9007199254740991",
            "9007199254740991.0",
            "9007199254740992.0",
            "9007199254740992e0",
            "1e23",
            "1E+23",
            "1.0e22",
            "123456789012345680000.0",
            "1.7976931348623157e308",
            "0.1000000000000000055511151231257827",
            "117.63331139400017",
            "1e-400",
            "9007199254740993.5",
        ] {
            assert!(!is_rounded(kept), "{kept}");
        }
        for rounded in [
            "9007199254740992",
            "-9007199254740992",
            "18446744073709551616",
            "9007199254740993.0",
            "9007199254740993e0",
            "90071992547409930e-1",
            "-9.007199254740993e15",
            "123456789012345678901.0",
            "1e-1e1",
        ] {
            assert!(is_rounded(rounded), "{rounded}");
        }
    }
}
