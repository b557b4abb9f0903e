//! Converts Rust texts to Elm string literals and documentation. No text is read as Elm code.

/// Returns a string literal with the escapes that elm-format writes.
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

/// Returns whether a character is visible and harmless: not a control character, a bidirectional
/// control or an unusual space.
fn is_plain(c: char) -> bool {
    // `escape_debug` escapes a combining character only at the start of a text.
    let shown: String = ['a', c].iter().collect::<String>().escape_debug().collect();
    c == '\'' || c == ' ' || (c != '\u{a0}' && !c.is_whitespace() && shown.chars().count() == 2)
}

/// A block of documentation.
pub(super) enum Docs {
    /// Text, possibly of several lines.
    Paragraph(String),
    /// List items.
    List(Vec<String>),
    /// A code block.
    Code { language: String, lines: Vec<String> },
}

/// Parses Markdown into the supported blocks: paragraphs, lists and fenced code.
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
            // A line that Markdown could read as a list, heading or quote is joined to the previous
            // line.
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

/// Returns whether Markdown cannot read the line as anything but text.
fn begins_plainly(line: &str) -> bool {
    let number = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_item = number.len() < line.len() && number.starts_with(['.', ')']);
    !is_item && line.starts_with(|c: char| c.is_alphanumeric() || "`(\"'…".contains(c))
}

/// Returns the language of a code block. Without a language, Rust code blocks are Rust.
fn language(info: &str) -> String {
    let word: String = info.trim().chars().take_while(char::is_ascii_alphanumeric).collect();
    match word.as_str() {
        "text" | "json" | "elm" | "toml" | "sh" => "text".to_owned(),
        _ => "rust".to_owned(),
    }
}

/// Returns a line without invisible characters and without the delimiters of Elm comments.
fn shown(line: &str) -> String {
    let mut text = String::new();
    for c in line.trim_end().chars() {
        match c {
            '\u{200d}' => {}
            // `escape_debug` escapes these two, but only a literal needs that.
            c if is_plain(c) || matches!(c, '"' | '\\') => text.push(c),
            c if c.is_whitespace() && !c.is_control() => text.push(' '),
            c => text.push_str(&format!("U+{:04X}", u32::from(c))),
        }
    }
    // `-}` would end the comment, and `{-` would begin a nested one.
    while text.contains("-}") || text.contains("{-") {
        text = text.replace("-}", "- }").replace("{-", "{ -");
    }
    text.replace("```", "'''")
}

/// Converts a line of Markdown: code spans are kept, and all other markup is escaped or removed.
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
    // Removing escapes may have created the delimiters again.
    text.replace("-}", "- }").replace("{-", "{ -")
}

fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            // A Markdown escape. The escaped character is escaped for Elm if necessary.
            '\\' if chars.peek().is_some_and(char::is_ascii_punctuation) => {
                if chars.next_if_eq(&'\\').is_some() {
                    plain.push_str(r"\\");
                }
            }
            '*' | '_' | '`' | '\\' => plain.extend(['\\', c]),
            // Brackets would be links, so intra-doc links lose them. `<` and `&` would start tags
            // and entities.
            '[' | ']' => {}
            '<' if chars.peek().is_some_and(|c| *c != ' ' && *c != '=') => plain.push('‹'),
            '&' if chars.peek().is_some_and(|c| *c != ' ') => plain.push_str("& "),
            _ => plain.push(c),
        }
    }
    plain
}

/// Returns a documentation comment in the format of elm-format.
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
            // Only a paragraph is in the first line.
            let start = if matches!(pieces, [Docs::Paragraph(_), ..]) { " " } else { "\n\n" };
            format!("{{-|{start}{}\n\n-}}", blocks.join("\n\n"))
        }
    }
}

/// Returns the content of a code span.
pub(super) fn code(text: &str) -> String {
    let text = shown(&text.replace(['\n', '\r'], " ")).replace('`', "'");
    let text = text.trim();
    if text.is_empty() { "…".to_owned() } else { text.to_owned() }
}
