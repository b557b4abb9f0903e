//! Bodies that are not JSON, or not said to be.

use crate::server::{CURSOR, given_a_server};

#[test]
fn what_is_not_json_is_refused_and_nothing_is_stored() {
    let server = given_a_server();
    let cursor = CURSOR.as_bytes();
    let with_bom = [b"\xef\xbb\xbf".as_slice(), cursor].concat();
    let bad_utf8 = b"{\"x\":3,\"y\":4,\"item_id\":\"\xff\",\"user_id\":\"7\"}".to_vec();
    let overlong = b"{\"x\":3,\"y\":4,\"item_id\":\"\xc0\xaf\",\"user_id\":\"7\"}".to_vec();
    let surrogate_bytes = b"{\"x\":3,\"y\":4,\"item_id\":\"\xed\xa0\x80\",\"user_id\":\"7\"}".to_vec();
    let bodies: Vec<Vec<u8>> = vec![
        with_bom,
        bad_utf8,
        overlong,
        surrogate_bytes,
        br#"{"x":3,"y":4,"item_id":"\ud800","user_id":"7"}"#.to_vec(),
        br#"{"x":3,"y":4,"item_id":"\udc00\ud800","user_id":"7"}"#.to_vec(),
        br#"{"x":3,"y":4,"item_id":"\ud83d","user_id":"7"}"#.to_vec(),
        b"".to_vec(),
        b" ".to_vec(),
        b"{".to_vec(),
        [cursor, b" x"].concat(),
        [cursor, cursor].concat(),
        [cursor, b","].concat(),
        [cursor, b"\0"].concat(),
        br#"{"x":3,"y":4,"item_id":"a","user_id":"7",}"#.to_vec(),
        br#"{'x':3,"y":4,"item_id":"a","user_id":"7"}"#.to_vec(),
        br#"{"x":03,"y":4,"item_id":"a","user_id":"7"}"#.to_vec(),
        br#"{"x":+3,"y":4,"item_id":"a","user_id":"7"}"#.to_vec(),
        br#"{"x":0x3,"y":4,"item_id":"a","user_id":"7"}"#.to_vec(),
        br#"{"x":NaN,"y":4,"item_id":"a","user_id":"7"}"#.to_vec(),
        br#"{"x":Infinity,"y":4,"item_id":"a","user_id":"7"}"#.to_vec(),
        b"{\"x\":3,\"y\":4,\"item_id\":\"a\nb\",\"user_id\":\"7\"}".to_vec(),
        br#"{"x":3,"x":3,"y":4,"item_id":"a","user_id":"7"}"#.to_vec(),
        br#"{"x":3,"\u0078":3,"y":4,"item_id":"a","user_id":"7"}"#.to_vec(),
        br#"{"x":3,"y":4,"item_id":"a","user_id":"7","z":{"a":1,"a":2}}"#.to_vec(),
        br#"{"x":3,"y":4,"item_id":"a","user_id":"7"/* */}"#.to_vec(),
    ];
    for body in bodies {
        let shown = String::from_utf8_lossy(&body).into_owned();
        let reply = server.post("/kv/set/CursorPosition?key=a", &body);
        assert_eq!(reply.problem(), (400, "invalid-json".to_owned()), "{shown}: {}", reply.text());
    }
    assert_eq!(server.cursor_keys(), Vec::<String>::new());
}

#[test]
fn what_is_well_formed_is_read_however_it_is_spaced() {
    let server = given_a_server();
    let body = " \r\n\t{ \"user_id\" : \"\\u0037\" ,\n\"unknown\":[{}, null, 1e2], \"y\":4,\"x\":-1,\"item_id\":\"\\ud83d\\ude00\" }\n";
    server.post("/kv/set/CursorPosition?key=a", body).ok();
    let value = server.get("/kv/get/CursorPosition?key=a").ok();
    assert_eq!(value["value"].to_string(), r#"{"item_id":"😀","user_id":"7","x":-1,"y":4}"#);
}

#[test]
fn a_body_may_nest_so_deep_and_no_deeper() {
    fn tree(depth: usize) -> String {
        // An object and a list a level, and the innermost list.
        format!("{}{}{}", r#"{"leaves":["#.repeat(depth), "", "]}".repeat(depth))
    }
    let server = given_a_server();
    server.post("/kv/set/Tree?key=a", tree(32)).ok();
    server.post("/kv/set/Tree?key=b", tree(33)).is(400, "invalid-json");
    server.post("/kv/set/Tree?key=b", tree(2500)).is(400, "invalid-json");
    // Where nobody looks at it, too.
    for depth in [128, 5000] {
        let ignored = format!(
            r#"{{"x":3,"y":4,"item_id":"a","user_id":"7","z":{}{}}}"#,
            "[".repeat(depth),
            "]".repeat(depth)
        );
        server.post("/kv/set/CursorPosition?key=b", ignored).is(400, "invalid-json");
    }
    server.post("/kv/batch", "[".repeat(30_000)).is(400, "invalid-json");
    assert_eq!(server.get("/kv/get/Tree?key=b").ok()["found"], false);
}

#[test]
fn a_post_says_that_it_is_json() {
    let server = given_a_server();
    let post = |target: &str, content_type: &str| {
        server.raw(format!(
            "POST {target} HTTP/1.1\r\nHost: acme.example\r\n{content_type}Content-Length: {}\r\n\r\n{CURSOR}",
            CURSOR.len()
        ))
    };
    for wrong in [
        "",
        "Content-Type: text/plain\r\n",
        "Content-Type: application/x-www-form-urlencoded\r\n",
        "Content-Type: multipart/form-data; boundary=a\r\n",
        "Content-Type: application/json5\r\n",
        "Content-Type: application/jsonp\r\n",
        "Content-Type: text/json\r\n",
        "Content-Type: text/plain, application/json\r\n",
        "Content-Type: application/json\r\nContent-Type: text/plain\r\n",
        "Content-Type:\r\n",
    ] {
        post("/kv/set/CursorPosition?key=a", wrong).is(415, "not-json");
    }
    for right in [
        "application/json",
        "APPLICATION/JSON",
        "application/json;charset=utf-8",
        "application/json ; charset=UTF-8",
    ] {
        post("/kv/set/CursorPosition?key=b", &format!("Content-Type: {right}\r\n")).ok();
    }
    for target in ["/kv/batch", "/kv/cleanup", "/kv/delete/CursorPosition?key=b"] {
        post(target, "Content-Type: text/plain\r\n").is(415, "not-json");
    }
    assert_eq!(server.cursor_keys(), ["b"]);
}

#[test]
fn a_post_that_needs_no_body_takes_an_empty_one() {
    let server = given_a_server();
    server.set_cursor("a").ok();
    for body in ["[]", "{\"a\":1}", "null", "1", "{", "{}{}"] {
        let reply = server.post("/kv/delete/CursorPosition?key=a", body);
        assert_eq!(reply.status, 400, "{body}");
        assert_eq!(server.post("/kv/cleanup", body).status, 400, "{body}");
    }
    assert_eq!(server.cursor_keys(), ["a"]);
    assert_eq!(server.post("/kv/delete/CursorPosition?key=a", " {} ").ok()["existed"], true);
}
