//! Runs the exchanges of `tests/wire` with the generated client: it must send the same requests and
//! read every response and event.

use crate::client;
use crate::home::Home;
use crate::project::{Project, success};
use crate::{COMPILER, packages};
use kv_tests::needs::{self, NODE};
use kv_tests::wire::{Request, Response, Step, sample, scenes};
use libtest_mimic::{Failed, Trial};
use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Stdio};

const PROGRAM: (&str, &str) = ("Wire.elm", include_str!("wire/Wire.elm"));
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/elm/wire/run.mjs");

pub(crate) fn trials() -> Vec<Trial> {
    let needs = [COMPILER.need(), NODE.need(), packages()];
    vec![needs::test("client_sends_and_reads_the_exchanges_of_the_wire", &needs, run)]
}

fn run() -> Result<(), Failed> {
    let exchanges = exchanges()?;
    let (frames, changes) = events()?;
    let asks: Vec<_> = exchanges.iter().map(|(ask, ..)| ask.to_json()).collect();
    let told = play(&json!({ "asks": asks, "frames": frames }))?;

    let said = told["said"].as_array().ok_or_else(|| format!("not understood: {}", told["said"]))?;
    assert_eq!(said.len(), exchanges.len());
    let mut compared = 0;
    for ((ask, request, answer), said) in exchanges.iter().zip(said) {
        let place = format!("{} {} of {}", request.method, request.target, ask.scene);
        assert_eq!(said["outcome"], outcome(ask, answer)?, "the answer to {place}");
        if ask.is_ours {
            compared += 1;
            assert_eq!(said["method"], request.method.as_str(), "{place}");
            assert_eq!(said["url"], request.target.as_str(), "{place}");
            let body: Value = request.body.as_deref().map_or(Ok(Value::Null), serde_json::from_str)?;
            assert_eq!(said["body"], body, "{place}");
            for name in ["If-Match", "If-None-Match"] {
                assert_eq!(said["headers"][name].as_str(), header(request, name), "{name} of {place}");
            }
            // The client always sends this header. A scene without it shows another client.
            let schema = header(request, "Kv-Schema").or(said["headers"]["Kv-Schema"].as_str());
            assert!(schema.is_some_and(|it| it.starts_with(&format!("{}=", ask.tag))), "{place}");
            assert_eq!(said["headers"]["Kv-Schema"].as_str(), schema, "{place}");
        }
    }
    println!("{} answers, {compared} requests, {} events", exchanges.len(), changes.len());
    assert!(exchanges.len() >= 40 && compared >= 20, "{} answers, {compared} requests", exchanges.len());

    assert_eq!(told["heard"], Value::from(changes));
    assert_eq!(told["sent"], json!([first_frame()?]));
    Ok(())
}

/// A request of the client.
struct Ask {
    scene: String,
    verb: String,
    tag: String,
    key: String,
    value: Value,
    options: Vec<(String, String)>,
    answer: (u16, String),
    /// Whether the client would send exactly this request.
    is_ours: bool,
}

impl Ask {
    fn to_json(&self) -> Value {
        json!({
            "verb": self.verb, "tag": self.tag, "key": self.key, "value": self.value, "options": self.options,
            "answer": { "status": self.answer.0, "body": self.answer.1 },
        })
    }
}

fn exchanges() -> Result<Vec<(Ask, Request, Response)>, Failed> {
    let mut exchanges = Vec::new();
    for extension in ["http", "sse", "ws"] {
        for scene in scenes(extension)? {
            for step in scene.steps {
                let Step::Exchange(request, answer) = step else { continue };
                if let Some(ask) = ask(&scene.name, &request, &answer) {
                    exchanges.push((ask, request, answer));
                }
            }
        }
    }
    Ok(exchanges)
}

/// Returns the request with which a client receives this response, or `None` if clients do not send
/// it.
fn ask(scene: &str, request: &Request, answer: &Response) -> Option<Ask> {
    let body = answer.sample_body()?;
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let mut options: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let mut path = path.trim_start_matches("/kv/").splitn(3, '/');
    let (verb, tag, rest) = (path.next()?, path.next().unwrap_or_default(), path.next());
    let method = match verb {
        "set" => "POST",
        "delete" => "DELETE",
        "get" | "list" => "GET",
        // Problems of other routes are read as well.
        _ if answer.status >= 400 => "none",
        _ => return None,
    };
    let known = ["CursorPosition", "UserPreferences"].contains(&tag)
        || (["get", "list"].contains(&verb) && ["ViewportState", "SessionCache"].contains(&tag));
    if !known && answer.status < 400 {
        return None;
    }
    let target = options.iter().position(|(name, _)| name == "key" || name == "prefix");
    let mut is_ours = known && method == request.method && rest.is_none() && target == Some(0);
    let key = target.map(|at| options.remove(at).1).unwrap_or_default();
    let names: &[&str] = if verb == "set" { &["ttl_ms"] } else { &["limit", "after"] };
    is_ours &= options.iter().all(|(name, value)| names.contains(&name.as_str()) && value != "0");
    for (name, value) in &request.headers {
        match name.as_str() {
            "Host" | "Content-Type" => {}
            "Kv-Schema" => is_ours &= answer.status != 409 && scene != "schema.http",
            "If-Match" | "If-None-Match" if verb != "get" => {
                is_ours &= !value.starts_with("W/");
                options.push((name.clone(), value.clone()));
            }
            _ => is_ours = false,
        }
    }
    let example = match tag {
        "UserPreferences" => json!({ "theme": "light", "notifications": true, "language": "en" }),
        _ => json!({ "x": 1, "y": 1, "item_id": "a", "user_id": "a" }),
    };
    let value = request.body.as_deref().and_then(|body| serde_json::from_str::<Value>(body).ok());
    let value = value.filter(|value| value.is_object() && value.get("ttl").is_none());
    is_ours &= verb != "set" || value.is_some();
    is_ours &= ![405, 415].contains(&answer.status);
    Some(Ask {
        scene: scene.to_owned(),
        verb: if known { verb } else { "get" }.to_owned(),
        tag: if known { tag } else { "CursorPosition" }.to_owned(),
        key,
        value: value.filter(|_| known && verb == "set" && is_ours).unwrap_or(example),
        options,
        answer: (answer.status, body),
        is_ours,
    })
}

fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.headers.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
}

/// Returns the client's result for a response.
fn outcome(ask: &Ask, answer: &Response) -> Result<Value, Failed> {
    let body: Value = serde_json::from_str(&ask.answer.1)?;
    if answer.status >= 400 {
        return Ok(json!({ "error": error(&body) }));
    }
    Ok(json!({ "ok": match ask.verb.as_str() {
        "set" => body["version"].clone(),
        "delete" => body["existed"].clone(),
        "get" if body["found"] == true => entry(&body),
        "get" => Value::Null,
        _ => json!({
            "keys": body["keys"].as_array().into_iter().flatten().map(entry).collect::<Vec<_>>(),
            "next": body["next"],
        }),
    }}))
}

fn error(problem: &Value) -> Value {
    match problem["code"].as_str() {
        Some("invalid-value") => json!({ "InvalidValue": problem["errors"] }),
        Some("conflict") => json!({ "Conflict": problem["current"] }),
        Some("schema-mismatch") => "SchemaChanged".into(),
        _ => json!({ "status": problem["status"], "code": problem["code"], "error": problem["error"] }),
    }
}

fn entry(entry: &Value) -> Value {
    let mut kept = serde_json::Map::new();
    for name in ["key", "value", "version", "updated_at", "expires_at"] {
        kept.insert(name.to_owned(), entry[name].clone());
    }
    kept.into()
}

/// Returns the first frame of the client on its socket: its watch.
fn first_frame() -> Result<Value, Failed> {
    let steps = scenes("ws")?.into_iter().flat_map(|scene| scene.steps);
    let mut frames = steps.filter_map(|step| match step {
        Step::ClientFrame(frame) => Some(frame),
        _ => None,
    });
    Ok(serde_json::from_str(&frames.next().ok_or("no frame")?)?)
}

/// Returns the frames about the client's watch, and the changes that it receives. Events of a
/// stream have the same content without the watch, and their ids are separate.
fn events() -> Result<(Vec<Value>, Vec<Value>), Failed> {
    let mut frames = Vec::new();
    for scene in ["sse", "ws"].into_iter().map(scenes).collect::<Result<Vec<_>, _>>()?.into_iter().flatten() {
        for step in scene.steps {
            match step {
                Step::ServerFrame(frame) => {
                    let frame: Value = serde_json::from_str(&sample(&frame))?;
                    if frame["watch"] == 1 {
                        frames.push(frame);
                    }
                }
                Step::Event(lines) => {
                    let line = |name| lines.iter().find_map(|line: &String| line.strip_prefix(name));
                    let Some(data) = line("data: ") else { continue };
                    let mut frame: Value = serde_json::from_str(&sample(data))?;
                    frame["watch"] = 1.into();
                    if let Some(id) = line("id: ") {
                        frame["id"] = sample(id).into();
                    }
                    if frame["op"] != "ping" {
                        frames.push(frame);
                    }
                }
                _ => {}
            }
        }
    }
    let change = |frame: &Value| match frame["op"].as_str() {
        Some("set") => json!({ "set": entry(frame) }),
        Some(op @ ("deleted" | "expired" | "evicted")) => json!({ op: [frame["key"], frame["version"]] }),
        _ => frame["op"].clone(),
    };
    let changes = frames.iter().map(change).collect();
    Ok((frames, changes))
}

fn play(script: &Value) -> Result<Value, Failed> {
    let client = client::wire()?;
    let home = Home::real().ok_or("no packages")?;
    let files = client.iter().map(|(path, text)| (path.as_str(), text.as_str()));
    let project = Project::new("wire", home, files.chain([PROGRAM]))?;
    let watch = project.script()?;
    let program = project.make("Wire.elm", false)?;
    let mut node = Command::new(NODE.command)
        .arg(SCRIPT)
        .args([program, watch])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    node.stdin.take().ok_or("no input")?.write_all(script.to_string().as_bytes())?;
    let answer = node.wait_with_output()?;
    Ok(serde_json::from_slice(&success(answer)?)?)
}
