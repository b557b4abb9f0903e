//! What kv-elm emits.

use std::collections::BTreeMap;
use std::io;

/// Modules by their paths.
pub(crate) type Files = BTreeMap<String, String>;

/// The client of the types of `examples/models`.
pub(crate) fn models() -> io::Result<Files> {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Files::new();
    for (from, path) in [
        ("../kv-elm/elm", "Kv/Type.elm"),
        ("../kv-elm/elm", "Kv/Request.elm"),
        ("../kv-elm/elm", "Kv/Watch.elm"),
        ("../kv-elm/elm", "Kv/Live.elm"),
        ("elm/hand", "Kv.elm"),
        ("elm/hand", "Kv/Codec.elm"),
        ("elm/hand", "Kv/Rule.elm"),
        ("elm/hand", "Kv/Seed.elm"),
    ] {
        files.insert(path.to_owned(), std::fs::read_to_string(dir.join(from).join(path))?);
    }
    Ok(files)
}

/// Every client, by a name.
pub(crate) fn all() -> io::Result<Vec<(&'static str, Files)>> {
    Ok(vec![("models", models()?)])
}

/// The script that is emitted with every client.
pub(crate) fn watch_script() -> io::Result<String> {
    std::fs::read_to_string(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../kv-elm/elm/kv-watch.js"),
    )
}

/// The client of the catalog that `tests/wire` speaks of.
pub(crate) fn wire() -> io::Result<Files> {
    models()
}
