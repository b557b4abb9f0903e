//! Request bodies: media types, sizes and times.

use crate::Server;
use crate::server::{CURSOR, Reply, catalog};
use kv_core::KvStore;
use kv_http::{KvHttp, Limits, TenantPolicy};
use std::io::{BufReader, Write};
use std::time::Duration;

const SET: &str = "/kv/set/CursorPosition?key=a";

fn with_limits(limits: Limits) -> Server {
    Server::start(KvHttp::new(KvStore::new(), catalog(), TenantPolicy::any_host()).limits(limits))
}

#[test]
fn post_requires_json() {
    let server = Server::new();
    let with = |ty: &[&str]| server.request("POST", SET, ty, CURSOR);
    for ty in [
        "Content-Type: text/plain",
        "Content-Type: application/x-www-form-urlencoded",
        "Content-Type: multipart/form-data; boundary=x",
        "Content-Type: application/json; charset=utf-16",
        "Content-Type:",
        "Content-Type: application/json\r\nContent-Type: text/plain",
        "Content-Type: application/json\r\nContent-Encoding: gzip",
    ] {
        with(&[ty]).is(415, "not-json");
    }
    with(&[]).is(415, "not-json");
    let error = |headers: &[&str]| with(headers).json()["error"].as_str().unwrap().to_owned();
    for (headers, found) in [
        (&["Content-Type: text/plain"][..], "`content-type: text/plain`"),
        (
            &["Content-Type: application/json; charset=utf-16"],
            "`content-type: application/json; charset=utf-16`",
        ),
        (&[], "no `content-type`"),
        (&["Content-Type: application/json", "Content-Encoding: br"], "`content-encoding: br`"),
        (&["Content-Type: a/b", "Content-Type: c/d"], "both `content-type: a/b` and `content-type: c/d`"),
    ] {
        let error = error(headers);
        assert!(error.contains(found) && error.contains("`Content-Type: application/json`"), "{error}");
    }
    // The excerpt of a header is short and without control characters.
    let error = error(&[&format!("Content-Type: a\tb\u{80}\u{9b}{}", "x".repeat(5000))]);
    assert!(error.len() < 300 && !error.contains(char::is_control), "{error}");
    for target in ["/kv/batch", "/kv/cleanup", "/kv/delete/CursorPosition?key=a"] {
        server.request("POST", target, &["Content-Type: text/plain"], "").is(415, "not-json");
    }
    assert!(server.get("/kv/get/CursorPosition?key=a").version().is_none());
    with(&["content-type: Application/JSON; charset=UTF-8"]).is(200, "");
}

#[test]
fn routes_without_data_accept_an_empty_body_or_an_empty_object() {
    let server = Server::new();
    for target in ["/kv/cleanup", "/kv/delete/CursorPosition?key=a"] {
        for body in ["", "{}", " { } \n"] {
            server.post(target, body).is(200, "");
        }
        for body in ["[]", "null", "{\"a\":1}", "{}{}", "{"] {
            server.post(target, body).is(400, "invalid-json");
        }
    }
}

#[test]
fn body_over_the_limit_is_refused_before_and_while_it_is_read() {
    let server = Server::new();
    let padded = |bytes: usize| format!("{CURSOR}{}", " ".repeat(bytes - CURSOR.len()));
    server.post(SET, &padded(64 << 10)).is(200, "");
    server.post(SET, &padded((64 << 10) + 1)).is(413, "too-large");

    // A declared length over the limit is answered without the body.
    let head = "POST /kv/set/CursorPosition?key=a HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n";
    server.send(format!("{head}Content-Length: 99999999999999\r\n\r\n")).is(413, "too-large");

    let mut stream = server.connect();
    stream.write_all(format!("{head}Transfer-Encoding: chunked\r\n\r\n").as_bytes()).unwrap();
    let chunk = format!("1000\r\n{}\r\n", " ".repeat(0x1000));
    for _ in 0..17 {
        // The server may answer and close the connection before the last chunk.
        if stream.write_all(chunk.as_bytes()).is_err() {
            break;
        }
    }
    Reply::read(&mut BufReader::new(stream), false).is(413, "too-large");

    let server = with_limits(Limits::default().body_bytes(10));
    server.post(SET, CURSOR).is(413, "too-large");
    server.post("/kv/batch", CURSOR).is(413, "too-large");
}

