//! The modules that are the same for every catalog, and what of them a client needs.

use crate::config::Config;
use crate::print::Module;
use std::collections::HashSet;

/// The names of modules that a client has besides those of its types.
pub(crate) const MODULES: [&str; 7] = ["Type", "Rule", "Codec", "Request", "Watch", "Live", "Seed"];

/// What of `Kv.Seed` is the same for every catalog.
pub(crate) const SEED_HELPERS: &str = include_str!("../elm/Kv/Seed.elm");

/// The JavaScript beside the modules.
pub(crate) const WATCH_JS: &str = include_str!("../elm/kv-watch.js");

const WHOLE: [(&str, &str); 4] = [
    ("Live", include_str!("../elm/Kv/Live.elm")),
    ("Request", include_str!("../elm/Kv/Request.elm")),
    ("Type", include_str!("../elm/Kv/Type.elm")),
    ("Watch", include_str!("../elm/Kv/Watch.elm")),
];

/// Of these, only what is used.
const HELPERS: [(&str, &str); 2] =
    [("Codec", include_str!("../elm/Kv/Codec.elm")), ("Rule", include_str!("../elm/Kv/Rule.elm"))];

/// The modules that go with those of the types.
pub(crate) fn modules(of_types: &[Module], config: &Config) -> Vec<Module> {
    let mut all = Vec::new();
    for (name, text) in WHOLE {
        all.push(Module { name: format!("{}.{name}", config.module), text: renamed(text, &config.module) });
    }
    let mut used = HashSet::new();
    for text in of_types.iter().chain(&all).map(|module| module.text.as_str()) {
        used.extend(words(&body_of(text)).into_iter().map(ToOwned::to_owned).collect::<Vec<_>>());
    }
    for (name, text) in HELPERS {
        let prefix = format!("{name}.");
        let wanted: HashSet<&str> = used.iter().filter_map(|word| word.strip_prefix(&prefix)).collect();
        if let Some(text) = pruned(name, text, &wanted) {
            all.push(Module {
                name: format!("{}.{name}", config.module),
                text: renamed(&text, &config.module),
            });
        }
    }
    all
}

/// A helper: its definition with its documentation, and what it is called.
struct Helper<'a> {
    text: &'a str,
    /// The name, and the constructors of a type.
    names: Vec<&'a str>,
    is_type: bool,
}

impl<'a> Helper<'a> {
    fn of(text: &'a str) -> Self {
        let code = text.split_once("-}\n").filter(|_| text.starts_with("{-|")).map_or(text, |(_, code)| code);
        match code.strip_prefix("type alias ").or_else(|| code.strip_prefix("type ")) {
            Some(rest) => {
                let mut names = vec![rest.split([' ', '\n']).next().unwrap_or_default()];
                let constructors = rest.lines().filter_map(|line| {
                    let line = line.trim_start();
                    line.strip_prefix("= ")
                        .or_else(|| line.strip_prefix("| "))
                        .and_then(|c| c.split(' ').next())
                });
                names.extend(constructors);
                Self { text, names, is_type: true }
            }
            None => {
                let name = code.split(' ').next().unwrap_or_default();
                Self { text, names: vec![name], is_type: false }
            }
        }
    }

    fn is_public(&self) -> bool {
        self.text.starts_with("{-|")
    }

    /// As it stands in a list of what a module exposes.
    fn exposed(&self) -> String {
        let name = self.names[0];
        if self.is_type { format!("{name}(..)") } else { name.to_owned() }
    }
}

