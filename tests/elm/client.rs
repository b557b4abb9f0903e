//! Generates clients for the types of the examples, of `tests/wire` and of the corpus.

use crate::subject::{self, Subject};
use kv_core::KvType;
use kv_core::schema::{Access, Exposed};
use kv_corpus::formats::Format;
use kv_elm::ElmClient;
use libtest_mimic::Failed;
use models::storage::ui_storage::{CursorPosition, ViewportState};
use models::storage::user_storage::{SessionCache, UserPreferences};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{fs, io};

/// Texts of files by path.
pub(crate) type Files = BTreeMap<String, String>;

/// Returns the types of `examples/models`, all writable.
fn model_types() -> [Exposed; 4] {
    [
        Exposed::new::<UserPreferences>(Access::ReadWrite),
        Exposed::new::<SessionCache>(Access::ReadWrite),
        Exposed::new::<CursorPosition>(Access::ReadWrite),
        Exposed::new::<ViewportState>(Access::ReadWrite),
    ]
}

/// Returns their client with `Kv.Seed`.
pub(crate) fn models() -> Result<Files, Failed> {
    emit(&ElmClient::new(model_types()).seed())
}

/// Returns the client of the quickstart.
pub(crate) fn quickstart() -> Result<Files, Failed> {
    emit(&ElmClient::new(&models::storage::catalog()?))
}

/// Returns the client of [`models`] in which `other` replaces the type with a tag.
pub(crate) fn models_but(tag: &str, other: Option<Exposed>) -> Result<Files, Failed> {
    let others = model_types().into_iter().filter(|exposed| exposed.tag() != tag);
    emit(&ElmClient::new(others.chain(other)).seed())
}

/// Returns the client of the catalog of `tests/wire`.
pub(crate) fn wire() -> Result<Files, Failed> {
    emit(&ElmClient::new([
        Exposed::new::<CursorPosition>(Access::ReadWrite),
        Exposed::new::<UserPreferences>(Access::ReadWrite),
        Exposed::new::<ViewportState>(Access::Read),
        Exposed::new::<SessionCache>(Access::Get),
    ]))
}

/// A "view" at C:\dir\new, in `"quotes"` or \"escaped\", \* with \[brackets\], {\- and \\ -\} ends
/// with \ "Begins" with one.
///
/// - \ is an item, `\` and "another"
///
/// ```json
/// { "a": "b\n", "c": "\\" }
/// ```
#[derive(Serialize, Deserialize, KvType)]
struct Annotated {
    /// A "field" of \d+, `\d+"` or "
    quotes: u8,
    /// \
    backslash: u8,
}

/// Returns a client with documentation that contains special characters of the formatter and the
/// compiler.
fn annotated() -> Result<Files, Failed> {
    emit(&ElmClient::new([Exposed::new::<Annotated>(Access::ReadWrite)]))
}

/// Types of the corpus in one client.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) subjects: Vec<Subject>,
    pub(crate) files: Files,
    /// Module, name and tag of every descriptor.
    pub(crate) descriptors: Vec<(String, String, String)>,
}

impl Group {
    fn of(subjects: Vec<Subject>) -> Result<Self, Failed> {
        let files = emit(&client(&subjects, false))?;
        let descriptors = files.iter().flat_map(|(path, text)| descriptors(path, text)).collect();
        Ok(Self { subjects, files, descriptors })
    }

    /// Returns the client of a format's catalog, in one module.
    pub(crate) fn of_format(format: &Format) -> Result<Self, Failed> {
        let files = emit(&ElmClient::new(&(format.catalog)()?))?;
        let descriptors = files.iter().flat_map(|(path, text)| descriptors(path, text)).collect();
        Ok(Self { subjects: Vec::new(), files, descriptors })
    }

    /// Returns the modules that have descriptors.
    pub(crate) fn modules(&self) -> impl Iterator<Item = &str> {
        let modules: BTreeSet<_> = self.descriptors.iter().map(|(module, ..)| module.as_str()).collect();
        modules.into_iter()
    }
}

/// Finds descriptors such as `cursorPosition : Type ReadWrite CursorPosition`, with their tags.
fn descriptors(path: &str, text: &str) -> Vec<(String, String, String)> {
    let module = path.trim_end_matches(".elm").replace('/', ".");
    let mut lines = text.lines();
    let mut found = Vec::new();
    while let Some(line) = lines.next() {
        let Some((name, ty)) = line.split_once(" : Type Read") else { continue };
        let tag = lines.by_ref().find_map(|line| line.split_once("tag = \"")?.1.strip_suffix('"'));
        if let (true, Some(tag)) = (!ty.contains("->"), tag) {
            found.push((module.clone(), name.to_owned(), tag.to_owned()));
        }
    }
    found
}

/// Types that Elm cannot represent: integers that JavaScript rounds, long tuples, an `Option` in an
/// `Option`.
const UNSUPPORTED: [&str; 6] = ["Wide", "OtherIntegers", "Tuples", "Maybes", "NumberKeys", "RuledNumbers"];

/// Returns all types of the corpus that Elm can represent, in one module.
pub(crate) fn corpus() -> Result<Group, Failed> {
    let (supported, unsupported): (Vec<_>, Vec<_>) =
        subject::all().into_iter().partition(|it| emit(&client(&[*it], false)).is_ok());
    let tags: Vec<_> = unsupported.iter().map(|it| it.exposed.tag()).collect();
    if tags != UNSUPPORTED {
        return Err(format!("unexpected unsupported types: {}", tags.join(", ")).into());
    }
    Group::of(supported)
}

fn client(subjects: &[Subject], split: bool) -> ElmClient {
    let client = ElmClient::new(subjects.iter().map(|it| it.exposed));
    if split { client.module_per_type() } else { client }
}

/// Returns every client with a name: of the types of the examples with all options, of a type with
/// much documentation, and of the corpus.
pub(crate) fn all() -> Result<Vec<(String, Files)>, Failed> {
    let mut all = vec![
        ("models".to_owned(), models()?),
        ("wire".to_owned(), wire()?),
        ("annotated".to_owned(), annotated()?),
        ("camel".to_owned(), emit(&ElmClient::new(model_types()).seed().camel_case())?),
        ("split".to_owned(), emit(&ElmClient::new(model_types()).seed().module_per_type())?),
        ("named".to_owned(), emit(&ElmClient::new(model_types()).seed().module("Api.Store"))?),
    ];
    let corpus = corpus()?;
    all.push(("corpus-split".to_owned(), emit(&client(&corpus.subjects, true).camel_case().seed())?));
    all.push(("corpus".to_owned(), corpus.files));
    Ok(all)
}

/// Returns the files of a client.
pub(crate) fn emit(client: &ElmClient) -> Result<Files, Failed> {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let folder = format!("emitted-{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    client.write_to(&folder)?;
    let mut files = Files::new();
    read(&folder, "", &mut files)?;
    fs::remove_dir_all(&folder)?;
    Ok(files)
}

fn read(folder: &Path, prefix: &str, into: &mut Files) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            read(&entry.path(), &format!("{path}/"), into)?;
        } else {
            into.insert(path, fs::read_to_string(entry.path())?);
        }
    }
    Ok(())
}
