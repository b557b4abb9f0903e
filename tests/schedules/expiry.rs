//! Entries that reach their deadlines while they are written, read and removed.

use crate::{Count, Given, another_handle, check, count, given, n, secs, ttl};
use kv_core::{Error, Expiry, SetOptions, TypedStore};
use shuttle::sync::atomic::{AtomicBool, Ordering};
use shuttle::thread;
use std::time::Duration;

const BOTH: [Expiry; 2] = [Expiry::Background, Expiry::Manual];

/// Runs `act` on an entry with a TTL of 10 s while the clock advances by 10 s and expired entries
/// are removed, then `after`, before and after another removal of expired entries.
fn while_expiring(act: fn(&TypedStore<Count>), after: fn(&TypedStore<Count>)) {
    for expiry in BOTH {
        check(move || {
            let Given { clock, kv, store } = given::<Count>(expiry);
            store.set_with("k", count(1), ttl(10)).unwrap();
            thread::scope(|scope| {
                scope.spawn(|| clock.advance(secs(10)));
                scope.spawn(|| kv.purge_expired());
                scope.spawn(|| act(&another_handle(&kv)));
            });
            after(&store);
            kv.purge_expired();
            after(&store);
        });
    }
}

/// moka confused an entry with an earlier one of the same key (its issue 345, pull request 348).
#[test]
fn overwritten_entry_is_not_expired() {
    while_expiring(
        |store| assert!(store.set_with("k", count(2), ttl(100)).is_ok()),
        |store| assert_eq!(n(store, "k"), Some(2)),
    );
}

#[test]
fn entry_whose_deadline_is_removed_is_not_expired() {
    while_expiring(
        |store| assert!(store.set_with("k", count(2), SetOptions::new().no_ttl()).is_ok()),
        |store| assert_eq!(store.get_entry("k").unwrap().expires_in, None),
    );
}

/// moka kept the old deadline of an expired entry after the expiry policy had removed the deadline
/// (its issue 561, pull request 549).
#[test]
fn persisted_or_touched_entry_stays_and_an_expired_one_does_not_return() {
    fn assert_is_live(store: &TypedStore<Count>, expected: bool) {
        assert_eq!(store.contains("k"), expected);
        assert_eq!(store.ttl("k").is_some(), expected);
    }
    for expiry in BOTH {
        for persists in [true, false] {
            check(move || {
                let Given { clock, kv, store } = given::<Count>(expiry);
                store.set_with("k", count(1), ttl(10)).unwrap();
                thread::scope(|scope| {
                    scope.spawn(|| clock.advance(secs(10)));
                    scope.spawn(|| kv.purge_expired());
                    scope.spawn(|| {
                        let store = another_handle::<Count>(&kv);
                        let is_kept =
                            if persists { store.persist("k") } else { store.touch("k", secs(100)).unwrap() };
                        assert_is_live(&store, is_kept);
                        kv.purge_expired();
                        assert_is_live(&store, is_kept);
                    });
                });
            });
        }
    }
}

#[test]
fn entry_with_a_shortened_ttl_expires_at_its_new_deadline() {
    for expiry in BOTH {
        check(move || {
            let Given { clock, kv, store } = given::<Count>(expiry);
            store.set_with("k", count(1), ttl(100)).unwrap();
            thread::scope(|scope| {
                scope.spawn(|| clock.advance(secs(10)));
                scope.spawn(|| assert!(store.touch("k", secs(10)).unwrap()));
                scope.spawn(|| kv.purge_expired());
            });
            clock.advance(secs(10));
            assert!(!store.contains("k") && store.is_empty());
        });
    }
}

#[test]
fn keep_ttl_does_not_keep_the_deadline_of_an_expired_entry() {
    for expiry in BOTH {
        check(move || {
            let Given { clock, kv, store } = given::<Count>(expiry);
            let first = store.set_with("k", count(1), ttl(10)).unwrap();
            thread::scope(|scope| {
                scope.spawn(|| clock.advance(secs(10)));
                scope.spawn(|| kv.purge_expired());
                scope.spawn(|| {
                    let store = another_handle::<Count>(&kv);
                    let version = store.set_with("k", count(2), SetOptions::new().keep_ttl()).unwrap();
                    // If the first entry had expired, its removal took the version in between.
                    let is_new = version.get() > first.get() + 1;
                    clock.advance(secs(10));
                    assert_eq!(store.contains("k"), is_new);
                });
            });
        });
    }
}

