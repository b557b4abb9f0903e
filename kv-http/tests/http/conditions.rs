//! Conditions: `If-Match`, `If-None-Match`, `if_version` and `Kv-Schema`.

use crate::Server;
use crate::server::{CURSOR, Reply};
use serde_json::Value;

const SET: &str = "/kv/set/CursorPosition?key=a";
const GET: &str = "/kv/get/CursorPosition?key=a";
const DELETE: &str = "/kv/delete/CursorPosition?key=a";

fn set_if(server: &Server, condition: &str) -> Reply {
    server.request("POST", SET, &["Content-Type: application/json", condition], CURSOR)
}

#[test]
fn version_from_before_a_deletion_never_matches_again() {
    let server = Server::new();
    let first = server.post(SET, CURSOR).version().unwrap();
    server.delete(DELETE).is(200, "");
    let gone = set_if(&server, &format!("If-Match: \"{first}\""));
    gone.is(412, "conflict");
    assert_eq!(gone.json()["current"], Value::Null);

    let second = server.post(SET, CURSOR).version().unwrap();
    let stale = set_if(&server, &format!("If-Match: \"{first}\""));
    stale.is(412, "conflict");
    assert_eq!(stale.json()["current"], second.as_str());
    server.request("DELETE", DELETE, &[&format!("If-Match: \"{first}\"")], "").is(412, "conflict");
    assert_eq!(server.get(GET).version(), Some(second.clone()));
    set_if(&server, &format!("If-Match: \"{second}\"")).is(200, "");
}

#[test]
fn failed_condition_writes_nothing() {
    let server = Server::new();
    set_if(&server, "If-Match: *").is(412, "conflict");
    set_if(&server, "If-None-Match: *").is(200, "");
    let version = server.get(GET).version().unwrap();
    set_if(&server, "If-None-Match: *").is(412, "conflict");
    assert_eq!(server.get(GET).version(), Some(version.clone()));
    set_if(&server, "If-Match: *").is(200, "");
    server.request("DELETE", DELETE, &["If-Match: *"], "").is(200, "");
    server.request("DELETE", DELETE, &["If-Match: *"], "").is(412, "conflict");
    let again = server.request("DELETE", DELETE, &[&format!("If-Match: \"{version}\"")], "");
    assert_eq!(again.json()["existed"], false, "the entry is already deleted");
}

#[test]
fn if_match_with_a_tag_changed_by_a_proxy_is_refused_with_an_explanation() {
    let server = Server::new();
    let version = server.post(SET, CURSOR).version().unwrap();
    for tag in [
        format!("W/\"{version}\""),
        format!("\"{version}-gzip\""),
        format!("\"{version}--gzip\""),
        format!("W/\"{version}-br\""),
        "W/\"other\"".to_owned(),
    ] {
        let condition = format!("If-Match: {tag}");
        for reply in [set_if(&server, &condition), server.request("DELETE", DELETE, &[&condition], "")] {
            reply.is(400, "invalid-query");
            let error = reply.json()["error"].as_str().unwrap().to_owned();
            assert!(error.contains("weak") && error.contains("`version`"), "{error}");
        }
    }
    assert_eq!(server.get(GET).version(), Some(version));
}

#[test]
fn malformed_conditions_are_refused() {
    let server = Server::new();
    let version = server.post(SET, CURSOR).version().unwrap();
    for condition in [
        "If-Match: 17".to_owned(),
        "If-Match:".to_owned(),
        "If-Match: \"\"".to_owned(),
        "If-Match: \"17".to_owned(),
        "If-Match: \"seventeen\"".to_owned(),
        "If-Match: \"1\", \"2\"".to_owned(),
        "If-Match: \"1\"\r\nIf-Match: \"2\"".to_owned(),
        "If-Match: \"1\"\r\nIf-None-Match: *".to_owned(),
        format!("If-None-Match: \"{version}\""),
    ] {
        set_if(&server, &condition).is(400, "invalid-query");
    }
    server.request("DELETE", DELETE, &["If-None-Match: *"], "").is(400, "invalid-query");
    server.request("GET", GET, &["If-Match: *"], "").is(400, "invalid-query");
    server.request("GET", GET, &["If-None-Match: 17"], "").is(400, "invalid-query");
    assert_eq!(server.get(GET).version(), Some(version));
}