/// A module with the helpers that are wanted, and those that they need; `None` without any.
fn pruned(name: &str, text: &str, wanted: &HashSet<&str>) -> Option<String> {
    let (head, body) = text.split_once("\n\n\n{-| ").unwrap_or((text, ""));
    let body = format!("{{-| {body}");
    let helpers: Vec<_> = body.trim_end().split("\n\n\n").map(Helper::of).collect();
    let mut kept = vec![false; helpers.len()];
    let mut next: Vec<usize> = (0..helpers.len())
        .filter(|at| helpers[*at].is_public() && helpers[*at].names.iter().any(|name| wanted.contains(name)))
        .collect();
    while let Some(at) = next.pop() {
        if std::mem::replace(&mut kept[at], true) {
            continue;
        }
        let used = words(helpers[at].text);
        next.extend(
            (0..helpers.len()).filter(|other| helpers[*other].names.iter().any(|name| used.contains(name))),
        );
    }
    let kept: Vec<&Helper<'_>> =
        helpers.iter().zip(kept).filter_map(|(helper, kept)| kept.then_some(helper)).collect();
    if kept.is_empty() {
        return None;
    }
    let code = kept.iter().map(|helper| helper.text).collect::<Vec<_>>().join("\n\n\n");
    // What only others here need is not exposed.
    let rows = rows(kept.iter().filter(|helper| helper.names.iter().any(|name| wanted.contains(name))));
    let listed = |row: Vec<String>| row.join(", ");
    let exposing: Vec<_> =
        rows.iter().map(|row| listed(row.iter().map(|helper| helper.exposed()).collect())).collect();
    let exposing = match exposing.as_slice() {
        [one] => format!("exposing ({one})"),
        rows => format!("exposing\n    ( {}\n    )", rows.join("\n    , ")),
    };
    let docs: Vec<_> = rows
        .iter()
        .map(|row| listed(row.iter().map(|helper| helper.names[0].to_owned()).collect()))
        .map(|row| format!("@docs {row}"))
        .collect();
    let words = words(&code);
    let imports: Vec<_> = head
        .lines()
        .filter(|line| line.starts_with("import "))
        .filter_map(|line| needed_import(line, &words))
        .collect();
    let intro =
        head.split_once("{-| ").map_or("", |(_, rest)| rest).split("\n\n@docs").next().unwrap_or_default();
    Some(format!(
        "module Kv.{name} {exposing}\n\n{{-| {intro}\n\n{}\n\n-}}\n\n{}\n\n\n{code}\n",
        docs.join("\n"),
        imports.join("\n"),
    ))
}

/// Helpers in rows, of which each fits in a line.
fn rows<'h>(helpers: impl Iterator<Item = &'h &'h Helper<'h>>) -> Vec<Vec<&'h Helper<'h>>> {
    const WIDTH: usize = 80;
    let mut rows: Vec<Vec<&Helper<'_>>> = Vec::new();
    let mut width = 0;
    for helper in helpers {
        let more = helper.exposed().len() + 2;
        match rows.last_mut() {
            Some(row) if width + more <= WIDTH => row.push(helper),
            _ => {
                rows.push(vec![helper]);
                width = 0;
            }
        }
        width += more;
    }
    rows
}

/// An import as far as it is used.
fn needed_import(line: &str, used: &HashSet<&str>) -> Option<String> {
    let (path, exposing) = line.split_once(" exposing (").unwrap_or((line, ""));
    let qualifier = path.split_once(" as ").map_or(path.trim_start_matches("import "), |(_, alias)| alias);
    let is_used =
        used.iter().any(|word| word.strip_prefix(qualifier).is_some_and(|rest| rest.starts_with('.')));
    let types: Vec<_> =
        exposing.trim_end_matches(')').split(", ").filter(|ty| !ty.is_empty() && used.contains(ty)).collect();
    let path = if is_used { path } else { path.split(" as ").next().unwrap_or(path) };
    match (is_used, types.as_slice()) {
        (false, []) => None,
        (_, []) => Some(path.to_owned()),
        _ => Some(format!("{path} exposing ({})", types.join(", "))),
    }
}

/// What stands behind the imports.
fn body_of(text: &str) -> String {
    let lines = text.lines().skip_while(|line| !line.starts_with("import "));
    lines.skip_while(|line| line.starts_with("import ")).collect::<Vec<_>>().join("\n")
}

/// The names in Elm code, with what stands before their dots: no words of comments and literals.
pub(crate) fn words(code: &str) -> HashSet<&str> {
    let mut words = HashSet::new();
    let mut rest = code;
    while let Some(c) = rest.chars().next() {
        if rest.starts_with("{-") {
            rest = behind_comment(rest);
        } else if rest.starts_with("--") {
            rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
        } else if c == '"' || c == '\'' {
            rest = behind_literal(rest, c);
        } else if c.is_ascii_alphabetic() || c == '_' {
            let end =
                rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).unwrap_or(rest.len());
            words.insert(&rest[..end]);
            rest = &rest[end..];
        } else {
            rest = &rest[c.len_utf8()..];
        }
    }
    words
}

