//! Reads while there become more and fewer entries. In the model a table has eight places, and a page two rows.

use crate::{Count, Given, another_handle, check, count, given, n};
use kv_core::{Expiry, ScanOptions};
use shuttle::thread;

const STAY: [&str; 5] = ["b", "d", "f", "h", "j"];

fn given_some() -> Given<Count> {
    let given = given::<Count>(Expiry::Manual);
    given.store.set_many(STAY.map(|key| (key, count(1)))).unwrap();
    given
}

/// Adds and removes others between those that stay.
fn come_and_go(given: &Given<Count>) {
    let store = another_handle::<Count>(&given.kv);
    store.set_many(["a", "c", "e", "g", "i", "k", "l"].map(|key| (key, count(2)))).unwrap();
    for key in ["ba", "c", "da", "e"] {
        if store.delete(key).is_none() {
            store.set(key, count(2)).unwrap();
        }
    }
}

/// Reads missed keys in the hash table under moka while it grew, and several that grew it at once freed it twice (cht's issue 6,
/// moka's issue 34 and pull request 157).
#[test]
fn a_read_while_the_table_grows_finds_every_key() {
    check(|| {
        let given = given_some();
        thread::scope(|scope| {
            scope.spawn(|| come_and_go(&given));
            scope.spawn(|| {
                let more: Vec<_> = (0..12).map(|number| (format!("m{number}"), count(3))).collect();
                another_handle::<Count>(&given.kv).set_many(more).unwrap();
            });
            scope.spawn(|| {
                for key in STAY {
                    assert_eq!(n(&given.store, key), Some(1), "{key}");
                }
                assert!(given.store.get_many(STAY).iter().all(Option::is_some));
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
    for key in STAY {
        assert!(keys.iter().any(|seen| seen == key), "{key} is not among {keys:?}");
    }
}

#[test]
fn a_scan_misses_nothing_that_was_there_throughout() {
    check(|| {
        let given = given_some();
        thread::scope(|scope| {
            scope.spawn(|| come_and_go(&given));
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
fn removing_a_prefix_removes_no_other_and_counts_what_it_removed() {
    check(|| {
        let given = given_some();
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
        assert!(given.store.get_many(&STAY[1..]).iter().all(Option::is_some));
    });
}
