//! The framing of requests: a proxy and the server must agree on where a request ends.
//!
//! Source: RFC 9112, sections 2.2, 5, 6 and 7; RFC 9110, section 10.1.1.

use crate::Server;
use crate::server::{CURSOR, Reply};
use std::io::{BufReader, ErrorKind, Read, Write};
use std::net::TcpStream;

const HEAD: &str =
    "POST /kv/set/CursorPosition?key=a HTTP/1.1\r\nHost: acme.example\r\nContent-Type: application/json\r\n";
const STATS: &str = "GET /kv/stats HTTP/1.1\r\nHost: acme.example\r\n\r\n";

/// Sends bytes on one connection and returns all responses. The server must close the connection.
fn exchange(server: &Server, bytes: &str) -> String {
    let mut stream = server.connect();
    stream.write_all(bytes.as_bytes()).unwrap();
    rest(&mut stream)
}

/// Reads until the server closes the connection, also with a reset, which follows if the server has
/// not read everything.
fn rest(stream: &mut TcpStream) -> String {
    let (mut received, mut buffer) = (Vec::new(), [0; 4096]);
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => received.extend_from_slice(&buffer[..count]),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => break,
            Err(error) => panic!("the connection stays open: {error}"),
        }
    }
    String::from_utf8(received).unwrap()
}

/// Returns the statuses of responses.
fn statuses(received: &str) -> Vec<&str> {
    received.match_indices("HTTP/1.").map(|(at, _)| &received[at + 9..at + 12]).collect()
}

fn chunked(body: &str) -> String {
    format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len())
}

fn is_stored(server: &Server) -> bool {
    server.get("/kv/get/CursorPosition?key=a").version().is_some()
}

