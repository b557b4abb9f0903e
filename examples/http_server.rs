//! The quickstart's types over HTTP: `cargo run --example http_server -- --port 3000`.
//!
//! ```console
//! $ curl -H 'Content-Type: application/json' -d '{"x":3,"y":4,"item_id":"a","user_id":"7"}' \
//!     'http://localhost:3000/kv/set/CursorPosition?key=user:7'
//! $ curl 'http://localhost:3000/kv/list/CursorPosition?prefix=user:'
//! ```
//!
//! `SessionCache` can be read by exact key, but neither listed nor written by clients.
//!
//! By default the server accepts every host, each with its own tenant. `--host acme.example
//! --host '*.acme.example'` restricts it to some hosts.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "prints its URL")]

use axum::serve::Listener;
use kv_core::KvStore;
use kv_http::{KvHttp, TenantPolicy};
use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_io_timeout::TimeoutStream;

const USAGE: &str = "usage: http_server [--port N] [--host PATTERN]...";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let (port, hosts) = match arguments(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(problem) => {
            eprintln!("{problem}\n{USAGE}");
            std::process::exit(2);
        }
    };
    let policy = if hosts.is_empty() { TenantPolicy::any_host() } else { TenantPolicy::hosts(&hosts)? };
    let http = KvHttp::new(KvStore::new(), models::storage::catalog()?, policy);
    let shutdown = http.shutdown();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(TimeoutListener(listener), http.router())
        .with_graceful_shutdown(async move {
            // If the signal handler cannot be installed, the server shuts down.
            let _ = tokio::signal::ctrl_c().await;
            shutdown.begin();
        })
        .await?;
    Ok(())
}

/// A listener that ends a connection if its client does not read for 30 seconds.
struct TimeoutListener(TcpListener);

impl Listener for TimeoutListener {
    type Io = Pin<Box<TimeoutStream<TcpStream>>>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, SocketAddr) {
        let (connection, address) = Listener::accept(&mut self.0).await;
        // Without Nagle's algorithm, the end of a long response does not wait until the client has
        // acknowledged its beginning.
        let _ = connection.set_nodelay(true);
        let mut connection = TimeoutStream::new(connection);
        connection.set_write_timeout(Some(Duration::from_secs(30)));
        (Box::pin(connection), address)
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

/// Parses the port (0 for any free one, the default) and the hosts.
fn arguments(mut arguments: impl Iterator<Item = String>) -> Result<(u16, Vec<String>), String> {
    let (mut port, mut hosts) = (0, Vec::new());
    while let Some(name) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("`{name}` needs a value"));
        match name.as_str() {
            "--port" => {
                let invalid = |_| "`--port` must be a number from 0 to 65535".to_owned();
                port = value()?.parse().map_err(invalid)?;
            }
            "--host" => hosts.push(value()?),
            _ => return Err(format!("unknown argument `{name}`")),
        }
    }
    Ok((port, hosts))
}
