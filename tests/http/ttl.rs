//! Times to live, in the query and beside the fields.

use crate::server::{CURSOR, NOW, given_a_server};
use serde_json::{Value, json};

/// When 30 seconds after the start are.
const IN_30_S: u64 = NOW + 30_000;

fn beside(ttl: &str) -> String {
    format!(r#"{{"x":3,"y":4,"item_id":"a","user_id":"7","ttl":{ttl}}}"#)
}

#[test]
fn every_time_to_live_of_the_contract() {
    let server = given_a_server();
    let query = |ttl: &str| {
        server.post(&format!("/kv/set/CursorPosition?key=a{ttl}"), CURSOR).ok()["expires_at"].clone()
    };
    assert_eq!(query(""), IN_30_S);
    assert_eq!(query("&ttl_ms=1"), NOW + 1);
    assert_eq!(query("&ttl_ms=30000"), IN_30_S);
    assert_eq!(query("&ttl_ms=none"), Value::Null);
    assert_eq!(query("&ttl_ms=keep"), Value::Null);
    assert_eq!(query("&ttl_ms=3153600000000"), NOW + 3_153_600_000_000);
    let in_body =
        |ttl: &str| server.post("/kv/set/CursorPosition?key=a", beside(ttl)).ok()["expires_at"].clone();
    assert_eq!(in_body("1500"), NOW + 1500);
    assert_eq!(in_body("null"), Value::Null);
    // It is no part of the value.
    let stored = server.get("/kv/get/CursorPosition?key=a").ok();
    assert_eq!(stored["value"], serde_json::from_str::<Value>(CURSOR).unwrap());
}

#[test]
fn a_kept_deadline_is_the_entrys_own() {
    let server = given_a_server();
    let set = |ttl: &str| {
        server.post(&format!("/kv/set/CursorPosition?key=a{ttl}"), CURSOR).ok()["expires_at"].clone()
    };
    set("&ttl_ms=5000");
    server.clock.advance(std::time::Duration::from_secs(1));
    assert_eq!(set("&ttl_ms=keep"), NOW + 5000);
    // Where nothing is, the type's own.
    let reply = server.post("/kv/set/CursorPosition?key=new&ttl_ms=keep", CURSOR).ok();
    assert_eq!(reply["expires_at"], NOW + 1000 + 30_000);
}

#[test]
fn every_bad_time_to_live_is_refused_and_nothing_is_stored() {
    let server = given_a_server();
    for ttl in [
        "0",
        "-1",
        "1.5",
        "1e3",
        "\"30\"",
        "\"30s\"",
        "\"none\"",
        "\"keep\"",
        "true",
        "[]",
        "{}",
        "\"\"",
        "3153600000001",
        "18446744073709551616",
        "1.0",
        "-0",
    ] {
        server.post("/kv/set/CursorPosition?key=a", beside(ttl)).is(400, "invalid-ttl");
    }
    for ttl in [
        "0",
        "-1",
        "1.5",
        "1e3",
        "30s",
        "",
        "null",
        "None",
        "KEEP",
        "+1",
        " 1",
        "1 ",
        "01x",
        "3153600000001",
        "18446744073709551616",
    ] {
        let ttl = ttl.replace('+', "%2B").replace(' ', "%20");
        server.post(&format!("/kv/set/CursorPosition?key=a&ttl_ms={ttl}"), CURSOR).is(400, "invalid-ttl");
    }
    // Given twice, be it the same.
    server.post("/kv/set/CursorPosition?key=a&ttl_ms=1000", beside("1000")).is(400, "invalid-ttl");
    server.post("/kv/set/CursorPosition?key=a&ttl_ms=none", beside("null")).is(400, "invalid-ttl");
    let twice = r#"{"x":3,"y":4,"item_id":"a","user_id":"7","ttl":1,"ttl":1}"#;
    let reply = server.post("/kv/set/CursorPosition?key=a", twice);
    assert_eq!(reply.status, 400, "{reply:?}");
    server.post("/kv/set/CursorPosition?key=a&ttl_ms=1000&ttl_ms=1000", CURSOR).is(400, "invalid-query");
    assert_eq!(server.cursor_keys(), Vec::<String>::new());
}

#[test]
fn a_batch_has_its_own_form() {
    let server = given_a_server();
    let value: Value = serde_json::from_str(CURSOR).unwrap();
    let set = |ttl: Value| {
        let op = json!({"op": "set", "type": "CursorPosition", "key": "a", "value": value, "ttl_ms": ttl});
        server.post("/kv/batch", json!({ "ops": [op] }).to_string()).ok()["results"][0].clone()
    };
    assert_eq!(set(json!(1000))["expires_at"], NOW + 1000);
    assert_eq!(set(json!("none"))["expires_at"], Value::Null);
    assert_eq!(set(json!("keep"))["expires_at"], Value::Null);
    for bad in [json!(0), json!(1.5), json!("30"), json!(null), json!(true), json!([])] {
        let result = set(bad.clone());
        assert_eq!((&result["status"], &result["code"]), (&json!(400), &json!("invalid-ttl")), "{bad}");
    }
}

#[test]
fn a_field_called_ttl_is_a_field() {
    let server = given_a_server();
    let reply = server.post("/kv/set/Lease?key=a", r#"{"ttl":5}"#).ok();
    assert_eq!(reply["expires_at"], Value::Null);
    assert_eq!(server.get("/kv/get/Lease?key=a").ok()["value"], json!({"ttl": 5}));
    let reply = server.post("/kv/set/Labels?key=a", r#"{"ttl":5,"b":6}"#).ok();
    assert_eq!(reply["expires_at"], Value::Null);
    assert_eq!(server.get("/kv/get/Labels?key=a").ok()["value"], json!({"b": 6, "ttl": 5}));
}
