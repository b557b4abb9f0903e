//! Values that may be any JSON, and the parts of them that are refused nevertheless.

use super::document::Token;
use super::scan::Scan;
use super::shape::{Checker, Node, is_finite, is_safe};
use crate::check::{Param, Validator};
use crate::rule::{FINITE, INT, MAX_SAFE_INTEGER, TYPE};
use std::ops::Range;

/// The prefix of member names that are special in `serde_json`.
///
/// Any crate of a program can activate features of `serde_json`. With `raw_value`,
/// `serde_json::Value` parses the text of a member `$serde_json::private::RawValue` as JSON,
/// without the checks of this module. With `arbitrary_precision`, it reads the text of a member
/// `$serde_json::private::Number` as a number.
const RESERVED: &str = "$serde_json::private::";

/// Returns whether a member's name is special in `serde_json` when it reads JSON without a type.
/// Such names are refused there, regardless of the features of `serde_json`.
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

impl Checker<'_, '_> {
    /// Reports reserved names and numbers that JavaScript would change, at any depth.
    pub(super) fn any(&mut self, node: Node<'_>, v: &mut Validator<'_>) -> Scan {
        let Node::At(at) = node else { return self.any_members(node, v) };
        let tokens = at..self.document.after(at);
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

    /// Returns whether tokens certainly contain nothing to report, which is the usual case.
    fn is_plain(&self, mut tokens: Range<usize>) -> bool {
        /// Every integer with at most this many characters is safe.
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

/// Returns whether JavaScript reads another number than the written one: an integer beyond ±(2^53 −
/// 1), or a whole number of that size with a point or an exponent that would be written with other
/// digits again. `1e23` is not rounded in this sense, because JavaScript writes the nearest float
/// as `1e23`.
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

/// A number as decimal digits without leading and trailing zeros, and the power of ten of the last
/// digit.
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
    fn number_is_rounded_if_its_float_is_written_with_other_digits() {
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
