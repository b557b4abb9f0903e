//! Which bodies are accepted as values. A refused body stores nothing.

use crate::Server;
use crate::server::CURSOR;
use kv_core::{Access, Catalog, KvStore, KvType, Limits};
use kv_http::{KvHttp, TenantPolicy};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

#[derive(Serialize, Deserialize, KvType)]
struct Plain {
    byte: u8,
    wide: u64,
    #[serde(default)]
    float: f64,
    #[serde(default)]
    text: String,
    #[serde(default)]
    inner: Option<Inner>,
    #[serde(default)]
    list: Vec<Inner>,
    #[serde(default)]
    by_name: BTreeMap<String, Inner>,
    #[serde(default)]
    chosen: Option<Chosen>,
    #[serde(default)]
    tree: Tree,
}

#[derive(Serialize, Deserialize, kv_core::KvField)]
struct Inner {
    a: i32,
    b: i32,
}

#[derive(Serialize, Deserialize, kv_core::KvField)]
#[serde(tag = "kind")]
enum Chosen {
    One { inner: Inner },
    Two { inner: Inner },
}

#[derive(Default, Serialize, Deserialize, kv_core::KvField)]
struct Tree {
    #[serde(default)]
    trees: Vec<Tree>,
}

#[derive(Serialize, Deserialize, KvType)]
struct Flat {
    own: i32,
    #[serde(flatten)]
    inner: Inner,
}

#[derive(Serialize, Deserialize, KvType)]
#[serde(tag = "kind", content = "content")]
enum Adjacent {
    One(Inner),
    Two { inner: Inner },
}

/// Its field `ttl` is part of the value.
#[derive(Serialize, Deserialize, KvType)]
struct WithTtl {
    ttl: u32,
}

#[derive(Serialize, Deserialize, KvType)]
struct Nothing;

#[derive(Serialize, Deserialize, KvType)]
struct Number(Option<i32>);

fn server() -> Server {
    let catalog = Catalog::builder()
        .expose::<Plain>(Access::ReadWrite)
        .expose::<Flat>(Access::ReadWrite)
        .expose::<Adjacent>(Access::ReadWrite)
        .expose::<WithTtl>(Access::ReadWrite)
        .expose::<Nothing>(Access::ReadWrite)
        .expose::<Number>(Access::ReadWrite)
        .build()
        .unwrap();
    Server::start(KvHttp::new(KvStore::new(), catalog, TenantPolicy::any_host()))
}

fn assert_empty(server: &Server) {
    assert_eq!(server.get("/kv/stats").json()["total_keys"], 0);
}

