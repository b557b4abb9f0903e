use crate::{Note, given_notes, note};
use kv_core::{ScanOptions, TypedStore};
use std::collections::BTreeSet;

fn given_keys(keys: &[&str]) -> TypedStore<Note> {
    let notes = given_notes();
    for key in keys {
        notes.set(key, note(key)).unwrap();
    }
    notes
}

fn keys(notes: &TypedStore<Note>, prefix: &str, options: ScanOptions) -> Vec<String> {
    notes
        .scan_with(prefix, options)
        .map(|(key, value)| {
            assert_eq!(*key, *value.text);
            key.to_string()
        })
        .collect()
}

#[test]
fn scan_is_in_byte_order_and_within_the_prefix() {
    let notes = given_keys(&[
        "user;",
        "user:é",
        "user:b",
        "user",
        "user:",
        "user:a",
        "usér:",
        "user:B",
        "user:🙂",
        "v",
    ]);
    let expected = ["user:", "user:B", "user:a", "user:b", "user:é", "user:🙂"];
    assert_eq!(keys(&notes, "user:", ScanOptions::new()), expected);
    assert_eq!(notes.keys("user:").map(|k| k.to_string()).collect::<Vec<_>>(), expected);
    assert_eq!(notes.count("user:"), 6);
    let backwards: Vec<_> = expected.into_iter().rev().collect();
    assert_eq!(keys(&notes, "user:", ScanOptions::new().descending()), backwards);
    assert_eq!(notes.count(""), 10);
    assert_eq!(keys(&notes, "", ScanOptions::new().descending()).len(), 10);
    assert_eq!(keys(&notes, "nothing", ScanOptions::new()), [""; 0]);
    assert_eq!(keys(&notes, "nothing", ScanOptions::new().descending()), [""; 0]);
}

#[test]
fn scan_starts_after_a_key_in_its_direction() {
    let notes = given_keys(&["a", "b:1", "b:2", "b:3", "c"]);
    let after = |key: &str| ScanOptions::new().after(key);
    assert_eq!(keys(&notes, "b:", after("b:1")), ["b:2", "b:3"]);
    assert_eq!(keys(&notes, "b:", after("b:15")), ["b:2", "b:3"], "the key need not have an entry");
    assert_eq!(keys(&notes, "b:", after("a")), ["b:1", "b:2", "b:3"]);
    assert_eq!(keys(&notes, "b:", after("b:3")), [""; 0]);
    assert_eq!(keys(&notes, "b:", after("c")), [""; 0]);
    assert_eq!(keys(&notes, "b:", after("b:3").descending()), ["b:2", "b:1"]);
    assert_eq!(keys(&notes, "b:", after("z").descending()), ["b:3", "b:2", "b:1"]);
    assert_eq!(keys(&notes, "b:", after("b:1").descending()), [""; 0]);
    assert_eq!(keys(&notes, "b:", after("a").descending()), [""; 0]);
    assert_eq!(keys(&notes, "", after("b:3").descending().limit(2)), ["b:2", "b:1"]);
}

#[test]
fn scan_limit_holds_across_pages_of_any_size() {
    let notes = given_notes();
    let all: Vec<_> = (0..1000).map(|n| format!("k{n:04}")).collect();
    for key in &all {
        notes.set(key, note(key)).unwrap();
    }
    for limit in [0, 1, 31, 32, 33, 96, 97, 999, 1000, 1001, usize::MAX] {
        let expected = &all[..limit.min(1000)];
        assert_eq!(keys(&notes, "k", ScanOptions::new().limit(limit)), expected);
        let backwards = keys(&notes, "k", ScanOptions::new().limit(limit).descending());
        assert!(backwards.iter().eq(all.iter().rev().take(limit)));
    }
}

#[test]
fn entries_have_versions_and_times() {
    let notes = given_notes();
    let brief = kv_core::SetOptions::new().ttl(crate::secs(9));
    notes.set_with("brief", note("x"), brief).unwrap();
    assert_eq!(notes.scan("brief").entries().next().unwrap().expires_in, Some(crate::secs(9)));
    notes.delete("brief");
    let (a, b) = (notes.set("a", note("a")).unwrap(), notes.set("b", note("b")).unwrap());
    let entries: Vec<_> = notes.scan("").entries().map(|e| (e.key.to_string(), e.version)).collect();
    assert_eq!(entries, [("a".to_owned(), a), ("b".to_owned(), b)]);
}

