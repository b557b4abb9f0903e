//! A catalog probes serde when it is built: types of the corpus agree with their schemas.

use kv_core::{Access, Catalog, KvType};
use kv_corpus::{Subject, Visitor, visit};
use std::time::Instant;

struct Build(Vec<String>);

impl Visitor for Build {
    fn field<T: Subject>(&mut self, _: &'static str) {}

    fn stored<T: Subject + KvType>(&mut self, name: &'static str) {
        let start = Instant::now();
        if let Err(error) = Catalog::builder().expose::<T>(Access::ReadWrite).build() {
            self.0.push(format!("{name}: {error}"));
        }
        if std::env::var_os("KV_TIMES").is_some() {
            eprintln!("{name} {:?}", start.elapsed());
        }
    }
}

#[test]
fn every_stored_type_of_the_corpus_can_be_exposed() {
    let mut build = Build(Vec::new());
    visit(&mut build);
    assert!(build.0.is_empty(), "{}", build.0.join("\n"));
}
