//! Batches, and the size of their responses.

use crate::Server;
use crate::server::CURSOR;
use kv_core::{Access, Catalog, KvStore, KvType};
use kv_http::{KvHttp, Limits, TenantPolicy};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use std::sync::atomic::{AtomicUsize, Ordering};

#[derive(Serialize, Deserialize, KvType)]
struct Big(String);

const BYTES: usize = 10_000;

/// A list that counts the items that are encoded.
#[derive(KvType)]
struct Counted {
    letters: Vec<u8>,
}

static ENCODED: AtomicUsize = AtomicUsize::new(0);

impl Serialize for Counted {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'a> {
            letters: Letters<'a>,
        }

        struct Letters<'a>(&'a [u8]);

        impl Serialize for Letters<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_seq(self.0.iter().inspect(|_| _ = ENCODED.fetch_add(1, Ordering::Relaxed)))
            }
        }

        Fields { letters: Letters(&self.letters) }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Counted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Fields {
            letters: Vec<u8>,
        }

        Fields::deserialize(deserializer).map(|Fields { letters }| Self { letters })
    }
}

#[test]
fn encoding_of_values_that_do_not_fit_is_bounded() {
    let kv = KvStore::new();
    kv.tenant("acme.example").unwrap().set::<Counted>("a", Counted { letters: vec![1; 100_000] }).unwrap();
    let catalog = Catalog::builder().expose::<Counted>(Access::Read).build().unwrap();
    let limits = Limits::default().page_bytes(10_000);
    let server = Server::start(KvHttp::new(kv, catalog, TenantPolicy::any_host()).limits(limits));
    let get = r#"{"op":"get","type":"Counted","key":"a"}"#;
    let list = r#"{"op":"list","type":"Counted","prefix":""}"#;
    let before = ENCODED.load(Ordering::Relaxed);
    let (results, _) = run(&server, &[[get; 50], [list; 50]].concat());
    assert_eq!(statuses(&results), [413; 100]);
    let encoded = ENCODED.load(Ordering::Relaxed) - before;
    // Each item takes two bytes. The first item that does not fit is counted as well.
    assert!(encoded <= 10_000 + 100, "{encoded} items were encoded");
}

/// A server with values of `BYTES` bytes. The response of a batch has space for two and a half of
/// them.
fn server_with_space_for_two() -> (KvStore, Server) {
    let kv = KvStore::new();
    let values = kv.tenant("acme.example").unwrap().typed::<Big>();
    for key in ["a", "b", "c", "d"] {
        values.set(key, Big("x".repeat(BYTES))).unwrap();
    }
    let catalog = Catalog::builder().expose::<Big>(Access::ReadWrite).build().unwrap();
    let limits = Limits::default().page_bytes(BYTES * 5 / 2);
    let http = KvHttp::new(kv.clone(), catalog, TenantPolicy::any_host()).limits(limits);
    (kv, Server::start(http))
}

