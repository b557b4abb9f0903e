use crate::{Cursor, Note, cursor, note, secs};
use kv_core::engine::MOST_PURGED;
use kv_core::{Error, Expiry, KvField, KvStore, Limit, Limits, ManualClock, SetOptions};

fn given(limits: Limits) -> (ManualClock, KvStore) {
    let clock = ManualClock::new();
    let kv = KvStore::builder().clock(clock.clone()).expiry(Expiry::Manual).limits(limits).build();
    (clock, kv)
}

fn over<R>(limit: Limit, allowed: usize) -> Result<R, Error> {
    Err(Error::LimitExceeded { limit, allowed })
}

#[test]
fn refused_write_changes_nothing() {
    let (_, kv) = given(Limits::default().entries_per_tenant(2));
    let store = kv.tenant("acme.example").unwrap();
    let version = store.set::<Note>("a", note("first")).unwrap();
    store.set::<Cursor>("a", cursor(1)).unwrap();
    let before = kv.stats();
    let notes = store.typed::<Note>();
    assert_eq!(notes.set("b", note("x")), over(Limit::EntriesPerTenant, 2));
    assert_eq!(notes.update("b", |_| Some(note("x"))), over(Limit::EntriesPerTenant, 2));
    assert_eq!(notes.set_many([("a", note("y")), ("b", note("x"))]), over(Limit::EntriesPerTenant, 2));
    assert_eq!(notes.get_or_insert_with("b", || note("x")), over(Limit::EntriesPerTenant, 2));
    let mut after = kv.stats();
    // The computation has read its key.
    after.misses -= 1;
    after.tenants[0].1.misses -= 1;
    after.tenants[0].1.types[1].misses -= 1;
    assert_eq!(after, before);
    assert_eq!(notes.set("a", note("an overwrite")).unwrap().get(), version.get() + 1);
    assert_eq!(notes.set_many([("a", note("y")), ("a", note("z"))]).unwrap().len(), 2);
    notes.delete("a");
    notes.set("b", note("there is room again")).unwrap();
}

#[test]
fn expired_entries_are_removed_before_a_write_is_refused() {
    let (clock, kv) = given(Limits::default().entries_per_tenant(2).tenants(1));
    let (acme, other) = (kv.tenant("acme.example").unwrap(), kv.tenant("other.example").unwrap());
    acme.set::<Cursor>("a", cursor(1)).unwrap();
    acme.set_with::<Note>("b", note("x"), SetOptions::new().ttl(secs(60))).unwrap();
    assert_eq!(acme.set::<Note>("c", note("x")), over(Limit::EntriesPerTenant, 2));
    assert_eq!(other.set::<Note>("c", note("x")), over(Limit::Tenants, 1));
    clock.advance(secs(30));
    // Another type of the same tenant.
    acme.set::<Note>("c", note("x")).unwrap();
    acme.typed::<Note>().touch("c", secs(30)).unwrap();
    assert_eq!(other.set::<Note>("c", note("x")), over(Limit::Tenants, 1));
    clock.advance(secs(30));
    other.set::<Note>("c", note("x")).unwrap();
    assert_eq!(kv.tenants(), [other.id().clone()]);
}

#[test]
fn a_write_at_its_limit_removes_no_more_expired_entries_than_it_needs() {
    let (clock, kv) = given(Limits::default().entries_per_tenant(1000).bytes_per_tenant(1 << 20));
    let store = kv.tenant("acme.example").unwrap();
    let short = SetOptions::new().ttl(secs(1));
    for n in 0..1000 {
        store.set_with::<Note>(format!("{n}"), note("x"), short).unwrap();
    }
    clock.advance(secs(1));
    let expired = || store.stats().expirations;
    store.set::<Note>("a", note("x")).unwrap();
    assert!((1..=256).contains(&expired()), "{} were removed for one", expired());
    // One that needs the room of many gets it.
    store.set::<Note>("b", note(&"x".repeat(900_000))).unwrap();
    assert!(expired() < 1000, "all were removed");
    store.delete::<Note>("b").unwrap();
    store.typed::<Note>().set_many((0..999).map(|n| (format!("new {n}"), note("x")))).unwrap();
    assert_eq!(store.set::<Note>("c", note("x")), over(Limit::EntriesPerTenant, 1000));
}

#[test]
fn tenant_with_only_expired_entries_gives_up_its_place() {
    let (clock, kv) = given(Limits::default().tenants(2));
    let store = |n: u32| kv.tenant(format!("t{n}.example")).unwrap();
    let short = SetOptions::new().ttl(secs(1));
    for n in 0..300 {
        store(1).set_with::<Note>(format!("{n}"), note("x"), short).unwrap();
        store(2).set_with::<Note>(format!("{n}"), note("x"), short).unwrap();
    }
    store(2).set::<Note>("stays", note("x")).unwrap();
    clock.advance(secs(1));
    store(3).set::<Note>("k", note("x")).unwrap();
    assert_eq!(store(4).set::<Note>("k", note("x")), over(Limit::Tenants, 2));
    assert!(store(2).get::<Note>("stays").is_some());
}

