//! Compiler output for mistakes in attributes. Each file in `ui/<topic>/` has one mistake or
//! several related ones; the `.stderr` file with the same name has the expected output. Together
//! these files have every message of the derives.
//!
//! The output is that of the toolchain in `rust-toolchain.toml`. After an intended change, run
//! `TRYBUILD=overwrite cargo test -p kv-tests --test ui` and read the changed files.

#[test]
fn every_mistake_has_its_expected_compile_error() {
    trybuild::TestCases::new().compile_fail("ui/**/*.rs");
}
