//! Limits reached by several writers at once. Writers of one type share a lock; writers of two
//! types share only the counters of the tenant.

use crate::{Count, Recent, another_handle, check, count, secs, ttl};
use kv_core::{Error, Expiry, KvStore, KvType, Limit, Limits, ManualClock, Version};
use shuttle::sync::atomic::{AtomicUsize, Ordering};
use shuttle::thread;

/// Another type of the same size.
#[derive(Debug, KvType)]
struct Other {
    n: u64,
}

fn given(limits: Limits) -> (ManualClock, KvStore) {
    let clock = ManualClock::new();
    let kv = KvStore::builder().clock(clock.clone()).expiry(Expiry::Manual).limits(limits).build();
    (clock, kv)
}

/// Returns whether the entry was written. Panics on errors other than an exceeded limit.
fn set(kv: &KvStore, key: &str) -> bool {
    is_written(another_handle::<Count>(kv).set(key, count(1)))
}

fn set_other(kv: &KvStore, key: &str) -> bool {
    is_written(another_handle::<Other>(kv).set(key, Other { n: 1 }))
}

fn is_written(outcome: Result<Version, Error>) -> bool {
    match outcome {
        Ok(_) => true,
        Err(Error::LimitExceeded { .. }) => false,
        Err(other) => panic!("{other}"),
    }
}

/// moka's caches grew beyond their capacity under load (its issue 72).
#[test]
fn entry_limit_is_exact_under_concurrent_writes() {
    check(|| {
        let (_, kv) = given(Limits::unlimited().entries_per_tenant(2));
        let (written, removed) = (AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            for key in ["a", "b", "c"] {
                let (kv, written, removed) = (&kv, &written, &removed);
                scope.spawn(move || {
                    let is_written = if key == "b" { set_other(kv, key) } else { set(kv, key) };
                    written.fetch_add(usize::from(is_written), Ordering::SeqCst);
                    if key == "c" {
                        let gone = another_handle::<Count>(kv).delete("a").is_some();
                        removed.fetch_add(usize::from(gone), Ordering::SeqCst);
                    }
                });
            }
            scope.spawn(|| assert!(another_handle::<Count>(&kv).len() <= 2));
        });
        let left = written.load(Ordering::SeqCst) - removed.load(Ordering::SeqCst);
        assert_eq!(kv.stats().entries, left);
        let more = ["x", "y", "z"].iter().filter(|key| set_other(&kv, key)).count();
        assert_eq!(left + more, 2);
    });
}

#[test]
fn tenant_limit_is_exact_under_concurrent_writes() {
    check(|| {
        let (_, kv) = given(Limits::unlimited().tenants(1));
        let write = |host: &str| kv.tenant(host).unwrap().set::<Count>("k", count(1)).is_ok();
        let written = AtomicUsize::new(0);
        thread::scope(|scope| {
            for host in ["a.example", "b.example"] {
                let (kv, written, write) = (&kv, &written, &write);
                scope.spawn(move || {
                    if write(host) {
                        written.fetch_add(1, Ordering::SeqCst);
                        assert!(kv.tenants().len() <= 1);
                        kv.tenant(host).unwrap().delete::<Count>("k").unwrap();
                    }
                });
            }
        });
        assert!(written.load(Ordering::SeqCst) >= 1);
        assert!(write("c.example"), "the removed tenant is still counted");
        assert!(!write("d.example"));
    });
}

#[test]
fn expired_entry_frees_space_for_one_write() {
    check(|| {
        let (clock, kv) = given(Limits::unlimited().entries_per_tenant(1));
        another_handle::<Count>(&kv).set_with("old", count(1), ttl(10)).unwrap();
        clock.advance(secs(10));
        let written = AtomicUsize::new(0);
        thread::scope(|scope| {
            for key in ["a", "b"] {
                let (kv, written) = (&kv, &written);
                scope.spawn(move || written.fetch_add(usize::from(set(kv, key)), Ordering::SeqCst));
            }
        });
        assert_eq!(written.load(Ordering::SeqCst), 1);
        assert_eq!(another_handle::<Count>(&kv).len(), 1);
    });
}

#[test]
fn removals_give_back_all_bytes() {
    check(|| {
        let one = {
            let (_, kv) = given(Limits::unlimited());
            assert!(set(&kv, "a"));
            kv.stats().bytes
        };
        let (clock, kv) = given(Limits::unlimited().bytes_per_tenant(2 * one));
        thread::scope(|scope| {
            scope.spawn(|| {
                let store = another_handle::<Count>(&kv);
                let _ = store.set_with("a", count(1), ttl(10));
                let _ = store.set("a", count(2));
            });
            scope.spawn(|| {
                set_other(&kv, "b");
                another_handle::<Count>(&kv).delete("a");
            });
            scope.spawn(|| kv.drop_tenant("acme.example"));
            scope.spawn(|| {
                clock.advance(secs(10));
                kv.purge_expired();
            });
        });
        let store = another_handle::<Count>(&kv);
        assert_eq!(kv.stats().bytes, kv.stats().entries * one);
        kv.drop_tenant("acme.example");
        assert!(set(&kv, "x") && set(&kv, "y"));
        let full = Error::LimitExceeded { limit: Limit::BytesPerTenant, allowed: 2 * one };
        assert_eq!(store.set("z", count(1)), Err(full));
    });
}

#[test]
fn evicted_entry_is_uncounted_once() {
    check(|| {
        let (_, kv) = given(Limits::unlimited().entries_per_tenant(3));
        thread::scope(|scope| {
            for key in ["a", "b", "c"] {
                let kv = &kv;
                scope.spawn(move || another_handle::<Recent>(kv).set(key, Recent { n: 1 }).unwrap());
            }
            scope.spawn(|| another_handle::<Recent>(&kv).set("a", Recent { n: 2 }).unwrap());
        });
        assert_eq!(another_handle::<Recent>(&kv).len(), 2);
        assert!(set(&kv, "x"), "an evicted entry is still counted");
        assert!(!set(&kv, "y"), "an evicted entry was subtracted twice");
    });
}

/// Two types of a tenant share no lock.
#[test]
fn tenant_with_two_types_is_counted_once() {
    check(|| {
        let (_, kv) = given(Limits::unlimited().tenants(2));
        thread::scope(|scope| {
            scope.spawn(|| {
                assert!(set(&kv, "a"));
                another_handle::<Count>(&kv).delete("a");
            });
            scope.spawn(|| {
                assert!(set_other(&kv, "a"), "one tenant was counted as more");
                another_handle::<Other>(&kv).delete("a");
                assert!(set_other(&kv, "b"));
            });
        });
        let write = |host: &str| kv.tenant(host).unwrap().set::<Count>("k", count(1)).is_ok();
        assert!(write("b.example"), "one tenant was counted as more");
        assert!(!write("c.example"), "a tenant was not counted");
    });
}
