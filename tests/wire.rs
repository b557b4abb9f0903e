//! Parser of the exchanges in `tests/wire`. `tests/wire/README.md` describes their format.

use std::fmt::Write;
use std::path::Path;
use std::{fs, io};

/// A file: the exchanges between one client and one server, in order.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The file's name: `set.http`.
    pub name: String,
    /// The steps of the scene.
    pub steps: Vec<Step>,
}

/// A step of a scene.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The clock advances to this time, in milliseconds since 1970.
    Clock(u64),
    /// A request and its response.
    Exchange(Request, Response),
    /// The lines of an event on the stream of the last response.
    Event(Vec<String>),
    /// A frame that the client sends.
    ClientFrame(String),
    /// A frame that the server sends.
    ServerFrame(String),
}

/// A request of the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Method, such as `GET`.
    pub method: String,
    /// Path and query, such as `/kv/get/CursorPosition?key=user%3A7`.
    pub target: String,
    /// Names as written, and values.
    pub headers: Vec<(String, String)>,
    /// Body, if the request has one.
    pub body: Option<String>,
}

/// A response of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// Reason phrase, such as `OK`.
    pub reason: String,
    /// Headers that must be present with this value, or absent if the value is `-`.
    pub headers: Vec<(String, String)>,
    /// Body, if the response has one; `…` stands for text that may vary.
    pub body: Option<String>,
}

impl Request {
    /// Returns the bytes of the request on a connection, with `Content-Length` if it has a body.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut text = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            let _ = write!(text, "{name}: {value}\r\n");
        }
        match &self.body {
            Some(body) => {
                let _ = write!(text, "Content-Length: {}\r\n\r\n{body}", body.len());
            }
            // A POST without a body needs the header as well.
            None if self.method == "POST" => text.push_str("Content-Length: 0\r\n\r\n"),
            None => text.push_str("\r\n"),
        }
        text.into_bytes()
    }
}

impl Response {
    /// Returns a body that matches the pattern, and is JSON if the pattern describes JSON.
    pub fn sample_body(&self) -> Option<String> {
        self.body.as_deref().map(sample)
    }
}

/// Returns a text that matches a pattern.
pub fn sample(pattern: &str) -> String {
    let mut text = String::new();
    for part in pattern.split_inclusive('…') {
        match part.strip_suffix('…') {
            // The digits before `…` are a number that matches.
            Some(number) if number.ends_with(|c: char| c.is_ascii_digit()) => text.push_str(number),
            _ => text.push_str(part),
        }
    }
    text
}

/// Returns whether a text matches a pattern. In a pattern, `…` stands for any characters of a JSON
/// string, and digits followed by `…` stand for any digits.
///
/// ```
/// use kv_tests::wire::matches;
///
/// assert!(matches(r#"{"bytes":386…,"error":"…"}"#, r#"{"bytes":12,"error":"no"}"#));
/// assert!(!matches(r#"{"error":"…"}"#, r#"{"error":"no","more":""}"#));
/// ```
pub fn matches(pattern: &str, text: &str) -> bool {
    let Some((head, tail)) = pattern.split_once('…') else { return pattern == text };
    let fixed = head.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_number = fixed.len() < head.len();
    let Some(rest) = text.strip_prefix(fixed) else { return false };
    let mut escaped = false;
    let may_vary = |(_, c): &(usize, char)| {
        let is_in_string = escaped || *c != '"';
        escaped = !escaped && *c == '\\';
        if is_number { c.is_ascii_digit() } else { is_in_string }
    };
    let ends = rest.char_indices().take_while(may_vary).map(|(at, c)| at + c.len_utf8());
    std::iter::once(0).chain(ends).any(|at| matches(tail, &rest[at..]))
}

/// Reads all scenes with a file name extension (`http`, `sse` or `ws`), in the order of their
/// names.
///
/// # Errors
///
/// Fails if a file cannot be read or parsed. A parse error names the file and the line.
pub fn scenes(extension: &str) -> io::Result<Vec<Scene>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("wire");
    let mut scenes = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|it| it == extension) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let steps = steps(&fs::read_to_string(&path)?)
                .map_err(|line| io::Error::other(format!("{name}: cannot parse {line:?}")))?;
            scenes.push(Scene { name, steps });
        }
    }
    scenes.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(scenes)
}

fn steps(text: &str) -> Result<Vec<Step>, String> {
    let mut steps = Vec::new();
    let mut pending = None;
    for block in text.split("\n\n") {
        let mut lines = block.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).peekable();
        let Some(first) = lines.peek().copied() else { continue };
        match first.split(' ').next() {
            Some(">") => {
                if let Some(request) = pending.replace(request(&unmarked(lines, '>')?)?) {
                    return Err(format!("no response to {}", request.target));
                }
            }
            Some("<") => {
                let request = pending.take().ok_or_else(|| format!("response without a request: {first}"))?;
                steps.push(Step::Exchange(request, response(&unmarked(lines, '<')?)?));
            }
            Some("|") => steps.push(Step::Event(unmarked(lines, '|')?)),
            _ => steps.extend(lines.map(step).collect::<Result<Vec<_>, _>>()?),
        }
    }
    match pending {
        Some(request) => Err(format!("no response to {}", request.target)),
        None => Ok(steps),
    }
}

