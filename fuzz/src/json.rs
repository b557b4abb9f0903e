//! JSON of the types of the corpus: `serde_json` reads and writes what the schema describes, and a
//! codec of kv-core accepts what the schema accepts.

use arbitrary::Unstructured;
use kv_corpus::strict::{Stored, codec_agrees};
use kv_corpus::{Case, all, promise};
use std::collections::HashMap;
use std::sync::LazyLock;

static CASES: LazyLock<Vec<Case>> = LazyLock::new(all);

static STORED: LazyLock<HashMap<&str, Stored>> =
    LazyLock::new(|| Stored::all().into_iter().map(|stored| (stored.case.name, stored)).collect());

/// The input is either the name of a type, a line break and a text; or a byte that selects a
/// property, a byte that selects a type, and random bytes.
pub(crate) fn run(bytes: &[u8]) {
    if let Some((case, text)) = by_name(bytes) {
        holds(case, promise::serde_agrees_on_text(case, text));
        return codec_and_schema_agree(case, text);
    }
    let [promise, case, bytes @ ..] = bytes else { return };
    let promise = promise::ALL[usize::from(*promise) % promise::ALL.len()];
    let case = &CASES[usize::from(*case) % CASES.len()];
    holds(case, promise(case, bytes));
    codec_and_schema_agree(case, bytes);
    if let Ok(Some(json)) = promise::spoiled(case, &mut Unstructured::new(bytes)) {
        codec_and_schema_agree(case, json.to_string().as_bytes());
    }
}

/// Parses an input that names its type. Inputs written by hand do, so that they keep their meaning
/// if types are added.
fn by_name(bytes: &[u8]) -> Option<(&'static Case, &[u8])> {
    let (name, text) = bytes.split_at(bytes.iter().position(|byte| *byte == b'\n')?);
    CASES.iter().find(|case| case.name.as_bytes() == name).map(|case| (case, &text[1..]))
}

fn codec_and_schema_agree(case: &Case, text: &[u8]) {
    if let Some(stored) = STORED.get(case.name) {
        holds(case, codec_agrees(stored, text));
    }
}

fn holds(case: &Case, result: promise::PropertyResult) {
    if let Err(broken) = result {
        panic!("{}: {broken}", case.name);
    }
}
