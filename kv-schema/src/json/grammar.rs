//! What is JSON that is taken at all, whatever the type: RFC 8259, each member once, not too deep.

use super::error::{Flaw, Malformed, shown};
use super::scan::{Kind, Scan, Scanner};
use std::borrow::Cow;

/// How many names are compared each with each.
const FEW: usize = 8;

/// JSON that is taken, and where its lists and objects end.
pub(super) struct Document<'a> {
    text: &'a str,
    /// Start and end of each list and object, in the order of their starts.
    spans: Vec<(usize, usize)>,
}

/// A member of an object.
#[derive(Clone, Debug)]
pub(super) struct Member<'a> {
    pub(super) name: Cow<'a, str>,
    /// Where its value starts.
    pub(super) at: usize,
}

impl<'a> Document<'a> {
    /// Reads bytes as the one value that they must be.
    pub(super) fn read(bytes: &'a [u8], max_depth: usize) -> Scan<Self> {
        let text = std::str::from_utf8(bytes)
            .map_err(|error| Malformed { offset: error.valid_up_to(), flaw: Flaw::Encoding })?;
        let mut scanner = Scanner::new(text, 0);
        if text.starts_with('\u{feff}') {
            return scanner.flaw(Flaw::ByteOrderMark);
        }
        let mut document = Self { text, spans: Vec::new() };
        document.value(&mut scanner, 0, max_depth)?;
        match scanner.peek() {
            None => Ok(document),
            Some(_) => scanner.flaw(Flaw::TrailingData),
        }
    }

    /// Goes over a value that stands `depth` deep.
    fn value(&mut self, scanner: &mut Scanner<'a>, depth: usize, max_depth: usize) -> Scan {
        let kind = scanner.kind()?;
        match kind {
            Kind::Null | Kind::Bool => return scanner.word().map(drop),
            Kind::Number => return scanner.number().map(drop),
            Kind::String => return scanner.string().map(drop),
            Kind::List | Kind::Object if depth == max_depth => return scanner.flaw(Flaw::TooDeep(max_depth)),
            Kind::List | Kind::Object => {}
        }
        let span = self.spans.len();
        self.spans.push((scanner.at, 0));
        scanner.at += 1;
        match kind {
            Kind::Object => self.object(scanner, depth + 1, max_depth)?,
            _ => self.list(scanner, depth + 1, max_depth)?,
        }
        self.spans[span].1 = scanner.at;
        Ok(())
    }

    fn list(&mut self, scanner: &mut Scanner<'a>, depth: usize, max_depth: usize) -> Scan {
        if scanner.eat(b']') {
            return Ok(());
        }
        loop {
            self.value(scanner, depth, max_depth)?;
            if scanner.eat(b']') {
                return Ok(());
            }
            scanner.expect(b',', "`,` or `]`")?;
        }
    }

    fn object(&mut self, scanner: &mut Scanner<'a>, depth: usize, max_depth: usize) -> Scan {
        if scanner.eat(b'}') {
            return Ok(());
        }
        let mut names = Vec::new();
        loop {
            scanner.peek();
            let at = scanner.at;
            names.push((scanner.string()?, at));
            scanner.expect(b':', "`:`")?;
            self.value(scanner, depth, max_depth)?;
            if scanner.eat(b'}') {
                return each_once(names);
            }
            scanner.expect(b',', "`,` or `}`")?;
        }
    }

    /// Where reading starts for the value that starts there, or behind the white space there.
    pub(super) const fn at(&self, at: usize) -> Scanner<'a> {
        Scanner::new(self.text, at)
    }

    pub(super) const fn len(&self) -> usize {
        self.text.len()
    }

    /// Goes over a value without another look inside.
    fn skip(&self, scanner: &mut Scanner<'a>) -> Scan {
        match scanner.kind()? {
            Kind::Null | Kind::Bool => scanner.word().map(drop),
            Kind::Number => scanner.number().map(drop),
            Kind::String => scanner.string().map(drop),
            Kind::List | Kind::Object => {
                let found = self.spans.binary_search_by_key(&scanner.at, |(start, _)| *start);
                scanner.at = found.map_or(self.text.len(), |span| self.spans[span].1);
                Ok(())
            }
        }
    }

    /// Where the items of a list start.
    pub(super) fn items(&self, mut scanner: Scanner<'a>) -> Scan<Vec<usize>> {
        let mut items = Vec::new();
        if !scanner.eat(b'[') || scanner.eat(b']') {
            return Ok(items);
        }
        loop {
            scanner.peek();
            items.push(scanner.at);
            self.skip(&mut scanner)?;
            if !scanner.eat(b',') {
                return Ok(items);
            }
        }
    }

    /// The members of an object.
    pub(super) fn members(&self, mut scanner: Scanner<'a>) -> Scan<Vec<Member<'a>>> {
        let mut members = Vec::new();
        if !scanner.eat(b'{') || scanner.eat(b'}') {
            return Ok(members);
        }
        loop {
            let name = scanner.string()?;
            scanner.eat(b':');
            scanner.peek();
            members.push(Member { name, at: scanner.at });
            self.skip(&mut scanner)?;
            if !scanner.eat(b',') {
                return Ok(members);
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
