use crate::{Cursor, Note, Viewport, cursor, given_a_tenant, note, secs};
use kv_core::{Error, KeyError, KvStore, SetOptions, TenantError, TenantStore};
use std::time::Duration;

/// Runs a write that must be refused, and checks that it changed neither entries nor versions.
fn refused<R>(act: impl FnOnce(&TenantStore) -> Result<R, Error>) -> Error {
    let (_, store) = given_a_tenant();
    let before = store.set::<Note>("kept", note("kept")).unwrap();
    store.set::<Viewport>("kept", Viewport { scroll_y: 1.0 }).unwrap();
    store.set::<Cursor>("kept", cursor(1)).unwrap();
    let Err(error) = act(&store) else { panic!("it was not refused") };

    assert_eq!(store.get::<Note>("kept").as_deref(), Some(&note("kept")));
    assert_eq!(store.get::<Viewport>("kept").unwrap().scroll_y.to_bits(), 1.0f64.to_bits());
    assert_eq!(store.get::<Cursor>("kept").as_deref(), Some(&cursor(1)));
    let keys = [
        store.typed::<Note>().count(""),
        store.typed::<Viewport>().count(""),
        store.typed::<Cursor>().count(""),
    ];
    assert_eq!(keys, [1, 1, 1]);
    let after = store.set::<Note>("kept", note("again")).unwrap();
    assert_eq!(after.get(), before.get() + 1, "the refused write took a version");
    error
}

#[test]
fn invalid_key_is_an_error_on_write_and_absent_on_read() {
    let long = "k".repeat(513);
    let keys = [
        ("", KeyError::Empty),
        (&long, KeyError::TooLong { bytes: 513 }),
        ("a\nb", KeyError::Control { found: '\n', at: 1 }),
        ("\u{0}", KeyError::Control { found: '\u{0}', at: 0 }),
        ("ab\u{85}", KeyError::Control { found: '\u{85}', at: 2 }),
        (".", KeyError::Dots),
        ("..", KeyError::Dots),
    ];
    for (key, why) in keys {
        let expected = Error::InvalidKey(why);
        assert_eq!(refused(|s| s.set::<Note>(key, note("x"))), expected, "{key:?}");
        assert_eq!(refused(|s| s.set_with::<Note>(key, note("x"), SetOptions::new().if_absent())), expected);
        assert_eq!(refused(|s| s.update::<Note>(key, |_| Some(note("x")))), expected);
        assert_eq!(refused(|s| s.update::<Note>(key, |_| panic!("it was called"))), expected);
        assert_eq!(refused(|s| s.modify::<Note>(key, Clone::clone)), expected);

        let (_, store) = given_a_tenant();
        store.set::<Note>("a", note("x")).unwrap();
        assert_eq!(store.get::<Note>(key), None);
        assert_eq!(store.get_entry::<Note>(key), None);
        assert!(!store.contains::<Note>(key));
        assert_eq!(store.delete::<Note>(key), None);
    }
}

#[test]
fn key_of_maximum_length_is_stored() {
    let (_, store) = given_a_tenant();
    let key = "é".repeat(256);
    assert_eq!(key.len(), 512);
    store.set::<Note>(&key, note("x")).unwrap();
    assert!(store.contains::<Note>(&key));
}

#[test]
fn invalid_host_is_refused_with_a_reason() {
    let kv = KvStore::new();
    let long = "a".repeat(8000);
    for (host, error) in [
        ("a}/{b", TenantError::Character('}')),
        ("a b", TenantError::Character(' ')),
        ("u@a", TenantError::Character('@')),
        ("a..b", TenantError::EmptyLabel),
        ("", TenantError::Empty),
        (&long, TenantError::TooLong { bytes: 8000 }),
        ("bücher.example", TenantError::NotAscii),
    ] {
        assert_eq!(kv.tenant(host).err(), Some(error), "{host:?}");
        assert!(error.to_string().len() < 120, "the message repeats a long host: {error}");
    }
    assert!(TenantError::NotAscii.to_string().contains("xn--"));
    assert_eq!(Error::from(TenantError::Empty), Error::InvalidTenant(TenantError::Empty));
}

#[test]
fn invalid_ttl_is_refused() {
    let hundred_years = secs(100 * 365 * 24 * 60 * 60);
    for ttl in [Duration::ZERO, hundred_years + Duration::from_nanos(1), Duration::MAX] {
        let options = SetOptions::new().ttl(ttl);
        assert_eq!(refused(|s| s.set_with::<Note>("kept", note("x"), options)), Error::InvalidTtl);
        assert_eq!(refused(|s| s.set_with::<Note>("new", note("x"), options)), Error::InvalidTtl);
    }
    let (_, store) = given_a_tenant();
    for ttl in [Duration::from_nanos(1), hundred_years] {
        store.set_with::<Note>("k", note("x"), SetOptions::new().ttl(ttl)).unwrap();
        assert_eq!(store.get_entry::<Note>("k").unwrap().expires_in, Some(ttl));
    }
}

#[test]
fn invalid_value_is_refused_with_all_violations() {
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let error = refused(|s| s.set::<Viewport>("kept", Viewport { scroll_y: number }));
        assert_eq!(error.to_string(), "invalid value: scroll_y must be a finite number");
    }
    let nameless = || Cursor { x: 1, user: String::new() };
    let report = |error: Error| match error {
        Error::Validation(errors) => errors.iter().map(|v| (v.pointer.clone(), v.rule)).collect::<Vec<_>>(),
        other => panic!("{other}"),
    };
    let expected = [("/user".to_owned(), "len")];
    assert_eq!(report(refused(|s| s.set::<Cursor>("kept", nameless()))), expected);
    assert_eq!(report(refused(|s| s.update::<Cursor>("kept", |_| Some(nameless())))), expected);
    assert_eq!(report(refused(|s| s.update::<Cursor>("new", |_| Some(nameless())))), expected);
    assert_eq!(report(refused(|s| s.modify::<Cursor>("kept", |_| nameless()))), expected);
}
