//! Conditions, beyond what the scenes have.

use crate::server::{CURSOR, Server, given_a_server};

fn set_if(server: &Server, headers: &str) -> crate::client::Reply {
    server.post_with("/kv/set/CursorPosition?key=a", headers, CURSOR)
}

#[test]
fn a_version_of_what_was_deleted_matches_nothing_that_comes_after() {
    let server = given_a_server();
    let tag = server.set_cursor("a").header("etag").unwrap().to_owned();
    server.delete("/kv/delete/CursorPosition?key=a").ok();
    let reply = set_if(&server, &format!("If-Match: {tag}\r\n"));
    reply.is(412, "conflict");
    assert_eq!(reply.json()["current"], serde_json::Value::Null);
    let second = server.set_cursor("a").header("etag").unwrap().to_owned();
    assert_ne!(tag, second);
    let reply = set_if(&server, &format!("If-Match: {tag}\r\n"));
    reply.is(412, "conflict");
    assert_eq!(format!("{:?}", reply.json()["current"].as_str().unwrap()), second);
    set_if(&server, &format!("If-Match: {second}\r\n")).ok();
}

#[test]
fn what_has_expired_is_not_there() {
    let server = given_a_server();
    let tag = server.set_cursor("a").header("etag").unwrap().to_owned();
    server.clock.advance(std::time::Duration::from_secs(30));
    set_if(&server, &format!("If-Match: {tag}\r\n")).is(412, "conflict");
    set_if(&server, "If-Match: *\r\n").is(412, "conflict");
    set_if(&server, "If-None-Match: *\r\n").ok();
}

#[test]
fn one_condition_that_can_be_read() {
    let server = given_a_server();
    let tag = server.set_cursor("a").header("etag").unwrap().to_owned();
    for headers in [
        "If-Match: *\r\nIf-None-Match: *\r\n".to_owned(),
        format!("If-Match: {tag}\r\nIf-Match: {tag}\r\n"),
        "If-Match: 1763836800000001\r\n".to_owned(),
        "If-Match: \"\r\n".to_owned(),
        "If-Match: \"abc\r\n".to_owned(),
        "If-Match:\r\n".to_owned(),
        "If-Match: w/\"1\"\r\n".to_owned(),
        "If-None-Match: 7\r\n".to_owned(),
        // A tag that no version is.
        "If-Match: \"abc\"\r\n".to_owned(),
        "If-Match: \"99999999999999999999\"\r\n".to_owned(),
        "If-Match: \"1\", \"2\"\r\n".to_owned(),
    ] {
        set_if(&server, &headers).is(400, "invalid-query");
    }
    for headers in ["If-Match: W/\"1\"\r\n", "If-Match: \"1\"\r\n"] {
        set_if(&server, headers).is(412, "conflict");
    }
    let before = server.get("/kv/get/CursorPosition?key=a");
    assert_eq!(before.header("etag"), Some(tag.as_str()), "nothing was written");
}

#[test]
fn an_answer_that_the_client_has_has_no_body() {
    let server = given_a_server();
    let tag = server.set_cursor("a").header("etag").unwrap().to_owned();
    let get = |headers: &str| {
        server
            .raw(format!("GET /kv/get/CursorPosition?key=a HTTP/1.1\r\nHost: acme.example\r\n{headers}\r\n"))
    };
    let reply = get(&format!("If-None-Match: {tag}\r\n"));
    assert_eq!((reply.status, reply.body.len(), reply.header("etag")), (304, 0, Some(tag.as_str())));
    assert_eq!(get(&format!("If-None-Match: W/{tag}\r\n")).status, 200, "a weak tag never matches");
    assert_eq!(get("If-None-Match: \"1\"\r\n").status, 200);
    let absent =
        "GET /kv/get/CursorPosition?key=b HTTP/1.1\r\nHost: acme.example\r\nIf-None-Match: \"1\"\r\n\r\n";
    assert_eq!(server.raw(absent).ok()["found"], false);
}