fn behind_comment(text: &str) -> &str {
    let mut depth = 0;
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(inside) = rest.strip_prefix("{-") {
            depth += 1;
            rest = inside;
        } else if let Some(behind) = rest.strip_prefix("-}") {
            depth -= 1;
            rest = behind;
            if depth == 0 {
                return rest;
            }
        } else {
            let mut chars = rest.chars();
            chars.next();
            rest = chars.as_str();
        }
    }
    rest
}

fn behind_literal(text: &str, quote: char) -> &str {
    let mut chars = text.chars();
    chars.next();
    while let Some(c) = chars.next() {
        if c == '\\' {
            chars.next();
        } else if c == quote {
            break;
        }
    }
    chars.as_str()
}

/// A module of ours under another name: `Kv` becomes `Api.Kv`.
fn renamed(text: &str, module: &str) -> String {
    if module == "Kv" {
        return text.to_owned();
    }
    let mut renamed = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("Kv") {
        let before = rest[..at].chars().next_back();
        let behind = rest[at + 2..].chars().next();
        renamed.push_str(&rest[..at]);
        let is_name = |c: char| c.is_alphanumeric() || c == '_';
        let is_header = behind == Some('-') && rest[at..].starts_with("Kv-Schema");
        if before.is_some_and(is_name) || behind.is_some_and(is_name) || is_header {
            renamed.push_str("Kv");
        } else if behind == Some('-') || (before == Some('(') && behind == Some(')')) {
            renamed.push_str(&module.replace('.', "-"));
        } else {
            renamed.push_str(module);
        }
        rest = &rest[at + 2..];
    }
    renamed.push_str(rest);
    in_order(&renamed)
}

/// The imports in the order of elm-format.
fn in_order(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let Some(first) = lines.iter().position(|line| line.starts_with("import ")) else {
        return text.to_owned();
    };
    let count = lines[first..].iter().take_while(|line| line.starts_with("import ")).count();
    let mut imports = lines[first..first + count].to_vec();
    imports.sort_by_key(|line| line.split(' ').nth(1));
    let all = [&lines[..first], &imports, &lines[first + count..]].concat();
    format!("{}\n", all.join("\n"))
}

/// Rust code with its comments and texts left out, line by line.
pub(crate) fn without_comments(code: &str) -> String {
    let mut text = String::new();
    let mut rest = code;
    while let Some(c) = rest.chars().next() {
        let behind = if rest.starts_with("//") {
            &rest[rest.find('\n').unwrap_or(rest.len())..]
        } else if rest.starts_with("/*") {
            behind_block(rest)
        } else if let Some(hashes) = raw_text(rest) {
            let end = format!("\"{}", "#".repeat(hashes));
            let inside = &rest[hashes + 2..];
            inside.find(&end).map_or("", |at| &inside[at + end.len()..])
        } else if c == '"' || (c == '\'' && is_character(rest)) {
            behind_literal(rest, c)
        } else {
            text.push(c);
            rest = &rest[c.len_utf8()..];
            continue;
        };
        let left_out = &rest[..rest.len() - behind.len()];
        text.extend(left_out.chars().filter(|c| *c == '\n'));
        text.push(' ');
        rest = behind;
    }
    text
}

/// How many `#` a raw text begins with, if it is one.
fn raw_text(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('r')?;
    let hashes = inside.len() - inside.trim_start_matches('#').len();
    inside[hashes..].starts_with('"').then_some(hashes)
}

/// Whether a quote begins a character, and not a lifetime.
fn is_character(text: &str) -> bool {
    let mut chars = text.chars().skip(1);
    match chars.next() {
        Some('\\') => true,
        Some(_) => chars.next() == Some('\''),
        None => false,
    }
}

fn behind_block(text: &str) -> &str {
    let mut depth = 0;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some(inside) = rest.strip_prefix("/*") {
            depth += 1;
            rest = inside;
        } else if let Some(behind) = rest.strip_prefix("*/") {
            depth -= 1;
            rest = behind;
            if depth == 0 {
                break;
            }
        } else {
            rest = &rest[c.len_utf8()..];
        }
    }
    rest
}
