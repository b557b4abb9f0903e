//! Types with `max_entries`: the one that was written longest ago makes way.

use crate::{Recent, another_handle, check, given};
use kv_core::{Change, Expiry};
use shuttle::thread;

fn recent(n: u64) -> Recent {
    Recent { n }
}

/// In moka an eviction met an entry that was not the one it meant, and stopped for good (its issue 590, pull request 592).
#[test]
fn what_is_written_again_does_not_make_way_for_what_is_older() {
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
        let mut known: Vec<String> = Vec::new();
        while let Some(change) = watch.try_recv() {
            match &change {
                Change::Set(entry) => known.push(entry.key.to_string()),
                Change::Evicted { key, .. } => known.retain(|known| *known != **key),
                Change::Reset | Change::Ready => {}
                other => panic!("{other:?}"),
            }
        }
        known.sort_unstable();
        known.dedup();
        assert_eq!(known, ["a", "c"]);
    });
}

#[test]
fn there_are_never_more_than_so_many_and_the_newest_is_among_them() {
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
        // The last of all versions is that of a write: what makes way does so before.
        assert_eq!(given.store.set("last", recent(9)).unwrap().get(), newest + 2);
        assert_eq!(entries.len(), 2);
        let stats = given.kv.stats();
        assert_eq!((stats.writes, stats.entries), (10, 2));
    });
}
