//! Compiler output for errors in attributes. Each file in `ui/<topic>/` has one error or several
//! related ones; the `.stderr` file with the same name has the expected output. Together these
//! files cover every message of the derives.
//!
//! The output is that of the toolchain in `rust-toolchain.toml`. After an intended change, run
//! `TRYBUILD=overwrite cargo test -p kv-tests --test ui` and read the changed files.

#[test]
fn invalid_attributes_have_the_expected_compile_errors() {
    trybuild::TestCases::new().compile_fail("ui/**/*.rs");
}
