//! The probe of serde that a catalog makes when it is built accepts every type of the corpus.

use kv_core::{Access, Catalog, KvType};
use kv_corpus::{Subject, Visitor, visit};

struct Build {
    exposed: usize,
    problems: Vec<String>,
}

impl Visitor for Build {
    fn field<T: Subject>(&mut self, _: &'static str) {}

    fn stored<T: Subject + KvType>(&mut self, name: &'static str) {
        match Catalog::builder().expose::<T>(Access::ReadWrite).build() {
            Ok(_) => self.exposed += 1,
            Err(error) => self.problems.push(format!("{name}: {error}")),
        }
    }
}

#[test]
fn every_stored_type_of_the_corpus_can_be_exposed() {
    let mut build = Build { exposed: 0, problems: Vec::new() };
    visit(&mut build);
    assert!(build.problems.is_empty(), "{}", build.problems.join("\n"));
    assert!(build.exposed > 80, "only {} types", build.exposed);
}
