//! JSON of the wrong shape, and numbers that do not fit.

use crate::server::given_a_server;
use serde_json::{Value, json};

/// What is said of a body.
fn violations(ty: &str, body: &str) -> Vec<(String, String)> {
    let server = given_a_server();
    let found = server.post(&format!("/kv/set/{ty}?key=a"), body).violations();
    assert_eq!(server.get(&format!("/kv/get/{ty}?key=a")).ok()["found"], false, "it was stored: {body}");
    found
}

/// That a body has one violation.
#[track_caller]
fn violates(ty: &str, body: &str, pointer: &str, rule: &str) {
    assert_eq!(violations(ty, body), [(pointer.to_owned(), rule.to_owned())], "{body}");
}

#[test]
fn a_struct_is_no_list_at_any_depth() {
    let nest = |point: &str, points: &str, shape: &str, at: &str| {
        format!(r#"{{"point":{point},"points":{points},"shape":{shape},"note":"n","at":{at}}}"#)
    };
    let point = r#"{"x":1,"y":2}"#;
    let server = given_a_server();
    let good = nest(
        point,
        &format!("[{point}]"),
        &format!(r#"{{"type":"Line","from":{point},"to":{point}}}"#),
        point,
    );
    server.post("/kv/set/Nest?key=a", good).ok();

    violates("CursorPosition", r#"[3,4,"a","7"]"#, "", "type");
    violates("Nest", &nest("[1,2]", "[]", "null", point), "/point", "type");
    violates("Nest", &nest(point, &format!("[{point},[1,2]]"), "null", point), "/points/1", "type");
    violates("Nest", &nest(point, "[]", "null", "[1,2]"), "/at", "type");
    violates(
        "Nest",
        &nest(point, "[]", &format!(r#"{{"type":"Line","from":{point},"to":[1,2]}}"#), point),
        "/shape/to",
        "type",
    );
    violates("Nest", &nest(point, "[]", r#"["Dot"]"#, point), "/shape", "type");
}

#[test]
fn a_wrong_shape_is_told_of_where_it_is() {
    let cursor = |x: &str, item: &str| format!(r#"{{"x":{x},"y":4,"item_id":{item},"user_id":"7"}}"#);
    violates("CursorPosition", &cursor("\"3\"", "\"a\""), "/x", "type");
    violates("CursorPosition", &cursor("1.5", "\"a\""), "/x", "int");
    violates("CursorPosition", &cursor("null", "\"a\""), "/x", "type");
    violates("CursorPosition", &cursor("3", "7"), "/item_id", "type");
    violates("CursorPosition", &cursor("3", "null"), "/item_id", "type");
    violates("CursorPosition", "null", "", "type");
    violates("CursorPosition", "7", "", "type");
    violates("CursorPosition", "\"a\"", "", "type");
    violates("Flag", "{}", "", "type");
    violates(
        "Tree",
        r#"{"leaves":[{"leaves":[]},{"leaves":[{"leaves":{}}]}]}"#,
        "/leaves/1/leaves/0/leaves",
        "type",
    );
    violates("Labels", r#"{"a/b~c":"x"}"#, "/a~1b~0c", "type");
    let missing = violations("CursorPosition", r#"{"x":3,"y":4,"item_id":"a"}"#);
    assert_eq!(missing.len(), 1, "{missing:?}");
    assert_eq!(missing[0].1, "type");
    assert!(missing[0].0.is_empty() || missing[0].0 == "/user_id", "{missing:?}");
}

#[test]
fn a_number_that_does_not_fit_is_told_of() {
    let numbers = |small: &str, wide: &str, any: &str, float: &str| {
        format!(r#"{{"small":{small},"wide":{wide},"any":{any},"float":{float}}}"#)
    };
    let server = given_a_server();
    server
        .post("/kv/set/Numbers?key=a", numbers("255", "9007199254740991", "18446744073709551615", "1e308"))
        .ok();
    server
        .post("/kv/set/Numbers?key=a", numbers("0", "-9007199254740991", "9007199254740993", "-1.5e-308"))
        .ok();

    let violation = |body: String, pointer: &str| {
        let found = violations("Numbers", &body);
        assert_eq!(found.len(), 1, "{body}: {found:?}");
        assert_eq!(found[0].0, pointer, "{body}: {found:?}");
        found[0].1.clone()
    };
    for (body, pointer) in [
        (numbers("256", "0", "0", "0"), "/small"),
        (numbers("-1", "0", "0", "0"), "/small"),
        (numbers("1.0", "0", "0", "0"), "/small"),
        (numbers("1e2", "0", "0", "0"), "/small"),
        (numbers("0", "9223372036854775808", "0", "0"), "/wide"),
        (numbers("0", "9007199254740993", "0", "0"), "/wide"),
        (numbers("0", "9007199254740992", "0", "0"), "/wide"),
        (numbers("0", "-9007199254740992", "0", "0"), "/wide"),
        (numbers("0", "0", "18446744073709551616", "0"), "/any"),
        (numbers("0", "0", "-1", "0"), "/any"),
    ] {
        let rule = violation(body.clone(), pointer);
        assert!(["int", "type"].contains(&rule.as_str()), "{body}: {rule}");
    }
    // No number of JSON is infinite; one that is too big is refused, however that is called.
    let reply = server.post("/kv/set/Numbers?key=b", numbers("0", "0", "0", "1e400"));
    assert_eq!(reply.status, 400, "{reply:?}");
    assert!(["invalid-json", "invalid-value"].contains(&reply.problem().1.as_str()), "{reply:?}");
    assert_eq!(server.get("/kv/get/Numbers?key=b").ok()["found"], false);
}

#[test]
fn all_broken_rules_are_told_of_at_once() {
    let found = violations("CursorPosition", r#"{"x":3,"y":4,"item_id":"","user_id":""}"#);
    assert_eq!(found, [("/item_id".to_owned(), "len".to_owned()), ("/user_id".to_owned(), "len".to_owned())]);
    let server = given_a_server();
    let reply = server
        .post("/kv/set/UserPreferences?key=a", r#"{"theme":"blue","notifications":true,"language":"d"}"#);
    assert_eq!(reply.violations().len(), 2);
    assert!(reply.json().get("more").is_none());
}

#[test]
fn a_null_that_is_stored_is_found() {
    let server = given_a_server();
    server.post("/kv/set/Flag?key=a", "null").ok();
    let found = server.get("/kv/get/Flag?key=a").ok();
    assert_eq!((&found["found"], &found["value"]), (&json!(true), &Value::Null));
}

#[test]
fn what_is_unknown_is_ignored_in_a_value() {
    let server = given_a_server();
    let body = r#"{"x":3,"y":4,"item_id":"a","user_id":"7","colour":"red"}"#;
    server.post("/kv/set/CursorPosition?key=a", body).ok();
    assert!(server.get("/kv/get/CursorPosition?key=a").ok()["value"].get("colour").is_none());
}

#[test]
fn a_frame_of_a_batch_is_read_strictly_and_changes_nothing_when_it_cannot_be() {
    let server = given_a_server();
    let set =
        r#"{"op":"set","type":"CursorPosition","key":"a","value":{"x":3,"y":4,"item_id":"a","user_id":"7"}}"#;
    let with = |op: &str| format!(r#"{{"ops":[{set},{op}]}}"#);
    for body in [
        "{}".to_owned(),
        r#"{"ops":[]}"#.to_owned(),
        r#"{"ops":{}}"#.to_owned(),
        "[]".to_owned(),
        format!(r#"{{"ops":[{set}],"more":1}}"#),
        format!(r#"{{"ops":[{set}],"ops":[{set}]}}"#),
        format!(r#"{{"ops":[{}]}}"#, vec![set; 101].join(",")),
        format!("{{\"ops\":[{set}]}}x"),
        with("7"),
        with(r#"{"op":"set","type":"CursorPosition","key":"b","key":"c","value":null}"#),
    ] {
        let reply = server.post("/kv/batch", &body);
        assert_eq!(reply.status, 400, "{body}: {}", reply.text());
        assert_eq!(server.cursor_keys(), Vec::<String>::new(), "{body}");
    }
    // An operation that cannot be read is refused: the whole frame, or it alone.
    for op in [
        r#"{"op":"get","type":"CursorPosition"}"#,
        r#"{"op":"get","key":"a"}"#,
        r#"{"type":"CursorPosition","key":"a"}"#,
        r#"{"op":"fly","type":"CursorPosition","key":"a"}"#,
        r#"{"op":"get","type":"CursorPosition","key":"a","colour":1}"#,
        r#"{"op":"get","type":"CursorPosition","key":"a","value":1}"#,
        r#"{"op":"set","type":"CursorPosition","key":"a"}"#,
        r#"{"op":"set","type":"CursorPosition","key":"a","value":{},"if_absent":true,"if_present":true}"#,
        r#"{"op":"set","type":"CursorPosition","key":"a","value":{},"if_version":7}"#,
        r#"{"op":"list","type":"CursorPosition"}"#,
        r#"{"op":"list","type":"CursorPosition","prefix":"","limit":0}"#,
        r#"{"op":"list","type":"CursorPosition","prefix":"","limit":1001}"#,
    ] {
        let reply = server.post("/kv/batch", with(op));
        if reply.status == 200 {
            let results = reply.ok();
            assert_eq!(results["results"][1]["status"], 400, "{op}: {results}");
        } else {
            assert_eq!(reply.status, 400, "{op}: {}", reply.text());
        }
    }
    server.post("/kv/batch", format!(r#"{{"ops":[{}]}}"#, vec![set; 100].join(","))).ok();
}
