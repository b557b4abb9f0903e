//! The router in the server that the crate's documentation proposes for limits that `axum::serve`
//! lacks.

use crate::server::{CURSOR, Reply, catalog, get};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use kv_core::{Access, Catalog, KvStore, KvType};
use kv_http::{KvHttp, Limits, TenantPolicy};
use serde::{Deserialize, Serialize};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;
use tokio_io_timeout::TimeoutStream;

/// Serves on a new thread until the program ends. Returns the address and a channel that receives
/// the end of each connection. The send buffer is small, so that most of an unread response stays
/// in the server.
fn serve(http: KvHttp, head_time: Duration, write_time: Duration) -> (SocketAddr, Receiver<()>) {
    let (send_addr, addr) = channel();
    let (send_end, ends) = channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let app = http.router();
            let socket = tokio::net::TcpSocket::new_v4().unwrap();
            socket.set_send_buffer_size(16 << 10).unwrap();
            socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
            let listener = socket.listen(100).unwrap();
            send_addr.send(listener.local_addr().unwrap()).unwrap();
            let mut server = Builder::new(TokioExecutor::new());
            server.http1().timer(TokioTimer::new()).header_read_timeout(head_time);
            loop {
                let (connection, _) = listener.accept().await.unwrap();
                let mut connection = TimeoutStream::new(connection);
                connection.set_write_timeout(Some(write_time));
                let (server, app) = (server.clone(), TowerToHyperService::new(app.clone()));
                let ended = send_end.clone();
                tokio::spawn(async move {
                    let _ =
                        server.serve_connection_with_upgrades(TokioIo::new(Box::pin(connection)), app).await;
                    let _ = ended.send(());
                });
            }
        });
    });
    (addr.recv().unwrap(), ends)
}

fn connect(addr: SocketAddr) -> BufReader<TcpStream> {
    let stream = TcpStream::connect(addr).unwrap();
    // A failure instead of a hang if the server never closes the connection.
    stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    BufReader::new(stream)
}

#[test]
fn slow_heads_and_idle_connections_are_closed() {
    let http = KvHttp::new(KvStore::new(), catalog(), TenantPolicy::any_host());
    let (addr, _ends) = serve(http, Duration::from_millis(300), Duration::from_mins(1));
    let mut slow = connect(addr);
    slow.get_mut().write_all(b"GET /kv/stats HTTP/1.1\r\nHost: acme.exa").unwrap();
    let mut received = String::new();
    slow.read_to_string(&mut received).unwrap();
    assert!(!received.contains(" 200 "), "{received}");

    let mut idle = connect(addr);
    let length = CURSOR.len();
    let head = "POST /kv/set/CursorPosition?key=a HTTP/1.1\r\nHost: acme.example\r\nContent-Type: application/json\r\n";
    idle.get_mut().write_all(format!("{head}Content-Length: {length}\r\n\r\n{CURSOR}").as_bytes()).unwrap();
    Reply::read(&mut idle, false).is(200, "");
    assert!(idle.fill_buf().unwrap().is_empty(), "the connection is closed");
}

#[derive(Serialize, Deserialize, KvType)]
struct Big(String);

const MIB: usize = 1 << 20;

/// Serves a value of one mebibyte and a small one.
fn serve_big(limits: Limits, write_time: Duration) -> (SocketAddr, Receiver<()>) {
    let kv = KvStore::new();
    let store = kv.tenant("acme.example").unwrap();
    store.set::<Big>("a", Big("x".repeat(MIB))).unwrap();
    store.set::<Big>("small", Big("x".repeat(1000))).unwrap();
    let catalog = Catalog::builder().expose::<Big>(Access::Read).build().unwrap();
    let http = KvHttp::new(kv, catalog, TenantPolicy::any_host()).limits(limits);
    serve(http, Duration::from_mins(5), write_time)
}

/// Sends a request and reads only the status of the response.
fn stall(addr: SocketAddr, request: &str) -> (BufReader<TcpStream>, String) {
    let mut client = connect(addr);
    client.get_mut().write_all(request.as_bytes()).unwrap();
    let mut status = [0; 12];
    client.get_mut().read_exact(&mut status).unwrap();
    (client, String::from_utf8_lossy(&status[9..]).into_owned())
}

const GET: &str = "GET /kv/get/Big?key=a HTTP/1.1\r\nHost: acme.example\r\n\r\n";
const LIST: &str = "GET /kv/list/Big HTTP/1.1\r\nHost: acme.example\r\n\r\n";

#[test]
fn connection_of_a_client_that_never_reads_is_closed() {
    let (addr, ends) = serve_big(Limits::default(), Duration::from_millis(300));
    let (mut client, status) = stall(addr, GET);
    assert_eq!(status, "200");
    ends.recv_timeout(Duration::from_mins(1)).expect("the connection has ended");
    let mut rest = Vec::new();
    // The connection may end with a reset.
    let _ = client.read_to_end(&mut rest);
    assert!(rest.len() < MIB, "{} bytes were received", rest.len());
}

#[test]
fn unread_responses_are_bounded_and_do_not_block_small_ones() {
    let batch = r#"{"ops":[{"op":"get","type":"Big","key":"a"},{"op":"get","type":"Big","key":"a"}]}"#;
    let batch = format!(
        "POST /kv/batch HTTP/1.1\r\nHost: acme.example\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{batch}",
        batch.len()
    );
    for request in [GET, LIST, &batch] {
        let limits = Limits::default().page_bytes(3 * MIB / 2).in_flight_bytes(8 * MIB);
        let (addr, ends) = serve_big(limits, Duration::from_mins(10));
        let clients: Vec<_> = (0..20).map(|_| stall(addr, request)).collect();
        let accepted = clients.iter().filter(|(_, status)| status == "200").count();
        // Part of each response is in the buffers of the operating system.
        assert!((6..=8).contains(&accepted), "{accepted} responses were accepted: {request}");
        assert!(clients.iter().all(|(_, status)| status == "200" || status == "503"));
        get(addr, "/kv/get/Big?key=small").is(200, "");
        get(addr, "/kv/stats").is(200, "");
        get(addr, "/kv/get/Big?key=a").is(503, "unavailable");
        // The 20 connections of `stall` and the three of `get` end.
        drop(clients);
        for _ in 0..23 {
            ends.recv_timeout(Duration::from_mins(1)).expect("every connection has ended");
        }
        get(addr, "/kv/get/Big?key=a").is(200, "");
    }
}