/// moka read the clock, waited for a lock, and then used the outdated time (its issue 322).
#[test]
fn entry_seen_as_expired_is_never_read_again() {
    for expiry in BOTH {
        check(move || {
            let Given { clock, kv, store } = given::<Count>(expiry);
            store.set_with("k", count(1), ttl(10)).unwrap();
            store.set_with("l", count(1), ttl(20)).unwrap();
            let seen = AtomicBool::new(false);
            thread::scope(|scope| {
                scope.spawn(|| clock.advance(secs(10)));
                scope.spawn(|| kv.purge_expired());
                for reader in 0..2 {
                    let (store, seen) = (&store, &seen);
                    scope.spawn(move || {
                        let is_gone = seen.load(Ordering::SeqCst);
                        let alive = match reader {
                            0 => store.get("k").is_some(),
                            _ => store.scan("k").next().is_some(),
                        };
                        assert!(!(is_gone && alive), "the expired entry was read again");
                        seen.fetch_or(!alive, Ordering::SeqCst);
                        let is_gone = seen.load(Ordering::SeqCst);
                        let alive = store.len() == 2 || store.get_entry("k").is_some();
                        assert!(!(is_gone && alive), "the expired entry was counted or read again");
                    });
                }
            });
            assert_eq!((n(&store, "k"), n(&store, "l")), (None, Some(1)));
        });
    }
}

/// The same fault in an operation that reads the clock, waits for the lock and then writes.
#[test]
fn entry_seen_as_expired_is_never_revived() {
    let act: [fn(&TypedStore<Count>) -> bool; 3] = [
        |store| store.touch("k", secs(100)).unwrap(),
        |store| store.persist("k"),
        |store| store.set_with("k", count(1), ttl(100).if_present()).is_ok(),
    ];
    for act in act {
        check(move || {
            let Given { clock, store, .. } = given::<Count>(Expiry::Manual);
            store.set_with("k", count(1), ttl(10)).unwrap();
            thread::scope(|scope| {
                let acting = scope.spawn(|| act(&store));
                clock.advance(secs(10));
                let is_gone = !store.contains("k");
                let is_applied = acting.join().unwrap();
                assert_eq!(is_applied, !is_gone);
                assert_eq!(store.contains("k"), is_applied, "the entry was revived, or removed too early");
            });
        });
    }
}

#[test]
fn write_that_waited_for_the_lock_gets_its_full_ttl() {
    check(|| {
        let Given { clock, store, .. } = given::<Count>(Expiry::Manual);
        store.set("k", count(1)).unwrap();
        thread::scope(|scope| {
            let waiting = scope.spawn(|| store.set_with("a", count(1), ttl(10)).unwrap());
            clock.advance(secs(5));
            let version = store.set_with("b", count(1), ttl(10)).unwrap();
            let is_later = waiting.join().unwrap() > version;
            let [a, b] = ["a", "b"].map(|key| store.get_entry(key).unwrap().expires_in);
            assert!(!is_later || a >= b, "the later write expires in {a:?}, the earlier one in {b:?}");
        });
    });
}

#[test]
fn each_entry_expires_once() {
    for expiry in BOTH {
        check(move || {
            let Given { clock, kv, store } = given::<Count>(expiry);
            for number in 0..3_u64 {
                store.set_with(number.to_string(), count(number), ttl(10)).unwrap();
            }
            store.set("stays", count(1)).unwrap();
            thread::scope(|scope| {
                scope.spawn(|| clock.advance(secs(10)));
                scope.spawn(|| kv.purge_expired());
                scope.spawn(|| kv.purge_expired());
            });
            kv.purge_expired();
            let stats = kv.stats();
            assert_eq!((stats.entries, stats.expirations), (1, 3));
            // Four writes and three removals.
            let first = store.get_entry("stays").unwrap().version.get() - 4;
            assert_eq!(store.set("last", count(1)).unwrap().get(), first + 8);
        });
    }
}

/// moka's deadlines overflowed (its issue 52).
#[test]
fn extreme_ttls_are_handled_at_any_time() {
    const LONGEST: u64 = 100 * 365 * 24 * 60 * 60;
    for expiry in BOTH {
        check(move || {
            let Given { clock, kv, store } = given::<Count>(expiry);
            store.set_with("k", count(1), ttl(LONGEST)).unwrap();
            thread::scope(|scope| {
                scope.spawn(|| clock.advance(Duration::MAX));
                scope.spawn(|| {
                    let store = another_handle::<Count>(&kv);
                    assert_eq!(store.set_with("k", count(2), ttl(0)), Err(Error::InvalidTtl));
                    assert_eq!(store.touch("k", Duration::ZERO), Err(Error::InvalidTtl));
                    store.set_with("never", count(3), SetOptions::new().no_ttl()).unwrap();
                    // The clock may have reached its maximum already.
                    store.set_with("long", count(4), ttl(LONGEST)).unwrap();
                });
                scope.spawn(|| kv.purge_expired());
            });
            kv.purge_expired();
            assert_eq!(n(&store, "never"), Some(3));
            assert_eq!(store.len(), 1, "at the clock's maximum every entry with a deadline has expired");
        });
    }
}
