//! A minimal axum server: two handlers over one locked map, with only serde's checks.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Json;
use axum::routing::{get, post};
use axum::serve::ListenerExt as _;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::io::Write as _;
use std::net::Ipv4Addr;
use std::sync::{Arc, RwLock};

#[derive(Clone, Serialize, Deserialize)]
struct CursorPosition {
    x: i32,
    y: i32,
    item_id: String,
    user_id: String,
}

#[derive(Serialize)]
struct Written {
    success: bool,
}

#[derive(Serialize)]
struct Found {
    value: Option<CursorPosition>,
}

type Cursors = Arc<RwLock<HashMap<String, CursorPosition>>>;

async fn set(
    State(cursors): State<Cursors>,
    Path(key): Path<String>,
    Json(cursor): Json<CursorPosition>,
) -> Result<Json<Written>, StatusCode> {
    let mut cursors = cursors.write().map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    cursors.insert(key, cursor);
    Ok(Json(Written { success: true }))
}

async fn read(State(cursors): State<Cursors>, Path(key): Path<String>) -> Result<Json<Found>, StatusCode> {
    let cursors = cursors.read().map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(Json(Found { value: cursors.get(&key).cloned() }))
}

/// Serves on a free port until the process is killed. Prints the URL.
pub(crate) fn serve() -> std::io::Result<()> {
    let router = Router::new()
        .route("/kv/set/CursorPosition/{key}", post(set))
        .route("/kv/get/CursorPosition/{key}", get(read))
        .with_state(Cursors::default());
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        println!("http://{}", listener.local_addr()?);
        std::io::stdout().flush()?;
        // The other two servers disable Nagle's algorithm as well.
        let listener = listener.tap_io(|connection| _ = connection.set_nodelay(true));
        axum::serve(listener, router).await
    })
}
