//! Faults on the side of the server: panics, shutdown, limits and an unreachable engine.

use crate::Server;
use crate::server::{CURSOR, Reply, catalog};
use kv_core::{Access, Catalog, KvStore, KvType, Limits};
use kv_http::{KvHttp, TenantPolicy};
use serde::{Deserialize, Serialize, Serializer};
use std::io::{BufReader, Write};

/// A type whose validator panics on 13, and whose `Serialize` panics on 14.
#[derive(Deserialize, KvType)]
struct Unlucky {
    #[kv(custom = "lucky")]
    #[serde(rename = "number")]
    number: u32,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    clippy::unnecessary_wraps,
    reason = "the signature of a custom rule"
)]
fn lucky(number: &u32) -> Result<(), String> {
    assert_ne!(*number, 13, "a secret of the application");
    Ok(())
}

impl Serialize for Unlucky {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;
        assert_ne!(self.number, 14, "a secret of the application");
        let mut fields = serializer.serialize_struct("Unlucky", 1)?;
        fields.serialize_field("number", &self.number)?;
        fields.end()
    }
}

#[test]
fn panic_fails_only_its_request_and_its_message_is_not_sent() {
    let catalog = Catalog::builder().expose::<Unlucky>(Access::ReadWrite).build().unwrap();
    let kv = KvStore::new();
    let server = Server::start(KvHttp::new(kv.clone(), catalog, TenantPolicy::any_host()));
    let mut stream = BufReader::new(server.connect());
    let mut post = |target: &str, body: &str| {
        let head =
            format!("POST {target} HTTP/1.1\r\nHost: acme.example\r\nContent-Type: application/json\r\n");
        let length = body.len();
        stream
            .get_mut()
            .write_all(format!("{head}Content-Length: {length}\r\n\r\n{body}").as_bytes())
            .unwrap();
        Reply::read(&mut stream, false)
    };
    let panicked = post("/kv/set/Unlucky?key=a", r#"{"number":13}"#);
    panicked.is(500, "internal");
    assert!(!panicked.body.contains("secret"));
    // The connection is still usable.
    post("/kv/set/Unlucky?key=a", r#"{"number":12}"#).is(200, "");
    post("/kv/set/Unlucky?key=b", r#"{"number":14}"#).is(200, "");
    server.get("/kv/get/Unlucky?key=b").is(500, "internal");
    server.get("/kv/list/Unlucky").is(500, "internal");
    server.get("/kv/get/Unlucky?key=a").is(200, "");

    let op = |key: &str, number: u32| {
        format!(r#"{{"op":"set","type":"Unlucky","key":"{key}","value":{{"number":{number}}}}}"#)
    };
    let body = format!(r#"{{"ops":[{},{},{}]}}"#, op("c", 1), op("d", 13), op("e", 2));
    let results = post("/kv/batch", &body).json();
    let statuses = [0, 1, 2].map(|at| results["results"][at]["status"].as_u64().unwrap());
    assert_eq!(statuses, [200, 500, 200]);
    assert_eq!(kv.tenant("acme.example").unwrap().typed::<Unlucky>().len(), 4);
}

#[test]
fn requests_during_shutdown_are_unavailable() {
    let http = KvHttp::new(KvStore::new(), catalog(), TenantPolicy::any_host());
    let shutdown = http.shutdown();
    let server = Server::start(http);
    server.get("/kv/stats").is(200, "");
    shutdown.begin();
    let reply = server.get("/kv/stats");
    reply.is(503, "unavailable");
    assert_eq!(reply.header("retry-after"), Some("1"));
}

#[test]
fn exceeded_limit_is_named() {
    let refused = |limits: Limits, status, code: &str| {
        let server = Server::of(KvStore::builder().limits(limits).build());
        server.post("/kv/set/CursorPosition?key=a", CURSOR);
        let reply = server.post("/kv/set/CursorPosition?key=bb", CURSOR);
        reply.is(status, code);
        reply.json()["limit"].as_str().map(str::to_owned)
    };
    let limits = Limits::default();
    assert_eq!(
        refused(limits.entries_per_tenant(1), 507, "limit-exceeded").as_deref(),
        Some("entries_per_tenant")
    );
    assert_eq!(
        refused(limits.bytes_per_tenant(300), 507, "limit-exceeded").as_deref(),
        Some("bytes_per_tenant")
    );
    refused(limits.value_bytes(8), 413, "too-large");
    refused(limits.key_bytes(1), 400, "invalid-key");
}

#[test]
fn unreachable_engine_is_unavailable() {
    use kv_core::engine::{
        AnyEntry, AnyValue, AnyWatch, Engine, EngineError, EngineFuture, Page, PageRequest, StoredType,
        Written,
    };
    use kv_core::{Condition, SetOptions, TenantId, TypeStats, Version};
    use std::sync::Arc;
    use std::time::Duration;

    struct Down;

    fn down<'a, T: Send + 'a>() -> EngineFuture<'a, T> {
        Box::pin(async { Err(EngineError::Unavailable("redis://secret".to_owned())) })
    }

    impl Engine for Down {
        fn get<'a>(
            &'a self,
            _: &'a TenantId,
            _: StoredType,
            _: &'a str,
        ) -> EngineFuture<'a, Option<AnyEntry>> {
            down()
        }

        fn set<'a>(
            &'a self,
            _: &'a TenantId,
            _: StoredType,
            _: &'a str,
            _: AnyValue,
            _: SetOptions,
        ) -> EngineFuture<'a, Written> {
            down()
        }

        fn delete<'a>(
            &'a self,
            _: &'a TenantId,
            _: StoredType,
            _: &'a str,
            _: Condition,
        ) -> EngineFuture<'a, bool> {
            down()
        }

        fn touch<'a>(
            &'a self,
            _: &'a TenantId,
            _: StoredType,
            _: &'a str,
            _: Option<Duration>,
        ) -> EngineFuture<'a, bool> {
            down()
        }

        fn list<'a>(&'a self, _: &'a TenantId, _: StoredType, _: PageRequest<'a>) -> EngineFuture<'a, Page> {
            down()
        }

        fn purge_expired<'a>(&'a self, _: &'a TenantId, _: &'a [StoredType]) -> EngineFuture<'a, usize> {
            down()
        }

        fn stats<'a>(&'a self, _: &'a TenantId, _: &'a [StoredType]) -> EngineFuture<'a, Vec<TypeStats>> {
            down()
        }

        fn watch<'a>(
            &'a self,
            _: &'a TenantId,
            _: StoredType,
            _: &'a str,
            _: Option<Version>,
        ) -> EngineFuture<'a, Box<dyn AnyWatch>> {
            down()
        }
    }

    let engine: Arc<dyn Engine> = Arc::new(Down);
    let server = Server::start(KvHttp::new(engine, catalog(), TenantPolicy::any_host()));
    for reply in [
        server.get("/kv/get/CursorPosition?key=a"),
        server.post("/kv/set/CursorPosition?key=a", CURSOR),
        server.delete("/kv/delete/CursorPosition?key=a"),
        server.get("/kv/list/CursorPosition"),
        server.post("/kv/cleanup", ""),
        server.get("/kv/stats"),
    ] {
        reply.is(503, "unavailable");
        assert_eq!(reply.header("retry-after"), Some("1"));
        assert!(!reply.body.contains("secret"));
    }
}
