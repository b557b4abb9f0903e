//! A client that sends what it is told to, byte for byte.

use serde_json::Value;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// An answer.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub reason: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Reply {
    /// The values of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The status and the code of a problem, after a look at what every problem has.
    pub fn problem(&self) -> (u16, String) {
        let json = self.json();
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        assert_eq!(self.header("cache-control"), Some("no-store"), "{self:?}");
        assert_eq!(self.header("x-content-type-options"), Some("nosniff"), "{self:?}");
        assert_eq!(json["status"], self.status, "{self:?}");
        assert_eq!(json["title"], self.reason, "{self:?}");
        assert!(json["error"].as_str().is_some_and(|text| !text.is_empty() && text.len() <= 512), "{self:?}");
        (self.status, json["code"].as_str().unwrap().to_owned())
    }

    /// That it is this problem.
    #[track_caller]
    pub fn is(&self, status: u16, code: &str) {
        assert_eq!(self.problem(), (status, code.to_owned()), "{self:?}");
    }

    /// The pointers and rules of the violations of an invalid value.
    #[track_caller]
    pub fn violations(&self) -> Vec<(String, String)> {
        self.is(400, "invalid-value");
        let json = self.json();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        json["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| (text(&it["pointer"]), text(&it["rule"])))
            .collect()
    }

    /// That it is a success.
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{self:?}\n{}", String::from_utf8_lossy(&self.body));
        assert_eq!(self.header("content-type"), Some("application/json"), "{self:?}");
        assert_eq!(self.header("cache-control"), Some("no-store"), "{self:?}");
        assert_eq!(self.header("x-content-type-options"), Some("nosniff"), "{self:?}");
        self.json()
    }
}

/// Sends bytes, and reads one answer.
pub fn exchange(address: SocketAddr, bytes: &[u8]) -> Reply {
    let mut connection = Connection::open(address);
    connection.send(bytes);
    // The server may refuse before it has read all.
    connection.read().unwrap_or_else(|| panic!("no answer to {:?}", String::from_utf8_lossy(bytes)))
}

/// A connection that stays open.
pub struct Connection {
    stream: TcpStream,
    /// What has been read beyond the last answer.
    buffer: Vec<u8>,
}

impl Connection {
    pub fn open(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        // So that a server that never answers fails the test.
        stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        Self { stream, buffer: Vec::new() }
    }

    pub fn send(&mut self, bytes: &[u8]) {
        match self.stream.write_all(bytes) {
            Err(error) if !matches!(error.kind(), ErrorKind::BrokenPipe | ErrorKind::ConnectionReset) => {
                panic!("{error}")
            }
            _ => {}
        }
    }

    /// The next answer; `None` when the connection was closed first.
    pub fn read(&mut self) -> Option<Reply> {
        let head_end = loop {
            if let Some(at) = self.buffer.windows(4).position(|window| window == b"\r\n\r\n") {
                break at;
            }
            self.fill()?;
        };
        let head = String::from_utf8(self.buffer[..head_end].to_vec()).unwrap();
        self.buffer.drain(..head_end + 4);
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap();
        let (status, reason) = status.strip_prefix("HTTP/1.1 ").unwrap().split_once(' ').unwrap();
        let headers: Vec<_> = lines
            .map(|line| {
                line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned())).unwrap()
            })
            .collect();
        let mut reply =
            Reply { status: status.parse().unwrap(), reason: reason.to_owned(), headers, body: Vec::new() };
        assert_eq!(reply.header("transfer-encoding"), None, "answers are of a known length");
        let length: usize = reply.header("content-length").map_or(0, |length| length.parse().unwrap());
        while self.buffer.len() < length {
            self.fill()?;
        }
        reply.body = self.buffer.drain(..length).collect();
        Some(reply)
    }

    fn fill(&mut self) -> Option<()> {
        let mut bytes = [0; 8192];
        match self.stream.read(&mut bytes) {
            Ok(0) => None,
            Ok(count) => {
                self.buffer.extend_from_slice(&bytes[..count]);
                Some(())
            }
            Err(error) if error.kind() == ErrorKind::ConnectionReset => None,
            Err(error) => panic!("{error}"),
        }
    }
}
