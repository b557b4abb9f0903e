//! Whatever the schema of a type says of JSON, `serde_json` does: the promises of the corpus, and strangers' texts besides.

use kv_corpus::{Case, all, promise};
use std::sync::LazyLock;

static CASES: LazyLock<Vec<Case>> = LazyLock::new(all);

/// The first byte chooses the promise and the second the type.
pub(crate) fn run(bytes: &[u8]) {
    let [promise, case, bytes @ ..] = bytes else { return };
    let promise = promise::ALL[usize::from(*promise) % promise::ALL.len()];
    let case = CASES[usize::from(*case) % CASES.len()];
    if let Err(broken) = promise(&case, bytes) {
        panic!("{}: {broken}", case.name);
    }
}
