//! Bodies that are too big or too slow, and stores that are full.

use crate::client::Connection;
use crate::server::{CURSOR, given, given_a_server, serve, store};
use crate::types;
use kv_core::KvStore;
use kv_http::{KvHttp, TenantPolicy};
use std::time::Duration;

#[test]
fn a_body_that_is_too_big_is_refused_before_it_is_read() {
    let server = given_a_server();
    // Of a length that is said, without a byte of it.
    let head = "POST /kv/set/CursorPosition?key=a HTTP/1.1\r\nHost: acme.example\r\nContent-Type: application/json\r\n";
    server.raw(format!("{head}Content-Length: 65537\r\n\r\n")).is(413, "too-large");
    server.raw(format!("{head}Content-Length: 9223372036854775807\r\n\r\n")).is(413, "too-large");
    // Of one that is not.
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
    server
        .raw(format!("{head}Transfer-Encoding: chunked\r\n\r\n{chunk}1\r\nx\r\n0\r\n\r\n"))
        .is(413, "too-large");
    // As big as it may be.
    let padding = " ".repeat(65536 - CURSOR.len());
    server.post("/kv/set/CursorPosition?key=a", format!("{CURSOR}{padding}")).ok();
    server.post("/kv/set/CursorPosition?key=a", format!("{CURSOR}{padding} ")).is(413, "too-large");
}

#[test]
fn the_limit_of_bodies_is_the_apps_to_set() {
    let server = given(|http| http.limits(kv_http::Limits::default().body_bytes(64)));
    server.post("/kv/set/CursorPosition?key=a", CURSOR).ok();
    server.post("/kv/set/CursorPosition?key=a", format!("{CURSOR:<65}")).is(413, "too-large");
}

#[test]
fn a_body_that_does_not_come_is_given_up() {
    let server = given(|http| http.limits(kv_http::Limits::default().body_time(Duration::from_millis(50))));
    let mut connection = Connection::open(server.address);
    connection.send(
        b"POST /kv/set/CursorPosition?key=a HTTP/1.1\r\nHost: acme.example\r\nContent-Type: application/json\r\nContent-Length: 41\r\n\r\n{\"x\":3",
    );
    connection.read().unwrap().is(408, "timeout");
    assert!(connection.read().is_none(), "what is left of the body is not taken for a request");
    assert_eq!(server.cursor_keys(), Vec::<String>::new());
}

#[test]
fn a_full_tenant_says_which_limit_it_is() {
    let (_, clock) = store();
    let limits = kv_core::Limits::default().entries_per_tenant(2);
    let kv = KvStore::builder().clock(clock.clone()).limits(limits).build();
    let router = KvHttp::new(kv.clone(), types::catalog(), TenantPolicy::any_host()).router();
    let server = serve(kv, clock, router);
    server.set_cursor("a").ok();
    server.set_cursor("b").ok();
    let reply = server.set_cursor("c");
    reply.is(507, "limit-exceeded");
    assert_eq!(reply.json()["limit"], "entries_per_tenant");
    server.set_cursor("b").ok();
    assert_eq!(server.cursor_keys(), ["a", "b"]);
}

#[test]
fn a_value_over_the_stores_limit_is_too_large() {
    let (_, clock) = store();
    let kv =
        KvStore::builder().clock(clock.clone()).limits(kv_core::Limits::default().value_bytes(40)).build();
    let router = KvHttp::new(kv.clone(), types::catalog(), TenantPolicy::any_host()).router();
    let server = serve(kv, clock, router);
    let body = format!(r#"{{"x":3,"y":4,"item_id":"{0}","user_id":"{0}"}}"#, "a".repeat(64));
    server.post("/kv/set/CursorPosition?key=a", body).is(413, "too-large");
}

#[test]
fn many_requests_go_over_one_connection() {
    let server = given_a_server();
    let mut connection = Connection::open(server.address);
    for n in 0..50 {
        let body = CURSOR.replace('3', &n.to_string());
        connection.send(
            format!("POST /kv/set/CursorPosition?key=a HTTP/1.1\r\nHost: acme.example\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len())
                .as_bytes(),
        );
        connection.read().unwrap().ok();
        connection.send(b"GET /kv/get/CursorPosition?key= HTTP/1.1\r\nHost: acme.example\r\n\r\n");
        connection.read().unwrap().is(400, "invalid-key");
    }
}