#[test]
fn write_of_a_new_tenant_removes_a_bounded_number_of_expired_entries() {
    let (clock, kv) = given(Limits::default().tenants(1));
    let store = |n: u32| kv.tenant(format!("t{n}.example")).unwrap();
    let short = SetOptions::new().ttl(secs(1));
    let entries = 2 * MOST_PURGED + 100;
    for n in 0..entries {
        store(1).set_with::<Note>(format!("{n}"), note("x"), short).unwrap();
    }
    clock.advance(secs(1));
    let mut before = 0;
    for _ in 0..2 {
        assert_eq!(store(2).set::<Note>("k", note("x")), over(Limit::Tenants, 1));
        let removed = store(1).stats().expirations;
        assert!((1..=MOST_PURGED as u64 + 256).contains(&(removed - before)), "{before} to {removed}");
        before = removed;
    }
    // Each write makes progress, so the tenant gets its place.
    store(2).set::<Note>("k", note("x")).unwrap();
}

#[test]
fn tenant_counts_while_it_has_entries() {
    let (_, kv) = given(Limits::default().tenants(2));
    let store = |n: u32| kv.tenant(format!("t{n}.example")).unwrap();
    store(1).set::<Note>("k", note("x")).unwrap();
    store(2).set::<Note>("k", note("x")).unwrap();
    for n in 3..1000 {
        assert_eq!(store(n).get::<Note>("k"), None);
        assert_eq!(store(n).set::<Note>("k", note("x")), over(Limit::Tenants, 2));
    }
    assert_eq!(kv.tenants().len(), 2);
    assert!(kv.drop_tenant("T1.example.:80"));
    assert!(!kv.drop_tenant("t1.example") && !kv.drop_tenant("no host"));
    store(3).set::<Note>("k", note("x")).unwrap();
    assert_eq!(store(1).set::<Note>("k", note("x")), over(Limit::Tenants, 2));
}

#[test]
fn handles_of_a_dropped_tenant_remain_valid_and_match_no_old_version() {
    let (_, kv) = given(Limits::default());
    let store = kv.tenant("acme.example").unwrap();
    let notes = store.typed::<Note>();
    let old = notes.set("k", note("x")).unwrap();
    assert!(kv.drop_tenant("acme.example"));
    assert!(notes.is_empty() && store.get::<Note>("k").is_none());
    let new = notes.set("k", note("y")).unwrap();
    assert!(new > old);
    assert_eq!(notes.delete_if("k", old), Err(Error::Conflict { current: Some(new) }));
    assert_eq!(kv.tenant("acme.example").unwrap().get::<Note>("k").as_deref(), Some(&note("y")));
}

#[test]
fn unused_tenants_are_forgotten_and_their_versions_are_not_reused() {
    let (_, kv) = given(Limits::default());
    let first = kv.tenant("t.example").unwrap();
    let mut last = first.set::<Note>("k", note("x")).unwrap();
    for _ in 0..1000 {
        last = first.set::<Note>("k", note("x")).unwrap();
    }
    first.clear();
    drop(first);
    for n in 0..500 {
        let store = kv.tenant(format!("t{n}.example")).unwrap();
        store.set::<Note>("k", note("x")).unwrap();
        store.clear();
    }
    assert!(kv.stats().tenants.len() < 100, "{} are remembered", kv.stats().tenants.len());
    let again = kv.tenant("t.example").unwrap().set::<Note>("k", note("x")).unwrap();
    assert!(again > last, "{again} after {last}");
}

#[test]
fn key_and_value_sizes_are_limited() {
    let long = "x".repeat(100);
    let size = size_of::<Note>() + 100;
    let (_, kv) = given(Limits::default().key_bytes(3).value_bytes(size));
    let notes = kv.tenant("acme.example").unwrap().typed::<Note>();
    let exact = || Note { text: long.as_str().into() };
    assert_eq!(exact().heap_size(), 100);
    notes.set("abc", exact()).unwrap();
    assert_eq!(notes.set("abcd", note("x")), over(Limit::KeyBytes, 3));
    assert_eq!(notes.set("a", note(&format!("{long}x"))), over(Limit::ValueBytes, size));
    assert_eq!(
        notes.update("abc", |n| Some(note(&format!("{}x", n.unwrap().text)))),
        over(Limit::ValueBytes, size)
    );
    let error = notes.set("a", note(&format!("{long}x"))).unwrap_err();
    assert!(error.to_string().contains("the limit `value_bytes` of"), "{error}");
}

