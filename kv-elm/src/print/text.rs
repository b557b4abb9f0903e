//! Texts of Rust's in Elm: as literals and as documentation. Nothing that stands in a text may be read as code.

/// A string literal, with the escapes that elm-format writes.
pub(super) fn string(text: &str) -> String {
    let mut literal = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => literal.push_str("\\\""),
            '\\' => literal.push_str("\\\\"),
            '\n' => literal.push_str("\\n"),
            '\t' => literal.push_str("\\t"),
            c if is_plain(c) => literal.push(c),
            c => literal.push_str(&format!("\\u{{{:04X}}}", u32::from(c))),
        }
    }
    literal.push('"');
    literal
}

/// Whether a character shows, and shows as what it is: neither a control, nor one that turns the direction of text, nor
/// an unusual space.
fn is_plain(c: char) -> bool {
    // Behind a letter, since a mark that combines is escaped only where it stands alone.
    let shown: String = ['a', c].iter().collect::<String>().escape_debug().collect();
    c == '\'' || c == ' ' || (c != '\u{a0}' && !c.is_whitespace() && shown.chars().count() == 2)
}

/// A piece of documentation.
pub(super) enum Docs {
    /// Lines of text.
    Paragraph(String),
    /// Items, each with a mark.
    List(Vec<String>),
    /// Lines as they are, in some language.
    Code { language: String, lines: Vec<String> },
}

/// The pieces of a comment in Markdown, as far as they are kept: paragraphs, lists and fenced code.
pub(super) fn parse(docs: &str) -> Vec<Docs> {
    let docs: String = docs.chars().map(|c| if c == '\t' { ' ' } else { c }).collect();
    let mut pieces = Vec::new();
    let mut words: Vec<String> = Vec::new();
    let mut items: Vec<String> = Vec::new();
    let mut lines = docs.lines();
    while let Some(line) = lines.next() {
        let line = line.trim();
        let item = ["- ", "* ", "+ "].iter().find_map(|mark| line.strip_prefix(mark));
        if let Some(info) = line.strip_prefix("```") {
            flush(&mut words, &mut items, &mut pieces);
            let code = lines.by_ref().take_while(|line| !line.trim_start().starts_with("```"));
            pieces.push(Docs::Code { language: language(info), lines: code.map(shown).collect() });
        } else if line.is_empty() {
            flush(&mut words, &mut items, &mut pieces);
        } else if let Some(item) = item {
            if items.is_empty() {
                flush(&mut words, &mut items, &mut pieces);
            }
            items.push(prose(item));
        } else if let Some(last) = items.last_mut() {
            last.push(' ');
            last.push_str(&prose(line));
        } else {
            words.push(prose(line.trim_start_matches('#').trim_start()));
        }
    }
    flush(&mut words, &mut items, &mut pieces);
    pieces
}

fn flush(words: &mut Vec<String>, items: &mut Vec<String>, pieces: &mut Vec<Docs>) {
    if !items.is_empty() {
        pieces.push(Docs::List(std::mem::take(items)));
    }
    if !words.is_empty() {
        let mut text = String::new();
        for line in std::mem::take(words) {
            // What has a meaning at the beginning of a line stands at the end of the one before.
            text.push_str(if text.is_empty() {
                ""
            } else if begins_plainly(&line) {
                "\n"
            } else {
                " "
            });
            text.push_str(&line);
        }
        if begins_plainly(&text) {
            pieces.push(Docs::Paragraph(text));
        } else {
            pieces.push(Docs::Paragraph(format!("… {text}")));
        }
    }
}

/// Whether a line begins with a word.
fn begins_plainly(line: &str) -> bool {
    let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_item = number.len() < line.len() && number.starts_with(['.', ')']);
    !is_item && line.starts_with(|c: char| c.is_alphanumeric() || "`(\"'…".contains(c))
}

/// The first word of what stands behind the backquotes, if it is one; what Rust means without any is Rust.
fn language(info: &str) -> String {
    let word: String = info.trim().chars().take_while(char::is_ascii_alphanumeric).collect();
    match word.as_str() {
        "text" | "json" | "elm" | "toml" | "sh" => "text".to_owned(),
        _ => "rust".to_owned(),
    }
}

/// A line without what does not show, and without the marks of Elm's comments.
fn shown(line: &str) -> String {
    let mut text = String::new();
    for c in line.trim_end().chars() {
        match c {
            '\u{200d}' => {}
            // Only a literal needs an escape of the last two.
            c if is_plain(c) || matches!(c, '"' | '\\') => text.push(c),
            c if c.is_whitespace() && !c.is_control() => text.push(' '),
            c => text.push_str(&format!("U+{:04X}", u32::from(c))),
        }
    }
    // A comment of Elm's ends with the first, and the second begins one inside.
    while text.contains("-}") || text.contains("{-") {
        text = text.replace("-}", "- }").replace("{-", "{ -");
    }
    text.replace("```", "'''")
}

/// Markdown of one line: code in backquotes, and text, in which nothing has a meaning.
fn prose(line: &str) -> String {
    let line = shown(line);
    let mut text = String::new();
    let mut rest = line.as_str();
    while let Some((before, behind)) = rest.split_once('`') {
        match behind.split_once('`') {
            Some((code, after)) if !code.trim().is_empty() && !after.starts_with('`') => {
                text.push_str(&plain(before));
                text.push_str(&format!("`{}`", code.trim()));
                rest = after;
            }
            _ => break,
        }
    }
    text.push_str(&plain(rest));
    let text = text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    // Escapes and spans of code may have brought the marks back.
    text.replace("-}", "- }").replace("{-", "{ -")
}

fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            // An escape, of which the character behind it is left to be said in Elm's way.
            '\\' if chars.peek().is_some_and(char::is_ascii_punctuation) => {
                if chars.next_if_eq(&'\\').is_some() {
                    plain.push_str(r"\\");
                }
            }
            '*' | '_' | '`' | '\\' => plain.extend(['\\', c]),
            // Links, tags, entities and references would be read as such; so Rust's links to items lose their brackets.
            '[' | ']' => {}
            '<' if chars.peek().is_some_and(|c| *c != ' ' && *c != '=') => plain.push('‹'),
            '&' if chars.peek().is_some_and(|c| *c != ' ') => plain.push_str("& "),
            _ => plain.push(c),
        }
    }
    plain
}

/// A comment of documentation, as elm-format lays it out.
pub(super) fn comment(pieces: &[Docs]) -> String {
    let mut blocks = Vec::new();
    for piece in pieces {
        match piece {
            Docs::Paragraph(text) => blocks.push(text.clone()),
            Docs::List(items) => {
                blocks.push(items.iter().map(|item| format!("  - {item}")).collect::<Vec<_>>().join("\n"));
            }
            Docs::Code { language, lines } => {
                blocks.push(format!("```{language}\n{}\n```", lines.join("\n")));
            }
        }
    }
    match blocks.as_slice() {
        [] => "{-| -}".to_owned(),
        [one] if matches!(pieces, [Docs::Paragraph(_)]) => format!("{{-| {one}\n-}}"),
        _ => {
            // Only a paragraph begins on the first line.
            let start = if matches!(pieces, [Docs::Paragraph(_), ..]) { " " } else { "\n\n" };
            format!("{{-|{start}{}\n\n-}}", blocks.join("\n\n"))
        }
    }
}

/// What stands between backquotes.
pub(super) fn code(text: &str) -> String {
    let text = shown(&text.replace(['\n', '\r'], " ")).replace('`', "'");
    let text = text.trim();
    if text.is_empty() { "…".to_owned() } else { text.to_owned() }
}
