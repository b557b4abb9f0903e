//! Keys in paths and queries.

use crate::server::{CURSOR, given_a_server};

fn set(key: &str) -> String {
    format!("/kv/set/CursorPosition?key={key}")
}

fn set_in_path(key: &str) -> String {
    format!("/kv/set/CursorPosition/{key}")
}

#[test]
fn a_key_is_decoded_once_in_path_and_query() {
    for (written, key) in [
        ("a%2Fb", "a/b"),
        ("a%252Fb", "a%2Fb"),
        ("user:7", "user:7"),
        ("user%3a7", "user:7"),
        ("%C3%BC%E2%82%AC", "ü€"),
        ("a;b", "a;b"),
        ("a%3Fb%23c", "a?b#c"),
        ("%2E%2E%2Fa", "../a"),
        ("...", "..."),
        ("a%5Cb", "a\\b"),
        ("%20", " "),
        ("a%25", "a%"),
    ] {
        let server = given_a_server();
        server.post(&set(written), CURSOR).ok();
        assert_eq!(server.cursor_keys(), [key], "{written} in a query");
        let server = given_a_server();
        server.post(&set_in_path(written), CURSOR).ok();
        assert_eq!(server.cursor_keys(), [key], "{written} in a path");
        assert_eq!(server.get(&format!("/kv/get/CursorPosition?key={written}")).ok()["key"], key);
        assert_eq!(server.get(&format!("/kv/get/CursorPosition/{written}")).ok()["key"], key);
        assert_eq!(server.delete(&format!("/kv/delete/CursorPosition/{written}")).ok()["existed"], true);
    }
}

#[test]
fn a_plus_is_a_space_in_a_query_alone() {
    let server = given_a_server();
    server.post(&set("a+b"), CURSOR).ok();
    server.post(&set("a%2Bb"), CURSOR).ok();
    assert_eq!(server.cursor_keys(), ["a b", "a+b"]);
    let server = given_a_server();
    server.post(&set_in_path("a+b"), CURSOR).ok();
    assert_eq!(server.cursor_keys(), ["a+b"]);
}

#[test]
fn slashes_in_a_path_are_part_of_the_key() {
    let server = given_a_server();
    server.post(&set_in_path("a/b/c"), CURSOR).ok();
    assert_eq!(server.cursor_keys(), ["a/b/c"]);
}

#[test]
fn a_bad_key_is_refused_and_nothing_is_stored() {
    let long = "k".repeat(513);
    let server = given_a_server();
    for key in [
        "",
        "%00",
        "a%00b",
        "a%0D%0AX-Evil:%201",
        "%0a",
        "%ff",
        "a%C3",
        "%C2%85",
        "%zz",
        "%",
        "%2",
        ".",
        "..",
        "%2e%2E",
        &long,
    ] {
        for verb in ["get", "set", "delete"] {
            for target in
                [format!("/kv/{verb}/CursorPosition?key={key}"), format!("/kv/{verb}/CursorPosition/{key}")]
            {
                let reply = match verb {
                    "get" => server.get(&target),
                    "set" => server.post(&target, CURSOR),
                    _ => server.delete(&target),
                };
                reply.is(400, "invalid-key");
                assert_eq!(reply.header("x-evil"), None);
            }
        }
    }
    assert_eq!(server.cursor_keys(), Vec::<String>::new());
    server.post(&set(&"k".repeat(512)), CURSOR).ok();
}

#[test]
fn an_empty_segment_is_no_key() {
    let server = given_a_server();
    for key in ["a//b", "a/", "/a", "/", "a/b//"] {
        server.post(&set_in_path(key), CURSOR).is(400, "invalid-key");
    }
    // As it came, they are part of the key.
    server.post(&set("a%2F%2Fb"), CURSOR).ok();
    assert_eq!(server.cursor_keys(), ["a//b"]);
}

