use crate::{Cursor, Note, cursor, given_a_tenant, note, secs};
use kv_core::{Clock, KvStore, ManualClock, SetOptions};
use std::time::SystemTime;

#[test]
fn versions_rise_with_every_write_and_every_removal_of_a_tenant_and_type() {
    let (clock, store) = given_a_tenant();
    let set = |key| store.set::<Cursor>(key, cursor(1)).unwrap().get();
    let first = set("a");
    assert_eq!(set("b"), first + 1);
    store.delete::<Cursor>("a");
    assert_eq!(set("c"), first + 3, "the deletion takes a version");
    clock.advance(secs(30));
    assert_eq!(store.purge_expired(), 2);
    assert_eq!(set("d"), first + 6, "each expiry takes a version");
    store.modify::<Cursor>("d", |c| cursor(c.x + 1)).unwrap();
    store.update::<Cursor>("d", |_| None).unwrap();
    assert_eq!(set("e"), first + 9, "the update and the removal take a version each");
}

#[test]
fn operation_that_changes_nothing_takes_no_version() {
    let (_, store) = given_a_tenant();
    let first = store.set::<Note>("k", note("x")).unwrap();
    store.delete::<Note>("absent");
    store.update::<Note>("absent", |_| None).unwrap();
    store.modify::<Note>("absent", |_| note("y")).unwrap();
    assert!(store.set_with::<Note>("k", note("y"), SetOptions::new().if_absent()).is_err());
    assert_eq!(store.set::<Note>("k", note("x")).unwrap().get(), first.get() + 1);
}

#[test]
fn versions_start_at_the_unix_time_in_microseconds() {
    let (clock, store) = given_a_tenant();
    let now = clock.system_time().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    assert_eq!(u128::from(store.set::<Note>("k", note("x")).unwrap().get()), now.as_micros() + 1);
}

#[test]
fn version_from_before_a_restart_matches_nothing() {
    let clock = ManualClock::new();
    let run =
        |clock: &ManualClock| KvStore::builder().clock(clock.clone()).build().tenant("acme.example").unwrap();
    let before = run(&clock).set::<Note>("k", note("x")).unwrap();
    clock.advance(secs(1));
    let store = run(&clock);
    let after = store.set::<Note>("k", note("x")).unwrap();
    assert!(after > before);
    assert!(store.set_with::<Note>("k", note("y"), SetOptions::new().if_version(before)).is_err());
}

#[test]
fn versions_stay_below_2_to_the_53_at_any_time_of_day() {
    let far = SystemTime::UNIX_EPOCH + secs(1 << 40);
    let clock = ManualClock::starting_at(far);
    let store = KvStore::builder().clock(clock).build().tenant("acme.example").unwrap();
    assert!(store.set::<Note>("k", note("x")).unwrap().get() < 1 << 53);
    let before_1970 = ManualClock::starting_at(SystemTime::UNIX_EPOCH - secs(1));
    let store = KvStore::builder().clock(before_1970).build().tenant("acme.example").unwrap();
    assert_eq!(store.set::<Note>("k", note("x")).unwrap().get(), 1);
}