#[test]
fn ambiguous_framing_is_refused_and_the_connection_closed() {
    let server = Server::new();
    let length = CURSOR.len();
    let chunks = chunked(CURSOR);
    for (case, headers, body) in [
        ("two lengths", format!("Content-Length: {length}\r\nContent-Length: 3\r\n"), CURSOR),
        ("a list of lengths", format!("Content-Length: {length}, {length}\r\n"), CURSOR),
        ("a sign", format!("Content-Length: +{length}\r\n"), CURSOR),
        ("a hexadecimal length", "Content-Length: 0x29\r\n".to_owned(), CURSOR),
        ("not a number", "Content-Length: \r\n".to_owned(), CURSOR),
        ("chunked is not the last coding", "Transfer-Encoding: chunked, gzip\r\n".to_owned(), &chunks),
        ("another coding", "Transfer-Encoding: xchunked\r\n".to_owned(), &chunks),
        ("two codings", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n".to_owned(), &chunks),
        ("a space before the colon", "Transfer-Encoding : chunked\r\n".to_owned(), &chunks),
        ("a folded line", format!("X-A: b\r\n c\r\nContent-Length: {length}\r\n"), CURSOR),
        ("a folded coding", "Transfer-Encoding:\r\n chunked\r\n".to_owned(), &chunks),
        ("a carriage return", format!("X-A: b\rc\r\nContent-Length: {length}\r\n"), CURSOR),
        ("a NUL", format!("X-A: b\0c\r\nContent-Length: {length}\r\n"), CURSOR),
    ] {
        let received = exchange(&server, &format!("{HEAD}{headers}\r\n{body}{STATS}"));
        assert_eq!(statuses(&received), ["400"], "{case}: {received}");
    }
    for chunk in ["-1\r\n", "ffffffffffffffffff\r\n", "29 9\r\n", "0x29\r\n", "\r\n"] {
        let received = exchange(
            &server,
            &format!("{HEAD}Transfer-Encoding: chunked\r\n\r\n{chunk}{CURSOR}\r\n0\r\n\r\n{STATS}"),
        );
        assert_eq!(statuses(&received), ["400"], "{chunk:?}: {received}");
    }
    assert!(!is_stored(&server));
}

#[test]
fn chunked_takes_precedence_over_a_length_and_closes_the_connection() {
    let server = Server::new();
    for headers in
        ["Content-Length: 3\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 3"]
    {
        let received = exchange(&server, &format!("{HEAD}{headers}\r\n\r\n{}{STATS}", chunked(CURSOR)));
        assert_eq!(statuses(&received), ["200"], "{received}");
        assert!(received.contains("connection: close"), "{received}");
    }
    assert!(is_stored(&server));
}

#[test]
fn chunked_more_than_once_is_refused_on_every_route() {
    let server = Server::new();
    let chunks = chunked(CURSOR);
    for coding in [
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: Chunked",
        "Transfer-Encoding: chunked, chunked",
        "Transfer-Encoding: chunked,chunked",
        "Transfer-Encoding: chunked, gzip\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked, identity, chunked",
    ] {
        for head in [HEAD, "GET /kv/get/CursorPosition?key=a HTTP/1.1\r\nHost: acme.example\r\n"] {
            let received = exchange(&server, &format!("{head}{coding}\r\n\r\n{chunks}{STATS}"));
            assert_eq!(statuses(&received), ["400"], "{coding}: {received}");
        }
    }
    assert!(!is_stored(&server));
}

#[test]
fn body_with_a_content_coding_is_refused() {
    let server = Server::new();
    let mut stream = server.connect();
    let body = chunked(CURSOR);
    stream.write_all(format!("{HEAD}Transfer-Encoding: gzip, chunked\r\n\r\n{body}").as_bytes()).unwrap();
    Reply::read(&mut BufReader::new(stream), false).is(415, "not-json");
    let post = |headers: &[&str]| {
        let headers = [&["Content-Type: application/json"], headers].concat();
        server.request("POST", "/kv/set/CursorPosition?key=a", &headers, CURSOR)
    };
    post(&["Content-Encoding: gzip"]).is(415, "not-json");
    post(&["Content-Encoding: identity, gzip"]).is(415, "not-json");
    post(&["Content-Encoding: identity", "Content-Encoding: gzip"]).is(415, "not-json");
    post(&["Content-Encoding: br", "Content-Encoding: identity"]).is(415, "not-json");
    assert!(!is_stored(&server));
    post(&["Content-Encoding: Identity"]).is(200, "");
}

#[test]
fn requests_on_one_connection_are_answered_in_order() {
    let server = Server::new();
    let length = CURSOR.len();
    let body = "GET /kv/nothing HTTP/1.1\r\n\r\n";
    let requests = [
        // A body that the route does not use is skipped.
        format!(
            "GET /kv/get/CursorPosition?key=a HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        ),
        format!(
            "{HEAD}Transfer-Encoding: chunked\r\n\r\n{length:x};a=b\r\n{CURSOR}\r\n0\r\nTrailer: x\r\n\r\n",
        ),
        format!("POST /kv/set/Nothing?key=a HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n\r\n{CURSOR}"),
        "DELETE /kv/delete/CursorPosition?key=b HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}"
            .to_owned(),
        "GET /kv/stats HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".to_owned(),
    ];
    let received = exchange(&server, &requests.concat());
    assert_eq!(statuses(&received), ["200", "200", "404", "200", "200"], "{received}");
}

#[test]
fn expect_100_continue_is_answered_with_100_or_an_error() {
    let server = Server::new();
    let expecting = |head: &str, length: usize| {
        let mut stream = BufReader::new(server.connect());
        let head = format!("{head}Expect: 100-continue\r\nContent-Length: {length}\r\n\r\n");
        stream.get_mut().write_all(head.as_bytes()).unwrap();
        let reply = Reply::read(&mut stream, true);
        (stream, reply.status)
    };
    let (mut stream, status) = expecting(HEAD, CURSOR.len());
    assert_eq!(status, 100);
    stream.get_mut().write_all(CURSOR.as_bytes()).unwrap();
    Reply::read(&mut stream, false).is(200, "");

    assert_eq!(expecting(HEAD, 1 << 30).1, 413);
    assert_eq!(expecting(&HEAD.replace("CursorPosition", "Nothing"), 10).1, 404);
    assert_eq!(expecting(&HEAD.replace("key=a", "key="), 10).1, 400);
    assert_eq!(expecting(&HEAD.replace("json", "xml"), 10).1, 415);
    let foreign = format!("{HEAD}Origin: https://evil.example\r\n");
    assert_eq!(expecting(&foreign, 10).1, 403);
}

#[test]
fn http_1_0_requires_host_and_has_no_chunks() {
    let server = Server::new();
    let received = exchange(&server, "GET /kv/stats HTTP/1.0\r\n\r\n");
    assert!(received.starts_with("HTTP/1.0 400") && received.contains("invalid-host"), "{received}");
    let received = exchange(&server, "GET /kv/stats HTTP/1.0\r\nHost: acme.example\r\n\r\n");
    assert!(received.starts_with("HTTP/1.0 200"), "{received}");
    let head = HEAD.replace("HTTP/1.1", "HTTP/1.0");
    let received = exchange(&server, &format!("{head}Transfer-Encoding: chunked\r\n\r\n{}", chunked(CURSOR)));
    assert_eq!(statuses(&received), ["400"], "{received}");
    assert!(!is_stored(&server));
}

#[test]
fn too_long_or_malformed_target_is_refused() {
    let server = Server::new();
    let get =
        |target: &str| format!("GET {target} HTTP/1.1\r\nHost: acme.example\r\nConnection: close\r\n\r\n");
    let long = "a".repeat(70_000);
    let received = exchange(&server, &get(&format!("/kv/get/CursorPosition?key={long}")));
    assert_eq!(statuses(&received), ["414"], "{received}");
    server.get(&format!("/kv/get/CursorPosition?key={}", &long[..60_000])).is(400, "invalid-key");
    server.get(&format!("/kv/get/CursorPosition?{}=", &long[..60_000])).is(400, "invalid-query");
    server.get(&format!("/kv/get/CursorPosition?{}key=a", "&".repeat(60_000))).is(200, "");
    for target in ["kv/stats", "/kv/stats x", "/kv/sta\u{7f}ts", ""] {
        let received = exchange(&server, &get(target));
        assert_eq!(statuses(&received), ["400"], "{target:?}: {received}");
    }
}
