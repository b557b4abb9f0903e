//! Redis, as an application would use it instead of this store: a server on the same machine over a
//! unix socket, values in JSON, one request at a time. Requests of several commands are sent in one
//! write.
//!
//! Every set and removal also maintains a sorted set of the keys, for ordered scans: `ZRANGE …
//! BYLEX`, then `MGET`. An update is a Lua script, which Redis runs atomically.

use crate::cursor::{Cursor, Sample};
use crate::peers::Peer;
use std::cell::RefCell;
use std::ffi::OsString;
use std::hint::black_box;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// The sorted set of all keys.
const INDEX: &[u8] = b"cursors";

const UPDATE: &[u8] = b"local json = redis.call('GET', KEYS[1])
if json then
    local cursor = cjson.decode(json)
    cursor.x = cursor.x + 1
    redis.call('SET', KEYS[1], cjson.encode(cursor))
end";

/// Returns whether Redis is installed. Prints a note once if it is not.
pub(crate) fn is_available() -> bool {
    program().is_some()
}

fn program() -> Option<&'static Path> {
    static PROGRAM: OnceLock<Option<PathBuf>> = OnceLock::new();
    let find = || {
        let named = std::env::var_os("KV_REDIS_SERVER").map(PathBuf::from);
        let path = std::env::var_os("PATH").unwrap_or_default();
        let on_path =
            || std::env::split_paths(&path).map(|dir| dir.join("redis-server")).find(|at| at.is_file());
        let found = named.or_else(on_path);
        if found.is_none() {
            eprintln!("redis-server is not on the PATH: Redis is left out");
        }
        found
    };
    PROGRAM.get_or_init(find).as_deref()
}

/// A Redis server process, killed when this is dropped.
struct Server {
    process: Child,
    dir: PathBuf,
}