fn step(line: &str) -> Result<Step, String> {
    let (mark, rest) = line.split_once(' ').ok_or(line)?;
    match mark {
        "@" => Ok(Step::Clock(rest.parse().map_err(|_| line)?)),
        "->" => Ok(Step::ClientFrame(rest.to_owned())),
        "<-" => Ok(Step::ServerFrame(rest.to_owned())),
        _ => Err(line.to_owned()),
    }
}

fn unmarked<'a>(lines: impl Iterator<Item = &'a str>, mark: char) -> Result<Vec<String>, String> {
    lines
        .map(|line| {
            let rest = line.strip_prefix(mark).ok_or(line)?;
            Ok(rest.strip_prefix(' ').unwrap_or(rest).to_owned())
        })
        .collect()
}

fn request(lines: &[String]) -> Result<Request, String> {
    let (first, headers, body) = message(lines)?;
    let [method, target, "HTTP/1.1"] = first.split(' ').collect::<Vec<_>>()[..] else {
        return Err(first.into());
    };
    Ok(Request { method: method.into(), target: target.into(), headers, body })
}

fn response(lines: &[String]) -> Result<Response, String> {
    let (first, headers, body) = message(lines)?;
    let status = first.strip_prefix("HTTP/1.1 ").ok_or(first)?;
    let (status, reason) = status.split_once(' ').ok_or(first)?;
    Ok(Response { status: status.parse().map_err(|_| first)?, reason: reason.into(), headers, body })
}

type Message<'a> = (&'a str, Vec<(String, String)>, Option<String>);

fn message(lines: &[String]) -> Result<Message<'_>, String> {
    let (first, rest) = lines.split_first().ok_or("an empty message")?;
    let end = rest.iter().position(String::is_empty);
    let (headers, body) = match end {
        Some(end) => (&rest[..end], Some(rest[end + 1..].join("\n"))),
        None => (rest, None),
    };
    let header = |line: &String| {
        let (name, value) = line.split_once(": ").ok_or_else(|| line.clone())?;
        Ok::<_, String>((name.to_owned(), value.to_owned()))
    };
    Ok((first, headers.iter().map(header).collect::<Result<_, _>>()?, body))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests state their promise in their names")]

    use super::*;

    #[test]
    fn every_scene_parses_and_has_valid_json() {
        for extension in ["http", "sse", "ws"] {
            let scenes = scenes(extension).unwrap();
            assert!(!scenes.is_empty(), "{extension}");
            for scene in scenes {
                assert!(scene.steps.iter().any(|step| matches!(step, Step::Exchange(..))), "{}", scene.name);
                for text in scene.steps.iter().flat_map(json) {
                    serde_json::from_str::<serde_json::Value>(&text)
                        .map_err(|error| format!("{}: {error}: {text}", scene.name))
                        .unwrap();
                }
            }
        }
    }

    /// Returns the JSON texts of a step that a client reads.
    fn json(step: &Step) -> Vec<String> {
        match step {
            Step::Clock(_) => Vec::new(),
            Step::Exchange(_, response) => response.sample_body().into_iter().collect(),
            Step::Event(lines) => {
                lines.iter().filter_map(|line| line.strip_prefix("data: ")).map(sample).collect()
            }
            Step::ClientFrame(frame) | Step::ServerFrame(frame) => vec![sample(frame)],
        }
    }

    #[test]
    fn invalid_scene_is_an_error() {
        for text in
            ["> GET / HTTP/1.1", "< HTTP/1.1 200 OK", "> GET /", "@ soon", "hello", "> GET / HTTP/1.1\nx"]
        {
            assert!(steps(text).is_err(), "{text}");
        }
    }

    #[test]
    fn request_is_encoded_with_content_length() {
        let text = "> POST /kv/cleanup HTTP/1.1\n> Host: a\n>\n> {}\n\n< HTTP/1.1 200 OK";
        let steps = steps(text).unwrap();
        let [Step::Exchange(request, response)] = &steps[..] else { unreachable!("{steps:?}") };
        assert_eq!(
            request.to_bytes(),
            b"POST /kv/cleanup HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}"
        );
        assert_eq!((response.status, response.reason.as_str(), &response.body), (200, "OK", &None));
    }

    #[test]
    fn ellipsis_matches_string_characters_or_digits() {
        assert!(matches("a…b", "ab") && matches("a…b", "axbxb") && matches("…", "") && matches("7…", "123"));
        assert!(matches("\"…\"", "\"a \\\"b\\\\\"") && !matches("\"…\"", "\"a\\\\\"b\""));
        assert!(!matches("a…b", "a\"b") && !matches("7…", "x") && !matches("a", "ab") && !matches("a…", "b"));
        assert_eq!(sample(r#"{"bytes":386…,"error":"…"}"#), r#"{"bytes":386,"error":"…"}"#);
    }
}
