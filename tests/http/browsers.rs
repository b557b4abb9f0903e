//! Requests that pages make, and those of other sites.

use crate::client::Reply;
use crate::server::{CURSOR, Server, given, given_a_server};

fn post(server: &Server, headers: &str) -> Reply {
    server.post_with("/kv/set/CursorPosition?key=a", headers, CURSOR)
}

fn get(server: &Server, headers: &str) -> Reply {
    server.raw(format!("GET /kv/get/CursorPosition?key=a HTTP/1.1\r\nHost: acme.example\r\n{headers}\r\n"))
}

#[test]
fn a_change_comes_from_the_tenants_own_pages() {
    let server = given_a_server();
    for good in [
        "",
        "Sec-Fetch-Site: same-origin\r\n",
        "Sec-Fetch-Site: none\r\n",
        "Sec-Fetch-Site: same-origin\r\nOrigin: https://acme.example\r\n",
        "Origin: http://acme.example\r\n",
        "Origin: https://ACME.example\r\n",
    ] {
        post(&server, good).ok();
    }
    for bad in [
        "Sec-Fetch-Site: cross-site\r\n",
        "Sec-Fetch-Site: same-site\r\n",
        "Sec-Fetch-Site: cross-site\r\nOrigin: https://acme.example\r\n",
        "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Site: same-origin\r\n",
        "Sec-Fetch-Site: whatever\r\n",
        "Origin: https://evil.example\r\n",
        "Origin: https://acme.example.evil\r\n",
        "Origin: https://www.acme.example\r\n",
        "Origin: https://acme.example:8443\r\n",
        "Origin: null\r\n",
        "Origin: acme.example\r\n",
        "Origin: https://acme.example\r\nOrigin: https://evil.example\r\n",
    ] {
        post(&server, bad).is(403, "cross-site");
        for target in ["/kv/delete/CursorPosition?key=a", "/kv/cleanup", "/kv/batch"] {
            let body = if target == "/kv/batch" {
                r#"{"ops":[{"op":"get","type":"CursorPosition","key":"a"}]}"#
            } else {
                "{}"
            };
            server.post_with(target, bad, body).is(403, "cross-site");
        }
        let delete =
            format!("DELETE /kv/delete/CursorPosition?key=a HTTP/1.1\r\nHost: acme.example\r\n{bad}\r\n");
        server.raw(delete).is(403, "cross-site");
    }
    assert_eq!(server.cursor_keys(), ["a"]);
}

#[test]
fn an_origin_has_the_hosts_port() {
    let server = given_a_server();
    let ask = |host: &str, origin: &str| {
        server.raw(format!(
            "POST /kv/set/CursorPosition?key=a HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{CURSOR}",
            CURSOR.len()
        ))
    };
    ask("localhost:8080", "http://localhost:8080").ok();
    ask("localhost:80", "http://localhost").ok();
    ask("localhost", "https://localhost:443").ok();
    ask("localhost:8080", "http://localhost:8081").is(403, "cross-site");
    ask("localhost:8080", "http://localhost").is(403, "cross-site");
    ask("[::1]:8080", "http://[::1]:8080").ok();
}

#[test]
fn reads_of_another_sites_page_need_to_be_allowed() {
    let server = given_a_server();
    get(&server, "Sec-Fetch-Site: cross-site\r\n").is(403, "cross-site");
    for good in
        ["", "Sec-Fetch-Site: same-origin\r\n", "Sec-Fetch-Site: same-site\r\n", "Sec-Fetch-Site: none\r\n"]
    {
        let reply = get(&server, good);
        reply.ok();
        assert_eq!(reply.header("access-control-allow-origin"), None);
    }
    for target in ["/kv/list/CursorPosition?prefix=", "/kv/list?full_prefix=C", "/kv/stats"] {
        let request =
            format!("GET {target} HTTP/1.1\r\nHost: acme.example\r\nSec-Fetch-Site: cross-site\r\n\r\n");
        server.raw(request).is(403, "cross-site");
    }
}

#[test]
fn an_allowed_origin_may_read_and_write_and_is_told_so() {
    let server = given(|http| http.allow_origin("https://app.example"));
    let app = "Sec-Fetch-Site: cross-site\r\nOrigin: https://app.example\r\n";
    for reply in [post(&server, app), get(&server, app)] {
        reply.ok();
        assert_eq!(reply.header("access-control-allow-origin"), Some("https://app.example"));
        assert_eq!(reply.header("access-control-allow-credentials"), Some("true"));
        assert_eq!(reply.header("access-control-expose-headers"), Some("ETag"));
        assert!(reply.header("vary").is_some_and(|vary| vary.contains("Origin")), "{reply:?}");
    }
    // What is refused is told to the page, too.
    let refused = server.post_with("/kv/set/CursorPosition?key=", app, CURSOR);
    refused.is(400, "invalid-key");
    assert_eq!(refused.header("access-control-allow-origin"), Some("https://app.example"));
    for other in [
        "https://app.example.evil",
        "http://app.example",
        "https://app.example:8443",
        "https://evil.example",
        "null",
    ] {
        let other = format!("Sec-Fetch-Site: cross-site\r\nOrigin: {other}\r\n");
        for reply in [post(&server, &other), get(&server, &other)] {
            reply.is(403, "cross-site");
            assert_eq!(reply.header("access-control-allow-origin"), None);
        }
    }
}

#[test]
fn a_name_that_was_pointed_at_this_address_is_a_tenant_of_its_own_or_none() {
    // What DNS rebinding comes to: the page's origin is its host, and the host is not acme's.
    let server = given_a_server();
    post(&server, "").ok();
    let request = "GET /kv/get/CursorPosition?key=a HTTP/1.1\r\nHost: evil.example\r\nOrigin: http://evil.example\r\nSec-Fetch-Site: same-origin\r\n\r\n";
    assert_eq!(server.raw(request).ok()["found"], false);
}
