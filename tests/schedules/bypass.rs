//! Checks that kv-core uses threads, locks and atomics only through `kv-core/src/sync`, which the
//! model checker replaces.

use std::fs;
use std::path::{Path, PathBuf};

/// Primitives that the model checker cannot control.
const FORBIDDEN: [&str; 10] = [
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

/// Types that a `static` may hold only if `process_wide!` declares it: the model checker creates
/// such a static again for each execution.
const SHARED_STATE: [&str; 5] = ["Atomic", "Mutex", "RwLock", "Once", "Lazy"];

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
fn all_synchronization_goes_through_the_sync_module() {
    let crate_dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../kv-core/src");
    let mut files = Vec::new();
    sources(&crate_dir, &mut files);
    assert!(files.len() > 30);
    let is_outside_sync =
        |file: &PathBuf| file.strip_prefix(&crate_dir).is_ok_and(|file| !file.starts_with("sync"));
    let mut found = Vec::new();
    for file in files.iter().filter(|file| is_outside_sync(file)) {
        let source = fs::read_to_string(file).unwrap();
        // The test module is the last item of a file.
        let product = source.split("#[cfg(test)]\nmod tests").next().unwrap();
        let imports_thread_local = product
            .lines()
            .any(|line| line.starts_with("use crate::sync::") && line.contains("thread_local"));
        for (number, line) in product.lines().enumerate() {
            let code = line.split("//").next().unwrap();
            let uses_sync = code.contains("crate::sync");
            // An imported `thread_local!` is the model checker's.
            let is_shared_state = code.contains("thread_local!") && !imports_thread_local
                || code.trim_start().starts_with("static ")
                    && SHARED_STATE.iter().any(|word| code.contains(word));
            if is_shared_state || (!uses_sync && FORBIDDEN.iter().any(|word| code.contains(word))) {
                found.push(format!("{}:{}: {line}", file.display(), number + 1));
            }
        }
    }
    assert!(found.is_empty(), "use these through `crate::sync`:\n{}", found.join("\n"));
}
