//! The host of a request and its tenant.

use crate::Server;
use crate::server::{CURSOR, Reply, catalog};
use kv_core::{KvStore, Limits, TenantId};
use kv_http::{KvHttp, PolicyError, TenantPolicy};
use models::storage::ui_storage::CursorPosition;
use std::io::{Read, Write};

const TARGET: &str = "/kv/get/CursorPosition?key=user%3A7";

/// Sends a request with these header lines.
fn ask(server: &Server, target: &str, host: &str) -> Reply {
    server.send(format!("GET {target} HTTP/1.1\r\n{host}\r\n"))
}

fn with_hosts(patterns: &[&str]) -> Server {
    Server::start(KvHttp::new(KvStore::new(), catalog(), TenantPolicy::hosts(patterns).unwrap()))
}

#[test]
fn request_must_have_one_well_formed_host() {
    let server = Server::new();
    for host in [
        "",
        "Host:\r\n",
        "Host: acme.example\r\nHost: acme.example\r\n",
        "Host: acme.example\r\nHost: other.example\r\n",
        "Host: .\r\n",
        "Host: :80\r\n",
        "Host: a}/{b\r\n",
        "Host: a b\r\n",
        "Host: u@a\r\n",
        "Host: u:p@a\r\n",
        "Host: a_b\r\n",
        "Host: a/b\r\n",
        "Host: a..b\r\n",
        "Host: .a\r\n",
        "Host: a..\r\n",
        "Host: a:b\r\n",
        "Host: a:65536\r\n",
        "Host: a:+80\r\n",
        "Host: a:80:80\r\n",
        "Host: ::1\r\n",
        "Host: [::1\r\n",
        "Host: [::1]a\r\n",
        "Host: [::g]\r\n",
        "Host: [fe80::1%eth0]\r\n",
        "Host: [fe80::1%25eth0]:80\r\n",
        "Host: acme%2eexample\r\n",
        "Host: []\r\n",
        "Host: [1.2.3.4]\r\n",
        "Host: a, b\r\n",
        "Host: bücher.example\r\n",
        &format!("Host: {}\r\n", "a".repeat(8000)),
    ] {
        let reply = ask(&server, TARGET, host);
        assert_eq!(reply.verdict(), (400, "invalid-host".to_owned()), "{host:?}");
    }
}

#[test]
fn absolute_target_must_agree_with_host() {
    let server = Server::new();
    let absolute = |host: &str| format!("http://{host}{TARGET}");
    for (target, host) in [
        ("acme.example", "acme.example"),
        ("acme.example:80", "acme.example"),
        ("acme.example", "ACME.example.:80"),
        ("acme.example:8080", "acme.example:8080"),
    ] {
        assert_eq!(
            ask(&server, &absolute(target), &format!("Host: {host}\r\n")).status,
            200,
            "{target} {host}"
        );
    }
    for (target, host) in [
        ("acme.example", "Host: other.example\r\n"),
        ("acme.example:8080", "Host: acme.example\r\n"),
        ("acme.example", ""),
        ("u@acme.example", "Host: acme.example\r\n"),
        ("u:p@acme.example", "Host: acme.example\r\n"),
        ("[fe80::1%25eth0]", "Host: [fe80::1]\r\n"),
        ("a_b", "Host: a_b\r\n"),
    ] {
        ask(&server, &absolute(target), host).is(400, "invalid-host");
    }
}

#[test]
fn all_spellings_of_a_host_name_one_tenant() {
    let server = Server::new();
    server.post("/kv/set/CursorPosition?key=user%3A7", CURSOR).is(200, "");
    for host in [
        "acme.example",
        "ACME.Example",
        "acme.example.",
        "acme.example:1",
        "Acme.Example.:8443",
        "acme.example:",
    ] {
        assert!(ask(&server, TARGET, &format!("Host: {host}\r\n")).version().is_some(), "{host}");
    }
    for host in ["other.example", "example", "www.acme.example", "acme.example.example", "[::1]"] {
        assert!(ask(&server, TARGET, &format!("Host: {host}\r\n")).version().is_none(), "{host}");
    }
}

#[test]
fn host_that_the_policy_does_not_name_is_misdirected() {
    let server = with_hosts(&["acme.example", "*.Shops.example."]);
    for host in ["acme.example", "ACME.EXAMPLE:3000", "a.shops.example", "a.b.shops.example."] {
        ask(&server, TARGET, &format!("Host: {host}\r\n")).is(200, "");
    }
    for host in
        ["other.example", "shops.example", "ashops.example", "www.acme.example", "127.0.0.1", "[::1]:80"]
    {
        ask(&server, TARGET, &format!("Host: {host}\r\n")).is(421, "unknown-host");
    }
    let reply = ask(&server, TARGET, "Host: Other.Example:80\r\n");
    let error = reply.json()["error"].as_str().unwrap().to_owned();
    assert!(error.contains("`other.example`") && error.contains("TenantPolicy"), "{error}");
    // The host is checked before the route.
    ask(&server, "/kv/nothing", "Host: other.example\r\n").is(421, "unknown-host");
}

