//! Spelling of names: from Rust's to Elm's.
//!
//! Every name of Rust's has a valid spelling here. `map::naming` takes care that no two are equal.

use kv_schema::elm::RESERVED;
use kv_schema::ty;

/// The most bytes of a name. Elm 0.19.1 stores the length of a name in one byte, so a longer one than 255 breaks its
/// cache; functions add up to eleven bytes to the name of a type (`FromMembers`).
const MAX_LEN: usize = 200;

/// The most bytes of a module's name: Elm 0.19.1 names a file after it, with five bytes more, and file systems hold 255.
const MAX_MODULE_LEN: usize = 250;

/// The most bytes of the name of a client's own module, which is the beginning of the names of all others.
pub(crate) const MAX_OWN_MODULE_LEN: usize = 100;

/// The most bytes of a type's name, which is a part of its module's where each type has one of its own.
pub(crate) fn max_len_in(module: &str) -> usize {
    MAX_LEN.min(MAX_MODULE_LEN.saturating_sub(module.len() + 1))
}

/// A name of a value, with a `_` after it if it is reserved in Elm.
pub(crate) fn value(name: &str) -> String {
    if RESERVED.contains(&name) { format!("{name}_") } else { name.to_owned() }
}

/// Whether a text can be a part of a module's name.
pub(crate) fn is_module(name: &str) -> bool {
    kv_schema::elm::check_variant(name).is_ok()
}

/// The name of a type or a variant: Rust's in ASCII, without underscores before it, and with a capital at its beginning.
pub(crate) fn upper(rust: &str) -> String {
    begun(upper_first(&ascii(rust)), 'N')
}

/// The name of a module as a part of other names: `UiStorage` for `ui_storage`.
pub(crate) fn segment(module: &str) -> String {
    upper_first(&begun(camel(&ascii(module.trim_start_matches("r#"))), 'n'))
}

/// The name of a field: Rust's in ASCII, without underscores before it, and in lower case at its beginning.
pub(crate) fn field(rust: &str, camel_case: bool) -> String {
    let ascii = ascii(rust);
    let name = if camel_case { camel(&ascii) } else { first(&ascii, char::to_ascii_lowercase) };
    shortened(value(&begun(name, 'n')), MAX_LEN)
}

/// The names of the fields of an object, of which no two are equal: those that `#[kv(elm = "…")]` gives, then those that
/// are the same in Rust and in Elm, then the others in order, with as many `_` after them as they need.
pub(crate) fn fields(fields: &[ty::Field], camel_case: bool) -> Vec<String> {
    let wanted: Vec<_> = fields
        .iter()
        .map(|it| it.elm.map_or_else(|| field(it.rust_name, camel_case), ToOwned::to_owned))
        .collect();
    let rank = |at: usize| {
        let it = &fields[at];
        if it.elm.is_some() { 0 } else { 1 + u8::from(it.rust_name != wanted[at]) }
    };
    let mut order: Vec<_> = (0..fields.len()).collect();
    order.sort_by_key(|at| rank(*at));
    let mut names = wanted.clone();
    let mut taken = std::collections::HashSet::new();
    for at in order {
        while !taken.insert(names[at].clone()) && rank(at) > 0 {
            names[at].push('_');
        }
    }
    names
}

/// A name of at most so many bytes: a longer one is cut, and ends with a hash of the whole.
pub(crate) fn shortened(name: String, max: usize) -> String {
    if name.len() <= max {
        return name;
    }
    let hash = name
        .bytes()
        // FNV-1a. Source: <http://www.isthe.com/chongo/tech/comp/fnv/>.
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    let hash = format!("_{hash:016x}");
    let kept: String = name.chars().take(max.saturating_sub(hash.len()).max(1)).collect();
    kept + &hash
}

/// The name of a type or a constructor of at most as many bytes as Elm holds.
pub(crate) fn short(name: String) -> String {
    shortened(name, MAX_LEN)
}

/// A name in ASCII letters, digits and `_`: every other character becomes a `u` and its code point.
fn ascii(rust: &str) -> String {
    let mut name = String::new();
    for c in rust.trim_start_matches('_').chars() {
        if c.is_ascii_alphanumeric() || c == '_' {
            name.push(c);
        } else {
            name.push_str(&format!("u{:X}", u32::from(c)));
        }
    }
    name
}

