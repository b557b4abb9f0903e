//! Random requests, assembled from valid and invalid pieces.

use crate::Server;
use crate::server::CURSOR;
use kv_core::KvStore;
use models::storage::ui_storage::CursorPosition;
use proptest::prelude::*;
use proptest::sample::select;

const METHODS: [&str; 7] = ["GET", "POST", "DELETE", "OPTIONS", "PUT", "PATCH", "TRACE"];

const PATHS: [&str; 24] = [
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

/// An operation of a batch.
const SET: &str =
    r#"{"op":"set","type":"CursorPosition","key":"b","value":{"x":3,"y":4,"item_id":"a","user_id":"7"}}"#;

/// Up to `most` of some pieces.
fn some(
    pieces: &'static [&'static str],
    most: usize,
    between: &'static str,
) -> impl Strategy<Value = String> {
    prop::collection::vec(select(pieces), 0..=most).prop_map(move |pieces| pieces.join(between))
}

/// A method, a target, headers and a body.
type Request = (&'static str, String, Vec<&'static str>, String);

/// Requests with independent pieces, most of them invalid.
fn wild() -> impl Strategy<Value = Request> {
    let target = (some(&PATHS, 4, "/"), some(&QUERIES, 3, "&"));
    let target = target.prop_map(|(path, query)| format!("/kv/{path}?{query}"));
    (select(&METHODS[..]), target, prop::collection::vec(select(&HEADERS[..]), 0..4), some(&BODIES, 4, ""))
}

/// Valid requests with up to three random pieces added.
fn nearly_valid() -> impl Strategy<Value = Request> {
    let routes = [
        ("GET", "/kv/get/CursorPosition?key=user%3A7"),
        ("GET", "/kv/get/CursorPosition/user:7?"),
        ("POST", "/kv/set/CursorPosition?key=user%3A7"),
        ("POST", "/kv/set/CursorPosition/a%2Fb?"),
        ("DELETE", "/kv/delete/CursorPosition?key=user%3A7"),
        ("GET", "/kv/list/CursorPosition?"),
        ("GET", "/kv/list?full_prefix="),
        ("GET", "/kv/stats?"),
        ("POST", "/kv/cleanup?"),
        ("POST", "/kv/batch?"),
    ];
    let bodies = |target: &str| {
        let valid = match target {
            _ if target.starts_with("/kv/set/") => vec![CURSOR],
            "/kv/batch?" => vec![r#"{"ops":["#, SET, ",", BODIES[16], "]}"],
            _ => vec![],
        };
        let other = select(&BODIES[..]);
        (prop::option::weighted(0.2, (0..=valid.len(), other))).prop_map(move |piece| {
            let mut pieces = valid.clone();
            if let Some((at, piece)) = piece {
                pieces.insert(at, piece);
            }
            pieces.concat()
        })
    };
    let header = prop::option::weighted(0.4, select(&HEADERS[2..]));
    let query = prop::option::weighted(0.3, select(&QUERIES[..]));
    select(routes.to_vec()).prop_flat_map(move |(method, target)| {
        (Just((method, target)), query.clone(), header.clone(), bodies(target)).prop_map(
            |((method, target), query, header, body)| {
                let json = if method == "POST" { Some(HEADERS[0]) } else { None };
                let headers = json.into_iter().chain(header).collect();
                let query = query.map(|query| format!("&{query}")).unwrap_or_default();
                (method, format!("{target}{query}"), headers, body)
            },
        )
    })
}

#[test]
fn every_request_is_answered_without_a_server_error() {
    let kv = KvStore::new();
    let server = Server::of(kv.clone());
    let config = ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() };
    let requests = prop_oneof![3 => nearly_valid(), 1 => wild()];
    proptest!(config, |((method, target, headers, body) in requests)| {
        let reply = server.request(method, &target, &headers, &body);
        prop_assert!(reply.status < 500, "{:?}", reply);
        reply.verdict();
    });
    let tenants: Vec<_> = kv.tenants().iter().map(ToString::to_string).collect();
    assert!(tenants.iter().all(|tenant| tenant == "acme.example"), "{tenants:?}");
    for key in kv.tenant("acme.example").unwrap().typed::<CursorPosition>().keys("") {
        assert_eq!(kv_core::schema::key::check(&key), Ok(()));
    }
}