#[test]
fn bytes_are_given_back_to_the_last_one() {
    let (clock, kv) = given(Limits::default().bytes_per_tenant(100_000));
    let store = kv.tenant("acme.example").unwrap();
    let notes = store.typed::<Note>();
    for round in 0..50 {
        let options = SetOptions::new().ttl(secs(1 + round % 3));
        for n in 0..50u64 {
            let text = "x".repeat(usize::try_from((n * round) % 97).unwrap());
            notes.set_with(n.to_string(), note(&text), options).unwrap();
        }
        notes.delete_prefix("1");
        notes.modify("2", |n| note(&format!("{}{}", n.text, n.text))).unwrap();
        clock.advance(secs(1));
        store.purge_expired();
        if round % 10 == 9 {
            notes.clear();
        }
    }
    notes.clear();
    assert_eq!((store.stats().bytes, store.stats().entries), (0, 0));
    // All bytes are free again.
    let half = note(&"x".repeat(49_000));
    notes.set("a", half.clone()).unwrap();
    notes.set("b", half.clone()).unwrap();
    assert_eq!(notes.set("c", half), over(Limit::BytesPerTenant, 100_000));
}

#[test]
fn write_is_retried_after_another_operation_made_room() {
    let (clock, kv) = given(Limits::default().entries_per_tenant(4));
    let notes = kv.tenant("acme.example").unwrap().typed::<Note>();
    let brief = SetOptions::new().ttl(secs(1));
    for round in 0..500 {
        for n in 0..4 {
            notes.set_with(format!("{round}:{n}"), note("x"), brief).unwrap();
        }
        clock.advance(secs(1));
        std::thread::scope(|scope| {
            for thread in 0..2 {
                let notes = &notes;
                scope.spawn(move || {
                    notes.set_with(format!("{round}:new:{thread}"), note("x"), brief).unwrap()
                });
            }
        });
        clock.advance(secs(1));
    }
}

#[test]
fn refused_write_of_a_tenant_takes_no_room_from_another() {
    let (_, kv) = given(Limits::default().tenants(1).bytes_per_tenant(10_000));
    let (a, b) = (kv.tenant("a.example").unwrap(), kv.tenant("b.example").unwrap());
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let large = note(&"x".repeat(20_000));
            while !done.load(std::sync::atomic::Ordering::Relaxed) {
                assert_eq!(b.set::<Note>("k", large.clone()), over(Limit::BytesPerTenant, 10_000));
            }
        });
        for _ in 0..20_000 {
            a.set::<Note>("k", note("x")).unwrap();
            a.delete::<Note>("k");
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
    });
}

#[test]
fn panic_of_one_type_does_not_stop_clearing_others() {
    #[derive(kv_core::KvType)]
    struct Touchy(u8);
    impl Drop for Touchy {
        fn drop(&mut self) {
            assert!(self.0 != 1, "a value that panics when dropped");
        }
    }
    #[derive(kv_core::KvType)]
    struct Also(u8);
    impl Drop for Also {
        fn drop(&mut self) {
            assert!(self.0 != 1, "a value that panics when dropped");
        }
    }
    let (clock, kv) = given(Limits::default().entries_per_tenant(3));
    let store = kv.tenant("acme.example").unwrap();
    store.set::<Touchy>("k", Touchy(1)).unwrap();
    store.set::<Also>("k", Also(1)).unwrap();
    store.set::<Note>("k", note("x")).unwrap();
    let dropped = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| kv.drop_tenant("acme.example")));
    assert!(dropped.is_err());
    assert_eq!((kv.stats().entries, kv.stats().bytes), (0, 0));

    // A writer does not receive the panic of a value that was removed to make room.
    for n in 0..3 {
        let brief = SetOptions::new().ttl(secs(1));
        store.set_with::<Touchy>(n.to_string(), Touchy(u8::from(n == 0)), brief).unwrap();
    }
    clock.advance(secs(1));
    store.set::<Note>("k", note("x")).unwrap();
    assert_eq!(store.stats().entries, 1);
}

#[test]
fn concurrent_writers_never_exceed_a_limit() {
    let (_, kv) = given(Limits::default().entries_per_tenant(50));
    let store = kv.tenant("acme.example").unwrap();
    let stored: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|thread| {
                let store = store.clone();
                let write = move |n: u32| store.set::<Note>(format!("{thread}:{n}"), note("x")).is_ok();
                scope.spawn(move || (0..20).filter(|n| write(*n)).count())
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!((stored, store.stats().entries), (50, 50));
}
