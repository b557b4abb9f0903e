//! Types with `max_entries`: the entry whose last write is the oldest is evicted.

use crate::{Recent, another_handle, check, given};
use kv_core::{Change, Expiry};
use shuttle::thread;

fn recent(n: u64) -> Recent {
    Recent { n }
}

/// In moka, an eviction that found an unexpected entry stopped and never resumed (its issue 590,
/// pull request 592).
#[test]
fn rewritten_entry_is_not_evicted_before_an_older_one() {
    check(|| {
        let given = given::<Recent>(Expiry::Manual);
        given.store.set_many([("a", recent(1)), ("b", recent(1))]).unwrap();
        let watch = given.store.watch("");
        thread::scope(|scope| {
            scope.spawn(|| another_handle::<Recent>(&given.kv).set("a", recent(2)).unwrap());
            scope.spawn(|| another_handle::<Recent>(&given.kv).set("c", recent(2)).unwrap());
            scope.spawn(|| assert!(given.store.len() <= 2));
        });
        let left: Vec<_> = given.store.scan("").map(|(key, value)| (key.to_string(), value.n)).collect();
        assert_eq!(left, [("a".to_owned(), 2), ("c".to_owned(), 2)]);
        let mut watched: Vec<String> = Vec::new();
        while let Some(change) = watch.try_recv() {
            match &change {
                Change::Set(entry) => watched.push(entry.key.to_string()),
                Change::Evicted { key, .. } => watched.retain(|watched| *watched != **key),
                Change::Reset | Change::Ready => {}
                other => panic!("{other:?}"),
            }
        }
        watched.sort_unstable();
        watched.dedup();
        assert_eq!(watched, ["a", "c"]);
    });
}

#[test]
fn max_entries_is_never_exceeded_and_the_newest_entry_is_kept() {
    check(|| {
        let given = given::<Recent>(Expiry::Manual);
        thread::scope(|scope| {
            for (number, key) in (0..).zip(["a", "b", "c"]) {
                let kv = &given.kv;
                scope.spawn(move || {
                    let store = another_handle::<Recent>(kv);
                    store.set(key, recent(number)).unwrap();
                    store.set_many([("d", recent(number)), (key, recent(number))]).unwrap();
                });
            }
            scope.spawn(|| {
                for _ in 0..2 {
                    assert!(given.store.len() <= 2 && given.kv.stats().entries <= 2);
                }
            });
        });
        let entries: Vec<_> = given.store.scan("").entries().collect();
        let newest = entries.iter().map(|entry| entry.version.get()).max().unwrap();
        // The highest version belongs to a write: a victim is evicted before the write that
        // replaces it.
        assert_eq!(given.store.set("last", recent(9)).unwrap().get(), newest + 2);
        assert_eq!(entries.len(), 2);
        let stats = given.kv.stats();
        assert_eq!((stats.writes, stats.entries), (10, 2));
    });
}
