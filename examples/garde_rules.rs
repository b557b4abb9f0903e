//! A type that garde validates already: its rules hold on every write, at their places.
//!
//! Run it with `cargo run --example garde_rules`.

#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use garde::Validate;
use kv_core::{Error, KvField, KvStore, KvType, ValidationErrors};
use std::collections::BTreeSet;

#[derive(Clone, Debug, PartialEq, Validate, KvType)]
#[kv(validate = "checked_by_garde")]
struct Signup {
    #[garde(ascii, length(min = 3, max = 25))]
    username: String,
    #[garde(dive)]
    addresses: Vec<Address>,
}

/// Inside a stored type garde's `dive` reaches it, so it needs no function of its own.
#[derive(Clone, Debug, PartialEq, Validate, KvField)]
struct Address {
    #[garde(length(min = 1))]
    street: String,
}

/// Hands garde's report on. Its paths are `addresses[0].street`, ours `/addresses/0/street`.
fn checked_by_garde(signup: &Signup) -> Result<(), ValidationErrors> {
    let Err(report) = signup.validate_with(&()) else { return Ok(()) };
    ValidationErrors::collect(|v| {
        for (path, error) in report.iter() {
            let pointer = format!("/{path}").replace(['.', '['], "/").replace(']', "");
            v.pointer(&pointer).report("garde", &[], error.message());
        }
    })
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let store = KvStore::new().tenant("acme.example")?;
    let mut signup =
        Signup { username: "ada".into(), addresses: vec![Address { street: "Main Street 1".into() }] };
    store.set::<Signup>("user:7", signup.clone())?;

    signup.username.clear();
    signup.addresses[0].street.clear();
    let Err(Error::Validation(errors)) = store.set::<Signup>("user:7", signup) else {
        return Err("nothing broken gets in".into());
    };
    let pointers: BTreeSet<_> = errors.iter().map(|violation| violation.pointer.as_str()).collect();
    assert_eq!(pointers, BTreeSet::from(["/username", "/addresses/0/street"]));
    println!("refused: {errors}");
    Ok(())
}
