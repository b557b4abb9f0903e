//! A server on a local socket, and a client that sends arbitrary bytes.

use kv_core::{Access, Catalog, KvStore, ManualClock};
use kv_http::{KvHttp, TenantPolicy};
use models::storage::ui_storage::{CursorPosition, ViewportState};
use models::storage::user_storage::{SessionCache, UserPreferences};
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

/// A running server. Dropping it stops the server.
pub struct Server {
    pub addr: SocketAddr,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// The catalog of `tests/wire`.
pub fn catalog() -> Catalog {
    Catalog::builder()
        .expose::<CursorPosition>(Access::ReadWrite)
        .expose::<UserPreferences>(Access::ReadWrite)
        .expose::<ViewportState>(Access::Read)
        .expose::<SessionCache>(Access::Get)
        .build()
        .unwrap()
}

/// A clock at the start time of the scenes of `tests/wire`.
pub fn clock() -> ManualClock {
    ManualClock::starting_at(SystemTime::UNIX_EPOCH + Duration::from_millis(START))
}

/// The start time of the scenes of `tests/wire`, in milliseconds since 1970.
pub const START: u64 = 1_763_836_800_000;

/// The JSON of a `CursorPosition`.
pub const CURSOR: &str = r#"{"x":3,"y":4,"item_id":"a","user_id":"7"}"#;

impl Server {
    pub fn start(http: KvHttp) -> Self {
        Self::serve(http.router())
    }

    pub fn serve(router: axum::Router) -> Self {
        let (send_addr, addr) = std::sync::mpsc::channel();
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let app = router.into_make_service_with_connect_info::<SocketAddr>();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
                send_addr.send(listener.local_addr().unwrap()).unwrap();
                tokio::select! {
                    served = axum::serve(listener, app).into_future() => served.unwrap(),
                    _ = stopped => {}
                }
            });
        });
        Self { addr: addr.recv().unwrap(), stop: Some(stop), thread: Some(thread) }
    }

    /// Starts a server with the catalog of `tests/wire`, for any host.
    pub fn of(kv: KvStore) -> Self {
        Self::start(KvHttp::new(kv, catalog(), TenantPolicy::any_host()))
    }

    pub fn new() -> Self {
        Self::of(KvStore::new())
    }

    /// Sends bytes on a new connection and reads one response.
    pub fn send(&self, bytes: impl AsRef<[u8]>) -> Reply {
        send(self.addr, bytes.as_ref())
    }

    pub fn connect(&self) -> TcpStream {
        connect(self.addr)
    }

    pub fn get(&self, target: &str) -> Reply {
        get(self.addr, target)
    }

    pub fn delete(&self, target: &str) -> Reply {
        self.request("DELETE", target, &[], "")
    }

    pub fn post(&self, target: &str, body: &str) -> Reply {
        post(self.addr, target, body)
    }

    pub fn request(&self, method: &str, target: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Reply {
        request(self.addr, method, target, headers, body.as_ref())
    }
}

fn connect(addr: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(addr).unwrap();
    // A failure instead of a hang if the server never answers.
    stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    stream
}

fn send(addr: SocketAddr, bytes: &[u8]) -> Reply {
    let mut stream = connect(addr);
    stream.write_all(bytes).unwrap();
    Reply::read(&mut BufReader::new(stream), bytes.starts_with(b"HEAD "))
}

pub fn get(addr: SocketAddr, target: &str) -> Reply {
    request(addr, "GET", target, &[], b"")
}

pub fn post(addr: SocketAddr, target: &str, body: &str) -> Reply {
    request(addr, "POST", target, &["Content-Type: application/json"], body.as_bytes())
}

fn request(addr: SocketAddr, method: &str, target: &str, headers: &[&str], body: &[u8]) -> Reply {
    let mut bytes = format!("{method} {target} HTTP/1.1\r\nHost: acme.example\r\n").into_bytes();
    for header in headers {
        bytes.extend_from_slice(header.as_bytes());
        bytes.extend_from_slice(b"\r\n");
    }
    if method == "POST" || !body.is_empty() {
        bytes.extend_from_slice(format!("Content-Length: {}\r\n", body.len()).as_bytes());
    }
    bytes.extend_from_slice(b"\r\n");
    bytes.extend_from_slice(body);
    send(addr, &bytes)
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.stop.take().map(|stop| stop.send(()));
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// A response.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub reason: String,
    headers: Vec<(String, String)>,
    pub body: String,
}

impl Reply {
    pub fn read(stream: &mut impl BufRead, is_head: bool) -> Self {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).unwrap();
            match line.trim_end() {
                "" => break,
                line => lines.push(line.to_owned()),
            }
        }
        let mut lines = lines.into_iter();
        let first = lines.next().expect("a response");
        let mut words = first.splitn(3, ' ').skip(1);
        let status = words.next().unwrap().parse().unwrap();
        let reason = words.next().unwrap_or_default().to_owned();
        let header = |line: String| {
            let (name, value) = line.split_once(':').unwrap();
            (name.to_ascii_lowercase(), value.trim().to_owned())
        };
        let mut reply = Self { status, reason, headers: lines.map(header).collect(), body: String::new() };
        let length = reply.header("content-length").map_or(0, |length| length.parse().unwrap());
        if !is_head && status != 304 {
            let mut body = vec![0; length];
            stream.read_exact(&mut body).unwrap();
            reply.body = String::from_utf8(body).unwrap();
        }
        reply
    }

    /// Returns a header, which must occur at most once.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
        let value = values.next()?;
        assert!(values.next().is_none(), "{name} occurs more than once");
        Some(&value.1)
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Returns the status and, for a problem, its code. Checks the headers of all responses.
    pub fn verdict(&self) -> (u16, String) {
        let code = if self.status < 400 {
            String::new()
        } else {
            assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
            let json = self.json();
            assert_eq!(json["status"], self.status, "{self:?}");
            assert!(json["error"].as_str().unwrap().len() <= 512);
            json["code"].as_str().unwrap().to_owned()
        };
        assert_eq!(self.header("cache-control"), Some("no-store"), "{self:?}");
        assert_eq!(self.header("x-content-type-options"), Some("nosniff"), "{self:?}");
        (self.status, code)
    }

    #[track_caller]
    pub fn is(&self, status: u16, code: &str) {
        assert_eq!(self.verdict(), (status, code.to_owned()), "{self:?}");
    }

    /// Returns the version of the entry, or `None` if the entry was not found.
    pub fn version(&self) -> Option<String> {
        assert_eq!(self.status, 200, "{self:?}");
        self.json()["version"].as_str().map(str::to_owned)
    }
}
