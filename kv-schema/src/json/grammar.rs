//! What is JSON that is taken at all, whatever the type: RFC 8259, each member once, not too deep.

use super::error::{Flaw, Malformed, shown};
use super::scan::{Kind, Scan, Scanner};
use std::borrow::Cow;

/// How many names are compared each with each.
const FEW: usize = 8;

/// Reads bytes as the one value that they must be.
pub(super) fn text(bytes: &[u8], max_depth: usize) -> Scan<&str> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| Malformed { offset: error.valid_up_to(), flaw: Flaw::Encoding })?;
    let mut scanner = Scanner::new(text);
    if text.starts_with('\u{feff}') {
        return scanner.flaw(Flaw::ByteOrderMark);
    }
    value(&mut scanner, 0, max_depth)?;
    match scanner.peek() {
        None => Ok(text),
        Some(_) => scanner.flaw(Flaw::TrailingData),
    }
}

/// Goes over a value that stands `depth` deep.
fn value(scanner: &mut Scanner<'_>, depth: usize, max_depth: usize) -> Scan {
    match scanner.kind()? {
        Kind::Null | Kind::Bool => scanner.word(),
        Kind::Number => scanner.number().map(drop),
        Kind::String => scanner.string().map(drop),
        Kind::List | Kind::Object if depth == max_depth => scanner.flaw(Flaw::TooDeep(max_depth)),
        Kind::List => {
            scanner.at += 1;
            if scanner.eat(b']') {
                return Ok(());
            }
            loop {
                value(scanner, depth + 1, max_depth)?;
                if scanner.eat(b']') {
                    return Ok(());
                }
                scanner.expect(b',', "`,` or `]`")?;
            }
        }
        Kind::Object => {
            scanner.at += 1;
            if scanner.eat(b'}') {
                return Ok(());
            }
            let mut names = Vec::new();
            loop {
                scanner.peek();
                let at = scanner.at;
                names.push((scanner.string()?, at));
                scanner.expect(b':', "`:`")?;
                value(scanner, depth + 1, max_depth)?;
                if scanner.eat(b'}') {
                    return each_once(names);
                }
                scanner.expect(b',', "`,` or `}`")?;
            }
        }
    }
}

/// Finds the first name, by its second place, that is there twice.
fn each_once(mut names: Vec<(Cow<'_, str>, usize)>) -> Scan {
    let twice = if names.len() <= FEW {
        (1..names.len()).find(|at| names[..*at].iter().any(|(name, _)| *name == names[*at].0))
    } else {
        names.sort_unstable();
        let again = (1..names.len()).filter(|at| names[at - 1].0 == names[*at].0);
        again.min_by_key(|at| names[*at].1)
    };
    match twice {
        Some(at) => Err(Malformed { offset: names[at].1, flaw: Flaw::Duplicate(shown(&names[at].0)) }),
        None => Ok(()),
    }
}
