//! `KvStore` as an `Engine` behaves like its typed handles.

use kv_core::engine::{
    AnyChange, AnyEntry, AnyValue, AnyWatch, Engine, EngineError, EngineFuture, PageRequest, StoredType,
};
use kv_core::{
    Condition, Error, Expiry, KvStore, KvType, Limit, Limits, ManualClock, SetOptions, TenantId, Version,
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, KvType)]
#[kv(ttl = "30s")]
struct Cursor {
    #[kv(range(min = 0))]
    x: i32,
}

#[derive(Serialize, Deserialize, KvType)]
#[kv(key = "user:{user}")]
struct Presence {
    user: String,
}

const CURSOR: StoredType = StoredType::of::<Cursor>();

struct Scene {
    clock: ManualClock,
    start: SystemTime,
    kv: KvStore,
    engine: Arc<dyn Engine>,
    acme: TenantId,
}

fn scene() -> Scene {
    scene_with(Limits::default())
}

fn scene_with(limits: Limits) -> Scene {
    let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    let clock = ManualClock::starting_at(start);
    let kv = KvStore::builder().clock(clock.clone()).expiry(Expiry::Manual).limits(limits).build();
    let acme = TenantId::new("acme.example").unwrap();
    Scene { clock, start, engine: kv.clone().into(), kv, acme }
}

/// Returns the output of a future of the in-memory engine, which is ready at the first poll.
fn now<T>(mut future: EngineFuture<'_, T>) -> Result<T, EngineError> {
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => panic!("the memory engine waits for nothing"),
    }
}

fn cursor(x: i32) -> AnyValue {
    Arc::new(Cursor { x })
}

fn x(entry: &AnyEntry) -> i32 {
    entry.value.downcast_ref::<Cursor>().unwrap().x
}

impl Scene {
    fn set(&self, key: &str, x: i32, options: SetOptions) -> Result<kv_core::engine::Written, EngineError> {
        now(self.engine.set(&self.acme, CURSOR, key, cursor(x), options))
    }

    fn get(&self, key: &str) -> Option<AnyEntry> {
        now(self.engine.get(&self.acme, CURSOR, key)).unwrap()
    }
}

#[test]
fn engine_and_typed_store_share_entries() {
    let scene = scene();
    let written = scene.set("user:7", 3, SetOptions::new()).unwrap();
    let typed = scene.kv.tenant("acme.example").unwrap().get_entry::<Cursor>("user:7").unwrap();
    assert_eq!((typed.version, typed.value.x), (written.version, 3));
    let entry = scene.get("user:7").unwrap();
    assert_eq!((&*entry.key, x(&entry), entry.version), ("user:7", 3, written.version));
    assert_eq!((entry.created_at, entry.updated_at), (scene.start, scene.start));
    assert!(scene.get("user:8").is_none() && scene.get("").is_none());
    assert!(scene.kv.tenants().len() == 1);
}

#[test]
fn expires_at_is_the_deadline() {
    let scene = scene();
    let in_30s = Some(scene.start + Duration::from_secs(30));
    assert_eq!(scene.set("a", 1, SetOptions::new()).unwrap().expires_at, in_30s);
    scene.clock.advance(Duration::from_secs(10));
    assert_eq!(scene.get("a").unwrap().expires_at, in_30s);
    assert_eq!(scene.set("a", 2, SetOptions::new().keep_ttl()).unwrap().expires_at, in_30s);
    assert_eq!(scene.set("b", 2, SetOptions::new().no_ttl()).unwrap().expires_at, None);
    assert_eq!(now(scene.engine.touch(&scene.acme, CURSOR, "a", Some(Duration::from_secs(40)))), Ok(true));
    let page = now(scene.engine.list(&scene.acme, CURSOR, PageRequest::new("", 9))).unwrap();
    let in_50s = Some(scene.start + Duration::from_secs(50));
    assert_eq!(page.entries.iter().map(|e| e.expires_at).collect::<Vec<_>>(), [in_50s, None]);
    assert_eq!(now(scene.engine.touch(&scene.acme, CURSOR, "a", None)), Ok(true));
    assert_eq!(scene.get("a").unwrap().expires_at, None);
    assert_eq!(now(scene.engine.touch(&scene.acme, CURSOR, "c", None)), Ok(false));
}

