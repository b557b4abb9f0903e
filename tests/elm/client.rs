//! What kv-elm emits for the types of the examples, of the wire's scenes, and of the corpus.

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

/// Files by their paths.
pub(crate) type Files = BTreeMap<String, String>;

/// The types of `examples/models`, all for writing.
fn model_types() -> [Exposed; 4] {
    [
        Exposed::new::<UserPreferences>(Access::ReadWrite),
        Exposed::new::<SessionCache>(Access::ReadWrite),
        Exposed::new::<CursorPosition>(Access::ReadWrite),
        Exposed::new::<ViewportState>(Access::ReadWrite),
    ]
}

/// Their client, with the short signatures.
pub(crate) fn models() -> Result<Files, Failed> {
    emit(&ElmClient::new(model_types()).seed())
}

/// The quickstart's client.
pub(crate) fn quickstart() -> Result<Files, Failed> {
    emit(&ElmClient::new(&models::storage::catalog()?))
}

/// Their client, with another type or another access for one of them, or without it.
pub(crate) fn models_but(tag: &str, other: Option<Exposed>) -> Result<Files, Failed> {
    let others = model_types().into_iter().filter(|exposed| exposed.tag() != tag);
    emit(&ElmClient::new(others.chain(other)).seed())
}

/// The client of the catalog that `tests/wire` speaks of.
pub(crate) fn wire() -> Result<Files, Failed> {
    emit(&ElmClient::new([
        Exposed::new::<CursorPosition>(Access::ReadWrite),
        Exposed::new::<UserPreferences>(Access::ReadWrite),
        Exposed::new::<ViewportState>(Access::Read),
        Exposed::new::<SessionCache>(Access::Get),
    ]))
}

/// A "view" at C:\dir\new, in `"quotes"` or \"escaped\", \* with \[brackets\], {\- and \\ -\} ends with \
/// "Begins" with one.
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

/// A client with documentation in which the formatter or the compiler could read something of their own.
fn annotated() -> Result<Files, Failed> {
    emit(&ElmClient::new([Exposed::new::<Annotated>(Access::ReadWrite)]))
}

/// Types of the corpus that can stand in one client.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) subjects: Vec<Subject>,
    pub(crate) files: Files,
    /// The module, the name and the tag of every descriptor.
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

    /// The modules that have descriptors.
    pub(crate) fn modules(&self) -> impl Iterator<Item = &str> {
        let modules: BTreeSet<_> = self.descriptors.iter().map(|(module, ..)| module.as_str()).collect();
        modules.into_iter()
    }
}

/// Finds `cursorPosition : Type ReadWrite CursorPosition`, and the tag in its definition.
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

/// What Elm cannot hold: 128-bit and other integers that JavaScript rounds, long tuples, an option of an option.
const REFUSED: [&str; 6] = ["Wide", "OtherIntegers", "Tuples", "Maybes", "NumberKeys", "RuledNumbers"];

/// All types of the corpus that Elm can hold, in one module.
pub(crate) fn corpus() -> Result<Group, Failed> {
    let (held, refused): (Vec<_>, Vec<_>) =
        subject::all().into_iter().partition(|it| emit(&client(&[*it], false)).is_ok());
    let tags: Vec<_> = refused.iter().map(|it| it.exposed.tag()).collect();
    if tags != REFUSED {
        return Err(format!("other types than expected are refused: {}", tags.join(", ")).into());
    }
    Group::of(held)
}

fn client(subjects: &[Subject], split: bool) -> ElmClient {
    let client = ElmClient::new(subjects.iter().map(|it| it.exposed));
    if split { client.module_per_type() } else { client }
}

/// Every client, by a name: of the examples' types in all forms, of a type with much documentation, and of the corpus.
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

/// The files that a client is written as.
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