#[test]
fn entry_touched_during_a_scan_is_not_missed() {
    let (clock, store) = crate::given_a_tenant();
    let cursors = store.typed::<crate::Cursor>();
    let beat = |x| ["a", "b", "c"].map(|key| cursors.set(key, crate::cursor(x)).unwrap());
    beat(1);
    let (mut scan, mut keys, mut full) = (cursors.scan(""), cursors.keys(""), store.scan_full(""));
    assert!(scan.next().is_some() && keys.next().is_some() && full.next().is_some());
    clock.advance(crate::secs(20));
    let [_, b, c] = beat(2);
    clock.advance(crate::secs(15));
    assert!(
        scan.map(|(key, cursor)| (key.to_string(), cursor.x)).eq([("b".to_owned(), 2), ("c".to_owned(), 2)])
    );
    assert!(keys.map(|key| key.to_string()).eq(["b", "c"]));
    assert!(full.map(|entry| entry.version()).eq([b, c]));
}

#[test]
fn scan_holds_no_lock_between_steps() {
    let notes = given_keys(&["a", "b", "c"]);
    for (key, _) in notes.scan("") {
        notes.delete(&key);
        notes.set(format!("0{key}"), note("x")).unwrap();
    }
    let left: Vec<_> = notes.keys("").map(|k| k.to_string()).collect();
    assert_eq!(left, ["0a", "0b", "0c"]);
}

#[test]
fn entry_that_exists_throughout_a_scan_is_seen_exactly_once() {
    let notes = given_notes();
    for n in (0..2000).step_by(2) {
        notes.set(format!("{n:04}"), note("stays")).unwrap();
    }
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for round in 0.. {
                for key in (1..2000).step_by(2).map(|n| format!("{n:04}")) {
                    if round % 2 == 0 {
                        notes.set(key, note("comes and goes")).unwrap();
                    } else {
                        notes.delete(key);
                    }
                }
                if done.load(std::sync::atomic::Ordering::Relaxed) {
                    break;
                }
            }
        });
        for descending in [false, true].into_iter().cycle().take(20) {
            let options = if descending { ScanOptions::new().descending() } else { ScanOptions::new() };
            let seen: Vec<_> = notes.scan_with("", options).map(|(key, _)| key).collect();
            assert!(seen.is_sorted_by(|a, b| if descending { a > b } else { a < b }));
            let seen: BTreeSet<_> = seen.iter().map(|key| &**key).collect();
            for n in (0..2000).step_by(2) {
                assert!(seen.contains(&*format!("{n:04}")), "{n} was missed");
            }
        }
        done.store(true, std::sync::atomic::Ordering::Relaxed);
    });
}

#[test]
fn scan_can_be_sent_to_another_thread() {
    let notes = given_keys(&["a", "b"]);
    let scan = notes.scan("");
    drop(notes);
    assert_eq!(std::thread::spawn(move || scan.count()).join().unwrap(), 2);
}

/// A clock that advances by a second each time it is read.
struct Restless(std::sync::Arc<std::sync::atomic::AtomicU64>);

impl kv_core::Clock for Restless {
    fn now(&self) -> std::time::Duration {
        crate::secs(self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed))
    }

    fn system_time(&self) -> std::time::SystemTime {
        std::time::SystemTime::UNIX_EPOCH
    }
}

#[test]
fn an_entry_that_was_given_more_time_is_not_missed_at_its_old_deadline() {
    for before in 0..4 {
        let seconds = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
        let clock = Restless(std::sync::Arc::clone(&seconds));
        let kv = kv_core::KvStore::builder().clock(clock).expiry(kv_core::Expiry::Manual).build();
        let cursors = kv.tenant("acme.example").unwrap().typed::<crate::Cursor>();
        cursors.set("b", crate::cursor(2)).unwrap();
        cursors.set_with("a", crate::cursor(1), kv_core::SetOptions::new().no_ttl()).unwrap();
        let mut entries = cursors.scan("").entries();
        assert_eq!(&*entries.next().unwrap().key, "a");
        cursors.touch("b", crate::secs(1_000)).unwrap();
        // The deadline was at 30 s.
        seconds.store(30 - before, std::sync::atomic::Ordering::Relaxed);
        assert!(entries.next().is_some(), "missed {before} s before");
    }
}
