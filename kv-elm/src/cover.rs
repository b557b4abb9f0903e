//! The stored types of a folder that no catalog exposes.

use crate::runtime;
use kv_schema::Exposed;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Why a folder of Rust sources is not covered.
#[derive(Debug)]
pub struct NotCovered(Problem);

#[derive(Debug)]
enum Problem {
    Forgotten(Vec<(PathBuf, usize, String)>),
    Nothing(PathBuf),
    Io(PathBuf, io::Error),
}

impl NotCovered {
    /// The names of the types that are not exposed.
    pub fn types(&self) -> impl Iterator<Item = &str> {
        let forgotten = match &self.0 {
            Problem::Forgotten(types) => types.as_slice(),
            _ => &[],
        };
        forgotten.iter().map(|(_, _, name)| name.as_str())
    }
}

impl fmt::Display for NotCovered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Problem::Forgotten(types) => {
                f.write_str("these types derive `KvType`, and the catalog does not expose them:")?;
                for (path, line, name) in types {
                    write!(f, "\n  {name} ({}:{line})", path.display())?;
                }
                Ok(())
            }
            Problem::Nothing(dir) => write!(f, "no type in {} derives `KvType`", dir.display()),
            Problem::Io(path, error) => write!(f, "{}: {error}", path.display()),
        }
    }
}

impl std::error::Error for NotCovered {}

/// Looks for derived types in the `.rs` files of a folder, those of folders in it included, and for each among those
/// that are exposed. A type is known by its name, and, where several have it, by its file's.
pub(crate) fn check(exposed: &[Exposed], dir: &Path) -> Result<(), NotCovered> {
    let mut files = Vec::new();
    collect(dir, &mut files)?;
    let mut stored = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).map_err(|error| NotCovered(Problem::Io(file.clone(), error)))?;
        stored.extend(derived(&text).into_iter().map(|(line, name)| (file.clone(), line, name)));
    }
    if stored.is_empty() {
        return Err(NotCovered(Problem::Nothing(dir.to_owned())));
    }
    let several = |name: &str| stored.iter().filter(|(_, _, other)| other == name).count() > 1;
    let is_exposed = |file: &Path, name: &str| {
        exposed.iter().map(Exposed::schema).any(|schema| {
            schema.name == name
                && (!several(name) || schema.module.split("::").last() == module_of(file).as_deref())
        })
    };
    let forgotten: Vec<_> =
        stored.iter().filter(|(file, _, name)| !is_exposed(file, name)).cloned().collect();
    if forgotten.is_empty() { Ok(()) } else { Err(NotCovered(Problem::Forgotten(forgotten))) }
}

fn collect(dir: &Path, files: &mut Vec<PathBuf>) -> Result<(), NotCovered> {
    let failed = |error| NotCovered(Problem::Io(dir.to_owned(), error));
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

/// The last module of a file's items, outside modules within it.
fn module_of(file: &Path) -> Option<String> {
    let stem = file.file_stem()?.to_str()?;
    if stem == "mod" { Some(file.parent()?.file_name()?.to_str()?.to_owned()) } else { Some(stem.to_owned()) }
}

/// The names behind `#[derive(…)]` with `KvType` among it, with their lines. Comments and texts do not count.
fn derived(code: &str) -> Vec<(usize, String)> {
    let code = runtime::without_comments(code);
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
    fn derived_types_are_found_by_their_attributes() {
        let code = r##"
            // #[derive(KvType)] struct InAComment;
            /* #[derive(KvType)] /* struct */ struct InALongOne; */
            const TEXT: &str = "#[derive(KvType)] struct InAText;";
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