#[test]
fn watcher_that_receives_late_gets_the_deadline() {
    let scene = scene();
    scene.set("a", 1, SetOptions::new()).unwrap();
    let mut watch = now(scene.engine.watch(&scene.acme, CURSOR, "", None)).unwrap();
    assert!(matches!(next(&mut *watch), Some(AnyChange::Reset)));
    scene.clock.advance(Duration::from_secs(12));
    let Some(AnyChange::Set(entry)) = next(&mut *watch) else { panic!("no entry") };
    assert_eq!(entry.expires_at, Some(scene.start + Duration::from_secs(30)));
    assert!(matches!(next(&mut *watch), Some(AnyChange::Ready)));
    assert_eq!(watch.version(), Some(entry.version));

    now(scene.engine.delete(&scene.acme, CURSOR, "a", Condition::None)).unwrap();
    assert!(matches!(next(&mut *watch), Some(AnyChange::Deleted { key, .. }) if &*key == "a"));
    assert!(next(&mut *watch).is_none());
}

/// Returns the next change.
fn next(watch: &mut dyn AnyWatch) -> Option<AnyChange> {
    match watch.poll_change(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(change) => Some(change.unwrap().unwrap()),
        Poll::Pending => None,
    }
}

#[test]
fn watches_beyond_the_limit_are_refused() {
    let scene = scene_with(Limits::default().watchers(1));
    let _first = now(scene.engine.watch(&scene.acme, CURSOR, "", None)).unwrap();
    let second = now(scene.engine.watch(&scene.acme, CURSOR, "", None)).err();
    let refused = Error::LimitExceeded { limit: Limit::Watchers, allowed: 1 };
    assert_eq!(second, Some(EngineError::Refused(refused)));
}

#[test]
fn writes_are_checked_as_by_typed_store() {
    let scene = scene();
    let refused = |key: &str, x, options| match scene.set(key, x, options) {
        Err(EngineError::Refused(error)) => error,
        other => panic!("{other:?}"),
    };
    assert!(matches!(refused("a", -1, SetOptions::new()), Error::Validation(_)));
    assert!(matches!(refused("", 1, SetOptions::new()), Error::InvalidKey(_)));
    assert_eq!(refused("a", 1, SetOptions::new().ttl(Duration::ZERO)), Error::InvalidTtl);
    assert_eq!(refused("a", 1, SetOptions::new().if_present()), Error::Conflict { current: None });
    let first = scene.set("a", 1, SetOptions::new()).unwrap().version;
    let absent = SetOptions::new().if_absent();
    assert_eq!(refused("a", 1, absent), Error::Conflict { current: Some(first) });

    let presence: AnyValue = Arc::new(Presence { user: "7".to_owned() });
    let ty = StoredType::of::<Presence>();
    let forged = now(scene.engine.set(&scene.acme, ty, "user:8", Arc::clone(&presence), SetOptions::new()));
    assert_eq!(forged, Err(EngineError::Refused(Error::KeyMismatch)));
    assert_eq!(ty.check("user:8", &*presence), Err(EngineError::Refused(Error::KeyMismatch)));
    assert_eq!(ty.check("user:7", &*presence), Ok(()));
    let other = now(scene.engine.set(&scene.acme, CURSOR, "user:7", presence, SetOptions::new()));
    assert_eq!(other, Err(EngineError::OtherType { tag: "Cursor" }));
}

#[test]
fn deletion_checks_its_condition() {
    let scene = scene();
    let delete = |condition| now(scene.engine.delete(&scene.acme, CURSOR, "a", condition));
    let conflict = |current| Err(EngineError::Refused(Error::Conflict { current }));
    let version = |digits: &str| Condition::Version(digits.parse::<Version>().unwrap());
    assert_eq!(delete(Condition::None), Ok(false));
    assert_eq!(delete(Condition::Present), conflict(None));
    assert_eq!(delete(version("1")), Ok(false), "the entry is already gone");
    let current = Some(scene.set("a", 1, SetOptions::new()).unwrap().version);
    assert_eq!(delete(version("1")), conflict(current));
    assert_eq!(delete(Condition::Absent), conflict(current));
    assert_eq!(delete(Condition::Present), Ok(true));
    assert!(scene.get("a").is_none());
}

