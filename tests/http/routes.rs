//! Types, routes and methods that are not there, and what the catalog does not allow.

use crate::server::{CURSOR, given_a_server};

#[test]
fn a_type_that_is_not_exposed_is_unknown_however_it_is_written() {
    let server = given_a_server();
    for tag in [
        "Nothing",
        "cursorposition",
        "CursorPosition%20",
        "Cursor%50osition%00",
        "..",
        "%2e%2e",
        "a%2Fb",
        "%ff",
        "CursorPosition:",
    ] {
        for (method, verb) in [("GET", "get"), ("DELETE", "delete")] {
            let reply =
                server.raw(format!("{method} /kv/{verb}/{tag}?key=a HTTP/1.1\r\nHost: acme.example\r\n\r\n"));
            reply.is(404, "unknown-type");
        }
        server.post(&format!("/kv/set/{tag}?key=a"), CURSOR).is(404, "unknown-type");
    }
    let batch = r#"{"ops":[{"op":"get","type":"Nothing","key":"a"}]}"#;
    assert_eq!(server.post("/kv/batch", batch).ok()["results"][0]["code"], "unknown-type");
}

#[test]
fn a_route_that_is_not_there_is_a_problem_too() {
    let server = given_a_server();
    for path in ["/kv", "/kv/", "/kv/nothing", "/kv/get", "/kv/stats/", "/kv/batch/a", "/kv//stats"] {
        let reply = server.get(path);
        assert_eq!(
            (reply.status, reply.json()["code"].as_str()),
            (404, Some("not-found")),
            "{path}: {reply:?}"
        );
    }
}

#[test]
fn a_method_that_a_route_does_not_take_is_refused_with_those_that_it_does() {
    let server = given_a_server();
    for (method, path, allow) in [
        ("POST", "/kv/get/CursorPosition?key=a", "GET"),
        ("GET", "/kv/set/CursorPosition?key=a", "POST"),
        ("PUT", "/kv/set/CursorPosition?key=a", "POST"),
        ("PATCH", "/kv/delete/CursorPosition?key=a", "DELETE"),
        ("GET", "/kv/delete/CursorPosition?key=a", "DELETE"),
        ("DELETE", "/kv/list/CursorPosition?prefix=", "GET"),
        ("GET", "/kv/cleanup", "POST"),
        ("GET", "/kv/batch", "POST"),
        ("POST", "/kv/stats", "GET"),
        ("TRACE", "/kv/stats", "GET"),
    ] {
        let reply = server.raw(format!("{method} {path} HTTP/1.1\r\nHost: acme.example\r\n\r\n"));
        reply.is(405, "method-not-allowed");
        assert!(reply.header("allow").unwrap().contains(allow), "{reply:?}");
    }
}

#[test]
fn a_type_is_reached_as_its_access_says() {
    let server = given_a_server();
    server.get("/kv/get/ViewportState?key=a").ok();
    server.get("/kv/list/ViewportState?prefix=").ok();
    server
        .post(
            "/kv/set/ViewportState?key=a",
            r#"{"scroll_y":1.5,"selected_item":null,"sidebar_collapsed":true}"#,
        )
        .is(403, "read-only");
    server.delete("/kv/delete/ViewportState?key=a").is(403, "read-only");
    // Nobody lists what is to be found by its exact key alone.
    server.get("/kv/get/SessionCache?key=a").ok();
    let listed = server.get("/kv/list/SessionCache?prefix=");
    assert_eq!(listed.status, 403, "{listed:?}");
    let session = crate::types::SessionCache { user_id: "7".into(), permissions: vec![], last_activity: 0 };
    server.tenant().set::<crate::types::SessionCache>("secret", session).unwrap();
    server.set_cursor("a").ok();
    let stats = server.get("/kv/stats").ok();
    assert!(stats["types"].get("SessionCache").is_none(), "{stats}");
    assert_eq!(stats["total_keys"], 1, "{stats}");
    for prefix in ["SessionCache:", "S", ""] {
        let page = server.get(&format!("/kv/list?full_prefix={prefix}"));
        if page.status == 200 {
            assert!(!page.text().contains("secret"), "{prefix}: {}", page.text());
        }
    }
    assert!(!server.get("/kv/list/SessionCache%3A").text().contains("secret"));
    let batch = r#"{"ops":[{"op":"list","type":"SessionCache","prefix":""}]}"#;
    assert_eq!(server.post("/kv/batch", batch).ok()["results"][0]["status"], 403);
}

#[test]
fn what_a_route_does_not_know_is_refused() {
    let server = given_a_server();
    for target in [
        "/kv/get/CursorPosition?key=a&keys=b",
        "/kv/get/CursorPosition?key=a&ttl_ms=5",
        "/kv/list/CursorPosition?prefix=&offset=3",
        "/kv/list/CursorPosition?prefix=&prefix=a",
        "/kv/stats?verbose=1",
    ] {
        server.get(target).is(400, "invalid-query");
    }
    server.post("/kv/cleanup?now=1", "{}").is(400, "invalid-query");
    server.get("/kv/stats?global=true").is(403, "forbidden");
}

#[test]
fn a_real_client_gets_real_answers() {
    let server = given_a_server();
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let url = format!("http://{}/kv/set/CursorPosition?key=user%3A7&ttl_ms=500", server.address);
    let mut reply = agent.post(url).header("Content-Type", "application/json").send(CURSOR).unwrap();
    assert_eq!(reply.status(), 200);
    let version = reply.headers()["etag"].to_str().unwrap().to_owned();
    assert!(reply.body_mut().read_to_string().unwrap().contains(version.trim_matches('"')));
    let url = format!("http://{}/kv/get/CursorPosition?key=user%3A7", server.address);
    let mut reply = agent.get(&url).call().unwrap();
    assert!(reply.body_mut().read_to_string().unwrap().starts_with(r#"{"found":true,"key":"user:7""#));
    let reply = agent.get(&url).header("If-None-Match", &version).call().unwrap();
    assert_eq!(reply.status(), 304);
    let head = agent.head(&url).call().unwrap();
    assert_eq!((head.status().as_u16(), head.headers()["etag"].to_str().unwrap()), (200, version.as_str()));
}
