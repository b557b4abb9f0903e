use crate::{Note, given_a_tenant, given_notes, note, secs};
use kv_core::{Error, SetOptions, Version};

#[test]
fn if_absent_writes_only_without_an_entry() {
    let notes = given_notes();
    let version = notes.set_with("k", note("first"), SetOptions::new().if_absent()).unwrap();
    let refused = notes.set_with("k", note("second"), SetOptions::new().if_absent());
    assert_eq!(refused, Err(Error::Conflict { current: Some(version) }));
    assert_eq!(notes.get("k").as_deref(), Some(&note("first")));
}

#[test]
fn if_present_writes_only_over_an_entry() {
    let notes = given_notes();
    let refused = notes.set_with("k", note("x"), SetOptions::new().if_present());
    assert_eq!(refused, Err(Error::Conflict { current: None }));
    let version = notes.set("k", note("first")).unwrap();
    assert!(notes.set_with("k", note("second"), SetOptions::new().if_present()).unwrap() > version);
    assert_eq!(notes.get("k").as_deref(), Some(&note("second")));
}

#[test]
fn if_version_writes_only_over_that_version() {
    let notes = given_notes();
    let stale = "1".parse::<Version>().unwrap();
    let refused = notes.set_with("k", note("x"), SetOptions::new().if_version(stale));
    assert_eq!(refused, Err(Error::Conflict { current: None }));
    let first = notes.set("k", note("first")).unwrap();
    let second = notes.set_with("k", note("second"), SetOptions::new().if_version(first)).unwrap();
    let refused = notes.set_with("k", note("third"), SetOptions::new().if_version(first));
    assert_eq!(refused, Err(Error::Conflict { current: Some(second) }));
    assert_eq!(notes.get("k").as_deref(), Some(&note("second")));
}

#[test]
fn version_does_not_match_an_entry_that_was_deleted_and_recreated() {
    let notes = given_notes();
    let first = notes.set("k", note("same")).unwrap();
    notes.delete("k");
    let second = notes.set("k", note("same")).unwrap();
    let refused = notes.set_with("k", note("x"), SetOptions::new().if_version(first));
    assert_eq!(refused, Err(Error::Conflict { current: Some(second) }));
}

#[test]
fn expired_entry_is_absent_for_conditions() {
    let (clock, store) = given_a_tenant();
    let notes = store.typed::<Note>();
    let brief = SetOptions::new().ttl(secs(5));
    let version = notes.set_with("k", note("x"), brief).unwrap();
    clock.advance(secs(5));
    let absent = Err(Error::Conflict { current: None });
    assert_eq!(notes.set_with("k", note("y"), SetOptions::new().if_present()), absent);
    assert_eq!(notes.set_with("k", note("y"), SetOptions::new().if_version(version)), absent);
    assert!(notes.set_with("k", note("y"), SetOptions::new().if_absent()).is_ok());
}

#[test]
fn last_call_for_an_option_wins() {
    let notes = given_notes();
    notes.set_with("k", note("x"), SetOptions::new().if_present().if_absent()).unwrap();
    notes.set_with("k", note("x"), SetOptions::new().no_ttl().ttl(secs(1))).unwrap();
    assert_eq!(notes.get_entry("k").unwrap().expires_in, Some(secs(1)));
}