#[test]
fn invalid_patterns_are_refused() {
    for bad in [
        "",
        "*",
        "*.",
        "*.*.example",
        "a*.example",
        "https://acme.example",
        "acme.example:80",
        "*.acme.example:80",
        "acme.example/",
        "a_b",
        "**.example",
        "a.*.example",
        "*.a.*",
        "*..example",
        "*.*",
        ".example",
    ] {
        assert!(TenantPolicy::hosts([bad]).is_err(), "{bad}");
    }
    for address in
        ["*.[::1]", "*.[2001:db8::1]", "*.1.2.3.4", "*.3.4", "*.4", "*.0x7f", "*.a.1", "*.1.2.3.4."]
    {
        let refused = TenantPolicy::hosts([address]).unwrap_err();
        assert!(matches!(refused, PolicyError::Address { .. }), "{address}: {refused}");
        assert!(refused.to_string().contains("name the address itself"), "{refused}");
    }
    assert!(TenantPolicy::hosts(["*.1a", "*.x1.example", "*.0xg"]).is_ok());
    assert!(TenantPolicy::hosts([""; 0]).is_err());
    assert!(TenantPolicy::hosts(["[::1]", "127.0.0.1", "localhost"]).is_ok());
}

#[test]
fn resolver_can_map_several_hosts_to_one_tenant() {
    let kv = KvStore::new();
    let acme = TenantId::new("acme.example").unwrap();
    let policy =
        TenantPolicy::resolver(move |host| host.as_str().ends_with("acme.example").then(|| acme.clone()));
    let server = Server::start(KvHttp::new(kv.clone(), catalog(), policy));
    server.post("/kv/set/CursorPosition?key=user%3A7", CURSOR).is(200, "");
    assert!(ask(&server, TARGET, "Host: www.acme.example\r\n").version().is_some());
    ask(&server, TARGET, "Host: other.example\r\n").is(421, "unknown-host");
    assert_eq!(kv.tenants().len(), 1);
}

#[test]
fn forwarded_host_counts_only_from_a_named_proxy() {
    let forwarded =
        "Host: acme.example\r\nX-Forwarded-Host: other.example\r\nForwarded: host=other.example\r\n";
    let set = |server: &Server, host: &str| {
        let length = CURSOR.len();
        let head = format!(
            "POST /kv/set/CursorPosition?key=user%3A7 HTTP/1.1\r\n{host}Content-Type: application/json\r\n"
        );
        server.send(format!("{head}Content-Length: {length}\r\n\r\n{CURSOR}")).is(200, "");
    };
    let kv = KvStore::new();
    let server = Server::of(kv.clone());
    set(&server, forwarded);
    assert_eq!(kv.tenants().iter().map(TenantId::as_str).collect::<Vec<_>>(), ["acme.example"]);

    let policy = TenantPolicy::any_host().behind_proxy("10.0.0.1".parse().unwrap());
    let server = Server::start(KvHttp::new(kv.clone(), catalog(), policy));
    set(&server, forwarded);
    assert_eq!(kv.tenants().len(), 1, "the request comes from another address than the named proxy");

    let policy = TenantPolicy::any_host().behind_proxy("127.0.0.1".parse().unwrap());
    let server = Server::start(KvHttp::new(kv.clone(), catalog(), policy));
    set(&server, forwarded);
    assert_eq!(
        kv.tenants().iter().map(TenantId::as_str).collect::<Vec<_>>(),
        ["acme.example", "other.example"]
    );
    // The proxy's own `Host` is ignored if it sends `X-Forwarded-Host`.
    for own in
        ["Host: kv_upstream\r\n", "Host: 10.0.0.2:8080:1\r\n", "Host: a\r\nHost: b\r\n", "Host: \r\n", ""]
    {
        ask(&server, TARGET, &format!("{own}X-Forwarded-Host: other.example\r\n")).is(200, "");
        ask(&server, TARGET, own).is(400, "invalid-host");
    }
    for bad in ["a, b", "a_b", "other.example\r\nX-Forwarded-Host: other.example", ""] {
        let host = format!("Host: acme.example\r\nX-Forwarded-Host: {bad}\r\n");
        ask(&server, TARGET, &host).is(400, "invalid-host");
    }
}

#[test]
fn reads_create_no_tenants_and_writes_create_at_most_the_limit() {
    const HOSTS: usize = 100_000;
    const LIMIT: usize = 50;
    let kv = KvStore::builder().limits(Limits::default().tenants(LIMIT)).build();
    let server = Server::of(kv.clone());
    let read = |host| format!("GET {TARGET} HTTP/1.1\r\nHost: h{host}.example\r\n\r\n");
    assert_eq!(count(&server, (0..HOSTS).map(read), r#"{"found":false,"value":null}"#), HOSTS);
    assert!(kv.stats().tenants.is_empty());

    let write = |host| {
        let head = format!(
            "POST /kv/set/CursorPosition?key=user%3A7&ttl_ms=none HTTP/1.1\r\nHost: h{host}.example\r\n"
        );
        let length = CURSOR.len();
        format!("{head}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{CURSOR}")
    };
    let refused = r#""code":"limit-exceeded","error":"the limit `tenants` is exceeded","limit":"tenants""#;
    assert_eq!(count(&server, (0..HOSTS).map(write), refused), HOSTS - LIMIT);
    assert_eq!(kv.tenants().len(), LIMIT);
    let cursor = kv.tenant("h0.example").unwrap().get::<CursorPosition>("user:7");
    assert_eq!(cursor.map(|cursor| cursor.x), Some(3));
}

/// Sends requests on one connection and counts the occurrences of `pattern` in the responses. There
/// are too many responses to parse each one.
fn count(server: &Server, requests: impl Iterator<Item = String>, pattern: &str) -> usize {
    let mut stream = server.connect();
    let mut responses = stream.try_clone().unwrap();
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        responses.read_to_string(&mut text).unwrap();
        text
    });
    let requests: Vec<String> = requests.collect();
    for chunk in requests.chunks(1000) {
        stream.write_all(chunk.concat().as_bytes()).unwrap();
    }
    stream.write_all(b"GET /kv/stats HTTP/1.1\r\nHost: acme.example\r\nConnection: close\r\n\r\n").unwrap();
    reader.join().unwrap().matches(pattern).count()
}
