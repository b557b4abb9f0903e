//! Names: from Rust's to Elm's.

use kv_schema::TypeSchema;
use kv_schema::ty::Arg;

/// The words that Elm keeps for itself. Source: Elm 0.19.1, `compiler/src/Parse/Variable.hs`, `reservedWords`.
const RESERVED: [&str; 14] = [
    "if", "then", "else", "case", "of", "let", "in", "type", "module", "where", "import", "exposing", "as",
    "port",
];

/// The types that generated code needs by these names: those that every module knows without an import, and `Dict` and
/// `Set`.
const NEEDED_TYPES: [&str; 10] =
    ["List", "String", "Int", "Float", "Bool", "Char", "Maybe", "Result", "Dict", "Set"];

/// A name of a value, with a `_` behind it where Elm keeps it for itself.
pub(crate) fn value(name: &str) -> String {
    if RESERVED.contains(&name) { format!("{name}_") } else { name.to_owned() }
}

/// Whether a type of that name would stand in the way of what generated code needs.
pub(crate) fn is_needed_type(name: &str) -> bool {
    NEEDED_TYPES.contains(&name)
}

/// Whether Elm takes a text for the name of a value. Letters beyond ASCII have meanings of their own in tools, so there
/// are none.
pub(crate) fn is_value(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase()) && is_name(name)
}

/// Whether Elm takes a text for the name of a type.
pub(crate) fn is_type(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase()) && is_name(name)
}

fn is_name(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The name of a field: Rust's, without what Elm takes at no beginning.
pub(crate) fn field(rust: &str, camel_case: bool) -> String {
    let rust = rust.trim_start_matches('_');
    let name = if camel_case { camel(rust) } else { first(rust, char::to_ascii_lowercase) };
    value(&name)
}

fn camel(name: &str) -> String {
    let mut words = name.split('_').filter(|word| !word.is_empty());
    let mut camel = words.next().map(|word| first(word, char::to_ascii_lowercase)).unwrap_or_default();
    for word in words {
        camel.push_str(&first(word, char::to_ascii_uppercase));
    }
    camel
}

/// The name of a type: Rust's, with its arguments behind it.
pub(crate) fn of_type(schema: &TypeSchema) -> String {
    use kv_schema::ty::Shape;
    let mut name = match schema.shape {
        Shape::Array { item, len } => format!("Array{len}{}", of_type(item.get())),
        Shape::Tuple(_) => "Tuple".to_owned(),
        Shape::Unit if schema.name == "()" => "Unit".to_owned(),
        _ => first(schema.name.trim_start_matches('_'), char::to_ascii_uppercase),
    };
    let args = if matches!(schema.shape, Shape::Array { .. }) { &[] } else { schema.args };
    for arg in args {
        match arg {
            Arg::Type(ty) => name.push_str(&of_type(ty.get())),
            Arg::Const(n) if *n < 0 => name.push_str(&format!("Minus{}", n.unsigned_abs())),
            Arg::Const(n) => name.push_str(&n.to_string()),
        }
    }
    name
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
