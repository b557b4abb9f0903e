//! Types, routes, methods and access.

use crate::Server;
use crate::server::CURSOR;
use kv_core::KvStore;
use models::storage::user_storage::SessionCache;

#[test]
fn type_that_is_not_exposed_is_unknown() {
    let server = Server::new();
    let long = "T".repeat(100_000 / 2);
    for tag in [
        "Nothing",
        "cursorposition",
        "CursorPosition:",
        "Cursor%20Position",
        "%ff",
        "%00",
        "..",
        "1",
        "%2F",
        "T".repeat(65).as_str(),
        long.as_str(),
    ] {
        for target in [format!("/kv/get/{tag}?key=a"), format!("/kv/get/{tag}/a")] {
            server.get(&target).is(404, "unknown-type");
        }
        server.post(&format!("/kv/set/{tag}?key=a"), CURSOR).is(404, "unknown-type");
        server.delete(&format!("/kv/delete/{tag}?key=a")).is(404, "unknown-type");
    }
    server.get("/kv/list/Nothing?prefix=").is(404, "unknown-type");
    server.get("/kv/get/%43ursorPosition?key=a").is(200, "");
}

#[test]
fn unknown_route_is_not_found() {
    let server = Server::new();
    for target in [
        "/kv",
        "/kv/",
        "/kv/get",
        "/kv/get/",
        "/kv/get//a",
        "/kv/nothing",
        "/kv/list/",
        "/kv/list/CursorPosition/",
        "/kv/list/a/b",
        "/kv/stats/",
        "/kv//stats",
        "/kv/batch/x",
        "/kv/GET/CursorPosition?key=a",
        "/kv/../kv/stats",
    ] {
        server.get(target).is(404, "not-found");
    }
}

#[test]
fn unsupported_method_is_answered_with_allow() {
    let server = Server::new();
    for (method, target, allow) in [
        ("POST", "/kv/get/CursorPosition?key=a", "GET, HEAD"),
        ("GET", "/kv/set/CursorPosition?key=a", "POST"),
        ("PUT", "/kv/set/CursorPosition?key=a", "POST"),
        ("GET", "/kv/delete/CursorPosition?key=a", "DELETE, POST"),
        ("DELETE", "/kv/list/CursorPosition", "GET, HEAD"),
        ("PATCH", "/kv/stats", "GET, HEAD"),
        ("GET", "/kv/cleanup", "POST"),
        ("GET", "/kv/batch", "POST"),
        ("KV", "/kv/batch", "POST"),
        // The method is checked before the type.
        ("PUT", "/kv/set/Nothing", "POST"),
    ] {
        let reply = server.request(method, target, &["Content-Type: application/json"], "");
        reply.is(405, "method-not-allowed");
        assert_eq!(reply.header("allow"), Some(allow), "{method} {target}");
    }
}

#[test]
fn every_route_answers_head_and_options() {
    let server = Server::new();
    server.post("/kv/set/CursorPosition?key=a", CURSOR).is(200, "");
    for (target, allow) in [
        ("/kv/get/CursorPosition?key=a", "GET, HEAD"),
        ("/kv/get/CursorPosition?key=nothing", "GET, HEAD"),
        ("/kv/list/CursorPosition", "GET, HEAD"),
        ("/kv/list/CursorPosition%3A", "GET, HEAD"),
        ("/kv/list?full_prefix=", "GET, HEAD"),
        ("/kv/stats", "GET, HEAD"),
        ("/kv/set/CursorPosition?key=a", "POST"),
        ("/kv/batch", "POST"),
        ("/kv/cleanup", "POST"),
        ("/kv/delete/CursorPosition?key=a", "DELETE, POST"),
    ] {
        let options = server.request("OPTIONS", target, &[], "");
        options.is(204, "");
        assert_eq!((options.header("allow"), options.body.as_str()), (Some(allow), ""), "{target}");

        let (get, head) = (server.get(target), server.request("HEAD", target, &[], ""));
        assert_eq!((head.status, head.body.as_str()), (get.status, ""), "{target}");
        for name in ["content-length", "content-type", "etag", "allow", "cache-control"] {
            assert_eq!(head.header(name), get.header(name), "{name} of {target}");
        }
    }
    server.request("OPTIONS", "/kv/nothing", &[], "").is(404, "not-found");
}

