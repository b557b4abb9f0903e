//! Converts Rust names to Elm names.
//!
//! Every Rust name is converted to a valid Elm name. `lower::naming` resolves collisions.

use kv_schema::elm::RESERVED;
use kv_schema::ty;

/// Maximum length of a name in bytes. Elm 0.19.1 stores the length of a name in one byte, so names
/// of more than 255 bytes corrupt its cache. The names of functions are up to eleven bytes longer
/// than those of their types (`FromMembers`).
const MAX_LEN: usize = 200;

/// Maximum length of a module name in bytes: Elm 0.19.1 derives file names that are five bytes
/// longer, and file systems allow 255 bytes.
const MAX_MODULE_LEN: usize = 250;

/// Maximum length of the name of a client's main module, which is the prefix of all other module
/// names.
pub(crate) const MAX_OWN_MODULE_LEN: usize = 100;

/// Returns the maximum length of a type's name if each type has its own module, named `module` and
/// the type.
pub(crate) fn max_len_in(module: &str) -> usize {
    MAX_LEN.min(MAX_MODULE_LEN.saturating_sub(module.len() + 1))
}

/// Returns the name of a value, with a `_` after it if it is reserved in Elm.
pub(crate) fn value(name: &str) -> String {
    if RESERVED.contains(&name) { format!("{name}_") } else { name.to_owned() }
}

/// Returns whether a text can be a segment of a module name.
pub(crate) fn is_module(name: &str) -> bool {
    kv_schema::elm::check_variant(name).is_ok()
}

/// Returns the name of a type or a variant: in ASCII, without leading underscores, and capitalized.
pub(crate) fn upper(rust: &str) -> String {
    with_first_letter(upper_first(&ascii(rust)), 'N')
}

/// Returns the name of a Rust module as a part of other names: `UiStorage` for `ui_storage`.
pub(crate) fn segment(module: &str) -> String {
    upper_first(&with_first_letter(camel(&ascii(module.trim_start_matches("r#"))), 'n'))
}

/// Returns the name of a field: in ASCII, without leading underscores, and with a lower-case first
/// letter.
pub(crate) fn field(rust: &str, camel_case: bool) -> String {
    let ascii = ascii(rust);
    let name = if camel_case { camel(&ascii) } else { first(&ascii, char::to_ascii_lowercase) };
    shortened(value(&with_first_letter(name, 'n')), MAX_LEN)
}

/// Returns distinct names for the fields of an object. On a collision, a name from `#[kv(elm =
/// "…")]` is kept, then a name that is the same in Rust and in Elm; other names get a `_` at the
/// end.
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

/// Returns a name of at most `max` bytes. A longer name is truncated and ends with a hash.
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

/// Returns a name that is short enough for a type or a constructor.
pub(crate) fn short(name: String) -> String {
    shortened(name, MAX_LEN)
}

/// Replaces every character except ASCII letters, digits and `_` by a `u` and its code point.
/// Removes leading underscores.
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

/// Prefixes a name with `letter` unless it starts with a letter.
fn with_first_letter(name: String, letter: char) -> String {
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

/// Returns the name of a type in lower camel case: `cursorPosition`, and `httpServer` for
/// `HTTPServer`.
pub(crate) fn lower_camel(name: &str) -> String {
    let upper = name.chars().take_while(char::is_ascii_uppercase).count();
    let all = name.chars().take(upper + 1).all(|c| c.is_ascii_uppercase() || !c.is_ascii_lowercase());
    // The last capital after an acronym belongs to the next word.
    let lowered = if upper > 1 && !all { upper - 1 } else { upper };
    name.chars().enumerate().map(|(nth, c)| if nth < lowered { c.to_ascii_lowercase() } else { c }).collect()
}

/// Returns the plural: with an `s`, with `ies` for a `y` after a consonant, and unchanged after an
/// `s`.
pub(crate) fn plural(name: &str) -> String {
    match name.strip_suffix('y') {
        _ if name.ends_with('s') => name.to_owned(),
        Some(stem) if stem.ends_with(|c: char| c.is_ascii_alphabetic() && !"aeiouAEIOU".contains(c)) => {
            format!("{stem}ies")
        }
        _ => format!("{name}s"),
    }
}

/// Returns the words of a name in capitals: `CURSOR POSITION`.
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

/// Capitalizes the first letter.
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
    fn field_names_are_kept_or_converted_to_camel_case() {
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
    fn plurals_follow_simple_english_rules() {
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
    fn value_names_have_lower_case_first_words_and_acronyms() {
        for (name, value) in [
            ("CursorPosition", "cursorPosition"),
            ("HTTPServer", "httpServer"),
            ("URL", "url"),
            ("X", "x"),
            ("UiState", "uiState"),
            ("X1", "x1"),
        ] {
            assert_eq!(lower_camel(name), value);
        }
        assert_eq!(title("CursorPosition"), "CURSOR POSITION");
        assert_eq!(title("HTTPServer"), "HTTP SERVER");
    }
}