#[test]
fn reads_of_a_known_version_are_not_modified() {
    let server = Server::new();
    let get_unless = |tag: &str| server.request("GET", GET, &[&format!("If-None-Match: {tag}")], "").status;
    assert_eq!(get_unless("*"), 200, "the key has no entry");
    let version = server.post(SET, CURSOR).version().unwrap();
    assert_eq!(get_unless(&format!("\"{version}\"")), 304);
    assert_eq!(get_unless("*"), 304);
    for changed in ["W/\"V\"", "\"V-gzip\"", "\"V--gzip\"", "W/\"V-br\"", "\"1\", W/\"V\""] {
        assert_eq!(get_unless(&changed.replace('V', &version)), 304, "{changed}");
    }
    assert_eq!(get_unless("W/\"1\""), 200);
    assert_eq!(get_unless("\"1-gzip\", W/\"abc\""), 200);
    assert_eq!(get_unless("\"1\""), 200);
    assert_eq!(get_unless(&format!("\"1\", \"{version}\"")), 304);
    assert_eq!(get_unless(&format!("\"1\"\r\nIf-None-Match: W/\"2\",\"{version}\"")), 304);
    for bad in ["", ",", "*, \"1\"", "\"1\" \"2\"", "\"1\", 2", "\"1\"\r\nIf-None-Match: 2"] {
        server.request("GET", GET, &[&format!("If-None-Match: {bad}")], "").is(400, "invalid-query");
    }
    let head = server.request("HEAD", GET, &[&format!("If-None-Match: \"{version}\"")], "").status;
    assert_eq!(head, 304);
}

#[test]
fn operations_of_a_batch_have_their_own_conditions() {
    let server = Server::new();
    let set = |condition: &str| {
        let op = format!(r#"{{"op":"set","type":"CursorPosition","key":"a","value":{CURSOR}{condition}}}"#);
        let result = server.post("/kv/batch", &format!(r#"{{"ops":[{op}]}}"#)).json()["results"][0].clone();
        (result["status"].as_u64().unwrap(), result["version"].as_str().map(str::to_owned))
    };
    assert_eq!(set(r#","if_present":true"#).0, 412);
    let (_, version) = set(r#","if_absent":true,"if_present":false"#);
    let version = version.unwrap();
    assert_eq!(set(r#","if_absent":true"#).0, 412);
    assert_eq!(set(r#","if_version":"1""#).0, 412);
    assert_eq!(set(r#","if_version":"one""#).0, 400);
    assert_eq!(set(&format!(r#","if_version":"{version}","if_present":true"#)).0, 400);
    assert_eq!(set(&format!(r#","if_version":"{version}""#)).0, 200);
}

#[test]
fn client_with_another_schema_is_refused_and_changes_nothing() {
    let server = Server::new();
    let with =
        |schema: &str| server.request("POST", SET, &["Content-Type: application/json", schema], CURSOR);
    with("Kv-Schema: CursorPosition=s1.314999.6b120a.94ddb5").is(409, "schema-mismatch");
    with("Kv-Schema: CursorPosition=w1.0123456789ab").is(409, "schema-mismatch");
    assert!(server.get(GET).version().is_none());
    with("Kv-Schema: UserPreferences=s1.000000").is(200, "");
    with("Kv-Schema: UserPreferences=s1.000000,\tCursorPosition=s1.6b120a.314999.?821ba9.94ddb5").is(200, "");
    for bad in [
        "CursorPosition",
        "CursorPosition=",
        "CursorPosition=s2",
        "CursorPosition=s1, CursorPosition=s1",
        "CursorPosition=s1\r\nKv-Schema: CursorPosition=s1",
    ] {
        with(&format!("Kv-Schema: {bad}")).is(400, "invalid-query");
    }
    let other = ["Kv-Schema: CursorPosition=s1.000000"];
    for target in [GET, "/kv/list/CursorPosition", "/kv/list?full_prefix="] {
        server.request("GET", target, &other, "").is(409, "schema-mismatch");
    }
    server.request("GET", "/kv/list?full_prefix=UserPreferences", &other, "").is(200, "");
    server.request("DELETE", DELETE, &other, "").is(200, "");
}