/// A name with a letter at its beginning.
fn begun(name: String, letter: char) -> String {
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) { name } else { format!("{letter}{name}") }
}

fn camel(name: &str) -> String {
    let mut words = name.split('_').filter(|word| !word.is_empty());
    let mut camel = words.next().map(|word| first(word, char::to_ascii_lowercase)).unwrap_or_default();
    for word in words {
        camel.push_str(&first(word, char::to_ascii_uppercase));
    }
    camel
}

/// The name of the value that goes with a type: `cursorPosition`, and `httpServer` for `HTTPServer`.
pub(crate) fn lower(name: &str) -> String {
    let upper = name.chars().take_while(char::is_ascii_uppercase).count();
    let all = name.chars().take(upper + 1).all(|c| c.is_ascii_uppercase() || !c.is_ascii_lowercase());
    // Of an acronym, the last capital belongs to the next word.
    let lowered = if upper > 1 && !all { upper - 1 } else { upper };
    name.chars().enumerate().map(|(nth, c)| if nth < lowered { c.to_ascii_lowercase() } else { c }).collect()
}

/// What many are called: `+s`, `ies` for a `y` behind a consonant, and as it is with an `s` at its end.
pub(crate) fn plural(name: &str) -> String {
    match name.strip_suffix('y') {
        _ if name.ends_with('s') => name.to_owned(),
        Some(stem) if stem.ends_with(|c: char| c.is_ascii_alphabetic() && !"aeiouAEIOU".contains(c)) => {
            format!("{stem}ies")
        }
        _ => format!("{name}s"),
    }
}

/// The words of a name in capitals: `CURSOR POSITION`.
pub(crate) fn title(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut title = String::new();
    for (nth, c) in chars.iter().enumerate() {
        let before = nth.checked_sub(1).map(|at| chars[at]);
        let begins = c.is_ascii_uppercase()
            && before.is_some_and(|before| {
                !before.is_ascii_uppercase() || chars.get(nth + 1).is_some_and(char::is_ascii_lowercase)
            });
        if begins {
            title.push(' ');
        }
        title.push(if *c == '_' { ' ' } else { c.to_ascii_uppercase() });
    }
    title
}

/// With a capital at its beginning.
pub(crate) fn upper_first(name: &str) -> String {
    first(name, char::to_ascii_uppercase)
}

fn first(text: &str, change: impl Fn(&char) -> char) -> String {
    let mut chars = text.chars();
    chars.next().iter().map(change).chain(chars).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_keep_their_spelling_or_change_it_on_request() {
        for (rust, kept, camel) in [
            ("item_id", "item_id", "itemId"),
            ("type", "type_", "type_"),
            ("_x_y", "x_y", "xY"),
            ("a1_b2", "a1_b2", "a1B2"),
            ("x__y", "x__y", "xY"),
            ("as_", "as_", "as_"),
            ("URL", "uRL", "uRL"),
            ("_0", "n0", "n0"),
            ("größe", "gruF6uDFe", "gruF6uDFe"),
            ("_", "n", "n"),
        ] {
            assert_eq!((field(rust, false).as_str(), field(rust, true).as_str()), (kept, camel), "{rust}");
        }
    }

    #[test]
    fn many_are_called_as_in_english_mostly() {
        for (one, many) in [
            ("CursorPosition", "CursorPositions"),
            ("UserPreferences", "UserPreferences"),
            ("Category", "Categories"),
            ("Key", "Keys"),
            ("Presence", "Presences"),
            ("Bus", "Bus"),
        ] {
            assert_eq!(plural(one), many);
        }
    }

    #[test]
    fn values_begin_small_and_acronyms_wholly() {
        for (name, value) in [
            ("CursorPosition", "cursorPosition"),
            ("HTTPServer", "httpServer"),
            ("URL", "url"),
            ("X", "x"),
            ("UiState", "uiState"),
            ("X1", "x1"),
        ] {
            assert_eq!(lower(name), value);
        }
        assert_eq!(title("CursorPosition"), "CURSOR POSITION");
        assert_eq!(title("HTTPServer"), "HTTP SERVER");
    }
}
