//! Requests from pages of other sites.

use crate::Server;
use crate::server::{CURSOR, Reply, catalog};
use kv_core::KvStore;
use kv_http::{KvHttp, TenantPolicy};

const SET: &str = "/kv/set/CursorPosition?key=a";
const GET: &str = "/kv/get/CursorPosition?key=a";

fn allowing(origin: &str) -> Server {
    Server::start(KvHttp::new(KvStore::new(), catalog(), TenantPolicy::any_host()).allow_origin(origin))
}

fn post(server: &Server, target: &str, body: &str, headers: &[&str]) -> Reply {
    server.request("POST", target, &[&["Content-Type: application/json"], headers].concat(), body)
}

#[test]
fn state_changes_from_other_sites_are_refused() {
    let server = Server::new();
    let foreign: [&[&str]; 7] = [
        &["Sec-Fetch-Site: cross-site"],
        &["Sec-Fetch-Site: same-site"],
        &["Sec-Fetch-Site: cross-site", "Origin: http://acme.example"],
        &["Origin: https://evil.example"],
        &["Origin: http://acme.example:8080"],
        &["Origin: null"],
        &["Origin: http://acme.example", "Origin: http://acme.example"],
    ];
    for headers in foreign {
        post(&server, SET, CURSOR, headers).is(403, "cross-site");
        post(&server, "/kv/batch", "{}", headers).is(403, "cross-site");
        post(&server, "/kv/cleanup", "", headers).is(403, "cross-site");
        server.request("DELETE", "/kv/delete/CursorPosition?key=a", headers, "").is(403, "cross-site");
    }
    assert!(server.get(GET).version().is_none());
    let own: [&[&str]; 5] = [
        &[],
        &["Sec-Fetch-Site: same-origin", "Origin: https://acme.example"],
        &["Sec-Fetch-Site: none"],
        &["Origin: https://acme.example"],
        &["Origin: http://acme.example"],
    ];
    for headers in own {
        post(&server, SET, CURSOR, headers).is(200, "");
    }
}

#[test]
fn reads_across_sites_are_refused() {
    let server = Server::new();
    for target in [GET, "/kv/list/CursorPosition", "/kv/stats"] {
        server.request("GET", target, &["Sec-Fetch-Site: cross-site"], "").is(403, "cross-site");
        server.request("GET", target, &["Sec-Fetch-Site: same-site"], "").is(200, "");
        let reply = server.request("GET", target, &["Origin: https://evil.example"], "");
        assert_eq!((reply.status, reply.header("access-control-allow-origin")), (200, None));
    }
}

#[test]
fn allowed_origin_may_read_and_write() {
    let server = allowing("https://app.example");
    let page = ["Origin: https://app.example", "Sec-Fetch-Site: cross-site"];
    post(&server, SET, CURSOR, &page).is(200, "");
    let replies = [
        server.request("GET", GET, &page, ""),
        server.request("GET", "/kv/nothing", &page, ""),
        post(&server, SET, "{", &page),
    ];
    for reply in replies {
        assert_eq!(reply.header("access-control-allow-origin"), Some("https://app.example"), "{reply:?}");
        assert_eq!(reply.header("access-control-allow-credentials"), Some("true"));
        assert_eq!(reply.header("access-control-expose-headers"), Some("ETag"));
        assert_eq!(reply.header("vary"), Some("Origin"));
    }
    for other in [
        "http://app.example",
        "https://app.example:444",
        "https://app.example.evil.example",
        "https://evil.example",
    ] {
        let page = [&format!("Origin: {other}"), "Sec-Fetch-Site: cross-site"];
        post(&server, SET, CURSOR, &page).is(403, "cross-site");
        assert_eq!(server.request("GET", GET, &page, "").header("access-control-allow-origin"), None);
    }
}

#[test]
fn preflight_succeeds_only_for_allowed_origins() {
    let server = allowing("https://app.example");
    let ask = |target: &str, origin: &str| {
        let headers = [&format!("Origin: {origin}"), "Access-Control-Request-Method: POST"];
        server.request("OPTIONS", target, &headers, "")
    };
    let reply = ask(SET, "https://app.example");
    assert_eq!(
        (reply.status, reply.header("access-control-allow-methods")),
        (204, Some("GET, POST, DELETE"))
    );
    ask(SET, "https://evil.example").is(403, "cross-site");
    ask("/kv/nothing", "https://app.example").is(404, "not-found");
}
