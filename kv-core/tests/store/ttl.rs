use crate::{Cursor, Note, cursor, given_a_tenant, note, secs};
use kv_core::{Clock, Error, KvStore, ManualClock, SetOptions};
use std::time::{Duration, SystemTime};

#[test]
fn ttl_of_the_call_precedes_ttl_of_the_type() {
    let (_, store) = given_a_tenant();
    let left = |store: &kv_core::TenantStore| store.get_entry::<Cursor>("k").unwrap().expires_in;
    store.set::<Cursor>("k", cursor(1)).unwrap();
    assert_eq!(left(&store), Some(secs(30)));
    store.set_with::<Cursor>("k", cursor(1), SetOptions::new().ttl(secs(5))).unwrap();
    assert_eq!(left(&store), Some(secs(5)));
    store.set_with::<Cursor>("k", cursor(1), SetOptions::new().no_ttl()).unwrap();
    assert_eq!(left(&store), None);
    store.set::<Note>("k", note("x")).unwrap();
    assert_eq!(store.get_entry::<Note>("k").unwrap().expires_in, None);
}

#[test]
fn expired_entry_is_absent_from_every_read() {
    let (clock, store) = given_a_tenant();
    let cursors = store.typed::<Cursor>();
    cursors.set("k", cursor(1)).unwrap();
    clock.advance(Duration::from_nanos(29_999_999_999));
    assert_eq!(cursors.get_entry("k").unwrap().expires_in, Some(Duration::from_nanos(1)));
    clock.advance(Duration::from_nanos(1));
    assert_eq!(cursors.get("k"), None);
    assert_eq!(cursors.get_entry("k"), None);
    assert!(!cursors.contains("k"));
    assert_eq!(cursors.count(""), 0);
    assert_eq!(cursors.scan("").count(), 0);
    assert_eq!(cursors.keys("").count(), 0);
    assert_eq!(cursors.modify("k", |_| panic!("it was there")).unwrap(), None);
    let absent = Err(Error::Conflict { current: None });
    assert_eq!(cursors.set_with("k", cursor(2), SetOptions::new().if_present()), absent);
    assert_eq!(
        cursors
            .update("k", |current| {
                assert_eq!(current, None);
                None
            })
            .unwrap(),
        None
    );
    assert_eq!(cursors.delete("k"), None);
}

#[test]
fn entry_that_expires_during_a_scan_is_not_returned() {
    let (clock, store) = given_a_tenant();
    let cursors = store.typed::<Cursor>();
    for key in ["a", "b", "c"] {
        cursors.set(key, cursor(1)).unwrap();
    }
    cursors.set_with("c", cursor(1), SetOptions::new().no_ttl()).unwrap();
    let mut scan = cursors.scan("");
    assert_eq!(&*scan.next().unwrap().0, "a");
    clock.advance(secs(30));
    assert_eq!(&*scan.next().unwrap().0, "c");
    assert_eq!(scan.next(), None);
}

#[test]
fn overwriting_restarts_the_ttl_unless_it_is_kept() {
    let (clock, store) = given_a_tenant();
    let cursors = store.typed::<Cursor>();
    let left = || cursors.get_entry("k").unwrap().expires_in;
    cursors.set("k", cursor(1)).unwrap();
    clock.advance(secs(10));
    cursors.set_with("k", cursor(2), SetOptions::new().keep_ttl()).unwrap();
    assert_eq!(left(), Some(secs(20)));
    cursors.set("k", cursor(3)).unwrap();
    assert_eq!(left(), Some(secs(30)));
    cursors.set_with("k", cursor(4), SetOptions::new().no_ttl()).unwrap();
    cursors.set_with("k", cursor(5), SetOptions::new().keep_ttl()).unwrap();
    assert_eq!(left(), None, "the lack of a deadline is kept as well");
    cursors.delete("k");
    cursors.set_with("k", cursor(6), SetOptions::new().keep_ttl()).unwrap();
    assert_eq!(left(), Some(secs(30)), "a new entry has no deadline to keep");
}

#[test]
fn update_keeps_the_deadline_and_a_new_entry_gets_the_ttl_of_its_type() {
    let (clock, store) = given_a_tenant();
    let cursors = store.typed::<Cursor>();
    let left = || cursors.get_entry("k").unwrap().expires_in;
    cursors.update("k", |_| Some(cursor(1))).unwrap();
    assert_eq!(left(), Some(secs(30)));
    clock.advance(secs(10));
    cursors.update("k", |_| Some(cursor(2))).unwrap();
    cursors.modify("k", |c| cursor(c.x + 1)).unwrap();
    assert_eq!(left(), Some(secs(20)));
    clock.advance(secs(20));
    cursors
        .update("k", |current| {
            assert_eq!(current, None);
            Some(cursor(4))
        })
        .unwrap();
    assert_eq!(left(), Some(secs(30)));
}

#[test]
fn created_at_is_kept_by_an_overwrite_and_reset_after_a_removal() {
    let (clock, store) = given_a_tenant();
    let cursors = store.typed::<Cursor>();
    let start = clock.system_time();
    cursors.set("k", cursor(1)).unwrap();
    clock.advance(secs(10));
    cursors.set("k", cursor(2)).unwrap();
    let entry = cursors.get_entry("k").unwrap();
    assert_eq!((entry.created_at, entry.updated_at), (start, start + secs(10)));
    clock.advance(secs(30));
    cursors.set("k", cursor(3)).unwrap();
    let entry = cursors.get_entry("k").unwrap();
    assert_eq!((entry.created_at, entry.updated_at), (start + secs(40), start + secs(40)));
}

#[test]
fn setting_the_time_of_day_moves_no_deadline() {
    /// A clock whose time of day is set back and forth.
    #[derive(Clone)]
    struct Wandering(ManualClock, std::sync::Arc<std::sync::atomic::AtomicU64>);
    impl Clock for Wandering {
        fn now(&self) -> Duration {
            self.0.now()
        }
        fn system_time(&self) -> SystemTime {
            SystemTime::UNIX_EPOCH + secs(self.1.load(std::sync::atomic::Ordering::Relaxed))
        }
    }
    let clock = Wandering(ManualClock::new(), std::sync::Arc::new(1000.into()));
    let kv = KvStore::builder().clock(clock.clone()).build();
    let cursors = kv.tenant("acme.example").unwrap().typed::<Cursor>();
    let version = cursors.set("k", cursor(1)).unwrap();
    clock.1.store(1 << 40, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(cursors.get_entry("k").unwrap().expires_in, Some(secs(30)));
    assert!(cursors.set("k", cursor(2)).unwrap() > version);
    clock.1.store(0, std::sync::atomic::Ordering::Relaxed);
    cursors.modify("k", |c| cursor(c.x + 1)).unwrap();
    let entry = cursors.get_entry("k").unwrap();
    assert!(entry.updated_at >= entry.created_at);
    clock.0.advance(secs(30));
    assert!(!cursors.contains("k"));
}