#[test]
fn a_key_is_there_once() {
    let server = given_a_server();
    let reply = server.post("/kv/set/CursorPosition/a?key=a", CURSOR);
    assert_eq!(reply.status, 400, "{reply:?}");
    server.post("/kv/set/CursorPosition?key=a&key=a", CURSOR).is(400, "invalid-query");
    server.post("/kv/set/CursorPosition", CURSOR).is(400, "invalid-key");
    server.post("/kv/set/CursorPosition?", CURSOR).is(400, "invalid-key");
    assert_eq!(server.cursor_keys(), Vec::<String>::new());
}

#[test]
fn bytes_that_no_url_has_are_refused() {
    let server = given_a_server();
    for target in
        ["/kv/get/CursorPosition?key=a b", "/kv/get/CursorPosition?key=a\x01", "/kv/get/Cursor\x7fPosition"]
    {
        let reply = server.raw(format!("GET {target} HTTP/1.1\r\nHost: acme.example\r\n\r\n"));
        assert_eq!(reply.status, 400, "{reply:?}");
    }
}

#[test]
fn a_prefix_matches_whole_keys_from_their_start() {
    let server = given_a_server();
    for key in ["user", "user%3A", "user%3A7", "user%3B", "us%C3%A9r", "user%3A10", "a_user%3A7"] {
        server.post(&set(key), CURSOR).ok();
    }
    let keys = |target: &str| -> Vec<String> {
        let page = server.get(target).ok();
        page["keys"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["key"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(keys("/kv/list/CursorPosition?prefix=user%3A"), ["user:", "user:10", "user:7"]);
    assert_eq!(keys("/kv/list/CursorPosition?prefix=user:"), ["user:", "user:10", "user:7"]);
    assert_eq!(
        keys("/kv/list/CursorPosition%3Auser%3A"),
        ["CursorPosition:user:", "CursorPosition:user:10", "CursorPosition:user:7"]
    );
    assert_eq!(keys("/kv/list/CursorPosition?prefix=").len(), 7);
    assert_eq!(keys("/kv/list/CursorPosition?prefix=us%C3%A9"), ["usér"]);
    assert_eq!(keys("/kv/list?full_prefix=CursorPosition:us%C3%A9"), ["CursorPosition:usér"]);
    assert_eq!(keys("/kv/list?full_prefix=CursorPosition%3A&limit=2").len(), 2);
    assert!(keys("/kv/list?full_prefix=Cursor").len() == 7, "a full prefix may end within a type's");
}

#[test]
fn pages_have_every_key_once() {
    let server = given_a_server();
    for n in 0..25 {
        server.post(&set(&format!("user%3A{n:02}")), CURSOR).ok();
    }
    let (mut seen, mut after) = (Vec::new(), String::new());
    loop {
        let page = server.get(&format!("/kv/list/CursorPosition?prefix=user%3A&limit=7{after}")).ok();
        seen.extend(
            page["keys"].as_array().unwrap().iter().map(|entry| entry["key"].as_str().unwrap().to_owned()),
        );
        match page["next"].as_str() {
            Some(next) => after = format!("&after={}", next.replace(':', "%3A")),
            None => break,
        }
    }
    assert_eq!(seen, (0..25).map(|n| format!("user:{n:02}")).collect::<Vec<_>>());
}

#[test]
fn a_list_has_from_one_to_a_thousand_entries() {
    let server = given_a_server();
    for limit in ["0", "1001", "-1", "1.5", "", "a", "+1", "99999999999999999999"] {
        let reply =
            server.get(&format!("/kv/list/CursorPosition?prefix=&limit={}", limit.replace('+', "%2B")));
        reply.is(400, "invalid-query");
    }
    for limit in ["1", "1000"] {
        server.get(&format!("/kv/list/CursorPosition?prefix=&limit={limit}")).ok();
    }
}

#[test]
fn no_value_goes_under_a_key_that_is_not_its_own() {
    let server = given_a_server();
    let body = r#"{"room":"a","user":"7"}"#;
    server.post("/kv/set/Presence?key=room%3Aa%3A7", body).ok();
    server.post("/kv/set/Presence?key=room%3Aa%3A8", body).is(400, "invalid-key");
    server.post("/kv/set/Presence?key=room%3Aa%3A7", r#"{"room":"a:7","user":""}"#).is(400, "invalid-key");
}
