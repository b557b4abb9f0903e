//! The maximum TTL of types.

use crate::Server;
use crate::server::{START, clock};
use kv_core::{Access, Catalog, Expiry, KvStore, KvType, SetOptions};
use kv_http::{KvHttp, TenantPolicy};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::time::Duration;

#[derive(Serialize, Deserialize, KvType)]
#[kv(ttl = "30s", max_ttl = "1m")]
struct Cursor {
    x: i32,
}

#[derive(Serialize, Deserialize, KvType)]
#[kv(max_ttl = "1m")]
struct Draft {
    x: i32,
}

#[derive(Serialize, Deserialize, KvType)]
struct Note {
    x: i32,
}

#[derive(Serialize, Deserialize, KvType)]
#[kv(max_ttl = "none")]
struct Settings {
    x: i32,
}

fn server(max: Option<Duration>) -> (KvStore, Server) {
    let kv = KvStore::builder().clock(clock()).expiry(Expiry::Manual).build();
    let builder = Catalog::builder();
    let builder = match max {
        Some(max) => builder.max_ttl(max),
        None => builder,
    };
    let catalog = builder
        .expose::<Cursor>(Access::ReadWrite)
        .expose::<Draft>(Access::ReadWrite)
        .expose::<Note>(Access::ReadWrite)
        .expose::<Settings>(Access::ReadWrite)
        .build()
        .unwrap();
    (kv.clone(), Server::start(KvHttp::new(kv, catalog, TenantPolicy::any_host())))
}

/// Writes an entry by set and by batch, and returns its time to live, or the code of the problem.
fn lifetimes(server: &Server, ty: &str, ttl: &str) -> [Result<Option<u64>, String>; 2] {
    let lifetime = |result: &Value| match result["code"].as_str() {
        Some(code) => Err(code.to_owned()),
        None => Ok(result["expires_at"].as_u64().map(|at| at - START)),
    };
    let query = if ttl.is_empty() { String::new() } else { format!("&ttl_ms={ttl}") };
    let set = server.post(&format!("/kv/set/{ty}?key=a{query}"), r#"{"x":1}"#).json();
    let json =
        if ttl.bytes().all(|byte| byte.is_ascii_digit()) { ttl.to_owned() } else { format!("\"{ttl}\"") };
    let member = if ttl.is_empty() { String::new() } else { format!(",\"ttl_ms\":{json}") };
    let op = format!(r#"{{"op":"set","type":"{ty}","key":"b","value":{{"x":1}}{member}}}"#);
    let batch = server.post("/kv/batch", &format!(r#"{{"ops":[{op}]}}"#)).json()["results"][0].clone();
    [lifetime(&set), lifetime(&batch)]
}

fn refused() -> [Result<Option<u64>, String>; 2] {
    [Err("invalid-ttl".to_owned()), Err("invalid-ttl".to_owned())]
}

#[test]
fn client_cannot_exceed_the_maximum_ttl() {
    let (_, server) = server(None);
    for ty in ["Cursor", "Draft"] {
        for ttl in ["none", "60001", "3153600000000"] {
            assert_eq!(lifetimes(&server, ty, ttl), refused(), "{ty} {ttl}");
        }
        for (ttl, lives) in [("1", 1), ("60000", 60_000)] {
            assert_eq!(lifetimes(&server, ty, ttl), [Ok(Some(lives)), Ok(Some(lives))], "{ty} {ttl}");
        }
        for ttl in ["null", "60001"] {
            let body = format!(r#"{{"x":1,"ttl":{ttl}}}"#);
            let reply = server.post(&format!("/kv/set/{ty}?key=a"), &body);
            reply.is(400, "invalid-ttl");
            assert!(reply.body.contains("at most 60000 ms"), "{}", reply.body);
        }
    }
    assert_eq!(lifetimes(&server, "Note", "none"), [Ok(None), Ok(None)]);
}

#[test]
fn write_without_ttl_gets_the_default_or_the_maximum_ttl() {
    let (_, server) = server(Some(Duration::from_secs(90)));
    for (ty, lives) in
        [("Cursor", Some(30_000)), ("Draft", Some(60_000)), ("Note", Some(90_000)), ("Settings", None)]
    {
        for ttl in ["", "keep"] {
            server.delete(&format!("/kv/delete/{ty}?key=a"));
            server.delete(&format!("/kv/delete/{ty}?key=b"));
            assert_eq!(lifetimes(&server, ty, ttl), [Ok(lives), Ok(lives)], "{ty} {ttl:?}");
        }
    }
    assert_eq!(lifetimes(&server, "Note", "90001"), refused());
    assert_eq!(
        lifetimes(&server, "Cursor", "60001"),
        refused(),
        "the maximum of the type takes precedence over the catalog's"
    );
    assert_eq!(lifetimes(&server, "Settings", "none"), [Ok(None), Ok(None)], "the type is exempt");
}

#[test]
fn program_may_exceed_the_maximum_ttl_and_keep_preserves_it() {
    let (kv, server) = server(None);
    let drafts = kv.tenant("acme.example").unwrap().typed::<Draft>();
    drafts.set("a", Draft { x: 0 }).unwrap();
    drafts.set_with("b", Draft { x: 0 }, SetOptions::new().ttl(Duration::from_hours(1))).unwrap();
    assert_eq!(lifetimes(&server, "Draft", "keep"), [Ok(None), Ok(Some(3_600_000))]);
    assert_eq!(lifetimes(&server, "Draft", ""), [Ok(Some(60_000)), Ok(Some(60_000))]);
}
