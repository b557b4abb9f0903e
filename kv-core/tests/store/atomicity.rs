use crate::{Note, given_a_tenant, given_notes, note};
use kv_core::{Error, KvStore, KvType, SetOptions};
use serde::{Deserialize, Serialize};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

#[derive(Debug, PartialEq, KvType)]
struct Counter {
    count: u64,
}

#[test]
fn one_of_many_concurrent_if_absent_writes_wins() {
    let counters = KvStore::new().tenant("acme.example").unwrap().typed::<Counter>();
    for round in 0..200 {
        let key = format!("lock:{round}");
        let winners: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|count| {
                    let (counters, key) = (&counters, &key);
                    let once = SetOptions::new().if_absent();
                    scope.spawn(move || {
                        counters.set_with(key, Counter { count }, once).is_ok().then_some(count)
                    })
                })
                .collect();
            threads.into_iter().filter_map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(winners, [counters.get(&key).unwrap().count]);
    }
}

#[test]
fn update_is_repeated_after_a_concurrent_write() {
    let (_, store) = given_a_tenant();
    let counters = store.typed::<Counter>();
    counters.set("k", Counter { count: 1 }).unwrap();
    let mut calls = 0;
    let result = counters.update("k", |current| {
        calls += 1;
        let count = current.unwrap().count;
        if calls == 1 {
            // Another write comes first.
            store.set::<Counter>("k", Counter { count: 10 }).unwrap();
        }
        Some(Counter { count: count + 1 })
    });
    assert_eq!((calls, result.unwrap().unwrap().count), (2, 11));

    let mut calls = 0;
    let result = counters.update("k", |current| {
        calls += 1;
        if calls == 1 {
            store.delete::<Counter>("k");
        }
        current.map(|c| Counter { count: c.count + 1 })
    });
    assert_eq!((calls, result.unwrap()), (2, None));
}

#[test]
fn removal_by_update_is_repeated_after_a_concurrent_write() {
    let (_, store) = given_a_tenant();
    let counters = store.typed::<Counter>();
    counters.set("k", Counter { count: 1 }).unwrap();
    let mut seen = Vec::new();
    let result = counters.update("k", |current| {
        seen.push(current.unwrap().count);
        if seen.len() == 1 {
            store.set::<Counter>("k", Counter { count: 10 }).unwrap();
        }
        None
    });
    assert_eq!((result, seen), (Ok(None), vec![1, 10]));
    assert!(counters.is_empty());
}

#[test]
fn concurrent_first_writes_create_one_collection() {
    const THREADS: usize = 4;
    for _ in 0..100 {
        let kv = KvStore::new();
        let barrier = std::sync::Barrier::new(THREADS);
        std::thread::scope(|scope| {
            for n in 0..THREADS {
                let (kv, barrier) = (&kv, &barrier);
                scope.spawn(move || {
                    let store = kv.tenant("acme.example").unwrap();
                    barrier.wait();
                    store.set::<Note>(n.to_string(), note("x")).unwrap();
                });
            }
        });
        let store = kv.tenant("acme.example").unwrap();
        assert_eq!(store.typed::<Note>().len(), THREADS);
    }
}

#[test]
fn concurrent_updates_of_one_counter_are_not_lost() {
    let counters = KvStore::new().tenant("acme.example").unwrap().typed::<Counter>();
    std::thread::scope(|scope| {
        for _ in 0..64 {
            let counters = counters.clone();
            scope.spawn(move || {
                for _ in 0..200 {
                    let next = |c: Option<&Counter>| Some(Counter { count: c.map_or(0, |c| c.count) + 1 });
                    counters.update("hits", next).unwrap();
                }
            });
        }
    });
    assert_eq!(counters.get("hits").unwrap().count, 64 * 200);
}

#[test]
fn closures_validators_and_destructors_may_use_the_store() {
    #[derive(Serialize, Deserialize, KvType)]
    struct Busy {
        #[kv(custom = "looks_around")]
        name: String,
        #[serde(skip)]
        store: Option<kv_core::TenantStore>,
    }
    fn looks_around(_: &str) -> Result<(), String> {
        STORE.with(|store| store.set::<Note>("validated", note("yes")).map(drop).map_err(|e| e.to_string()))
    }
    impl Drop for Busy {
        fn drop(&mut self) {
            if let Some(store) = &self.store {
                store.update::<Note>("dropped", |_| Some(note(&self.name))).unwrap();
                let _ = store.scan::<Busy>("").count();
            }
        }
    }
    thread_local!(static STORE: kv_core::TenantStore = given_a_tenant().1);

    let store = STORE.with(Clone::clone);
    let busy = |name: &str| Busy { name: name.to_owned(), store: Some(store.clone()) };
    store.set::<Busy>("k", busy("first")).unwrap();
    assert!(store.contains::<Note>("validated"));
    store.set::<Busy>("k", busy("second")).unwrap();
    assert_eq!(store.get::<Note>("dropped").as_deref(), Some(&note("first")));
    let refused = store.set_with::<Busy>("k", busy("refused"), SetOptions::new().if_absent());
    assert!(matches!(refused, Err(Error::Conflict { .. })));
    assert_eq!(store.get::<Note>("dropped").as_deref(), Some(&note("refused")));
    store
        .update::<Busy>("k", |_| {
            let _ = store.get::<Busy>("k");
            None
        })
        .unwrap();
    assert_eq!(store.get::<Note>("dropped").as_deref(), Some(&note("second")));
}

#[test]
fn panic_in_a_closure_leaves_the_store_unchanged() {
    let notes = given_notes();
    let version = notes.set("k", note("kept")).unwrap();
    let panicked = catch_unwind(AssertUnwindSafe(|| notes.update("k", |_| panic!("in the closure"))));
    assert!(panicked.is_err());
    let panicked = catch_unwind(AssertUnwindSafe(|| notes.modify("k", |_| panic!("in the closure"))));
    assert!(panicked.is_err());
    assert_eq!(notes.get_entry("k").unwrap().version, version);
    assert_eq!(notes.set("k", note("next")).unwrap().get(), version.get() + 1);
}

#[test]
fn panic_of_a_replaced_value_comes_after_the_write() {
    #[derive(KvType)]
    struct Touchy {
        n: u8,
    }
    impl Drop for Touchy {
        fn drop(&mut self) {
            assert!(self.n != 1 || std::thread::panicking(), "a value that panics when dropped");
        }
    }
    let (_, store) = given_a_tenant();
    store.set::<Touchy>("k", Touchy { n: 1 }).unwrap();
    let panicked = catch_unwind(AssertUnwindSafe(|| store.set::<Touchy>("k", Touchy { n: 2 })));
    assert!(panicked.is_err());
    assert_eq!(store.get::<Touchy>("k").unwrap().n, 2);
    store.set::<Touchy>("k", Touchy { n: 3 }).unwrap();
    assert_eq!(store.typed::<Touchy>().count(""), 1);
}

#[test]
fn returned_value_is_not_changed_by_later_writes() {
    let notes = given_notes();
    notes.set("k", note("old")).unwrap();
    let held = notes.get("k").unwrap();
    notes.set("k", note("new")).unwrap();
    notes.delete("k");
    assert_eq!(*held, note("old"));
    assert_eq!(Arc::strong_count(&held), 1);
}
