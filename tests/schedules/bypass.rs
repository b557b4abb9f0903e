//! Whether all that threads meet by goes through `kv-core/src/sync`, where the model can stand in for it.

use std::fs;
use std::path::{Path, PathBuf};

/// What the model would not see.
const UNSEEN: [&str; 10] = [
    "parking_lot",
    "sync::atomic::",
    "sync::mpsc",
    "std::thread",
    "sync::Mutex",
    "sync::RwLock",
    "sync::Condvar",
    "sync::Once",
    "sync::LazyLock",
    "sync::Barrier",
];

/// What a `static` of the process may not hold but by `process_wide!`: the model has one for each of its executions.
const SHARED: [&str; 5] = ["Atomic", "Mutex", "RwLock", "Once", "Lazy"];

fn sources(dir: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

#[test]
fn nothing_meets_behind_the_models_back() {
    let crate_dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../kv-core/src");
    let mut files = Vec::new();
    sources(&crate_dir, &mut files);
    assert!(files.len() > 30);
    let ours = |file: &PathBuf| file.strip_prefix(&crate_dir).is_ok_and(|file| !file.starts_with("sync"));
    let mut found = Vec::new();
    for file in files.iter().filter(|file| ours(file)) {
        let source = fs::read_to_string(file).unwrap();
        // Tests of a module stand at its end.
        let product = source.split("#[cfg(test)]\nmod tests").next().unwrap();
        let imports_thread_local = product
            .lines()
            .any(|line| line.starts_with("use crate::sync::") && line.contains("thread_local"));
        for (number, line) in product.lines().enumerate() {
            let code = line.split("//").next().unwrap();
            let is_ours = code.contains("crate::sync");
            // What is declared so is the model's where it has been imported.
            let is_shared = code.contains("thread_local!") && !imports_thread_local
                || code.trim_start().starts_with("static ") && SHARED.iter().any(|word| code.contains(word));
            if is_shared || (!is_ours && UNSEEN.iter().any(|word| code.contains(word))) {
                found.push(format!("{}:{}: {line}", file.display(), number + 1));
            }
        }
    }
    assert!(found.is_empty(), "to go through `sync`:\n{}", found.join("\n"));
}
