//! Reads while entries are added and removed. Under the model checker a hash index starts with
//! eight places and a page has two entries.

use crate::{Count, Given, another_handle, check, count, given, n};
use kv_core::{Expiry, ScanOptions};
use shuttle::thread;

/// Keys that are present throughout a scenario.
const STABLE: [&str; 5] = ["b", "d", "f", "h", "j"];

fn given_stable() -> Given<Count> {
    let given = given::<Count>(Expiry::Manual);
    given.store.set_many(STABLE.map(|key| (key, count(1)))).unwrap();
    given
}

/// Adds and removes keys between the stable ones.
fn add_and_remove(given: &Given<Count>) {
    let store = another_handle::<Count>(&given.kv);
    store.set_many(["a", "c", "e", "g", "i", "k", "l"].map(|key| (key, count(2)))).unwrap();
    for key in ["ba", "c", "da", "e"] {
        if store.delete(key).is_none() {
            store.set(key, count(2)).unwrap();
        }
    }
}

/// In the hash table that moka uses, reads missed keys while the table grew, and threads that grew
/// it at the same time freed it twice (cht's issue 6, moka's issue 34 and pull request 157).
#[test]
fn read_during_growth_finds_every_key() {
    check(|| {
        let given = given_stable();
        thread::scope(|scope| {
            scope.spawn(|| add_and_remove(&given));
            scope.spawn(|| {
                let more: Vec<_> = (0..12).map(|number| (format!("m{number}"), count(3))).collect();
                another_handle::<Count>(&given.kv).set_many(more).unwrap();
            });
            scope.spawn(|| {
                for key in STABLE {
                    assert_eq!(n(&given.store, key), Some(1), "{key}");
                }
                assert!(given.store.get_many(STABLE).iter().all(Option::is_some));
            });
        });
        assert_eq!(given.store.len(), given.store.scan("").count());
    });
}

fn assert_complete(mut keys: Vec<String>, descending: bool) {
    if descending {
        keys.reverse();
    }
    assert!(keys.is_sorted_by(|a, b| a < b), "{keys:?}");
    for key in STABLE {
        assert!(keys.iter().any(|seen| seen == key), "{key} is not among {keys:?}");
    }
}

#[test]
fn scan_returns_every_entry_that_was_present_throughout() {
    check(|| {
        let given = given_stable();
        thread::scope(|scope| {
            scope.spawn(|| add_and_remove(&given));
            scope.spawn(|| {
                assert_complete(given.store.scan("").map(|(key, _)| key.to_string()).collect(), false);
            });
            scope.spawn(|| {
                let scan = given.store.scan_with("", ScanOptions::new().descending());
                assert_complete(scan.map(|(key, _)| key.to_string()).collect(), true);
            });
        });
    });
}

#[test]
fn delete_prefix_removes_only_its_prefix_and_returns_the_count() {
    check(|| {
        let given = given_stable();
        let others = ["ba", "bb", "bc", "bd"];
        thread::scope(|scope| {
            scope.spawn(|| {
                for key in others {
                    another_handle::<Count>(&given.kv).set(key, count(2)).unwrap();
                }
            });
            let removed = scope.spawn(|| given.store.delete_prefix("b"));
            scope.spawn(|| assert_eq!(n(&given.store, "d"), Some(1)));
            let removed = removed.join().unwrap();
            assert!((1..=5).contains(&removed));
        });
        let stats = given.kv.stats();
        assert_eq!(stats.entries, given.store.scan("").count());
        assert!(given.store.get_many(&STABLE[1..]).iter().all(Option::is_some));
    });
}
