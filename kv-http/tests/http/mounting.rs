//! The router merged, nested and wrapped in layers.

use crate::Server;
use crate::server::{CURSOR, Reply, catalog};
use axum::Router;
use axum::http::{HeaderName, HeaderValue};
use axum::routing::get;
use kv_core::KvStore;
use kv_http::{KvHttp, TenantPolicy};
use std::io::{BufReader, Write};
use tower_http::cors::CorsLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::set_header::SetResponseHeaderLayer;

const SET: &str = "/kv/set/CursorPosition?key=a";

fn router() -> Router {
    KvHttp::new(KvStore::new(), catalog(), TenantPolicy::any_host()).router()
}

#[test]
fn router_can_be_merged_and_nested() {
    let app = Router::new()
        .route("/", get(async || "hello"))
        .route("/kv-docs", get(async || "docs"))
        .merge(router())
        .nest("/api", router())
        .nest_service("/service/", router())
        .nest("/{place}/deep", router())
        .fallback(async || "elsewhere");
    let server = Server::serve(app);
    assert_eq!(server.get("/").body, "hello");
    assert_eq!(server.get("/kv-docs").body, "docs");
    assert_eq!(server.get("/other").body, "elsewhere");
    assert_eq!(server.get("/api").body, "elsewhere");
    // Each router has its own store, and decodes keys once.
    let mounts = ["", "/api", "/service", "/a%2Fb/deep"];
    for mount in mounts {
        server.get(&format!("{mount}/kv/get/CursorPosition?key=a%2Fb")).is(200, "");
        assert!(
            server.get(&format!("{mount}/kv/get/CursorPosition?key=a%2Fb")).version().is_none(),
            "{mount}"
        );
        server.post(&format!("{mount}/kv/set/CursorPosition/a%2Fb"), CURSOR).is(200, "");
        assert!(
            server.get(&format!("{mount}/kv/get/CursorPosition?key=a%2Fb")).version().is_some(),
            "{mount}"
        );
    }
    // The router answers every path under `/kv`.
    for target in ["/kv", "/kv/", "/kv/nothing", "/api/kv/nothing", "/service/kv/a/b"] {
        server.get(target).is(404, "not-found");
    }
    server.get("/api/kv/set/CursorPosition?key=a").is(405, "method-not-allowed");
    assert_eq!(server.get("/kvx").body, "elsewhere");
}

#[test]
fn cors_layer_does_not_lift_the_check_of_origins() {
    let server = Server::serve(router().layer(CorsLayer::very_permissive()));
    let from = |origin: &str| {
        let origin = format!("Origin: {origin}");
        server.request("POST", SET, &["Content-Type: application/json", &origin], CURSOR)
    };
    from("https://evil.example").is(403, "cross-site");
    assert!(server.get("/kv/get/CursorPosition?key=a").version().is_none());
    from("http://acme.example").is(200, "");
}

#[test]
fn body_limit_of_a_layer_is_reported_as_too_large() {
    let server = Server::serve(router().layer(RequestBodyLimitLayer::new(20)));
    let mut stream = server.connect();
    let head = format!("POST {SET} HTTP/1.1\r\nHost: acme.example\r\nContent-Type: application/json\r\n");
    let chunk = format!("{:x}\r\n{CURSOR}\r\n0\r\n\r\n", CURSOR.len());
    stream.write_all(format!("{head}Transfer-Encoding: chunked\r\n\r\n{chunk}").as_bytes()).unwrap();
    Reply::read(&mut BufReader::new(stream), false).is(413, "too-large");
    // The layer answers itself if the length is declared.
    assert_eq!(server.post(SET, CURSOR).status, 413);
    server.post("/kv/cleanup", "{}").is(200, "");
}

#[test]
fn layers_can_add_headers() {
    let name = HeaderName::from_static("strict-transport-security");
    let layer = SetResponseHeaderLayer::overriding(name, HeaderValue::from_static("max-age=1"));
    let server = Server::serve(Router::new().merge(router()).layer(layer));
    let reply = server.post(SET, CURSOR);
    reply.is(200, "");
    assert_eq!(reply.header("strict-transport-security"), Some("max-age=1"));
    let head = server.request("HEAD", "/kv/get/CursorPosition?key=a", &[], "");
    let get = server.get("/kv/get/CursorPosition?key=a");
    assert_eq!(head.header("content-length"), get.header("content-length"));
}
