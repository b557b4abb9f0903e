//! Finds types that derive `KvType` but are not in the catalog.

use crate::lexer;
use kv_schema::Exposed;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The error of [`ElmClient::covers`](crate::ElmClient::covers).
#[derive(Debug)]
pub struct NotCovered(Reason);

#[derive(Debug)]
enum Reason {
    NotExposed(Vec<(PathBuf, usize, String)>),
    NoType(PathBuf),
    Io(PathBuf, io::Error),
}

impl NotCovered {
    /// Returns the names of the types that are not in the catalog.
    pub fn types(&self) -> impl Iterator<Item = &str> {
        let not_exposed = match &self.0 {
            Reason::NotExposed(types) => types.as_slice(),
            _ => &[],
        };
        not_exposed.iter().map(|(_, _, name)| name.as_str())
    }
}

impl fmt::Display for NotCovered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Reason::NotExposed(types) => {
                f.write_str("these types derive `KvType`, but the catalog does not expose them:")?;
                for (path, line, name) in types {
                    write!(f, "\n  {name} ({}:{line})", path.display())?;
                }
                Ok(())
            }
            Reason::NoType(dir) => write!(f, "no type in {} derives `KvType`", dir.display()),
            Reason::Io(path, error) => write!(f, "{}: {error}", path.display()),
        }
    }
}

impl std::error::Error for NotCovered {}

/// Checks that every type that derives `KvType` in the `.rs` files of a folder and its subfolders
/// is exposed. Types are compared by name; if several have the same name, also by the name of their
/// module.
pub(crate) fn check(exposed: &[Exposed], dir: &Path) -> Result<(), NotCovered> {
    let mut files = Vec::new();
    collect(dir, &mut files)?;
    let mut stored = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).map_err(|error| NotCovered(Reason::Io(file.clone(), error)))?;
        stored.extend(derived(&text).into_iter().map(|(line, name)| (file.clone(), line, name)));
    }
    if stored.is_empty() {
        return Err(NotCovered(Reason::NoType(dir.to_owned())));
    }
    let is_ambiguous = |name: &str| stored.iter().filter(|(_, _, other)| other == name).count() > 1;
    let is_exposed = |file: &Path, name: &str| {
        exposed.iter().map(Exposed::schema).any(|schema| {
            schema.name == name
                && (!is_ambiguous(name) || schema.module.split("::").last() == module_of(file).as_deref())
        })
    };
    let not_exposed: Vec<_> =
        stored.iter().filter(|(file, _, name)| !is_exposed(file, name)).cloned().collect();
    if not_exposed.is_empty() { Ok(()) } else { Err(NotCovered(Reason::NotExposed(not_exposed))) }
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) -> Result<(), NotCovered> {
    let failed = |error| NotCovered(Reason::Io(dir.to_owned(), error));
    let entries = fs::read_dir(dir).map_err(failed)?.collect::<Result<Vec<_>, _>>();
    let mut paths: Vec<_> = entries.map_err(failed)?.into_iter().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|ext| ext == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

/// Returns the name of the module that a file is.
fn module_of(file: &Path) -> Option<String> {
    let stem = file.file_stem()?.to_str()?;
    if stem == "mod" { Some(file.parent()?.file_name()?.to_str()?.to_owned()) } else { Some(stem.to_owned()) }
}

/// Returns the types that derive `KvType`, each with its line.
fn derived(code: &str) -> Vec<(usize, String)> {
    let code = lexer::rust::without_comments(code);
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = code[from..].find("derive") {
        let at = from + at;
        from = at + "derive".len();
        let Some(list) = code[from..].trim_start().strip_prefix('(').and_then(|rest| rest.split(')').next())
        else {
            continue;
        };
        let is_stored =
            list.split(',').any(|path| path.rsplit("::").next().is_some_and(|name| name.trim() == "KvType"));
        if !is_stored {
            continue;
        }
        let rest = &code[from..];
        let mut words = rest.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '#'));
        if words.by_ref().any(|word| word == "struct" || word == "enum")
            && let Some(name) = words.find(|word| !word.is_empty())
        {
            found.push((code[..at].matches('\n').count() + 1, name.trim_start_matches("r#").to_owned()));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::derived;

    #[test]
    fn derived_types_are_found_outside_comments_and_strings() {
        let code = r##"
            // #[derive(KvType)] struct InAComment;
            /* #[derive(KvType)] /* struct */ struct InABlockComment; */
            const TEXT: &str = "#[derive(KvType)] struct InAString;";
            #[derive(Clone, KvType)]
            #[kv(tag = "struct Tag")]
            pub(crate) struct One { c: char }
            #[derive(
                kv_core::KvType,
            )]
            enum Two<'a> { A }
            #[derive(KvField)]
            struct Part;
            #[cfg_attr(all(), derive(KvType))]
            struct r#Three;
        "##;
        let names: Vec<_> = derived(code).into_iter().map(|(line, name)| format!("{line} {name}")).collect();
        assert_eq!(names, ["5 One", "8 Two", "14 Three"]);
    }
}
