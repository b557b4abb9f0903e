//! Whatever the schema of a type says of JSON, `serde_json` does: the promises of the corpus, and strangers' texts besides.
//! And what a codec of kv-core's says of it, the schema's own reader does.

use arbitrary::Unstructured;
use kv_corpus::strict::{Stored, codec_agrees};
use kv_corpus::{Case, all, promise};
use std::collections::HashMap;
use std::sync::LazyLock;

static CASES: LazyLock<Vec<Case>> = LazyLock::new(all);

static STORED: LazyLock<HashMap<&str, Stored>> =
    LazyLock::new(|| Stored::all().into_iter().map(|stored| (stored.case.name, stored)).collect());

/// A type's name and a line break, then a stranger's text. Or, of other bytes, the first chooses the promise, the second the
/// type.
pub(crate) fn run(bytes: &[u8]) {
    if let Some((case, text)) = by_name(bytes) {
        holds(case, promise::serde_agrees_on_text(case, text));
        return strangers(case, text);
    }
    let [promise, case, bytes @ ..] = bytes else { return };
    let promise = promise::ALL[usize::from(*promise) % promise::ALL.len()];
    let case = &CASES[usize::from(*case) % CASES.len()];
    holds(case, promise(case, bytes));
    strangers(case, bytes);
    if let Ok(Some(json)) = promise::spoiled(case, &mut Unstructured::new(bytes)) {
        strangers(case, json.to_string().as_bytes());
    }
}

/// Inputs that are written by hand name their type, lest a new type makes something else of them.
fn by_name(bytes: &[u8]) -> Option<(&'static Case, &[u8])> {
    let (name, text) = bytes.split_at(bytes.iter().position(|byte| *byte == b'\n')?);
    CASES.iter().find(|case| case.name.as_bytes() == name).map(|case| (case, &text[1..]))
}

fn strangers(case: &Case, text: &[u8]) {
    if let Some(stored) = STORED.get(case.name) {
        holds(case, codec_agrees(stored, text));
    }
}

fn holds(case: &Case, kept: promise::PropertyResult) {
    if let Err(broken) = kept {
        panic!("{}: {broken}", case.name);
    }
}
