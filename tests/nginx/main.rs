//! The router behind an nginx that is configured as many are: with a path in `proxy_pass`, so that nginx decodes the path of a
//! request and encodes it again.

#![allow(
    missing_docs,
    unreachable_pub,
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests state their promise in their names; not all of what the tests of the router share is used here"
)]

#[path = "../http/client.rs"]
mod client;
#[path = "../http/server.rs"]
mod server;
#[path = "../http/types.rs"]
mod types;

use client::{Reply, exchange};
use kv_tests::needs::NGINX;
use libtest_mimic::{Arguments, Failed};
use server::{CURSOR, Server, given_a_server};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use std::{fs, thread};

fn main() {
    let tests = vec![
        NGINX.test("keys_in_the_query_arrive_as_they_were_sent", keys_in_the_query_arrive),
        NGINX.test("keys_in_the_path_arrive_or_are_refused", keys_in_the_path_arrive_or_are_refused),
        NGINX.test("the_host_arrives_and_what_is_forwarded_is_ignored", the_host_arrives),
    ];
    libtest_mimic::run(&Arguments::from_args(), tests).exit();
}

/// An nginx in front of a server.
struct Proxy {
    address: SocketAddr,
    process: Child,
    folder: PathBuf,
}

impl Proxy {
    fn in_front_of(server: &Server) -> Self {
        // Free when it was asked for, which is as good as it gets.
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let folder = std::env::temp_dir().join(format!("kv-nginx-{}-{}", std::process::id(), address.port()));
        fs::create_dir_all(&folder).unwrap();
        let config = format!(
            "daemon off; master_process off; pid pid; error_log stderr crit;
             events {{}}
             http {{
                access_log off;
                client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi;
                uwsgi_temp_path uwsgi; scgi_temp_path scgi;
                server {{
                    listen {address};
                    location /kv/ {{
                        proxy_pass http://{}/kv/;
                        proxy_set_header Host $http_host;
                        proxy_set_header X-Forwarded-Host evil.example;
                    }}
                }}
             }}",
            server.address
        );
        fs::write(folder.join("nginx.conf"), config).unwrap();
        let process = Command::new(NGINX.command)
            .args(["-e", "stderr", "-c", "nginx.conf", "-p"])
            .arg(&folder)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let proxy = Self { address, process, folder };
        while TcpStream::connect(address).is_err() {
            thread::sleep(Duration::from_millis(10));
        }
        proxy
    }

    fn get(&self, target: &str) -> Reply {
        let request = format!("GET {target} HTTP/1.1\r\nHost: acme.example\r\nConnection: close\r\n\r\n");
        exchange(self.address, request.as_bytes())
    }

    fn set(&self, target: &str) -> Reply {
        let request = format!(
            "POST {target} HTTP/1.1\r\nHost: acme.example\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{CURSOR}",
            CURSOR.len()
        );
        exchange(self.address, request.as_bytes())
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

const KEYS: [(&str, &str); 9] = [
    ("a%2Fb", "a/b"),
    ("a%252Fb", "a%2Fb"),
    ("a%3Fb%23c", "a?b#c"),
    ("%2E%2E%2Fa", "../a"),
    ("a%2F%2Fb", "a//b"),
    ("%C3%BC", "ü"),
    ("a%3Bb", "a;b"),
    ("a%2Bb", "a+b"),
    ("a%25", "a%"),
];

#[expect(clippy::unnecessary_wraps, reason = "as a trial has it")]
fn keys_in_the_query_arrive() -> Result<(), Failed> {
    for (written, key) in KEYS {
        let server = given_a_server();
        let proxy = Proxy::in_front_of(&server);
        proxy.set(&format!("/kv/set/CursorPosition?key={written}")).ok();
        assert_eq!(server.cursor_keys(), [key]);
        assert_eq!(proxy.get(&format!("/kv/get/CursorPosition?key={written}")).ok()["key"], key);
    }
    let server = given_a_server();
    let proxy = Proxy::in_front_of(&server);
    for key in ["%00", "a%0D%0Ab", "%ff", ".."] {
        proxy.set(&format!("/kv/set/CursorPosition?key={key}")).is(400, "invalid-key");
    }
    assert_eq!(server.cursor_keys(), Vec::<String>::new());
    Ok(())
}

/// What arrives in a path is what was sent, or it is refused, here or by nginx; it is never another key's.
fn keys_in_the_path_arrive_or_are_refused() -> Result<(), Failed> {
    let mut arrived = 0;
    for (written, key) in KEYS {
        let server = given_a_server();
        let proxy = Proxy::in_front_of(&server);
        let reply = proxy.set(&format!("/kv/set/CursorPosition/{written}"));
        match (reply.status, server.cursor_keys().as_slice()) {
            (200, [stored]) if stored == key => arrived += 1,
            // nginx has taken the dots for a way up, or made one slash of two: it is no type's route, or no key.
            (400 | 404, []) => {}
            // It makes `a/b` of `a//b` before we can see it: why clients put keys into the query.
            (200, [stored]) if key.contains("//") && *stored == key.replace("//", "/") => {}
            (status, stored) => return Err(format!("{written}: {status}, {stored:?}").into()),
        }
    }
    if arrived < 5 { Err(format!("{arrived} keys arrived").into()) } else { Ok(()) }
}

#[expect(clippy::unnecessary_wraps, reason = "as a trial has it")]
fn the_host_arrives() -> Result<(), Failed> {
    let server = given_a_server();
    let proxy = Proxy::in_front_of(&server);
    proxy.set("/kv/set/CursorPosition?key=a").ok();
    assert_eq!(server.cursor_keys(), ["a"]);
    assert_eq!(server.kv.tenants().len(), 1, "evil.example was taken for a host");
    Ok(())
}