fn run(server: &Server, ops: &[&str]) -> (Vec<Value>, usize) {
    let reply = server.post("/kv/batch", &format!(r#"{{"ops":[{}]}}"#, ops.join(",")));
    reply.is(200, "");
    (reply.json()["results"].as_array().unwrap().clone(), reply.body.len())
}

fn statuses(results: &[Value]) -> Vec<u64> {
    results.iter().map(|result| result["status"].as_u64().unwrap()).collect()
}

const GET: &str = r#"{"op":"get","type":"Big","key":"a"}"#;
const LIST: &str = r#"{"op":"list","type":"Big","prefix":""}"#;

#[test]
fn each_entry_that_does_not_fit_into_the_response_is_refused() {
    let (_, server) = server_with_space_for_two();
    let (results, bytes) = run(&server, &[GET; 100]);
    let mut expected = vec![413; 100];
    expected[..2].fill(200);
    assert_eq!(statuses(&results), expected);
    assert_eq!(results[2]["code"], "too-large");
    assert!(results[2]["error"].as_str().unwrap().contains("25000 bytes"), "{}", results[2]);
    assert!(bytes < BYTES * 5 / 2 + 98 * 300, "{bytes}");
    // A smaller result still fits.
    let (results, _) = run(&server, &[GET, GET, GET, r#"{"op":"get","type":"Big","key":"none"}"#]);
    assert_eq!(statuses(&results), [200, 200, 413, 200]);
}

#[test]
fn list_in_a_batch_returns_the_entries_that_fit_or_is_refused() {
    let (_, server) = server_with_space_for_two();
    let (results, bytes) = run(&server, &[LIST, LIST, r#"{"op":"list","type":"Big","prefix":"none"}"#]);
    assert_eq!(statuses(&results), [200, 413, 200]);
    assert_eq!(results[0]["keys"].as_array().unwrap().len(), 2);
    assert_eq!((results[0]["next"].as_str(), &results[2]["next"]), (Some("b"), &Value::Null));
    assert!(bytes < BYTES * 5 / 2 + 1000, "{bytes}");
    let (results, _) = run(&server, &[GET, LIST, r#"{"op":"list","type":"Big","prefix":"","after":"a"}"#]);
    assert_eq!(statuses(&results), [200, 200, 413]);
    assert_eq!(results[1]["next"], "a");
}

#[test]
fn value_that_fits_into_no_batch_is_returned_by_get_and_list() {
    let (kv, server) = server_with_space_for_two();
    kv.tenant("acme.example").unwrap().set::<Big>("a", Big("x".repeat(5 * BYTES))).unwrap();
    assert_eq!(statuses(&run(&server, &[GET, LIST]).0), [413, 413]);
    server.get("/kv/get/Big?key=a").is(200, "");
    let page = server.get("/kv/list/Big").json();
    assert_eq!((page["keys"].as_array().unwrap().len(), &page["next"]), (1, &"a".into()));
}

#[test]
fn writes_are_executed_and_answered_after_the_budget_is_used_up() {
    let (kv, server) = server_with_space_for_two();
    let set = r#"{"op":"set","type":"Big","key":"new","value":"x"}"#;
    let delete = r#"{"op":"delete","type":"Big","key":"d"}"#;
    let stale = r#"{"op":"delete","type":"Big","key":"c","if_version":"1"}"#;
    let (results, _) = run(&server, &[GET, GET, GET, set, delete, stale]);
    assert_eq!(statuses(&results), [200, 200, 413, 200, 200, 412]);
    assert!(results[3]["version"].is_string() && results[4]["existed"] == true);
    let values = kv.tenant("acme.example").unwrap().typed::<Big>();
    assert!(values.contains("new") && !values.contains("d") && values.contains("c"));
}

#[test]
fn batch_without_bytes_for_its_response_changes_nothing() {
    let kv = KvStore::new();
    let catalog = Catalog::builder().expose::<Big>(Access::ReadWrite).build().unwrap();
    let limits = Limits::default().page_bytes(1000).in_flight_bytes(999);
    let server = Server::start(KvHttp::new(kv.clone(), catalog, TenantPolicy::any_host()).limits(limits));
    let set = r#"{"ops":[{"op":"set","type":"Big","key":"a","value":"x"}]}"#;
    server.post("/kv/batch", set).is(503, "unavailable");
    assert!(kv.tenants().is_empty());
}

#[test]
fn violations_in_a_response_are_bounded_by_the_size_of_the_request() {
    #[derive(Serialize, Deserialize, KvType)]
    struct Lists(std::collections::BTreeMap<String, Vec<i32>>);

    let catalog = Catalog::builder().expose::<Lists>(Access::ReadWrite).build().unwrap();
    let server = Server::start(KvHttp::new(KvStore::new(), catalog, TenantPolicy::any_host()));
    let body = format!(r#"{{"{}":[{}]}}"#, "n".repeat(30_000), vec!["true"; 200].join(","));
    let reply = server.post("/kv/set/Lists?key=a", &body);
    reply.is(400, "invalid-value");
    assert!(reply.body.len() < 4 * body.len(), "{} bytes for {}", reply.body.len(), body.len());
    let (listed, more) =
        (reply.json()["errors"].as_array().unwrap().len(), reply.json()["more"].as_u64().unwrap());
    assert_eq!(listed as u64 + more, 200);
}

#[test]
fn op_type_and_key_must_be_strings() {
    let server = Server::new();
    server.post("/kv/set/CursorPosition?key=a", CURSOR).is(200, "");
    for op in [
        r#""op":{"delete":null},"type":"CursorPosition","key":"a""#,
        r#""op":{"delete":{}},"type":"CursorPosition","key":"a""#,
        r#""op":["delete"],"type":"CursorPosition","key":"a""#,
        r#""op":2,"type":"CursorPosition","key":"a""#,
        r#""op":"DELETE","type":"CursorPosition","key":"a""#,
        r#""op":"delete ","type":"CursorPosition","key":"a""#,
        r#""op":"delete","type":["CursorPosition"],"key":"a""#,
        r#""op":"delete","type":"CursorPosition","key":["a"]"#,
        r#""op":"delete","type":"CursorPosition","key":{"$serde_json::private::RawValue":"\"a\""}"#,
        r#""op":"delete","type":"CursorPosition","key":"a","if_version":null"#,
        r#""op":"delete","op":"delete","type":"CursorPosition","key":"a""#,
        r#""op":"get","o\u0070":"delete","type":"CursorPosition","key":"a""#,
        r#""op":"delete","type":"CursorPosition","key":"a","value":1"#,
    ] {
        server.post("/kv/batch", &format!(r#"{{"ops":[{{{op}}}]}}"#)).is(400, "invalid-json");
    }
    assert!(server.get("/kv/get/CursorPosition?key=a").version().is_some());
    // Escapes in strings make no difference.
    let escaped = r#"{"ops":[{"op":"d\u0065lete","type":"CursorPosition","key":"\u0061"}]}"#;
    assert_eq!(server.post("/kv/batch", escaped).json()["results"][0]["existed"], true);
}

#[test]
fn duplicate_members_of_a_value_fail_only_their_operation() {
    let server = Server::new();
    let twice = r#"{"op":"set","type":"CursorPosition","key":"a","value":{"x":3,"x":4,"y":4,"item_id":"a","user_id":"7"}}"#;
    let once = format!(r#"{{"op":"set","type":"CursorPosition","key":"b","value":{CURSOR}}}"#);
    let (results, _) = run(&server, &[twice, &once]);
    assert_eq!(statuses(&results), [400, 200]);
    assert_eq!(results[0]["code"], "invalid-json");
}
