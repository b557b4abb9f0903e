//! A server on a port of its own, for the length of a test.

use crate::client::{Reply, exchange};
use crate::types;
use axum::Router;
use kv_core::{KvStore, ManualClock, TenantStore};
use kv_http::{KvHttp, TenantPolicy};
use std::net::SocketAddr;
use std::time::{Duration, SystemTime};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

pub struct Server {
    pub address: SocketAddr,
    pub kv: KvStore,
    pub clock: ManualClock,
    /// Ends the server when it is dropped.
    _runtime: Runtime,
}

/// A server of every type there is in these tests, for any host.
pub fn given_a_server() -> Server {
    given(|http| http)
}

/// Likewise, with what the test adds.
pub fn given(configure: impl FnOnce(KvHttp) -> KvHttp) -> Server {
    given_hosts(TenantPolicy::any_host(), configure)
}

pub fn given_hosts(policy: TenantPolicy, configure: impl FnOnce(KvHttp) -> KvHttp) -> Server {
    let (kv, clock) = store();
    let router = configure(KvHttp::new(kv.clone(), types::catalog(), policy)).router();
    serve(kv, clock, router)
}

/// Serves a router over a store.
pub fn serve(kv: KvStore, clock: ManualClock, router: Router) -> Server {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    runtime.spawn(async move { axum::serve(listener, service).await });
    Server { address, kv, clock, _runtime: runtime }
}

/// Where the clock of a test's store stands at first, in milliseconds since 1970.
pub const NOW: u64 = 1_763_836_800_000;

/// A store whose clock stands at [`NOW`].
pub fn store() -> (KvStore, ManualClock) {
    let clock = ManualClock::starting_at(SystemTime::UNIX_EPOCH + Duration::from_millis(NOW));
    (KvStore::builder().clock(clock.clone()).build(), clock)
}

impl Server {
    /// What the tenant of `acme.example` has.
    pub fn tenant(&self) -> TenantStore {
        self.kv.tenant("acme.example").unwrap()
    }

    /// Sends bytes as they are, and reads one answer.
    pub fn raw(&self, bytes: impl AsRef<[u8]>) -> Reply {
        exchange(self.address, bytes.as_ref())
    }

    pub fn get(&self, target: &str) -> Reply {
        self.raw(format!("GET {target} HTTP/1.1\r\nHost: acme.example\r\n\r\n"))
    }

    pub fn delete(&self, target: &str) -> Reply {
        self.raw(format!("DELETE {target} HTTP/1.1\r\nHost: acme.example\r\n\r\n"))
    }

    pub fn post(&self, target: &str, body: impl AsRef<[u8]>) -> Reply {
        self.post_with(target, "", body)
    }

    /// With headers, each with its end of line.
    pub fn post_with(&self, target: &str, headers: &str, body: impl AsRef<[u8]>) -> Reply {
        let body = body.as_ref();
        let head = format!(
            "POST {target} HTTP/1.1\r\nHost: acme.example\r\nContent-Type: application/json\r\n{headers}Content-Length: {}\r\n\r\n",
            body.len()
        );
        self.raw([head.as_bytes(), body].concat())
    }

    /// Stores a cursor under a key, which is written into the URL as it is.
    pub fn set_cursor(&self, key: &str) -> Reply {
        self.post(&format!("/kv/set/CursorPosition?key={key}"), CURSOR)
    }

    /// The keys of the cursors that are there, in the process.
    pub fn cursor_keys(&self) -> Vec<String> {
        let cursors = self.tenant().typed::<types::CursorPosition>();
        cursors.keys("").map(|key| key.to_string()).collect()
    }
}

pub const CURSOR: &str = r#"{"x":3,"y":4,"item_id":"a","user_id":"7"}"#;
