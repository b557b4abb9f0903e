//! Batches, compared with a naive reader of their frames and a sorted map. Responses stay within
//! their limit of bytes.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use http_body_util::BodyExt as _;
use kv_core::{Access, Catalog, Expiry, KvStore, KvType, ManualClock, schema};
use kv_http::{KvHttp, Limits, TenantPolicy};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use tower::Service as _;

#[derive(Serialize, Deserialize, KvType)]
struct Text(String);

/// Limit of the second server's response, in bytes.
const ROOM: usize = 400;

/// Bytes that each problem and each result of a write may take in addition.
const SMALL: usize = 1200;

pub(crate) fn run(bytes: &[u8]) {
    // The limits of nesting and of numbers are not compared.
    if bytes.iter().filter(|byte| matches!(byte, b'[' | b'{')).count() > 60 {
        return;
    }
    let frame = match serde_json::from_slice(bytes) {
        Err(error) if error.to_string().starts_with("number out of range") => return,
        frame => frame.ok(),
    };
    let naive = frame.as_ref().and_then(operations);
    let (status, roomy, _) = post(bytes, 1 << 30);
    let Some(operations) = naive else {
        assert_eq!(status, StatusCode::BAD_REQUEST, "{}", String::from_utf8_lossy(bytes));
        return;
    };
    assert_eq!(status, StatusCode::OK, "{roomy}");
    let roomy = results(&roomy);
    assert_eq!(roomy.len(), operations.len());
    let mut entries = BTreeMap::new();
    for (operation, result) in operations.iter().zip(roomy) {
        operation.check(&mut entries, result);
    }

    let (_, narrow, len) = post(bytes, ROOM);
    assert!(len <= ROOM + SMALL * (operations.len() + 1), "{len} bytes");
    for ((operation, narrow), roomy) in operations.iter().zip(results(&narrow)).zip(roomy) {
        let is_read = matches!(operation.op.as_str(), "get" | "list");
        let is_too_large = narrow["status"] == 413 && is_read && roomy["status"] == 200;
        assert!(is_too_large || is_beginning(narrow, roomy), "{narrow} for {roomy}");
    }
}

fn results(response: &Value) -> &[Value] {
    response["results"].as_array().map_or(&[], Vec::as_slice)
}

/// Returns whether a result equals another except for times, or is a list of its first entries.
fn is_beginning(narrow: &Value, roomy: &Value) -> bool {
    match (narrow["keys"].as_array(), roomy["keys"].as_array()) {
        (Some(some), Some(all)) => {
            let keys =
                |entries: &[Value]| entries.iter().map(|entry| entry["key"].clone()).collect::<Vec<_>>();
            keys(all).starts_with(&keys(some)) && (some.len() == all.len() || !narrow["next"].is_null())
        }
        _ => ["status", "code", "found", "value", "existed"].iter().all(|name| narrow[name] == roomy[name]),
    }
}

/// Returns the response of a new server.
fn post(bytes: &[u8], room: usize) -> (StatusCode, Value, usize) {
    let catalog = Catalog::builder().expose::<Text>(Access::ReadWrite).build().expect("one type");
    // The clock does not advance, so nothing expires.
    let kv = KvStore::builder().clock(ManualClock::new()).expiry(Expiry::Manual).build();
    let http = KvHttp::new(kv, catalog, TenantPolicy::any_host());
    let limits = Limits::default().page_bytes(room).in_flight_bytes(usize::MAX);
    let mut router = http.limits(limits).router();
    let request = Request::post("/kv/batch")
        .header("Host", "acme.example")
        .header("Content-Type", "application/json")
        .body(Body::from(bytes.to_vec()))
        .expect("a request");
    let response = now(router.call(request)).expect("a router does not fail");
    let status = response.status();
    let body = now(response.into_body().collect()).expect("the body is there").to_bytes();
    (status, serde_json::from_slice(&body).expect("a response is JSON"), body.len())
}

fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => panic!("the store waits for nothing"),
    }
}

/// JSON with all members, including duplicates.
#[derive(Debug)]
enum Node {
    Object(Vec<(String, Node)>),
    List(Vec<Node>),
    Text(String),
    Bool(bool),
    /// A non-negative integer.
    Whole(u64),
    Other,
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Nodes;

        impl<'de> Visitor<'de> for Nodes {
            type Value = Node;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Node::Object(members))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
                let mut all = Vec::new();
                while let Some(item) = items.next_element()? {
                    all.push(item);
                }
                Ok(Node::List(all))
            }

            fn visit_str<E>(self, text: &str) -> Result<Node, E> {
                Ok(Node::Text(text.to_owned()))
            }

            fn visit_bool<E>(self, it: bool) -> Result<Node, E> {
                Ok(Node::Bool(it))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Node, E> {
                Ok(Node::Whole(number))
            }

            fn visit_i64<E>(self, _: i64) -> Result<Node, E> {
                Ok(Node::Other)
            }

            fn visit_f64<E>(self, _: f64) -> Result<Node, E> {
                Ok(Node::Other)
            }

            fn visit_unit<E>(self) -> Result<Node, E> {
                Ok(Node::Other)
            }
        }

        deserializer.deserialize_any(Nodes)
    }
}

/// An operation as the documentation describes it.
struct Operation<'n> {
    op: String,
    members: BTreeMap<&'n str, &'n Node>,
}

/// Returns the members of an object, unless one is duplicated.
fn members(node: &Node) -> Option<BTreeMap<&str, &Node>> {
    let Node::Object(all) = node else { return None };
    let members: BTreeMap<_, _> = all.iter().map(|(name, value)| (name.as_str(), value)).collect();
    (members.len() == all.len()).then_some(members)
}

fn operations(frame: &Node) -> Option<Vec<Operation<'_>>> {
    let frame = members(frame)?;
    let Node::List(ops) = frame.get("ops").filter(|_| frame.len() == 1)? else { return None };
    let all = ops.iter().map(operation).collect::<Option<Vec<_>>>()?;
    (1..=100).contains(&all.len()).then_some(all)
}

fn operation(node: &Node) -> Option<Operation<'_>> {
    let members = members(node)?;
    let Node::Text(op) = members.get("op")? else { return None };
    let (needed, allowed): (&[&str], &[&str]) = match op.as_str() {
        "get" => (&["type", "key"], &[]),
        "set" => (&["type", "key", "value"], &["ttl_ms", "if_version", "if_absent", "if_present"]),
        "delete" => (&["type", "key"], &["if_version"]),
        "list" => (&["type", "prefix"], &["limit", "after"]),
        _ => return None,
    };
    let is_known = |name: &&str| *name == "op" || needed.contains(name) || allowed.contains(name);
    let has_form = |(name, value): (&&str, &&Node)| match *name {
        "value" | "ttl_ms" | "limit" => true,
        "if_absent" | "if_present" => matches!(value, Node::Bool(_)),
        _ => matches!(value, Node::Text(_)),
    };
    let is_sound = needed.iter().all(|name| members.contains_key(name))
        && members.keys().all(is_known)
        && members.iter().all(has_form);
    is_sound.then(|| Operation { op: op.clone(), members })
}

/// The stored values, with the versions that were returned for them.
type Entries = BTreeMap<String, (String, String)>;

