//! A type with garde rules: the store checks them on every write and reports where they are broken.
//!
//! Run it with `cargo run --example garde_rules`.

#![allow(clippy::print_stdout, reason = "the example prints its results")]

use garde::Validate;
use kv_core::{Error, KvField, KvStore, KvType, ValidationErrors};
use std::collections::BTreeSet;

#[derive(Clone, Debug, PartialEq, Validate, KvType)]
#[kv(validate = "check_with_garde")]
struct Signup {
    #[garde(ascii, length(min = 3, max = 25))]
    username: String,
    #[garde(dive)]
    addresses: Vec<Address>,
}

/// A field type. garde's `dive` validates it as a part of `Signup`, so it needs no function of its
/// own.
#[derive(Clone, Debug, PartialEq, Validate, KvField)]
struct Address {
    #[garde(length(min = 1))]
    street: String,
}

/// Converts garde's report. Its paths, such as `addresses[0].street`, become `/addresses/0/street`.
fn check_with_garde(signup: &Signup) -> Result<(), ValidationErrors> {
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
        return Err("an invalid value was stored".into());
    };
    let pointers: BTreeSet<_> = errors.iter().map(|violation| violation.pointer.as_str()).collect();
    assert_eq!(pointers, BTreeSet::from(["/username", "/addresses/0/street"]));
    println!("rejected: {errors}");
    Ok(())
}
