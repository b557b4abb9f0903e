//! Which tenant a request reaches.

use crate::server::{CURSOR, given, given_a_server, given_hosts};
use kv_http::TenantPolicy;
use std::net::{IpAddr, Ipv4Addr};

const PATH: &str = "/kv/get/CursorPosition?key=user%3A7";

#[test]
fn a_request_without_a_host_or_with_two_is_refused() {
    let server = given_a_server();
    server.raw(format!("GET {PATH} HTTP/1.1\r\n\r\n")).is(400, "invalid-host");
    server.raw(format!("GET {PATH} HTTP/1.1\r\nHost:\r\n\r\n")).is(400, "invalid-host");
    for second in ["acme.example", "other.example", "ACME.example"] {
        let request = format!("GET {PATH} HTTP/1.1\r\nHost: acme.example\r\nHost: {second}\r\n\r\n");
        server.raw(request).is(400, "invalid-host");
    }
}

#[test]
fn an_absolute_target_names_the_same_host() {
    let server = given_a_server();
    server.set_cursor("user%3A7").ok();
    let ask = |target: &str, host: &str| {
        server.raw(format!("GET http://{target}{PATH} HTTP/1.1\r\nHost: {host}\r\n\r\n"))
    };
    assert_eq!(ask("acme.example", "acme.example").ok()["found"], true);
    assert_eq!(ask("ACME.example:80", "acme.example.").ok()["found"], true);
    ask("other.example", "acme.example").is(400, "invalid-host");
    ask("acme.example:81", "acme.example").is(400, "invalid-host");
    ask("evil@acme.example", "acme.example").is(400, "invalid-host");
}

#[test]
fn a_bad_host_is_refused_and_makes_no_tenant() {
    let server = given_a_server();
    let long = "a".repeat(8000);
    for host in [
        "a}/{b",
        "a b",
        "u@a",
        "a..b",
        ".",
        "a,b",
        "a/b",
        "a?b",
        "a#b",
        "a%2Eb",
        "[::1",
        "::1",
        "a:b",
        "a:80:80",
        "a:99999",
        "..",
        "*",
        "*.acme.example",
        &long,
    ] {
        let body = format!(
            "POST /kv/set/CursorPosition?key=a HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{CURSOR}",
            CURSOR.len()
        );
        let reply = server.raw(body);
        reply.is(400, "invalid-host");
        assert!(reply.body.len() < 400, "it repeats a hostile host: {}", reply.text());
    }
    let bytes = [b"GET /kv/stats HTTP/1.1\r\nHost: b\xc3\xbccher.example\r\n\r\n".as_slice()].concat();
    server.raw(bytes).is(400, "invalid-host");
    assert!(server.kv.tenants().is_empty());
}

#[test]
fn every_spelling_of_a_host_is_one_tenant() {
    let server = given_a_server();
    server.set_cursor("user%3A7").ok();
    for host in ["acme.example", "ACME.Example", "acme.example:8080", "acme.example.", "Acme.Example.:1"] {
        let reply = server.raw(format!("GET {PATH} HTTP/1.1\r\nHost: {host}\r\n\r\n"));
        assert_eq!(reply.ok()["found"], true, "{host}");
    }
    for host in ["acme.example.org", "www.acme.example", "acme-example", "127.0.0.1", "[::1]:80"] {
        let reply = server.raw(format!("GET {PATH} HTTP/1.1\r\nHost: {host}\r\n\r\n"));
        assert_eq!(reply.ok()["found"], false, "{host}");
    }
    assert_eq!(server.kv.tenants().len(), 1);
}

#[test]
fn what_a_client_says_of_other_hosts_is_ignored() {
    let server = given_a_server();
    server.set_cursor("user%3A7").ok();
    for header in [
        "X-Forwarded-Host: acme.example",
        "Forwarded: host=acme.example",
        "X-Host: acme.example",
        "X-Original-Host: acme.example",
    ] {
        let reply = server.raw(format!("GET {PATH} HTTP/1.1\r\nHost: other.example\r\n{header}\r\n\r\n"));
        assert_eq!(reply.ok()["found"], false, "{header}");
    }
}

#[test]
fn a_proxy_that_is_named_may_say_the_host() {
    let local = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let server = given_hosts(TenantPolicy::any_host().behind_proxy(local), |http| http);
    server.set_cursor("user%3A7").ok();
    let ask = |headers: &str| server.raw(format!("GET {PATH} HTTP/1.1\r\nHost: inner\r\n{headers}\r\n"));
    assert_eq!(ask("X-Forwarded-Host: acme.example\r\n").ok()["found"], true);
    assert_eq!(ask("").ok()["found"], false);
    assert_eq!(ask("Forwarded: host=acme.example\r\n").ok()["found"], false);
    ask("X-Forwarded-Host: acme.example\r\nX-Forwarded-Host: acme.example\r\n").is(400, "invalid-host");
    ask("X-Forwarded-Host: a}/{b\r\n").is(400, "invalid-host");

    let elsewhere = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
    let server = given_hosts(TenantPolicy::any_host().behind_proxy(elsewhere), |http| http);
    server.set_cursor("user%3A7").ok();
    let reply =
        server.raw(format!("GET {PATH} HTTP/1.1\r\nHost: inner\r\nX-Forwarded-Host: acme.example\r\n\r\n"));
    assert_eq!(reply.ok()["found"], false);
}

#[test]
fn only_hosts_that_are_named_are_served() {
    let policy = TenantPolicy::hosts(["acme.example", "*.shops.example"]).unwrap();
    let server = given_hosts(policy, |http| http);
    for host in ["acme.example", "ACME.EXAMPLE:1", "a.shops.example", "b.a.shops.example."] {
        server.raw(format!("GET {PATH} HTTP/1.1\r\nHost: {host}\r\n\r\n")).ok();
    }
    for host in
        ["www.acme.example", "shops.example", "ashops.example", "acme.example.evil", "127.0.0.1", "localhost"]
    {
        server.raw(format!("GET {PATH} HTTP/1.1\r\nHost: {host}\r\n\r\n")).is(421, "unknown-host");
    }
}

#[test]
fn a_pattern_that_names_no_host_is_an_error() {
    for pattern in
        ["", "*", "*.", "a*.example", "*.*.example", "https://acme.example", "acme.example/kv", "a b", "a:80"]
    {
        assert!(TenantPolicy::hosts([pattern]).is_err(), "{pattern:?}");
    }
    assert!(TenantPolicy::hosts(Vec::<String>::new()).is_err());
}

#[test]
fn several_hosts_can_be_one_tenant() {
    let acme = kv_core::TenantId::new("acme.example").unwrap();
    let policy =
        TenantPolicy::resolver(move |host| host.as_str().ends_with(".acme.example").then(|| acme.clone()));
    let server = given_hosts(policy, |http| http);
    let body = format!(
        "POST /kv/set/CursorPosition?key=user%3A7 HTTP/1.1\r\nHost: www.acme.example\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{CURSOR}",
        CURSOR.len()
    );
    server.raw(body).ok();
    let reply = server.raw(format!("GET {PATH} HTTP/1.1\r\nHost: shop.acme.example\r\n\r\n"));
    assert_eq!(reply.ok()["found"], true);
    server.get(PATH).is(421, "unknown-host");
}

#[test]
fn nothing_is_read_of_a_request_whose_host_is_refused() {
    // The route and the type are not told of either.
    let server = given(|http| http);
    server.raw("GET /kv/nothing HTTP/1.1\r\nHost: a}/{b\r\n\r\n").is(400, "invalid-host");
}
