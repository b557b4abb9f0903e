//! The router with nginx as its reverse proxy. `proxy_pass` has a path, as in many configurations,
//! so nginx decodes the path of a request and encodes it again.

#![allow(
    missing_docs,
    unreachable_pub,
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unnecessary_wraps,
    reason = "the names of tests document them; only parts of the shared module are used here"
)]

#[path = "../http/server.rs"]
mod server;

use kv_core::KvStore;
use kv_tests::needs::NGINX;
use libtest_mimic::{Arguments, Failed};
use models::storage::ui_storage::CursorPosition;
use server::{Reply, Server};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{fs, thread};

fn main() {
    let tests = vec![
        NGINX.test("key_in_the_query_is_unchanged", key_in_the_query_is_unchanged),
        NGINX.test("key_in_the_path_is_unchanged_or_refused", key_in_the_path_is_unchanged_or_refused),
        NGINX.test("invalid_key_is_refused", invalid_key_is_refused),
        NGINX.test("forwarded_host_is_ignored", forwarded_host_is_ignored),
    ];
    libtest_mimic::run(&Arguments::from_args(), tests).exit();
}

/// A server and an nginx that forwards requests to it.
struct Proxied {
    kv: KvStore,
    _server: Server,
    addr: SocketAddr,
    nginx: Child,
    folder: PathBuf,
}

impl Proxied {
    fn start() -> Self {
        let kv = KvStore::new();
        let server = Server::of(kv.clone());
        // Another process could take the port before nginx does.
        let addr = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let folder = std::env::temp_dir().join(format!("kv-nginx-{}-{}", std::process::id(), addr.port()));
        fs::create_dir_all(&folder).unwrap();
        let config = format!(
            "daemon off; master_process off; pid pid; error_log stderr crit;
             events {{}}
             http {{
                access_log off;
                client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
                uwsgi_temp_path uwsgi; scgi_temp_path scgi;
                server {{
                    listen {addr};
                    location /kv/ {{
                        proxy_pass http://{}/kv/;
                        proxy_set_header Host $http_host;
                        proxy_set_header X-Forwarded-Host evil.example;
                    }}
                }}
             }}",
            server.addr
        );
        fs::write(folder.join("nginx.conf"), config).unwrap();
        let mut nginx = Command::new(NGINX.command)
            .args(["-e", "stderr", "-c", "nginx.conf", "-p"])
            .arg(&folder)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        while TcpStream::connect(addr).is_err() {
            assert_eq!(nginx.try_wait().unwrap(), None, "nginx ended");
            thread::sleep(Duration::from_millis(10));
        }
        Self { kv, _server: server, addr, nginx, folder }
    }

    fn set(&self, target: &str) -> Reply {
        server::post(self.addr, target, server::CURSOR)
    }

    fn keys(&self) -> Vec<String> {
        let cursors = self.kv.tenant("acme.example").unwrap().typed::<CursorPosition>();
        cursors.keys("").map(|key| key.to_string()).collect()
    }
}

impl Drop for Proxied {
    fn drop(&mut self) {
        let _ = self.nginx.kill();
        let _ = self.nginx.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Keys, percent-encoded and decoded.
const KEYS: [(&str, &str); 12] = [
    ("user%3A7", "user:7"),
    ("a%2Fb", "a/b"),
    ("a%252Fb", "a%2Fb"),
    ("a%3Fb%23c", "a?b#c"),
    ("%2E%2E%2Fa", "../a"),
    ("a%2F..%2Fb", "a/../b"),
    ("a%2F%2Fb", "a//b"),
    ("%C3%BC", "ü"),
    ("a%3Bb", "a;b"),
    ("a%2Bb", "a+b"),
    ("a%20b", "a b"),
    ("a%25", "a%"),
];

fn key_in_the_query_is_unchanged() -> Result<(), Failed> {
    let proxied = Proxied::start();
    for (encoded, key) in KEYS {
        proxied.set(&format!("/kv/set/CursorPosition?key={encoded}")).is(200, "");
        assert!(proxied.keys().contains(&key.to_owned()), "{key}");
        let found = server::get(proxied.addr, &format!("/kv/get/CursorPosition?key={encoded}"));
        assert_eq!(found.json()["key"], key);
    }
    assert_eq!(proxied.keys().len(), KEYS.len());
    Ok(())
}

/// A key in the path arrives unchanged or is refused, by the router or by nginx, with two
/// exceptions: nginx turns `a//b` into `a/b`, and `a/../b` into `b`. Clients therefore send keys in
/// the query.
fn key_in_the_path_is_unchanged_or_refused() -> Result<(), Failed> {
    let mut unchanged = Vec::new();
    for (encoded, key) in KEYS {
        let proxied = Proxied::start();
        let status = proxied.set(&format!("/kv/set/CursorPosition/{encoded}")).status;
        match (status, proxied.keys().as_slice()) {
            (200, [stored]) if stored == key => unchanged.push(key),
            (200, [stored]) if key == "a//b" && stored == "a/b" => {}
            (200, [stored]) if key == "a/../b" && stored == "b" => {}
            (400 | 404, []) => {}
            (status, stored) => return Err(format!("{encoded}: {status}, {stored:?}").into()),
        }
    }
    assert_eq!(unchanged, ["user:7", "a/b", "a%2Fb", "a?b#c", "ü", "a;b", "a+b", "a b", "a%"]);
    Ok(())
}

fn invalid_key_is_refused() -> Result<(), Failed> {
    let proxied = Proxied::start();
    for key in ["%00", "a%0D%0Ab", "%ff", "..", &"k".repeat(513)] {
        proxied.set(&format!("/kv/set/CursorPosition?key={key}")).is(400, "invalid-key");
        let status = proxied.set(&format!("/kv/set/CursorPosition/{key}")).status;
        assert!((400..500).contains(&status), "{key}: {status}");
    }
    assert_eq!(proxied.keys(), [""; 0]);
    Ok(())
}

fn forwarded_host_is_ignored() -> Result<(), Failed> {
    let proxied = Proxied::start();
    proxied.set("/kv/set/CursorPosition?key=a").is(200, "");
    assert_eq!(proxied.keys(), ["a"]);
    assert_eq!(proxied.kv.tenants().len(), 1, "evil.example became a tenant");
    Ok(())
}
