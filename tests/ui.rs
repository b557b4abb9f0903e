//! What the compiler says about mistakes: one file a mistake, or a family of them, in `ui/<topic>/`, and its answer
//! beside it. Every message of the derive stands in one of the answers.
//!
//! The answers are those of the toolchain in `rust-toolchain.toml`. After a change on purpose:
//! `TRYBUILD=overwrite cargo test -p kv-tests --test ui`, and read what it wrote.

#[test]
fn every_mistake_gets_an_answer_that_helps() {
    trybuild::TestCases::new().compile_fail("ui/**/*.rs");
}
