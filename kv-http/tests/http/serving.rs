//! The router under the server that the crate's documentation proposes where `axum::serve` has no limits.

use crate::server::{CURSOR, Reply, catalog};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use kv_core::KvStore;
use kv_http::{KvHttp, TenantPolicy};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Serves on a thread of its own, to the end of the program.
fn serve(head_time: Duration) -> SocketAddr {
    let (send_addr, addr) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let app = KvHttp::new(KvStore::new(), catalog(), TenantPolicy::any_host()).router();
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            send_addr.send(listener.local_addr().unwrap()).unwrap();
            let mut server = Builder::new(TokioExecutor::new());
            server.http1().timer(TokioTimer::new()).header_read_timeout(head_time);
            loop {
                let (connection, _) = listener.accept().await.unwrap();
                let (server, app) = (server.clone(), TowerToHyperService::new(app.clone()));
                tokio::spawn(async move {
                    let _ = server.serve_connection_with_upgrades(TokioIo::new(connection), app).await;
                });
            }
        });
    });
    addr.recv().unwrap()
}

fn connect(addr: SocketAddr) -> BufReader<TcpStream> {
    let stream = TcpStream::connect(addr).unwrap();
    // For a server that never closes.
    stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    BufReader::new(stream)
}

#[test]
fn a_slow_head_and_an_idle_connection_are_given_up() {
    let addr = serve(Duration::from_millis(300));
    let mut slow = connect(addr);
    slow.get_mut().write_all(b"GET /kv/stats HTTP/1.1\r\nHost: acme.exa").unwrap();
    let mut said = String::new();
    slow.read_to_string(&mut said).unwrap();
    assert!(!said.contains(" 200 "), "{said}");

    let mut idle = connect(addr);
    let length = CURSOR.len();
    let head = "POST /kv/set/CursorPosition?key=a HTTP/1.1\r\nHost: acme.example\r\nContent-Type: application/json\r\n";
    idle.get_mut().write_all(format!("{head}Content-Length: {length}\r\n\r\n{CURSOR}").as_bytes()).unwrap();
    Reply::read(&mut idle, false).is(200, "");
    assert!(idle.fill_buf().unwrap().is_empty(), "nothing but the end follows");
}