impl Operation<'_> {
    fn text(&self, name: &str) -> Option<&str> {
        match self.members.get(name)? {
            Node::Text(text) => Some(text),
            _ => None,
        }
    }

    fn is_true(&self, name: &str) -> bool {
        matches!(self.members.get(name), Some(Node::Bool(true)))
    }

    fn has_ttl(&self) -> bool {
        match self.members.get("ttl_ms") {
            None => true,
            Some(Node::Text(word)) => matches!(word.as_str(), "none" | "keep"),
            Some(Node::Whole(millis)) => (1..=3_153_600_000_000).contains(millis),
            Some(_) => false,
        }
    }

    /// Returns the number of conditions and whether all hold, or `None` if a version is malformed.
    fn condition(&self, entries: &Entries) -> Option<(usize, bool)> {
        let current = self.text("key").and_then(|key| entries.get(key)).map(|(_, version)| version.as_str());
        let mut conditions = Vec::new();
        if let Some(version) = self.text("if_version") {
            let version: kv_core::Version = version.parse().ok()?;
            conditions.push(current.and_then(|current| current.parse().ok()) == Some(version));
        }
        conditions.extend(self.is_true("if_absent").then_some(current.is_none()));
        conditions.extend(self.is_true("if_present").then_some(current.is_some()));
        Some((conditions.len(), conditions.iter().all(|holds| *holds)))
    }

    /// Runs the operation on the map and compares the results.
    fn check(&self, entries: &mut Entries, result: &Value) {
        let status = result["status"].as_u64();
        if self.text("type") != Some("Text") {
            assert_eq!(status, Some(404), "{result}");
            return;
        }
        let key = self.text("key").unwrap_or_default().to_owned();
        if self.op != "list" && schema::key::check(&key).is_err() {
            assert_eq!(status, Some(400), "{result}");
            return;
        }
        match self.op.as_str() {
            "get" => match entries.get(&key) {
                Some((value, version)) => {
                    let expected = (Some(true), Some(value.as_str()), Some(version.as_str()));
                    let found =
                        (result["found"].as_bool(), result["value"].as_str(), result["version"].as_str());
                    assert_eq!(found, expected);
                }
                None => assert_eq!((status, &result["found"]), (Some(200), &false.into()), "{result}"),
            },
            "set" => {
                let value = match self.members.get("value") {
                    Some(Node::Text(value)) if self.has_ttl() => value,
                    _ => return assert_eq!(status, Some(400), "{result}"),
                };
                match self.condition(entries) {
                    None | Some((2.., _)) => assert_eq!(status, Some(400), "{result}"),
                    Some((_, false)) => assert_eq!(status, Some(412), "{result}"),
                    Some((_, true)) => {
                        assert_eq!(status, Some(200), "{result}");
                        let version = result["version"].as_str().unwrap_or_default().to_owned();
                        entries.insert(key, (value.clone(), version));
                    }
                }
            }
            "delete" => match self.condition(entries) {
                None => assert_eq!(status, Some(400), "{result}"),
                // The entry is absent, as requested.
                Some(_) if !entries.contains_key(&key) => {
                    assert_eq!((status, &result["existed"]), (Some(200), &false.into()), "{result}");
                }
                Some((_, false)) => assert_eq!(status, Some(412), "{result}"),
                Some((_, true)) => {
                    assert_eq!(status, Some(200), "{result}");
                    entries.remove(&key);
                }
            },
            _ => {
                let limit = match self.members.get("limit") {
                    None => 100,
                    Some(Node::Whole(limit @ 1..=1000)) => usize::try_from(*limit).unwrap_or_default(),
                    Some(_) => return assert_eq!(status, Some(400), "{result}"),
                };
                assert_eq!(status, Some(200), "{result}");
                let (prefix, after) = (self.text("prefix").unwrap_or_default(), self.text("after"));
                let is_in =
                    |key: &&String| key.starts_with(prefix) && after.is_none_or(|after| key.as_str() > after);
                let keys: Vec<_> = entries.keys().filter(is_in).take(limit).map(String::as_str).collect();
                let listed = result["keys"].as_array().map_or(&[][..], Vec::as_slice);
                let listed: Vec<_> = listed.iter().filter_map(|entry| entry["key"].as_str()).collect();
                assert_eq!(listed, keys);
            }
        }
    }
}
