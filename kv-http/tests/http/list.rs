//! Lists and their pages.

use crate::Server;
use crate::server::{CURSOR, catalog};
use kv_core::KvStore;
use kv_http::{KvHttp, Limits, TenantPolicy};
use models::storage::ui_storage::{CursorPosition, ViewportState};
use models::storage::user_storage::UserPreferences;

fn cursor(x: i32) -> CursorPosition {
    CursorPosition { x, y: 0, item_id: "a".to_owned(), user_id: "7".to_owned() }
}

/// Returns the keys of all pages and the number of pages.
fn pages(server: &Server, target: &str) -> (Vec<String>, usize) {
    let (mut keys, mut count) = (Vec::new(), 0);
    let mut after = String::new();
    loop {
        let reply = server.get(&format!("{target}{after}"));
        reply.is(200, "");
        let page = reply.json();
        keys.extend(
            page["keys"].as_array().unwrap().iter().map(|entry| entry["key"].as_str().unwrap().to_owned()),
        );
        count += 1;
        let Some(next) = page["next"].as_str() else { return (keys, count) };
        assert_eq!(keys.last().unwrap(), next);
        after = format!("&after={}", crate::keys::encode(next));
    }
}

#[test]
fn prefix_is_compared_byte_by_byte() {
    let kv = KvStore::new();
    let cursors = kv.tenant("acme.example").unwrap().typed::<CursorPosition>();
    for key in ["user", "user:", "user:7", "user;", "usér:7", "USER:7", "users:7", "user:70", "auser:7"] {
        cursors.set(key, cursor(1)).unwrap();
    }
    let server = Server::of(kv);
    let keys = |prefix: &str| pages(&server, &format!("/kv/list/CursorPosition?prefix={prefix}")).0;
    assert_eq!(keys("user%3A"), ["user:", "user:7", "user:70"]);
    assert_eq!(keys("us%C3%A9"), ["usér:7"]);
    assert_eq!(keys("").len(), 9);
    assert!(keys("user%2A").is_empty() && keys("%00").is_empty());
    server.get("/kv/list/CursorPosition?prefix=%ff").is(400, "invalid-query");
}

#[test]
fn pages_of_every_size_have_each_key_once() {
    let kv = KvStore::new();
    let expected: Vec<String> = (0..25).map(|i| format!("k/{i:02} é")).collect();
    for (x, key) in (0..).zip(&expected) {
        kv.tenant("acme.example").unwrap().set::<CursorPosition>(key, cursor(x)).unwrap();
    }
    let server = Server::of(kv);
    for (limit, count) in [(1, 25), (7, 4), (24, 2), (25, 1), (1000, 1)] {
        let (keys, pages) = pages(&server, &format!("/kv/list/CursorPosition?prefix=k&limit={limit}"));
        assert_eq!((keys, pages), (expected.clone(), count), "limit {limit}");
    }
    for bad in ["0", "1001", "-1", "+1", "1.5", "", "ten", "99999999999999999999"] {
        server.get(&format!("/kv/list/CursorPosition?limit={bad}")).is(400, "invalid-query");
    }
}

#[test]
fn full_prefix_lists_all_types_in_byte_order() {
    let kv = KvStore::new();
    let store = kv.tenant("acme.example").unwrap();
    let preferences = || UserPreferences { theme: "dark".into(), notifications: true, language: "de".into() };
    let viewport = || ViewportState { scroll_y: 0.0, selected_item: None, sidebar_collapsed: true };
    for key in ["a", "b"] {
        store.set::<CursorPosition>(key, cursor(1)).unwrap();
        store.set::<UserPreferences>(key, preferences()).unwrap();
        store.set::<ViewportState>(key, viewport()).unwrap();
    }
    let server = Server::of(kv);
    let expected = [
        "CursorPosition:a",
        "CursorPosition:b",
        "UserPreferences:a",
        "UserPreferences:b",
        "ViewportState:a",
        "ViewportState:b",
    ];
    for limit in 1..=7 {
        let (keys, count) = pages(&server, &format!("/kv/list?full_prefix=&limit={limit}"));
        assert_eq!((keys, count), (expected.map(str::to_owned).to_vec(), 6_usize.div_ceil(limit)));
    }
    let keys = |target: &str| pages(&server, target).0;
    assert_eq!(keys("/kv/list/UserPreferences%3A?limit=1"), expected[2..4]);
    assert_eq!(keys("/kv/list/UserPreferences%3Ab?limit=9"), expected[3..4]);
    assert_eq!(keys("/kv/list?full_prefix=V&limit=9"), expected[4..]);
    assert_eq!(keys("/kv/list?full_prefix=&after=UserPreferences"), expected[2..]);
    assert_eq!(keys("/kv/list?full_prefix=&after=UserPreferences%3Aa"), expected[3..]);
    assert_eq!(keys("/kv/list?full_prefix=&after=Z"), [""; 0]);
    let reply = server.get("/kv/list?full_prefix=CursorPosition%3Aa").json();
    assert_eq!(
        (&reply["keys"][0]["key"], &reply["keys"][0]["type"]),
        (&"CursorPosition:a".into(), &"CursorPosition".into())
    );
}

#[test]
fn page_has_a_maximum_size_and_at_least_one_entry() {
    let kv = KvStore::new();
    let limits = Limits::default().page_bytes(300);
    let http = KvHttp::new(kv, catalog(), TenantPolicy::any_host()).limits(limits);
    let server = Server::start(http);
    for i in 0..9 {
        server.post(&format!("/kv/set/CursorPosition?key=k{i}"), CURSOR).is(200, "");
    }
    let (keys, count) = pages(&server, "/kv/list/CursorPosition?limit=9");
    assert_eq!((keys.len(), count), (9, 5), "two entries of about 180 bytes fit into a page");
    let (keys, _) = pages(&server, "/kv/list?full_prefix=C&limit=9");
    assert_eq!(keys.len(), 9);
    let list = r#"{"op":"list","type":"CursorPosition","prefix":"","limit":9}"#;
    let results = server.post("/kv/batch", &format!(r#"{{"ops":[{list},{list}]}}"#)).json();
    let count = |at: usize| results["results"][at]["keys"].as_array().unwrap().len();
    assert_eq!(count(0), 1, "a second entry does not fit");
    assert_eq!(results["results"][1]["status"], 413, "the first list has used up the bytes");
}
