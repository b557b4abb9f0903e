//! Replays the inputs in `corpus`: one test for each target.

use kv_fuzz::{TARGETS, Target};
use libtest_mimic::{Arguments, Failed, Trial};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

fn main() {
    let tests = TARGETS.map(|target| Trial::test(target.name, move || replay(target)));
    libtest_mimic::run(&Arguments::from_args(), tests.into()).exit();
}

fn replay(target: Target) -> Result<(), Failed> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target.name);
    let mut files = fs::read_dir(&dir)
        .map_err(|error| format!("{}: {error}", dir.display()))?
        .map(|file| file.map(|file| file.path()))
        .collect::<Result<Vec<_>, _>>()?;
    files.sort();
    if files.is_empty() {
        return Err(format!("{} has no inputs", dir.display()).into());
    }
    for file in files {
        let bytes = fs::read(&file)?;
        // The panic has been printed.
        catch_unwind(AssertUnwindSafe(|| target.run(&bytes)))
            .map_err(|_| format!("{}: {} does not hold", file.display(), target.property))?;
    }
    Ok(())
}