#[test]
fn access_of_the_catalog_is_enforced() {
    let kv = KvStore::new();
    let session = SessionCache { user_id: "7".to_owned(), permissions: Vec::new(), last_activity: 0 };
    kv.tenant("acme.example").unwrap().set::<SessionCache>("secret", session).unwrap();
    let server = Server::of(kv);
    assert!(server.get("/kv/get/SessionCache?key=secret").version().is_some());
    server.get("/kv/list/SessionCache").is(403, "forbidden");
    server.delete("/kv/delete/SessionCache?key=secret").is(403, "read-only");
    server.post("/kv/delete/ViewportState?key=a", "").is(403, "read-only");
    server.post("/kv/set/SessionCache?key=secret", "not parsed").is(403, "read-only");

    assert_eq!(server.get("/kv/list?full_prefix=").json()["keys"].as_array().unwrap().len(), 0);
    assert_eq!(server.get("/kv/list/SessionCache%3A").json()["keys"].as_array().unwrap().len(), 0);
    assert_eq!(server.get("/kv/stats").json()["total_keys"], 0);
    let op = r#"{"ops":[{"op":"list","type":"SessionCache","prefix":""},{"op":"delete","type":"SessionCache","key":"secret"}]}"#;
    let results = server.post("/kv/batch", op).json();
    assert_eq!(
        (&results["results"][0]["code"], &results["results"][1]["code"]),
        (&"forbidden".into(), &"read-only".into())
    );
    assert!(server.get("/kv/get/SessionCache?key=secret").version().is_some());
}

#[test]
fn responses_are_json_for_every_accept_header() {
    // Source: RFC 9110, section 12.4.1: a server may disregard the preference.
    let server = Server::new();
    for accept in ["text/html", "application/json;q=0", "*/*;q=0", ";;;"] {
        let accept = format!("Accept: {accept}");
        for (target, ty) in [("get/CursorPosition?key=a", "json"), ("get/Nothing?key=a", "problem+json")] {
            let reply =
                server.request("GET", &format!("/kv/{target}"), &[&accept, "Accept-Encoding: gzip"], "");
            assert_eq!(reply.header("content-type"), Some(format!("application/{ty}").as_str()));
            assert_eq!(reply.header("content-encoding"), None);
        }
    }
}

#[test]
fn generic_http_client_can_use_the_routes() {
    let server = Server::new();
    let url = |path: &str| format!("http://{}/kv/{path}", server.addr);
    let agent = ureq::agent();
    let set = agent.post(url("set/CursorPosition?key=user:7")).content_type("application/json").send(CURSOR);
    let etag = set.unwrap().headers()["etag"].clone();
    let mut found = agent.get(url("get/CursorPosition")).query("key", "user:7").call().unwrap();
    assert_eq!(found.headers()["etag"], etag);
    let found: serde_json::Value = serde_json::from_str(&found.body_mut().read_to_string().unwrap()).unwrap();
    assert_eq!(found["value"], serde_json::from_str::<serde_json::Value>(CURSOR).unwrap());
    let unchanged =
        agent.get(url("get/CursorPosition?key=user:7")).header("If-None-Match", &etag).call().unwrap();
    assert_eq!(unchanged.status(), 304);
    let stale = agent.delete(url("delete/CursorPosition?key=user:7")).header("If-Match", "\"1\"").call();
    assert!(matches!(stale, Err(ureq::Error::StatusCode(412))));
    let deleted = agent.delete(url("delete/CursorPosition?key=user:7")).header("If-Match", etag).call();
    assert_eq!(deleted.unwrap().body_mut().read_to_string().unwrap(), r#"{"success":true,"existed":true}"#);
}