#[test]
fn malformed_json_is_refused() {
    let server = server();
    let nested = |depth: usize| {
        format!(r#"{{"byte":1,"wide":1,"tree":{}{}}}"#, r#"{"trees":["#.repeat(depth), "]}".repeat(depth))
    };
    let too_deep = nested(63);
    let much_too_deep = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
    for body in [
        "",
        " ",
        "{",
        r#"{"byte":1,"wide":1"#,
        r#"{"byte":1,"wide":1}}"#,
        r#"{"byte":1,"wide":1} x"#,
        r#"{"byte":1,"wide":1}{"byte":1,"wide":1}"#,
        r#"{"byte":1,"wide":1,}"#,
        r"{'byte':1}",
        r#"{"byte":1,"wide":NaN}"#,
        r#"{"byte":1,"wide":1,"float":Infinity}"#,
        r#"{"byte":01,"wide":1}"#,
        r#"{"byte":1,"wide":1,"byte":1}"#,
        r#"{"byte":1,"wide":1,"inner":{"a":1,"b":2,"a":3}}"#,
        r#"{"byte":1,"wide":1,"unknown":{"a":1,"a":2}}"#,
        r#"{"byte":1,"wide":1,"text":"\ud800"}"#,
        r#"{"byte":1,"wide":1,"text":"\udc00\ud800"}"#,
        r#"{"byte":1,"wide":1,"text":"\x"}"#,
        "{\"byte\":1,\"wide\":1,\"text\":\"a\nb\"}",
        "{\"byte\":1,\"wide\":1,\"text\":\"a\0b\"}",
        "\u{feff}{\"byte\":1,\"wide\":1}",
        "{\"byte\":1,\"wide\":1}\u{a0}",
        too_deep.as_str(),
        nested(128).as_str(),
        much_too_deep.as_str(),
    ] {
        server.post("/kv/set/Plain?key=a", body).is(400, "invalid-json");
    }
    for bytes in [
        &b"{\"byte\":1,\"wide\":1,\"text\":\"\xff\"}"[..],
        b"{\"byte\":1,\"wide\":1,\"text\":\"\xed\xa0\x80\"}",
        b"\xff\xfe{\0}\0",
    ] {
        server
            .request("POST", "/kv/set/Plain?key=a", &["Content-Type: application/json"], bytes)
            .is(400, "invalid-json");
    }
    assert_empty(&server);
    server.post("/kv/set/Plain?key=a", &nested(30)).is(200, "");
}

#[test]
fn json_of_the_wrong_shape_is_refused_with_its_pointer() {
    let server = server();
    let many: Vec<String> = (0..150).map(|_| r#"{"a":"x","b":1}"#.to_owned()).collect();
    let many = format!(r#"{{"byte":1,"wide":1,"list":[{}]}}"#, many.join(","));
    for (tag, body, pointer) in [
        ("Plain", r#"{"byte":256,"wide":1}"#, "/byte"),
        ("Plain", r#"{"byte":-1,"wide":1}"#, "/byte"),
        ("Plain", r#"{"byte":1.5,"wide":1}"#, "/byte"),
        ("Plain", r#"{"byte":"1","wide":1}"#, "/byte"),
        ("Plain", r#"{"byte":null,"wide":1}"#, "/byte"),
        ("Plain", r#"{"byte":1,"wide":9007199254740993}"#, "/wide"),
        ("Plain", r#"{"byte":1,"wide":9007199254740992}"#, "/wide"),
        ("Plain", r#"{"byte":1,"wide":18446744073709551616}"#, "/wide"),
        ("Plain", r#"{"byte":1,"wide":1,"float":1e400}"#, "/float"),
        ("Plain", r#"{"byte":1,"wide":1,"float":-1e400}"#, "/float"),
        ("Plain", r#"{"byte":1}"#, "/wide"),
        ("Plain", r"[1,1]", ""),
        ("Plain", r#"[1,1,0.5,"",null,[],{},null,{}]"#, ""),
        ("Plain", "null", ""),
        ("Plain", r#"{"byte":1,"wide":1,"inner":[1,2]}"#, "/inner"),
        ("Plain", r#"{"byte":1,"wide":1,"list":[{"a":1,"b":2},[1,2]]}"#, "/list/1"),
        ("Plain", r#"{"byte":1,"wide":1,"by_name":{"a/b":[1,2]}}"#, "/by_name/a~1b"),
        ("Plain", r#"{"byte":1,"wide":1,"chosen":{"kind":"One","inner":[1,2]}}"#, "/chosen/inner"),
        ("Plain", r#"{"byte":1,"wide":1,"chosen":["One",{"a":1,"b":2}]}"#, "/chosen"),
        ("Flat", r#"{"own":1,"a":1,"b":"2"}"#, "/b"),
        ("Flat", r"[1,1,2]", ""),
        ("Adjacent", r#"{"kind":"One","content":[1,2]}"#, "/content"),
        ("Adjacent", r#"{"kind":"Two","content":{"inner":[1,2]}}"#, "/content/inner"),
        ("Adjacent", r#"["One",{"a":1,"b":2}]"#, ""),
        ("Nothing", "{}", ""),
        ("Number", "1.5", ""),
        ("Plain", many.as_str(), "/list/0/a"),
    ] {
        let reply = server.post(&format!("/kv/set/{tag}?key=a"), body);
        reply.is(400, "invalid-value");
        assert_eq!(reply.json()["errors"][0]["pointer"], pointer, "{body} {reply:?}");
    }
    let reply = server.post("/kv/set/Plain?key=a", &many).json();
    assert_eq!((reply["errors"].as_array().unwrap().len(), &reply["more"]), (100, &50.into()));
    assert_empty(&server);
}

#[test]
fn valid_values_are_returned_as_they_were_sent() {
    let server = server();
    for (tag, body) in [
        (
            "Plain",
            r#"{"byte":255,"wide":9007199254740991,"float":-0.5,"text":"é\n\"","inner":null,"list":[],"by_name":{"":{"a":1,"b":2}},"chosen":{"kind":"Two","inner":{"a":-1,"b":2}},"tree":{"trees":[{"trees":[]}]}}"#,
        ),
        ("Flat", r#"{"own":1,"a":2,"b":3}"#),
        ("Adjacent", r#"{"kind":"One","content":{"a":1,"b":2}}"#),
        ("WithTtl", r#"{"ttl":0}"#),
        ("Nothing", "null"),
        ("Number", "null"),
        ("Number", "7"),
    ] {
        server.post(&format!("/kv/set/{tag}?key=a"), body).is(200, "");
        let reply = server.get(&format!("/kv/get/{tag}?key=a")).json();
        assert_eq!(reply["found"], true);
        assert_eq!(reply["value"], serde_json::from_str::<Value>(body).unwrap());
    }
}

#[test]
fn invalid_ttl_stores_nothing() {
    let server = Server::new();
    for ttl in [
        "0",
        "-1",
        "1.5",
        "1e3",
        "+5",
        "%2B5",
        "05",
        "30s",
        "null",
        "None",
        "NONE",
        "",
        "%20",
        "1%20",
        "0x10",
        "3153600000001",
        "99999999999999999999",
    ] {
        server.post(&format!("/kv/set/CursorPosition?key=a&ttl_ms={ttl}"), CURSOR).is(400, "invalid-ttl");
    }
    let with_ttl = |ttl: &str| format!(r#"{{"ttl":{ttl},"x":3,"y":4,"item_id":"a","user_id":"7"}}"#);
    for ttl in [
        "0",
        "-1",
        "-0",
        "1.5",
        "1.0",
        "1e3",
        "\"30\"",
        "\"none\"",
        "\"keep\"",
        "true",
        "[1]",
        "{}",
        "3153600000001",
        "99999999999999999999",
        "1e400",
    ] {
        server.post("/kv/set/CursorPosition?key=a", &with_ttl(ttl)).is(400, "invalid-ttl");
    }
    for ttl in ["1000", "null"] {
        server.post("/kv/set/CursorPosition?key=a&ttl_ms=1000", &with_ttl(ttl)).is(400, "invalid-ttl");
    }
    let twice = r#"{"ttl":1,"x":3,"y":4,"item_id":"a","user_id":"7","ttl":1}"#;
    server.post("/kv/set/CursorPosition?key=a", twice).is(400, "invalid-json");
    server.post("/kv/set/CursorPosition?key=a&ttl_ms=1&ttl_ms=1", CURSOR).is(400, "invalid-query");
    let op = |ttl: &str| {
        format!(
            r#"{{"ops":[{{"op":"set","type":"CursorPosition","key":"a","value":{CURSOR},"ttl_ms":{ttl}}}]}}"#
        )
    };
    for ttl in ["0", "1.5", "1e3", "\"30\"", "\"\"", "null", "true", "[1]"] {
        assert_eq!(server.post("/kv/batch", &op(ttl)).json()["results"][0]["code"], "invalid-ttl", "{ttl}");
    }
    assert_empty(&server);
    server.post("/kv/set/CursorPosition?key=a&ttl_ms=3153600000000", CURSOR).is(200, "");
}

#[test]
fn ttl_can_be_a_member_of_a_body_whose_type_has_no_ttl_field() {
    let server = server();
    let expires = |target: &str, body: &str| !server.post(target, body).json()["expires_at"].is_null();
    assert!(expires("/kv/set/Flat?key=a", r#"{"own":1,"a":2,"b":3,"ttl":1000}"#));
    assert!(!expires("/kv/set/Flat?key=a", r#"{"own":1,"a":2,"b":3,"ttl":null}"#));
    assert!(!expires("/kv/set/WithTtl?key=a", r#"{"ttl":1000}"#), "`ttl` is a field of the type");
    assert!(expires("/kv/set/WithTtl?key=a&ttl_ms=1000", r#"{"ttl":1000}"#));
}

#[derive(Serialize, Deserialize, KvType)]
struct Opaque {
    #[kv(opaque)]
    any: Value,
}

#[test]
fn opaque_values_count_with_their_memory_size() {
    let kv = KvStore::builder().limits(Limits::default().bytes_per_tenant(64 << 20)).build();
    let catalog = Catalog::builder().expose::<Opaque>(Access::ReadWrite).build().unwrap();
    let server = Server::start(KvHttp::new(kv.clone(), catalog, TenantPolicy::any_host()));
    let body = format!(r#"{{"any":[{}]}}"#, vec![r#"{"a":0}"#; 8_000].join(","));
    let stored = (0..200).take_while(|n| {
        let reply = server.post(&format!("/kv/set/Opaque?key=k{n}"), &body);
        reply.status == 200 || {
            reply.is(507, "limit-exceeded");
            false
        }
    });
    let stored = stored.count();
    // Each object takes more than 600 bytes of memory.
    assert!((5..=13).contains(&stored), "{stored}");
    assert!(kv.stats().bytes > stored * 8_000 * 600);
}