impl Server {
    fn start() -> Self {
        static STARTED: AtomicUsize = AtomicUsize::new(0);
        let nth = STARTED.fetch_add(1, Ordering::Relaxed);
        let dir = std::env::temp_dir().join(format!("kv-bench-redis-{}-{nth}", std::process::id()));
        std::fs::create_dir_all(&dir).expect("the folder for the socket can be created");
        let process = Command::new(program().expect("redis-server is installed"))
            .args(["--port", "0", "--save", "", "--appendonly", "no", "--unixsocketperm", "700"])
            .args([
                OsString::from("--dir"),
                dir.clone().into(),
                "--unixsocket".into(),
                dir.join("socket").into(),
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let process = process.expect("redis-server starts");
        Self { process, dir }
    }

    fn connect(&self) -> Connection {
        let start = Instant::now();
        loop {
            match UnixStream::connect(self.dir.join("socket")) {
                Ok(stream) => return Connection::new(stream),
                Err(error) if start.elapsed() > Duration::from_secs(10) => {
                    panic!("cannot connect to redis-server: {error}")
                }
                Err(_) => std::thread::sleep(Duration::from_millis(5)),
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Errors are ignored: nothing can be done about them here.
        drop(self.process.kill());
        drop(self.process.wait());
        drop(std::fs::remove_dir_all(&self.dir));
    }
}

/// A client connection that uses RESP, version 2.
/// Source: <https://redis.io/docs/latest/develop/reference/protocol-spec/>.
struct Connection {
    requests: Vec<u8>,
    commands: usize,
    stream: UnixStream,
    replies: BufReader<UnixStream>,
}

#[derive(Debug)]
enum Reply {
    Text(Vec<u8>),
    Number(i64),
    List(Vec<Reply>),
    Nothing,
}

impl Connection {
    fn new(stream: UnixStream) -> Self {
        let replies = BufReader::with_capacity(1 << 16, stream.try_clone().expect("a socket can be cloned"));
        Self { requests: Vec::new(), commands: 0, stream, replies }
    }

    /// Adds a command to the request.
    fn add<'a>(&mut self, words: impl IntoIterator<Item = &'a [u8], IntoIter: ExactSizeIterator>) {
        let words = words.into_iter();
        self.commands += 1;
        // Writing to a `Vec` cannot fail.
        let _ = write!(self.requests, "*{}\r\n", words.len());
        for word in words {
            let _ = write!(self.requests, "${}\r\n", word.len());
            self.requests.extend_from_slice(word);
            self.requests.extend_from_slice(b"\r\n");
        }
    }

    /// Sends the request and returns the reply to its last command.
    fn send(&mut self) -> Reply {
        self.stream.write_all(&self.requests).expect("redis-server reads");
        self.requests.clear();
        let replies = (0..std::mem::take(&mut self.commands)).map(|_| reply(&mut self.replies));
        replies.last().unwrap_or(Reply::Nothing)
    }

    fn call<const N: usize>(&mut self, words: [&[u8]; N]) -> Reply {
        self.add(words);
        self.send()
    }
}

fn reply(from: &mut impl BufRead) -> Reply {
    let mut line = String::new();
    from.read_line(&mut line).expect("redis-server sends a line");
    let line = line.trim_end();
    let (kind, rest) = line.split_at_checked(1).expect("redis-server sends a reply");
    let number = || rest.parse::<i64>().expect("redis-server sends a number");
    match kind {
        "+" => Reply::Text(rest.as_bytes().to_vec()),
        ":" => Reply::Number(number()),
        "$" => match usize::try_from(number()) {
            Ok(length) => {
                let mut text = vec![0; length + 2];
                from.read_exact(&mut text).expect("redis-server sends the whole string");
                text.truncate(length);
                Reply::Text(text)
            }
            Err(_) => Reply::Nothing,
        },
        "*" => match usize::try_from(number()) {
            Ok(length) => Reply::List((0..length).map(|_| reply(from)).collect()),
            Err(_) => Reply::Nothing,
        },
        _ => panic!("unknown reply of redis-server: {line}"),
    }
}

impl Reply {
    fn text(&self) -> Option<&[u8]> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    fn number(&self) -> Option<i64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }

    fn list(&self) -> &[Self] {
        if let Self::List(list) = self { list } else { &[] }
    }
}

fn json(cursor: &Cursor) -> String {
    let Cursor { x, y, item_id, user_id } = cursor;
    format!(r#"{{"x":{x},"y":{y},"item_id":"{item_id}","user_id":"{user_id}"}}"#)
}

/// Parses a cursor whose strings need no escapes. Its fields may be in any order, since Lua tables
/// are unordered.
fn cursor(json: &[u8]) -> Option<Arc<Cursor>> {
    let json = std::str::from_utf8(json).ok()?.strip_prefix('{')?.strip_suffix('}')?;
    let field = |target| {
        let mut fields = json.split(',').filter_map(|field| field.split_once(':'));
        fields.find_map(|(name, value)| (name.trim_matches('"') == target).then(|| value.trim_matches('"')))
    };
    Some(Arc::new(Cursor {
        x: field("x")?.parse().ok()?,
        y: field("y")?.parse().ok()?,
        item_id: field("item_id")?.to_owned(),
        user_id: field("user_id")?.to_owned(),
    }))
}

pub(crate) struct Redis {
    connection: RefCell<Connection>,
    /// Hash of the script [`UPDATE`].
    update: Vec<u8>,
    _server: Server,
}

impl Redis {
    /// Returns `used_memory` of `INFO memory`.
    fn used_memory(&self) -> i64 {
        let info = self.connection.borrow_mut().call([b"INFO", b"memory"]);
        let info = String::from_utf8_lossy(info.text().unwrap_or_default()).into_owned();
        let used = info.lines().find_map(|line| line.strip_prefix("used_memory:"));
        used.and_then(|used| used.parse().ok()).expect("redis-server reports its memory")
    }
}

impl Peer for Redis {
    const NAME: &'static str = "Redis, unix socket";
    const ORDERED: bool = true;
    const REDUCTION: usize = 100;

    type Value = Cursor;

    fn new() -> Self {
        let server = Server::start();
        let mut connection = server.connect();
        let update =
            connection.call([b"SCRIPT", b"LOAD", UPDATE]).text().expect("the script can be loaded").to_vec();
        Self { connection: RefCell::new(connection), update, _server: server }
    }

    fn get(&self, key: &str) -> Option<Arc<Cursor>> {
        let reply = self.connection.borrow_mut().call([b"GET", key.as_bytes()]);
        reply.text().and_then(cursor)
    }

    fn set(&self, key: &str, value: Arc<Cursor>) {
        let mut connection = self.connection.borrow_mut();
        connection.add([b"SET", key.as_bytes(), json(&value).as_bytes()]);
        connection.add([b"ZADD", INDEX, b"0", key.as_bytes()]);
        connection.send();
    }

    fn remove(&self, key: &str) {
        let mut connection = self.connection.borrow_mut();
        connection.add([b"DEL", key.as_bytes()]);
        connection.add([b"ZREM", INDEX, key.as_bytes()]);
        connection.send();
    }

    fn update(&self, key: &str) {
        self.connection.borrow_mut().call([b"EVALSHA", &self.update, b"1", key.as_bytes()]);
    }

    fn scan(&self, prefix: &str, limit: usize) -> usize {
        let mut connection = self.connection.borrow_mut();
        let from = [b"[", prefix.as_bytes()].concat();
        let end = [b"[", prefix.as_bytes(), b"\xff"].concat();
        let limit = i64::try_from(limit).unwrap_or(-1).to_string();
        let keys =
            connection.call([b"ZRANGE", INDEX, &from, &end, b"BYLEX", b"LIMIT", b"0", limit.as_bytes()]);
        let keys: Vec<_> = keys.list().iter().filter_map(Reply::text).collect();
        let words: Vec<&[u8]> = [b"MGET".as_slice()].into_iter().chain(keys.iter().copied()).collect();
        connection.add(words);
        let values = connection.send();
        let values = values.list().iter().filter_map(|value| cursor(value.text()?));
        keys.iter().zip(values).inspect(|found| _ = black_box(found)).count()
    }

    /// Sets a thousand entries per request.
    fn fill(&self, keys: &[String], value: &dyn Fn(usize) -> Arc<Cursor>) {
        let mut connection = self.connection.borrow_mut();
        for (nth, keys) in keys.chunks(1_000).enumerate() {
            let values: Vec<_> = (0..keys.len()).map(|n| json(&value(nth * 1_000 + n))).collect();
            let entries =
                keys.iter().zip(&values).flat_map(|(key, value)| [key.as_bytes(), value.as_bytes()]);
            connection.add([b"MSET".as_slice()].into_iter().chain(entries).collect::<Vec<_>>());
            let scores = keys.iter().flat_map(|key| [b"0", key.as_bytes()]);
            connection.add([b"ZADD", INDEX].into_iter().chain(scores).collect::<Vec<_>>());
            connection.send();
        }
    }

    /// Returns the memory of the server without the JSON of the values, since the values of other
    /// peers are not counted either.
    fn requested(&self) -> isize {
        let entries = self.connection.borrow_mut().call([b"ZCARD", INDEX]).number().unwrap_or(0);
        let texts = entries.cast_unsigned() * json(&Cursor::sample()).len() as u64;
        isize::try_from(self.used_memory() - texts.cast_signed()).unwrap_or(isize::MAX)
    }
}
