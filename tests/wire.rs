//! The exchanges of `tests/wire`, read. Their README says how they are written.

use std::fmt::Write;
use std::path::Path;
use std::{fs, io};

/// One file: what a client and a server say to each other, in order.
#[derive(Clone, Debug)]
pub struct Scene {
    /// The file's name: `set.http`.
    pub name: String,
    /// What happens.
    pub steps: Vec<Step>,
}

/// Something that happens in a scene.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The clock is moved on to this time, in milliseconds since 1970.
    Clock(u64),
    /// A request and its answer.
    Exchange(Request, Answer),
    /// The lines of an event on the stream that was answered with.
    Event(Vec<String>),
    /// A frame that the client sends.
    ClientFrame(String),
    /// A frame that the server sends.
    ServerFrame(String),
}

/// What a client asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// `GET`.
    pub method: String,
    /// `/kv/get/CursorPosition?key=user%3A7`.
    pub target: String,
    /// Names as they are written, and values.
    pub headers: Vec<(String, String)>,
    /// The body; `None` where there is none.
    pub body: Option<String>,
}

/// What the server answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// 200.
    pub status: u16,
    /// `OK`.
    pub reason: String,
    /// Headers that must be there with this value, or `-` for those that must not.
    pub headers: Vec<(String, String)>,
    /// The body, in which `…` stands for what is not fixed; `None` where there is none.
    pub body: Option<String>,
}

impl Request {
    /// The bytes of the request as they go over a connection, with `Content-Length` where there is a body.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut text = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            let _ = write!(text, "{name}: {value}\r\n");
        }
        match &self.body {
            Some(body) => {
                let _ = write!(text, "Content-Length: {}\r\n\r\n{body}", body.len());
            }
            // A POST without a body says so.
            None if self.method == "POST" => text.push_str("Content-Length: 0\r\n\r\n"),
            None => text.push_str("\r\n"),
        }
        text.into_bytes()
    }
}

impl Answer {
    /// A body that the pattern allows: JSON wherever the pattern is meant to be.
    pub fn sample_body(&self) -> Option<String> {
        self.body.as_deref().map(sample)
    }
}

/// A text that a pattern allows.
pub fn sample(pattern: &str) -> String {
    let mut text = String::new();
    for part in pattern.split_inclusive('…') {
        match part.strip_suffix('…') {
            // The number before it is as good as any other.
            Some(number) if number.ends_with(|c: char| c.is_ascii_digit()) => text.push_str(number),
            _ => text.push_str(part),
        }
    }
    text
}

/// Whether a text is what a pattern says, in which `…` stands for any characters of a JSON string, and takes what
/// digits stand before it with it.
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
    let open = |(_, c): &(usize, char)| {
        let is_in_string = escaped || *c != '"';
        escaped = !escaped && *c == '\\';
        if is_number { c.is_ascii_digit() } else { is_in_string }
    };
    let ends = rest.char_indices().take_while(open).map(|(at, c)| at + c.len_utf8());
    std::iter::once(0).chain(ends).any(|at| matches(tail, &rest[at..]))
}

/// All scenes whose names end so: `http`, `sse`, `ws`; in the order of their names.
///
/// # Errors
///
/// What reading them said, with a file and a line that cannot be read as a scene.
pub fn scenes(extension: &str) -> io::Result<Vec<Scene>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("wire");
    let mut scenes = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|it| it == extension) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let steps = steps(&fs::read_to_string(&path)?)
                .map_err(|line| io::Error::other(format!("{name}: what is this? {line:?}")))?;
            scenes.push(Scene { name, steps });
        }
    }
    scenes.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(scenes)
}

fn steps(text: &str) -> Result<Vec<Step>, String> {
    let mut steps = Vec::new();
    let mut asked = None;
    for block in text.split("\n\n") {
        let mut lines = block.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).peekable();
        let Some(first) = lines.peek().copied() else { continue };
        match first.split(' ').next() {
            Some(">") => {
                if let Some(request) = asked.replace(request(&unmarked(lines, '>')?)?) {
                    return Err(format!("no answer to {}", request.target));
                }
            }
            Some("<") => {
                let request = asked.take().ok_or_else(|| format!("an answer to nothing: {first}"))?;
                steps.push(Step::Exchange(request, answer(&unmarked(lines, '<')?)?));
            }
            Some("|") => steps.push(Step::Event(unmarked(lines, '|')?)),
            _ => steps.extend(lines.map(step).collect::<Result<Vec<_>, _>>()?),
        }
    }
    match asked {
        Some(request) => Err(format!("no answer to {}", request.target)),
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

fn answer(lines: &[String]) -> Result<Answer, String> {
    let (first, headers, body) = message(lines)?;
    let status = first.strip_prefix("HTTP/1.1 ").ok_or(first)?;
    let (status, reason) = status.split_once(' ').ok_or(first)?;
    Ok(Answer { status: status.parse().map_err(|_| first)?, reason: reason.into(), headers, body })
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
    fn every_scene_can_be_read_and_its_json_is_json() {
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

    /// What of a step is JSON that a client reads.
    fn json(step: &Step) -> Vec<String> {
        match step {
            Step::Clock(_) => Vec::new(),
            Step::Exchange(_, answer) => answer.sample_body().into_iter().collect(),
            Step::Event(lines) => {
                lines.iter().filter_map(|line| line.strip_prefix("data: ")).map(sample).collect()
            }
            Step::ClientFrame(frame) | Step::ServerFrame(frame) => vec![sample(frame)],
        }
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        for text in
            ["> GET / HTTP/1.1", "< HTTP/1.1 200 OK", "> GET /", "@ soon", "hello", "> GET / HTTP/1.1\nx"]
        {
            assert!(steps(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_request_becomes_bytes() {
        let text = "> POST /kv/cleanup HTTP/1.1\n> Host: a\n>\n> {}\n\n< HTTP/1.1 200 OK";
        let steps = steps(text).unwrap();
        let [Step::Exchange(request, answer)] = &steps[..] else { unreachable!("{steps:?}") };
        assert_eq!(
            request.to_bytes(),
            b"POST /kv/cleanup HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}"
        );
        assert_eq!((answer.status, answer.reason.as_str(), &answer.body), (200, "OK", &None));
    }

    #[test]
    fn a_pattern_is_open_where_it_says_so_alone() {
        assert!(matches("a…b", "ab") && matches("a…b", "axbxb") && matches("…", "") && matches("7…", "123"));
        assert!(matches("\"…\"", "\"a \\\"b\\\\\"") && !matches("\"…\"", "\"a\\\\\"b\""));
        assert!(!matches("a…b", "a\"b") && !matches("7…", "x") && !matches("a", "ab") && !matches("a…", "b"));
        assert_eq!(sample(r#"{"bytes":386…,"error":"…"}"#), r#"{"bytes":386,"error":"…"}"#);
    }
}
