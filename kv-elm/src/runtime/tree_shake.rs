//! Removes unused declarations from a module of the runtime.

use crate::lexer;
use crate::print::exposing;
use std::collections::HashSet;

/// A declaration with its documentation.
struct Declaration<'a> {
    text: &'a str,
    /// The declared name, followed by the constructors if it is a type.
    names: Vec<&'a str>,
    is_type: bool,
}

impl<'a> Declaration<'a> {
    fn parse(text: &'a str) -> Self {
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

    fn is_any_of(&self, names: &HashSet<&str>) -> bool {
        self.names.iter().any(|name| names.contains(name))
    }

    /// Returns the declaration as an item of an `exposing` list.
    fn exposed(&self) -> String {
        let name = self.names[0];
        if self.is_type { format!("{name}(..)") } else { name.to_owned() }
    }
}

/// Returns a module with the wanted declarations and those on which they depend, or `None` if there
/// are none. Only wanted declarations are exposed.
pub(super) fn tree_shake(name: &str, text: &str, wanted: &HashSet<&str>) -> Option<String> {
    let (head, body) = text.split_once("\n\n\n{-| ").unwrap_or((text, ""));
    let body = format!("{{-| {body}");
    let all: Vec<_> = body.trim_end().split("\n\n\n").map(Declaration::parse).collect();
    let mut is_kept = vec![false; all.len()];
    let mut next: Vec<usize> =
        (0..all.len()).filter(|at| all[*at].is_public() && all[*at].is_any_of(wanted)).collect();
    while let Some(at) = next.pop() {
        if !std::mem::replace(&mut is_kept[at], true) {
            let used = lexer::elm::names(all[at].text);
            next.extend((0..all.len()).filter(|other| all[*other].is_any_of(&used)));
        }
    }
    let kept: Vec<_> = all.iter().zip(is_kept).filter_map(|(it, is_kept)| is_kept.then_some(it)).collect();
    if kept.is_empty() {
        return None;
    }
    let code = kept.iter().map(|it| it.text).collect::<Vec<_>>().join("\n\n\n");
    let rows = rows(kept.into_iter().filter(|it| it.is_any_of(wanted)));
    let joined = |name: &dyn Fn(&Declaration<'_>) -> String| -> Vec<String> {
        rows.iter().map(|row| row.iter().map(|it| name(it)).collect::<Vec<_>>().join(", ")).collect()
    };
    let docs = joined(&|it| it.names[0].to_owned()).join("\n@docs ");
    let used = lexer::elm::names(&code);
    let imports: Vec<_> = head
        .lines()
        .filter(|line| line.starts_with("import "))
        .filter_map(|line| needed_import(line, &used))
        .collect();
    let intro =
        head.split_once("{-| ").map_or("", |(_, rest)| rest).split("\n\n@docs").next().unwrap_or_default();
    Some(format!(
        "module Kv.{name} {}\n\n{{-| {intro}\n\n@docs {docs}\n\n-}}\n\n{}\n\n\n{code}\n",
        exposing(&joined(&|it| it.exposed())),
        imports.join("\n"),
    ))
}

/// Divides declarations into rows, each of which fits in a line.
fn rows<'d>(all: impl Iterator<Item = &'d Declaration<'d>>) -> Vec<Vec<&'d Declaration<'d>>> {
    const WIDTH: usize = 80;
    let mut rows: Vec<Vec<&Declaration<'_>>> = Vec::new();
    let mut width = 0;
    for declaration in all {
        let more = declaration.exposed().len() + 2;
        match rows.last_mut() {
            Some(row) if width + more <= WIDTH => row.push(declaration),
            _ => {
                rows.push(vec![declaration]);
                width = 0;
            }
        }
        width += more;
    }
    rows
}

/// Returns the part of an import that is used, if any.
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
