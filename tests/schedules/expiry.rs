//! Deadlines that come while entries are written, read and swept.

use crate::{Count, Given, another_handle, check, count, given, n, secs, ttl};
use kv_core::{Error, Expiry, SetOptions, TypedStore};
use shuttle::sync::atomic::{AtomicBool, Ordering};
use shuttle::thread;
use std::time::Duration;

const BOTH: [Expiry; 2] = [Expiry::Background, Expiry::Manual];

/// The deadline of an entry comes, and it is swept by all who sweep, while something is done to it. The entry was to live for
/// 10 s and it is 10 s later.
fn while_it_expires(act: fn(&TypedStore<Count>), after: fn(&TypedStore<Count>)) {
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

/// moka took an entry for another that had been under its key before (its issue 345, pull request 348).
#[test]
fn an_overwritten_entry_is_not_swept() {
    while_it_expires(
        |store| assert!(store.set_with("k", count(2), ttl(100)).is_ok()),
        |store| assert_eq!(n(store, "k"), Some(2)),
    );
}

#[test]
fn what_is_given_no_deadline_any_more_is_not_swept() {
    while_it_expires(
        |store| assert!(store.set_with("k", count(2), SetOptions::new().no_ttl()).is_ok()),
        |store| assert_eq!(store.get_entry("k").unwrap().expires_in, None),
    );
}

/// moka kept the old deadline where the policy took it away from an entry that was due (its issue 561, pull request 549).
#[test]
fn an_entry_that_is_made_to_stay_stays_and_one_that_was_gone_is_not_brought_back() {
    fn stays(store: &TypedStore<Count>, told: bool) {
        assert_eq!(store.contains("k"), told);
        assert_eq!(store.ttl("k").is_some(), told);
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
                        let told =
                            if persists { store.persist("k") } else { store.touch("k", secs(100)).unwrap() };
                        stays(&store, told);
                        kv.purge_expired();
                        stays(&store, told);
                    });
                });
            });
        }
    }
}

#[test]
fn an_entry_whose_time_is_cut_is_gone_by_then() {
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
fn a_write_that_keeps_the_deadline_keeps_that_of_a_living_entry_alone() {
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
                    // Between the two versions there is that of the removal, if it had expired.
                    let is_new = version.get() > first.get() + 1;
                    clock.advance(secs(10));
                    assert_eq!(store.contains("k"), is_new);
                });
            });
        });
    }
}

/// moka read the clock, waited for a lock, and then counted from that time (its issue 322).
#[test]
fn what_one_has_seen_expire_nobody_sees_alive() {
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
                        assert!(!(is_gone && alive), "it was seen alive again");
                        seen.fetch_or(!alive, Ordering::SeqCst);
                        let is_gone = seen.load(Ordering::SeqCst);
                        let alive = store.len() == 2 || store.get_entry("k").is_some();
                        assert!(!(is_gone && alive), "it was counted again");
                    });
                }
            });
            assert_eq!((n(&store, "k"), n(&store, "l")), (None, Some(1)));
        });
    }
}

/// The same of one who read the clock, waited, and then wrote.
#[test]
fn what_one_has_seen_expire_nobody_brings_back() {
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
                let told = acting.join().unwrap();
                assert_eq!(told, !is_gone);
                assert_eq!(store.contains("k"), told, "it was brought back, or is gone for no reason");
            });
        });
    }
}

#[test]
fn a_write_that_waited_lives_as_long_as_the_one_before() {
    check(|| {
        let Given { clock, store, .. } = given::<Count>(Expiry::Manual);
        store.set("k", count(1)).unwrap();
        thread::scope(|scope| {
            let waiting = scope.spawn(|| store.set_with("a", count(1), ttl(10)).unwrap());
            clock.advance(secs(5));
            let version = store.set_with("b", count(1), ttl(10)).unwrap();
            let is_later = waiting.join().unwrap() > version;
            let [a, b] = ["a", "b"].map(|key| store.get_entry(key).unwrap().expires_in);
            assert!(!is_later || a >= b, "{a:?} is left of the later one, and {b:?} of the other");
        });
    });
}

#[test]
fn each_entry_expires_once_whoever_sweeps() {
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
fn no_time_to_live_is_too_short_or_too_long_at_any_time() {
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
                    // It may be the end of time already.
                    store.set_with("long", count(4), ttl(LONGEST)).unwrap();
                });
                scope.spawn(|| kv.purge_expired());
            });
            kv.purge_expired();
            assert_eq!(n(&store, "never"), Some(3));
            assert_eq!(store.len(), 1, "at the end of time nothing is left that was to end");
        });
    }
}
