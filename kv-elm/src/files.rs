//! Files: written where they differ, removed where they are stale, compared.

use crate::refusal::Refusals;
use crate::{MARK, diff};
use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// A file of a client: its path within the folder, with `/`, and its text.
#[derive(Clone, Debug)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// What [`ElmClient::write_to`](crate::ElmClient::write_to) did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    changed: Vec<PathBuf>,
    removed: Vec<PathBuf>,
    unchanged: usize,
}

impl Written {
    /// The files that are new or have changed.
    pub fn changed(&self) -> &[PathBuf] {
        &self.changed
    }

    /// The files that were generated once and are none any more.
    pub fn removed(&self) -> &[PathBuf] {
        &self.removed
    }

    /// How many files were as they should be.
    pub const fn unchanged(&self) -> usize {
        self.unchanged
    }
}

/// A line for each file that is not as it was.
impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for path in &self.changed {
            writeln!(f, "wrote {}", path.display())?;
        }
        for path in &self.removed {
            writeln!(f, "removed {}", path.display())?;
        }
        write!(f, "{} unchanged", self.unchanged)
    }
}

/// Why a client was not written, or is not as it should be.
#[derive(Debug)]
pub struct ElmError(Problem);

#[derive(Debug)]
enum Problem {
    Refused(Refusals),
    Module(String),
    Foreign(Vec<PathBuf>),
    Stale { difference: String, command: String },
    Io { path: PathBuf, error: io::Error },
}

impl ElmError {
    pub(crate) fn refused(refusals: Refusals) -> Self {
        Self(Problem::Refused(refusals))
    }

    pub(crate) fn module(name: &str) -> Self {
        Self(Problem::Module(name.to_owned()))
    }

    fn io(path: &Path, error: io::Error) -> Self {
        Self(Problem::Io { path: path.to_owned(), error })
    }

    /// What Elm cannot hold, if that is why.
    pub const fn refusals(&self) -> Option<&Refusals> {
        match &self.0 {
            Problem::Refused(refusals) => Some(refusals),
            _ => None,
        }
    }

    /// Whether the files are other than they should be.
    pub const fn is_stale(&self) -> bool {
        matches!(self.0, Problem::Stale { .. })
    }
}

impl fmt::Display for ElmError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Problem::Refused(refusals) => write!(f, "Elm cannot hold these types:\n{refusals}"),
            Problem::Module(name) => {
                write!(f, "{name:?} is no name of an Elm module, such as `Kv` or `Api.Store`")
            }
            Problem::Foreign(paths) => {
                f.write_str("these files are in the way, and kv-elm has not written them:")?;
                paths.iter().try_for_each(|path| write!(f, "\n  {}", path.display()))
            }
            Problem::Stale { difference, command } => {
                write!(f, "the Elm client is not what the catalog says:\n{difference}\nRefresh it: {command}")
            }
            Problem::Io { path, error } => write!(f, "{}: {error}", path.display()),
        }
    }
}

impl std::error::Error for ElmError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            Problem::Io { error, .. } => Some(error),
            Problem::Refused(refusals) => Some(refusals),
            _ => None,
        }
    }
}

/// A folder beside what it should have.
struct Plan<'a> {
    /// Those that are missing or other, with what is there.
    wrong: Vec<(&'a File, PathBuf, Option<String>)>,
    stale: Vec<PathBuf>,
    right: usize,
}

fn plan<'a>(files: &'a [File], module: &str, dir: &Path) -> Result<Plan<'a>, ElmError> {
    let mut plan = Plan { wrong: Vec::new(), stale: Vec::new(), right: 0 };
    let mut foreign = Vec::new();
    for file in files {
        let path = dir.join(&file.path);
        match read(&path)? {
            Some(text) if text == file.text => plan.right += 1,
            Some(text) if !is_generated(&text) => foreign.push(path),
            text => plan.wrong.push((file, path, text)),
        }
    }
    if !foreign.is_empty() {
        return Err(ElmError(Problem::Foreign(foreign)));
    }
    plan.stale = stale(files, module, dir)?;
    Ok(plan)
}

/// The generated files that nobody wants any more: those of the module and of the folder of its name.
fn stale(files: &[File], module: &str, dir: &Path) -> Result<Vec<PathBuf>, ElmError> {
    let root = dir.join(module.replace('.', "/"));
    let mut found = vec![root.with_extension("elm")];
    match fs::read_dir(&root) {
        Ok(entries) => {
            for entry in entries {
                found.push(entry.map_err(|error| ElmError::io(&root, error))?.path());
            }
        }
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {}
        Err(error) => return Err(ElmError::io(&root, error)),
    }
    found.sort();
    let wanted: Vec<_> = files.iter().map(|file| dir.join(&file.path)).collect();
    let mut stale = Vec::new();
    for path in found {
        // A module with the parts of a client in a folder of its name is another client.
        let is_client = path.with_extension("").join("Type.elm").is_file();
        let is_ours = path.extension().is_some_and(|ext| ext == "elm")
            && (!is_client || path == root.with_extension("elm"));
        if is_ours
            && !wanted.contains(&path)
            && path.is_file()
            && read(&path)?.is_some_and(|text| is_generated(&text))
        {
            stale.push(path);
        }
    }
    Ok(stale)
}

/// The text of a file, what is no UTF-8 in it aside; `None` without one.
fn read(path: &Path) -> Result<Option<String>, ElmError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(ElmError::io(path, error)),
    }
}

/// Whether the first comment of a file says that it is generated.
fn is_generated(text: &str) -> bool {
    let comment = text.strip_prefix("//").or_else(|| text.split_once("{-|").map(|(_, comment)| comment));
    comment.is_some_and(|comment| comment.trim_start().starts_with(MARK))
}

pub(crate) fn write(files: &[File], module: &str, dir: &Path) -> Result<Written, ElmError> {
    let plan = plan(files, module, dir)?;
    let mut written = Written { unchanged: plan.right, ..Written::default() };
    for (file, path, _) in plan.wrong {
        replace(&path, &file.text).map_err(|error| ElmError::io(&path, error))?;
        written.changed.push(path);
    }
    for path in plan.stale {
        fs::remove_file(&path).map_err(|error| ElmError::io(&path, error))?;
        written.removed.push(path);
    }
    Ok(written)
}

/// Writes a file beside, and puts it in its place at once.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let beside = path.with_file_name(name);
    let result = fs::File::create(&beside)
        .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&beside, path));
    if result.is_err() {
        let _ = fs::remove_file(&beside);
    }
    result
}

pub(crate) fn check(files: &[File], module: &str, dir: &Path, command: &str) -> Result<(), ElmError> {
    let plan = plan(files, module, dir)?;
    if plan.wrong.is_empty() && plan.stale.is_empty() {
        return Ok(());
    }
    let mut difference = String::new();
    for (file, path, text) in plan.wrong {
        match text {
            None => difference.push_str(&format!("\n{} is missing\n", path.display())),
            Some(text) => {
                difference.push_str(&format!("\n{}\n{}", path.display(), diff::lines(&text, &file.text)));
            }
        }
    }
    for path in plan.stale {
        difference.push_str(&format!("\n{} is of no use any more\n", path.display()));
    }
    Err(ElmError(Problem::Stale { difference, command: command.to_owned() }))
}
