//! Keys in paths and queries.

use crate::Server;
use crate::server::CURSOR;
use kv_core::KvStore;
use models::storage::ui_storage::CursorPosition;

/// Percent-encodes everything except letters and digits.
pub fn encode(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

/// Keys with characters that URLs reserve.
pub const AWKWARD: [&str; 16] = [
    "user:7",
    "a/b",
    "a//b",
    "/",
    "a/",
    "a/../b",
    "...",
    "%",
    "%2F",
    "a b",
    "a+b",
    "a?b#c",
    "a;b=c&d",
    "\"\\<>|",
    "Grüße 👋",
    "user:7{x}",
];

#[test]
fn every_key_can_be_sent_in_the_query() {
    let kv = KvStore::new();
    let server = Server::of(kv.clone());
    let longest = "é".repeat(256);
    for key in AWKWARD.into_iter().chain([longest.as_str()]) {
        let encoded = encode(key);
        server.post(&format!("/kv/set/CursorPosition?key={encoded}"), CURSOR).is(200, "");
        let store = kv.tenant("acme.example").unwrap();
        assert!(store.contains::<CursorPosition>(key), "{key}");
        let reply = server.get(&format!("/kv/get/CursorPosition?key={encoded}"));
        assert_eq!(reply.json()["key"], key);
        let listed = server.get(&format!("/kv/list/CursorPosition?prefix={encoded}"));
        assert_eq!(listed.json()["keys"][0]["key"], key);
        let deleted = server.delete(&format!("/kv/delete/CursorPosition?key={encoded}"));
        assert_eq!(deleted.json()["existed"], true, "{key}");
    }
    server.post("/kv/set/CursorPosition?key=a+b", CURSOR).is(200, "");
    assert_eq!(server.get("/kv/get/CursorPosition?key=a%20b").json()["found"], true, "`+` is a space");
}

#[test]
fn key_in_the_path_is_decoded_once() {
    let kv = KvStore::new();
    let server = Server::of(kv.clone());
    for (path, key) in [
        ("user:7", "user:7"),
        ("a/b", "a/b"),
        ("a%2Fb", "a/b"),
        ("a%2fb", "a/b"),
        ("a%252Fb", "a%2Fb"),
        ("a+b", "a+b"),
        ("a%20b", "a b"),
        ("...", "..."),
        ("Gr%C3%BC%C3%9Fe", "Grüße"),
        ("a;b", "a;b"),
    ] {
        server.post(&format!("/kv/set/CursorPosition/{path}"), CURSOR).is(200, "");
        assert_eq!(server.get(&format!("/kv/get/CursorPosition?key={}", encode(key))).json()["key"], key);
    }
    assert_eq!(
        server.get("/kv/get/CursorPosition/a%2Fb").json(),
        server.get("/kv/get/CursorPosition/a/b").json()
    );
}

#[test]
fn invalid_key_is_refused_and_stores_nothing() {
    let kv = KvStore::new();
    let server = Server::of(kv.clone());
    let (long, encoded_long) = ("k".repeat(513), encode(&"é".repeat(257)));
    let everywhere = [
        "%00",
        "a%0D%0Ab",
        "%7F",
        "%C2%85",
        "%ff",
        "%C3",
        "%ED%A0%80",
        "%",
        "%4",
        "%zz",
        "%2e%2e",
        ".",
        "..",
        &long,
        &encoded_long,
    ];
    let only_in_path = ["", "a//b", "a/", "/a", "%2F", "a%2F%2Fb", "a%2F"];
    let in_path = everywhere.iter().chain(&only_in_path).map(|key| format!("/{key}"));
    let in_query = everywhere.iter().chain([&""]).map(|key| format!("?key={key}"));
    let neither_or_both = [String::new(), "/a?key=a".to_owned(), "/a?key=b".to_owned()];
    for place in in_path.chain(in_query).chain(neither_or_both) {
        server.post(&format!("/kv/set/CursorPosition{place}"), CURSOR).is(400, "invalid-key");
        server.get(&format!("/kv/get/CursorPosition{place}")).is(400, "invalid-key");
        server.delete(&format!("/kv/delete/CursorPosition{place}")).is(400, "invalid-key");
    }
    assert!(kv.tenants().is_empty());
}

#[test]
fn unknown_and_repeated_parameters_are_refused() {
    let server = Server::new();
    for query in [
        "key=a&key=a",
        "key=a&k%65y=b",
        "key=a&prefix=b",
        "key=a&ttl_ms=1",
        "key=a&Key=a",
        "key=a&%ff=b",
        "key=a&=b",
        "key=a&global=true",
    ] {
        server.get(&format!("/kv/get/CursorPosition?{query}")).is(400, "invalid-query");
    }
    for target in [
        "/kv/stats?x=1",
        "/kv/list/CursorPosition?full_prefix=a",
        "/kv/list?prefix=a",
        "/kv/list",
        "/kv/stats?global=yes",
    ] {
        server.get(target).is(400, "invalid-query");
    }
    server
        .post("/kv/batch?x=1", r#"{"ops":[{"op":"get","type":"CursorPosition","key":"a"}]}"#)
        .is(400, "invalid-query");
    server.get("/kv/get/CursorPosition?key=a&&").is(200, "");
}

#[test]
fn key_must_match_the_key_that_the_fields_of_the_value_form() {
    use kv_core::{Access, Catalog, KvType};
    use kv_http::{KvHttp, TenantPolicy};
    use serde::{Deserialize, Serialize};

    #[derive(Serialize, Deserialize, KvType)]
    #[kv(key = "room:{room}:{user}")]
    struct Presence {
        room: String,
        user: u32,
    }

    let catalog = Catalog::builder().expose::<Presence>(Access::ReadWrite).build().unwrap();
    let server = Server::start(KvHttp::new(KvStore::new(), catalog, TenantPolicy::any_host()));
    let here = r#"{"room":"lobby","user":7}"#;
    server.post("/kv/set/Presence?key=room:lobby:7", here).is(200, "");
    server.post("/kv/set/Presence?key=room:lobby:8", here).is(400, "invalid-key");
    let op = format!(r#"{{"ops":[{{"op":"set","type":"Presence","key":"room:lobby:8","value":{here}}}]}}"#);
    assert_eq!(server.post("/kv/batch", &op).json()["results"][0]["code"], "invalid-key");
    assert_eq!(server.get("/kv/stats").json()["total_keys"], 1);
}
