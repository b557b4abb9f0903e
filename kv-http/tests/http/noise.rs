//! Requests put together from pieces of good and bad ones.

use crate::Server;
use crate::server::CURSOR;
use kv_core::KvStore;
use models::storage::ui_storage::CursorPosition;
use proptest::prelude::*;
use proptest::sample::select;

const METHODS: [&str; 7] = ["GET", "POST", "DELETE", "OPTIONS", "PUT", "PATCH", "TRACE"];

const PATHS: [&str; 26] = [
    "/kv",
    "/kv/",
    "get",
    "set",
    "delete",
    "list",
    "batch",
    "stats",
    "cleanup",
    "/",
    "//",
    "CursorPosition",
    "ViewportState",
    "SessionCache",
    "Nothing",
    "user:7",
    "a%2Fb",
    "%00",
    "%ff",
    "%",
    "..",
    "%2e%2e",
    ":",
    "a",
    ";x",
    "%C3%A9",
];

const QUERIES: [&str; 22] = [
    "key=user%3A7",
    "key=a%2F%2Fb",
    "key=",
    "key",
    "key=%ff",
    "key=%00",
    "key=..",
    "=",
    "&",
    "ttl_ms=1",
    "ttl_ms=0",
    "ttl_ms=none",
    "ttl_ms=keep",
    "prefix=",
    "prefix=user%3A",
    "limit=1",
    "limit=1001",
    "after=a",
    "full_prefix=C",
    "global=true",
    "%",
    "+",
];

const HEADERS: [&str; 18] = [
    "Content-Type: application/json",
    "Content-Type: text/plain",
    "Content-Encoding: gzip",
    "If-Match: *",
    "If-Match: \"1\"",
    "If-Match: W/\"1\"",
    "If-Match: 1",
    "If-None-Match: *",
    "If-None-Match: \"1\"",
    "Kv-Schema: CursorPosition=s1.314999.6b120a.821ba9.94ddb5",
    "Kv-Schema: CursorPosition=s1",
    "Kv-Schema: ,=,",
    "Origin: null",
    "Origin: http://acme.example",
    "Sec-Fetch-Site: cross-site",
    "Access-Control-Request-Method: POST",
    "X-Forwarded-Host: other.example",
    "Host: other.example",
];

const BODIES: [&str; 20] = [
    "",
    "{}",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "null",
    "1e400",
    "\"ops\"",
    "\"ttl\":1",
    "\"x\":1",
    "\"\\ud800\"",
    "\u{feff}",
    "{\"ops\":[",
    "{\"op\":\"get\",\"type\":\"CursorPosition\",\"key\":\"a\"}",
    "\"value\":",
    "]}",
    CURSOR,
];

/// Up to so many of some pieces.
fn some(
    pieces: &'static [&'static str],
    most: usize,
    between: &'static str,
) -> impl Strategy<Value = String> {
    prop::collection::vec(select(pieces), 0..=most).prop_map(move |pieces| pieces.join(between))
}

fn target() -> impl Strategy<Value = String> {
    let good = ("(get|set|delete|list)", "(CursorPosition|UserPreferences|ViewportState)");
    let route = prop_oneof![
        good.prop_map(|(verb, tag)| format!("/kv/{verb}/{tag}")),
        select(&["/kv/batch", "/kv/stats", "/kv/cleanup"][..]).prop_map(str::to_owned),
        some(&PATHS, 4, "/").prop_map(|path| format!("/kv/{path}")),
    ];
    (route, some(&QUERIES, 3, "&")).prop_map(|(route, query)| format!("{route}?{query}"))
}

#[test]
fn whatever_is_sent_is_answered_and_is_never_our_fault() {
    let kv = KvStore::new();
    let server = Server::of(kv.clone());
    let headers = prop::collection::vec(select(&HEADERS[..]), 0..4);
    let requests = (select(&METHODS[..]), target(), headers, some(&BODIES, 4, ""));
    proptest!(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() }, |((method, target, headers, body) in requests)| {
        let reply = server.request(method, &target, &headers, &body);
        prop_assert!(reply.status < 500, "{:?}", reply);
        // A route that is not ours is axum's to answer.
        if target.starts_with("/kv/") {
            reply.verdict();
        }
    });
    let tenants: Vec<_> = kv.tenants().iter().map(ToString::to_string).collect();
    assert!(tenants.iter().all(|tenant| tenant == "acme.example"), "{tenants:?}");
    for key in kv.tenant("acme.example").unwrap().typed::<CursorPosition>().keys("") {
        assert_eq!(kv_core::schema::key::check(&key), Ok(()));
    }
}