#[test]
fn pages_contain_every_key_once_in_both_directions() {
    let scene = scene();
    let mut keys: Vec<String> = (0..700).map(|i| format!("k:{i:03}")).collect();
    for key in keys.iter().rev() {
        scene.set(key, 0, SetOptions::new()).unwrap();
    }
    scene.set("l", 0, SetOptions::new()).unwrap();
    for descending in [false, true] {
        for limit in [1, 255, 256, 257, 699, 700, 701] {
            let mut seen: Vec<String> = Vec::new();
            loop {
                let after = seen.last().cloned();
                let request = PageRequest { prefix: "k:", after: after.as_deref(), limit, descending };
                let page = now(scene.engine.list(&scene.acme, CURSOR, request)).unwrap();
                assert!(page.entries.len() == limit || !page.has_more);
                seen.extend(page.entries.iter().map(|entry| entry.key.to_string()));
                if !page.has_more {
                    break;
                }
            }
            assert_eq!(seen, keys, "{limit} a page");
        }
        keys.reverse();
    }
}

#[test]
fn reads_create_nothing_and_types_are_counted_and_purged_separately() {
    let scene = scene();
    let other = StoredType::of::<Presence>();
    let stranger = TenantId::new("stranger.example").unwrap();
    assert!(now(scene.engine.get(&stranger, CURSOR, "a")).unwrap().is_none());
    assert!(now(scene.engine.list(&stranger, CURSOR, PageRequest::new("", 9))).unwrap().entries.is_empty());
    assert_eq!(now(scene.engine.purge_expired(&stranger, &[CURSOR])), Ok(0));
    assert_eq!(now(scene.engine.delete(&stranger, CURSOR, "a", Condition::None)), Ok(false));
    assert!(scene.kv.stats().tenants.is_empty());

    let presence: AnyValue = Arc::new(Presence { user: "7".to_owned() });
    let options = SetOptions::new().ttl(Duration::from_secs(1));
    now(scene.engine.set(&scene.acme, other, "user:7", presence, options)).unwrap();
    scene.set("a", 1, SetOptions::new()).unwrap();
    scene.clock.advance(Duration::from_secs(30));
    let stats = now(scene.engine.stats(&scene.acme, &[other, CURSOR])).unwrap();
    assert_eq!(
        stats.iter().map(|s| (s.tag, s.entries)).collect::<Vec<_>>(),
        [("Presence", 0), ("Cursor", 0)]
    );
    assert_eq!(now(scene.engine.purge_expired(&scene.acme, &[CURSOR])), Ok(1));
    assert_eq!(now(scene.engine.purge_expired(&scene.acme, &[CURSOR, other])), Ok(1));
}

#[test]
fn purge_makes_bounded_steps_and_yields_between_them() {
    const ENTRIES: usize = 6000;
    let scene = scene();
    for at in 0..ENTRIES {
        scene.set(&format!("k{at}"), 1, SetOptions::new().ttl(Duration::from_secs(1))).unwrap();
    }
    scene.clock.advance(Duration::from_secs(1));
    let left = || {
        let expired = scene.kv.tenant("acme.example").unwrap().stats().types[0].expirations;
        ENTRIES - usize::try_from(expired).unwrap()
    };
    let types = [CURSOR];
    let mut purge = scene.engine.purge_expired(&scene.acme, &types);
    let mut cx = Context::from_waker(Waker::noop());
    let mut before = left();
    let purged = loop {
        let polled = purge.as_mut().poll(&mut cx);
        assert!(before - left() <= 256, "a poll removes {}", before - left());
        before = left();
        if let Poll::Ready(purged) = polled {
            break purged.unwrap();
        }
    };
    assert_eq!((purged, left()), (kv_core::engine::MOST_PURGED, ENTRIES - kv_core::engine::MOST_PURGED));
    drop(purge);
    // Expired entries that have not been removed yet are not returned.
    assert!(now(scene.engine.list(&scene.acme, CURSOR, PageRequest::new("", 9))).unwrap().entries.is_empty());
    assert_eq!(now(scene.engine.stats(&scene.acme, &[CURSOR])).unwrap()[0].entries, 0);
}
