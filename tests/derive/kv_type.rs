//! The constants of `KvType` that the attributes set.

use kv_core::schema::ttl::MaxTtl;
use kv_core::{Keyed, KvType};
use std::time::Duration;

#[derive(KvType)]
struct Plain {
    n: u8,
}

#[derive(KvType)]
#[kv(tag = "Cursor_2", prefix = "ui/cursor/", ttl = "30s")]
struct Named {
    n: u8,
}

#[derive(KvType)]
#[kv(ttl = "1500ms")]
#[kv(tag = "R")]
struct InTwoAttributes(u8);

#[derive(KvType)]
#[kv(key = "{n}", max_entries = 1_000, ttl = "30s", evict = "oldest")]
struct Bounded {
    n: u8,
}

#[derive(KvType)]
#[kv(max_entries = 4294967295)]
#[kv(evict = "oldest")]
struct BoundedByMaximum(u8);

#[derive(KvType)]
#[kv(ttl = "90s", max_ttl = "90s")]
struct BoundedInTime(u8);

#[derive(KvType)]
#[kv(max_ttl = "none")]
struct UnboundedInTime(u8);

#[derive(KvType)]
struct r#Struct;

#[derive(KvType)]
enum Choice {
    A,
    B(u8),
    C { n: u8 },
}

#[test]
fn tag_and_prefix_default_to_the_name() {
    assert_eq!((Plain::TYPE_TAG, Plain::KEY_PREFIX, Plain::DEFAULT_TTL), ("Plain", "Plain:", None));
    assert_eq!((Struct::TYPE_TAG, Struct::KEY_PREFIX), ("Struct", "Struct:"));
    assert_eq!((Choice::TYPE_TAG, Choice::KEY_PREFIX), ("Choice", "Choice:"));
}

#[test]
fn attribute_sets_tag_prefix_and_ttl() {
    assert_eq!((Named::TYPE_TAG, Named::KEY_PREFIX), ("Cursor_2", "ui/cursor/"));
    assert_eq!(Named::DEFAULT_TTL, Some(Duration::from_secs(30)));
    assert_eq!((InTwoAttributes::TYPE_TAG, InTwoAttributes::KEY_PREFIX), ("R", "R:"));
    assert_eq!(InTwoAttributes::DEFAULT_TTL, Some(Duration::from_millis(1500)));
}

#[test]
fn attribute_sets_max_ttl() {
    assert_eq!(Named::MAX_TTL, MaxTtl::OfCatalog);
    assert_eq!(BoundedInTime::MAX_TTL, MaxTtl::Of(Duration::from_secs(90)));
    assert_eq!(UnboundedInTime::MAX_TTL, MaxTtl::Unbounded);
}

#[test]
fn attribute_sets_max_entries() {
    assert_eq!((Bounded::__MAX_ENTRIES, Bounded::DEFAULT_TTL), (Some(1000), Some(Duration::from_secs(30))));
    assert_eq!(Bounded { n: 7 }.key().as_deref(), Ok("7"));
    assert_eq!(BoundedByMaximum::__MAX_ENTRIES, usize::try_from(u32::MAX).ok());
    assert_eq!((Plain::__MAX_ENTRIES, Named::__MAX_ENTRIES), (None, None));
}

#[test]
fn struct_or_enum_of_any_form_can_be_stored() {
    let store = kv_core::KvStore::new().tenant("acme.example").unwrap();
    store.set::<Plain>("k", Plain { n: 1 }).unwrap();
    store.set::<Named>("k", Named { n: 2 }).unwrap();
    store.set::<InTwoAttributes>("k", InTwoAttributes(3)).unwrap();
    store.set::<Struct>("k", Struct).unwrap();
    let numbers = (
        store.get::<Plain>("k").unwrap().n,
        store.get::<Named>("k").unwrap().n,
        store.get::<InTwoAttributes>("k").unwrap().0,
    );
    assert_eq!(numbers, (1, 2, 3));
    assert!(store.contains::<Struct>("k"));
    for (n, choice) in [Choice::A, Choice::B(1), Choice::C { n: 2 }].into_iter().enumerate() {
        store.set::<Choice>(n.to_string(), choice).unwrap();
    }
    let sum: u8 = store
        .scan::<Choice>("")
        .map(|(_, choice)| match &*choice {
            Choice::A => 0,
            Choice::B(n) | Choice::C { n } => *n,
        })
        .sum();
    assert_eq!(sum, 3);
}
