//! A type with rules of the validator crate: its own function is named, and its report is the
//! message.
//!
//! Run it with `cargo run --example validator_rules`.

#![allow(clippy::print_stdout, reason = "the example prints its results")]

use kv_core::{Error, KvStore, KvType};
use validator::Validate;

#[derive(Clone, Debug, PartialEq, Validate, KvType)]
#[kv(validate = "Validate::validate")]
struct Signup {
    #[validate(length(min = 3, max = 25))]
    username: String,
    /// Rules of kv-core can be combined with those of validator.
    #[kv(email)]
    mail: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let store = KvStore::new().tenant("acme.example")?;
    let signup = Signup { username: "ada".into(), mail: "ada@acme.example".into() };
    store.set::<Signup>("user:7", signup)?;

    let broken = Signup { username: "a".into(), mail: "nowhere".into() };
    let Err(Error::Validation(errors)) = store.set::<Signup>("user:7", broken) else {
        return Err("an invalid value was stored".into());
    };
    let rules: Vec<_> = errors.iter().map(|violation| (violation.pointer.as_str(), violation.rule)).collect();
    assert_eq!(rules, [("/mail", "email"), ("", "validate")]);
    println!("rejected: {errors}");
    Ok(())
}
