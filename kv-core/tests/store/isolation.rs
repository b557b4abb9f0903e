use crate::{Cursor, Note, cursor, note};
use kv_core::KvStore;

#[test]
fn handle_reaches_its_tenant_only() {
    let kv = KvStore::new();
    let (acme, other) = (kv.tenant("acme.example").unwrap(), kv.tenant("other.example").unwrap());
    acme.set::<Note>("k", note("acme")).unwrap();
    assert_eq!(other.get::<Note>("k"), None);
    other.set::<Note>("k", note("other")).unwrap();
    assert_eq!(other.delete::<Note>("k").as_deref(), Some(&note("other")));
    assert_eq!(acme.get::<Note>("k").as_deref(), Some(&note("acme")));
    assert_eq!(other.scan::<Note>("").count(), 0);
}

#[test]
fn reading_creates_nothing() {
    let kv = KvStore::new();
    for n in 0..10_000 {
        let store = kv.tenant(format!("t{n}.example")).unwrap();
        let notes = store.typed::<Note>();
        assert!(notes.get("k").is_none() && notes.delete("k").is_none() && !notes.persist("k"));
        assert_eq!((notes.scan("").count(), store.scan_full("").count(), notes.clear()), (0, 0, 0));
        assert_eq!(notes.modify("k", Clone::clone), Ok(None));
        assert_eq!(notes.update("k", |_| None), Ok(None));
    }
    assert_eq!(kv.stats(), kv_core::StoreStats::default());
}

#[test]
fn all_spellings_of_a_host_reach_one_tenant() {
    let kv = KvStore::new();
    kv.tenant("acme.example").unwrap().set::<Note>("k", note("here")).unwrap();
    for host in ["ACME.example", "acme.example.", "acme.example:8080", &String::from("Acme.Example.:1")] {
        assert!(kv.tenant(host).unwrap().contains::<Note>("k"), "{host}");
    }
}

#[test]
fn types_with_the_same_tag_share_no_keys() {
    mod elsewhere {
        #[derive(Debug, PartialEq, kv_core::KvType)]
        #[kv(tag = "Note")]
        pub(super) struct Note {
            pub(super) text: i32,
        }
    }
    let store = KvStore::new().tenant("acme.example").unwrap();
    store.set::<Note>("k", note("text")).unwrap();
    store.set::<elsewhere::Note>("k", elsewhere::Note { text: 7 }).unwrap();
    store.set::<Cursor>("k", cursor(1)).unwrap();
    assert_eq!(store.get::<Note>("k").as_deref(), Some(&note("text")));
    assert_eq!(store.get::<elsewhere::Note>("k").unwrap().text, 7);
    store.delete::<Note>("k");
    assert!(store.contains::<elsewhere::Note>("k") && store.contains::<Cursor>("k"));
}

#[test]
fn handle_created_before_the_first_write_sees_it() {
    let kv = KvStore::new();
    let (early, reader) = (kv.tenant("acme.example").unwrap(), kv.clone().tenant("acme.example").unwrap());
    let typed = reader.typed::<Note>();
    assert_eq!((typed.get("k"), typed.count("")), (None, 0));
    let pending = typed.scan("");
    early.set::<Note>("k", note("now")).unwrap();
    assert!(typed.contains("k"));
    assert_eq!(pending.count(), 1);
}

#[test]
fn returned_value_is_the_stored_arc() {
    let store = KvStore::new().tenant("acme.example").unwrap();
    let value = std::sync::Arc::new(note("shared"));
    store.set::<Note>("k", value.clone()).unwrap();
    assert!(std::sync::Arc::ptr_eq(&value, &store.get::<Note>("k").unwrap()));
}
