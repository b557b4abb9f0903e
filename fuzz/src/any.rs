//! Values without a schema, compared with a naive reader of JSON, which is written from the
//! documentation and independent of `kv-schema`.

use kv_core::{DecodeError, DecodeOptions};
use kv_corpus::strict::Stored;
use std::collections::HashSet;
use std::sync::LazyLock;

/// A type that accepts any JSON, as an opaque field and as unknown members.
static STORED: LazyLock<[(Stored, &str); 2]> = LazyLock::new(|| {
    let all = Stored::all();
    let named = |name| *all.iter().find(|stored| stored.case.name == name).expect("it is in the corpus");
    [(named("FlatOpaque"), "\"x\""), (named("FlatOpaque"), "\"id\":1,\"y\":[{},[]],\"x\"")]
});

/// Uses the text as the JSON of a member.
pub(crate) fn run(text: &str) {
    let (plain, after) = (&STORED[0], &STORED[1]);
    check(&plain.0, &format!("{{\"id\":1,{}:{text}}}", plain.1));
    check(&after.0, &format!("{{{}:{text}}}", after.1));
}

fn check(stored: &Stored, json: &str) {
    let is_valid = Reader { text: json.as_bytes(), at: 0 }.whole();
    let read = stored.decode(json, DecodeOptions::new());
    match (&read, is_valid) {
        (Ok(read), true) => {
            let theirs = (stored.read)(json);
            assert!(theirs.as_ref() == Ok(read), "{json} is read as {read:?}, and by serde_json {theirs:?}");
        }
        // Only the member `id` has a schema.
        (Err(DecodeError::Value(errors)), true) => {
            assert!(errors.iter().all(|v| v.pointer == "/id"), "{json} is refused: {errors}");
        }
        (Err(_), false) => {}
        _ => panic!("{json} is {read:?}, and should be {}", if is_valid { "read" } else { "refused" }),
    }
}

/// Reads JSON byte by byte and returns only whether it is accepted. Source: RFC 8259.
struct Reader<'a> {
    text: &'a [u8],
    at: usize,
}

const DEEPEST: usize = 64;
const SAFE: i128 = (1 << 53) - 1;

impl Reader<'_> {
    fn whole(mut self) -> bool {
        self.value(0) && {
            self.space();
            self.at == self.text.len()
        }
    }

    fn peek(&self) -> u8 {
        self.text.get(self.at).copied().unwrap_or(0)
    }

    fn eat(&mut self, byte: u8) -> bool {
        let is_next = self.at < self.text.len() && self.peek() == byte;
        self.at += usize::from(is_next);
        is_next
    }

    fn space(&mut self) {
        while matches!(self.peek(), b' ' | b'\t' | b'\n' | b'\r') {
            self.at += 1;
        }
    }

    fn value(&mut self, depth: usize) -> bool {
        self.space();
        match self.peek() {
            b'{' => depth < DEEPEST && self.object(depth + 1),
            b'[' => depth < DEEPEST && self.list(depth + 1),
            b'"' => self.string().is_some(),
            b't' => self.word("true"),
            b'f' => self.word("false"),
            b'n' => self.word("null"),
            _ => self.number(),
        }
    }

    fn word(&mut self, word: &str) -> bool {
        word.bytes().all(|byte| self.eat(byte))
    }

    fn list(&mut self, depth: usize) -> bool {
        self.at += 1;
        self.space();
        if self.eat(b']') {
            return true;
        }
        loop {
            if !self.value(depth) {
                return false;
            }
            self.space();
            if !self.eat(b',') {
                return self.eat(b']');
            }
        }
    }

    fn object(&mut self, depth: usize) -> bool {
        self.at += 1;
        self.space();
        if self.eat(b'}') {
            return true;
        }
        let mut names = HashSet::new();
        loop {
            self.space();
            let Some(name) = self.string() else { return false };
            // Members of the outermost object are flattened into a map of any JSON.
            let is_valid = !name.starts_with("$serde_json::private::") && names.insert(name);
            self.space();
            if !is_valid || !self.eat(b':') || !self.value(depth) {
                return false;
            }
            self.space();
            if !self.eat(b',') {
                return self.eat(b'}');
            }
        }
    }

    /// Reads a string, as UTF-16.
    fn string(&mut self) -> Option<String> {
        if !self.eat(b'"') {
            return None;
        }
        let mut units: Vec<u16> = Vec::new();
        loop {
            let rest = str::from_utf8(&self.text[self.at..]).ok()?;
            let c = rest.chars().next()?;
            self.at += c.len_utf8();
            match c {
                '"' => return String::from_utf16(&units).ok(),
                '\\' => {
                    let escaped = self.peek();
                    self.at += 1;
                    let unit = match escaped {
                        b'"' | b'\\' | b'/' => u16::from(escaped),
                        b'b' => 8,
                        b'f' => 12,
                        b'n' => 10,
                        b'r' => 13,
                        b't' => 9,
                        b'u' => {
                            let digits = self.text.get(self.at..self.at + 4)?;
                            self.at += 4;
                            if !digits.iter().all(u8::is_ascii_hexdigit) {
                                return None;
                            }
                            u16::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()?
                        }
                        _ => return None,
                    };
                    // `from_utf16` refuses an unpaired surrogate.
                    units.push(unit);
                }
                '\0'..='\u{1f}' => return None,
                c => units.extend(c.encode_utf16(&mut [0; 2]).iter()),
            }
        }
    }

    fn number(&mut self) -> bool {
        let from = self.at;
        self.eat(b'-');
        let whole = self.digits();
        let is_whole = whole == 1 || whole > 1 && self.text[self.at - whole] != b'0';
        let has_fraction = self.eat(b'.');
        let fraction = if has_fraction { self.digits() } else { 1 };
        let has_exponent = self.eat(b'e') || self.eat(b'E');
        let exponent = if has_exponent {
            let _sign = self.eat(b'+') || self.eat(b'-');
            self.digits()
        } else {
            1
        };
        let Ok(text) = str::from_utf8(&self.text[from..self.at]) else { return false };
        is_whole && fraction > 0 && exponent > 0 && is_kept(text, has_fraction || has_exponent)
    }

    fn digits(&mut self) -> usize {
        let from = self.at;
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        self.at - from
    }
}

/// Whether the nearest float is finite, and what it is written as is the same number where that is
/// a large whole one.
fn is_kept(number: &str, has_point: bool) -> bool {
    let float: f64 = number.parse().unwrap_or(f64::NAN);
    if !has_point {
        return number.parse::<i128>().is_ok_and(|number| number.abs() <= SAFE);
    }
    #[expect(clippy::cast_precision_loss, reason = "2^53 - 1 is a float")]
    let is_large = float.abs() > SAFE as f64;
    float.is_finite()
        && (!is_large || plain(number).is_none_or(|written| Some(written) == plain(&format!("{float:?}"))))
}

/// A number without its exponent, as long as it is whole.
fn plain(number: &str) -> Option<String> {
    let lower = number.to_ascii_lowercase();
    let (mantissa, exponent) = lower.split_once('e').unwrap_or((&lower, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let point = i64::try_from(whole.trim_start_matches('-').len()).ok()? + exponent.parse::<i64>().ok()?;
    let mut digits = format!("{}{fraction}", whole.trim_start_matches('-'));
    while i64::try_from(digits.len()).ok()? < point {
        digits.push('0');
    }
    let (whole, fraction) = digits.split_at(usize::try_from(point).ok()?);
    fraction.bytes().all(|digit| digit == b'0').then(|| whole.trim_start_matches('0').to_owned())
}