#[test]
fn slow_body_times_out() {
    let server = with_limits(Limits::default().body_time(Duration::from_millis(50)));
    let mut stream = server.connect();
    let head = "POST /kv/set/CursorPosition?key=a HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n";
    stream.write_all(format!("{head}Content-Length: 100\r\n\r\n{{\"x\":3,").as_bytes()).unwrap();
    let reply = Reply::read(&mut BufReader::new(stream), false);
    reply.is(408, "timeout");
    assert_eq!(reply.header("connection"), Some("close"));
    server.post(SET, CURSOR).is(200, "");
}

#[test]
fn incomplete_body_stores_nothing() {
    let server = Server::new();
    let mut stream = server.connect();
    let head = "POST /kv/set/CursorPosition?key=a HTTP/1.1\r\nHost: acme.example\r\nContent-Type: application/json\r\n";
    stream.write_all(format!("{head}Content-Length: 100\r\n\r\n{CURSOR}").as_bytes()).unwrap();
    drop(stream);
    assert!(server.get("/kv/get/CursorPosition?key=a").version().is_none());
}

#[test]
fn malformed_batch_changes_nothing() {
    let server = Server::new();
    let set = format!(r#"{{"op":"set","type":"CursorPosition","key":"a","value":{CURSOR}}}"#);
    for body in [
        String::new(),
        "[]".to_owned(),
        "{}".to_owned(),
        r#"{"ops":[]}"#.to_owned(),
        format!(r#"{{"ops":[{set},{{"op":"get","type":"CursorPosition","key":"a","colour":1}}]}}"#),
        format!(r#"{{"ops":[{set},{{"op":"get","type":"CursorPosition"}}]}}"#),
        format!(r#"{{"ops":[{set}],"ops":[]}}"#),
        format!(r#"{{"ops":[{set}]}}]"#),
        format!(r#"{{"ops":[{}]}}"#, vec![set.as_str(); 101].join(",")),
    ] {
        server.post("/kv/batch", &body).is(400, "invalid-json");
    }
    server
        .request("POST", "/kv/batch", &["Content-Type: application/json"], b"{\"ops\":[\"\xff\"]}")
        .is(400, "invalid-json");
    assert!(server.get("/kv/get/CursorPosition?key=a").version().is_none());
    let results =
        server.post("/kv/batch", &format!(r#"{{"ops":[{}]}}"#, vec![set.as_str(); 100].join(","))).json();
    assert_eq!(results["results"].as_array().unwrap().len(), 100);
}

#[test]
fn operations_of_a_batch_fail_independently() {
    let server = Server::new();
    let ops = [
        (404, r#"{"op":"get","type":"Nothing","key":"a"}"#),
        (400, r#"{"op":"get","type":"CursorPosition","key":".."}"#),
        (400, r#"{"op":"set","type":"CursorPosition","key":"a","value":{"x":1}}"#),
        (
            400,
            r#"{"op":"set","type":"CursorPosition","key":"a","value":{"x":3,"y":4,"item_id":"a","user_id":"7"},"ttl_ms":0}"#,
        ),
        (400, r#"{"op":"list","type":"CursorPosition","prefix":"","limit":1001}"#),
        (400, r#"{"op":"list","type":"CursorPosition","prefix":"","limit":"ten"}"#),
        (403, r#"{"op":"set","type":"ViewportState","key":"a","value":{}}"#),
        (
            200,
            r#"{"op":"set","type":"CursorPosition","key":"a","value":{"x":3,"y":4,"item_id":"a","user_id":"7","ttl":1}}"#,
        ),
        (200, r#"{"op":"get","type":"CursorPosition","key":"a"}"#),
    ];
    let body = format!(r#"{{"ops":[{}]}}"#, ops.map(|(_, op)| op).join(","));
    let results = server.post("/kv/batch", &body).json();
    let statuses: Vec<_> =
        (0..ops.len()).map(|at| results["results"][at]["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, ops.map(|(status, _)| status));
    assert_eq!(results["results"][8]["found"], true, "in a batch, the member `ttl` of a value is not a TTL");
}
