//! Tenants that are dropped, removed when empty and created again. Under the model checker, empty
//! tenants are removed as soon as there are two tenants.

use crate::{Count, another_handle, check, count, given, n};
use kv_core::{Expiry, Version};
use shuttle::thread;
use std::sync::Mutex;

#[test]
fn dropped_tenant_never_reuses_a_version() {
    check(|| {
        let given = given::<Count>(Expiry::Manual);
        let versions = Mutex::new(Vec::<Version>::new());
        let write = |key: &str| {
            let version = another_handle::<Count>(&given.kv).set(key, count(1)).unwrap();
            versions.lock().unwrap().push(version);
        };
        thread::scope(|scope| {
            scope.spawn(|| {
                write("a");
                write("a");
            });
            scope.spawn(|| write("b"));
            scope.spawn(|| given.kv.drop_tenant("acme.example"));
        });
        given.kv.drop_tenant("acme.example");
        assert!(given.store.is_empty());
        write("c");
        let mut versions = versions.into_inner().unwrap();
        let last = versions.pop().unwrap();
        assert!(versions.iter().all(|version| *version < last), "{versions:?} {last}");
        versions.sort_unstable();
        versions.dedup();
        assert_eq!(versions.len(), 3);
    });
}

/// Only the entries keep the tenant: each handle is dropped after its operation.
#[test]
fn tenant_is_not_removed_during_a_write() {
    check(|| {
        let kv = given::<Count>(Expiry::Manual).kv;
        thread::scope(|scope| {
            scope.spawn(|| {
                let mut last = None;
                for number in 0..2 {
                    let version = Some(another_handle::<Count>(&kv).set("k", count(number)).unwrap());
                    assert!(version > last, "{version:?} after {last:?}");
                    assert_eq!(n(&another_handle(&kv), "k"), Some(number));
                    assert!(another_handle::<Count>(&kv).delete("k").is_some());
                    last = version;
                }
            });
            for host in ["b.example", "c.example"] {
                let kv = &kv;
                scope.spawn(move || {
                    for _ in 0..2 {
                        let tenant = kv.tenant(host).unwrap();
                        tenant.set::<Count>("k", count(1)).unwrap();
                        drop(tenant);
                        assert_eq!(kv.tenant(host).unwrap().clear(), 1);
                    }
                });
            }
        });
        assert_eq!((kv.stats().entries, kv.tenants().len()), (0, 0));
    });
}

#[test]
fn tenant_is_not_removed_while_it_is_watched() {
    check(|| {
        let kv = given::<Count>(Expiry::Manual).kv;
        thread::scope(|scope| {
            scope.spawn(|| {
                let watch = another_handle::<Count>(&kv).watch("");
                another_handle::<Count>(&kv).set("k", count(1)).unwrap();
                assert!(std::iter::from_fn(|| watch.try_recv()).any(|change| change.key().is_some()));
            });
            for host in ["b.example", "c.example", "d.example"] {
                let kv = &kv;
                scope.spawn(move || kv.tenant(host).unwrap().typed::<Count>().watch("").refused().is_none());
            }
        });
    });
}

#[test]
fn concurrent_first_writes_create_one_collection() {
    check(|| {
        let kv = given::<Count>(Expiry::Manual).kv;
        thread::scope(|scope| {
            for key in ["a", "b", "c"] {
                let kv = &kv;
                scope.spawn(move || {
                    let store = another_handle::<Count>(kv);
                    store.set(key, count(1)).unwrap();
                    assert_eq!(n(&another_handle(kv), key), Some(1));
                    assert!(store.contains(key));
                });
            }
        });
        assert_eq!(another_handle::<Count>(&kv).len(), 3);
        assert_eq!(kv.stats().writes, 3);
    });
}
