//! What the derives write, kept as files in `snapshots/`, so that a change of the generated code shows in review.
//!
//! Each file holds an item, a line that names the derive, and what it writes. With `UPDATE_SNAPSHOTS=1` the last part
//! is written anew.

use crate::ctxt::Ctxt;
use crate::symbol::Target;
use crate::{ast, check, expand};
use std::fs;
use std::path::{Path, PathBuf};

const MARKS: [(&str, Target); 2] = [
    ("// What #[derive(KvType)] writes:\n", Target::KvType),
    ("// What #[derive(KvField)] writes:\n", Target::KvField),
];

fn files() -> Vec<PathBuf> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots");
    let mut files: Vec<_> = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// The file as it should be.
fn written(text: &str) -> String {
    let marked = MARKS.iter().find_map(|(mark, target)| Some((text.find(mark)?, *mark, *target)));
    let (at, mark, target) = marked.expect("a line that names the derive");
    let input = syn::parse_str(&text[..at]).unwrap();
    let ctxt = Ctxt::new();
    let judged = check::check(&ctxt, ast::parse(&ctxt, &input, target));
    let Ok(model) = ctxt.finish(judged.model) else { panic!("the item has mistakes") };
    let output = prettyplease::unparse(&syn::parse2(expand::expand(&model)).unwrap());
    format!("{}{mark}\n{output}", &text[..at])
}

#[test]
fn the_generated_code_is_that_of_the_snapshots_every_time() {
    let files = files();
    assert!(files.len() >= 6, "{files:?}");
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let expected = written(&text);
        assert!((0..20).all(|_| written(&text) == expected), "{} is another each time", file.display());
        if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
            fs::write(&file, expected).unwrap();
        } else {
            assert!(
                text == expected,
                "{} is stale: run with UPDATE_SNAPSHOTS=1 and look at the difference",
                file.display()
            );
        }
    }
}
