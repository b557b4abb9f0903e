//! Hosts that nobody has heard of.

use crate::client::Connection;
use crate::server::{CURSOR, serve, store};
use crate::types;
use kv_core::{KvStore, Limits};
use kv_http::{KvHttp, TenantPolicy};

const HOSTS: usize = 100_000;

#[test]
fn a_hundred_thousand_hosts_that_read_make_no_tenant() {
    let (kv, clock) = store();
    let router = KvHttp::new(kv.clone(), types::catalog(), TenantPolicy::any_host()).router();
    let server = serve(kv, clock, router);
    let mut connection = Connection::open(server.address);
    // Many at once, since there are many.
    for chunk in (0..HOSTS).collect::<Vec<_>>().chunks(100) {
        let requests: Vec<String> = chunk
            .iter()
            .map(|n| match n % 4 {
                0 => format!("GET /kv/get/CursorPosition?key=a HTTP/1.1\r\nHost: h{n}.example\r\n\r\n"),
                1 => format!("GET /kv/list/CursorPosition?prefix= HTTP/1.1\r\nHost: h{n}.example\r\n\r\n"),
                2 => format!("GET /kv/stats HTTP/1.1\r\nHost: h{n}.example\r\n\r\n"),
                _ => format!("DELETE /kv/delete/CursorPosition?key=a HTTP/1.1\r\nHost: h{n}.example\r\n\r\n"),
            })
            .collect();
        connection.send(requests.concat().as_bytes());
        for _ in chunk {
            assert_eq!(connection.read().unwrap().status, 200);
        }
    }
    assert!(server.kv.tenants().is_empty());
}

#[test]
fn a_hundred_thousand_hosts_that_write_stop_at_the_limit() {
    const LIMIT: usize = 1000;
    let (_, clock) = store();
    let kv = KvStore::builder().clock(clock.clone()).limits(Limits::default().tenants(LIMIT)).build();
    let router = KvHttp::new(kv.clone(), types::catalog(), TenantPolicy::any_host()).router();
    let server = serve(kv, clock, router);
    let mut connection = Connection::open(server.address);
    let mut refused = 0;
    for chunk in (0..HOSTS).collect::<Vec<_>>().chunks(100) {
        let requests: Vec<String> = chunk
            .iter()
            .map(|n| {
                format!("POST /kv/set/CursorPosition?key=a HTTP/1.1\r\nHost: h{n}.example\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{CURSOR}", CURSOR.len())
            })
            .collect();
        connection.send(requests.concat().as_bytes());
        for _ in chunk {
            let reply = connection.read().unwrap();
            if reply.status != 200 {
                reply.is(507, "limit-exceeded");
                assert_eq!(reply.json()["limit"], "tenants");
                refused += 1;
            }
        }
    }
    assert_eq!(server.kv.tenants().len(), LIMIT);
    assert_eq!(refused, HOSTS - LIMIT);
    // Those that have a place keep it.
    assert_eq!(
        server.raw("GET /kv/get/CursorPosition?key=a HTTP/1.1\r\nHost: h0.example\r\n\r\n").ok()["found"],
        true
    );
}
