//! Sends documents of well-known formats from a server to Elm and back, and checks that Elm and the
//! codec reject the same corrupted documents.

use crate::client::Group;
use crate::round::{normal, play};
use crate::server::Server;
use crate::{COMPILER, packages, subject};
use arbitrary::Unstructured;
use kv_core::engine::EngineError;
use kv_core::{Codec, DecodeError, DecodeOptions, Error};
use kv_corpus::formats::{self, ALL, Format};
use kv_tests::needs::{self, NODE};
use libtest_mimic::{Failed, Trial};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Number of corrupted copies of each document.
const SPOILED: u64 = 60;

pub(crate) fn trials() -> Vec<Trial> {
    let needs = [COMPILER.need(), NODE.need(), packages()];
    ALL.iter()
        .map(|format| {
            let name = format!("documents_of_{}_survive_a_server_and_elm", format.name);
            needs::test(&name, &needs, || run(format))
        })
        .collect()
}

fn run(format: &Format) -> Result<(), Failed> {
    let catalog = (format.catalog)()?;
    let server = Server::of(catalog.clone())?;
    let codec = |tag: &str| catalog.codec(tag).ok_or("a document of a type that is not exposed");
    let mut asks = Vec::new();
    for document in format.documents {
        server.set(document.tag, document.topic, document.json)?;
        asks.push((document.tag, server.value(document.tag, document.topic)?));
    }
    for document in format.documents {
        for seed in 0..SPOILED {
            let mut random = [0; 256];
            fastrand::Rng::with_seed(seed).fill(&mut random);
            let schema = codec(document.tag)?.exposed().schema();
            if let Ok(json) = document.spoiled(schema, &mut Unstructured::new(&random)) {
                asks.push((document.tag, json.to_string()));
            }
        }
    }
    let flags = asks.iter().map(|(tag, json)| json!([tag, json])).collect();
    let answers = play(&format!("format-{}", format.name), &Group::of_format(format)?, &flags)?;
    if answers.len() != asks.len() {
        return Err(format!("{} results for {} values", answers.len(), asks.len()).into());
    }

    let mut wrong = String::new();
    for (document, answer) in format.documents.iter().zip(&answers) {
        let Some(json) = answer["json"].as_str().filter(|_| answer["invalid"] == json!([])) else {
            let _ = writeln!(wrong, "{} {} is {answer} to Elm", document.tag, document.topic);
            continue;
        };
        // Under another key, so that it is not compared with the first value of the server.
        let (status, body) = server.set(document.tag, "from-elm", json)?;
        if status != 200 {
            let _ = writeln!(wrong, "{} {} of Elm: {body}", document.tag, document.topic);
            continue;
        }
        // Elm writes `null` and defaults where serde omits members. The value is the same.
        let value = server.value(document.tag, "from-elm")?;
        if !formats::same_text(document.json, &value) {
            let _ = writeln!(wrong, "{} {} comes back from Elm as {value}", document.tag, document.topic);
        }
    }
    let spoiled = asks.iter().zip(&answers).skip(format.documents.len());
    let (mut read, mut refused) = (0, 0);
    for ((tag, json), answer) in spoiled {
        match judge(codec(tag)?, json, answer) {
            Ok(true) => read += 1,
            Ok(false) => refused += 1,
            Err(error) => {
                let _ = writeln!(wrong, "{tag}: {error}\n    {json}");
            }
        }
    }
    println!("{}: {read} corrupted documents are read, {refused} are rejected", format.name);
    if !wrong.is_empty() {
        return Err(wrong.chars().take(20_000).collect::<String>().into());
    }
    if read < 10 || refused < 10 { Err("too few documents were corrupted".into()) } else { Ok(()) }
}

/// Compares the result of Elm for corrupted JSON with that of the codec. Returns whether the codec
/// reads it.
fn judge(codec: &Codec, json: &str, answer: &Value) -> Result<bool, String> {
    let (ours, by_elm) = (rewritten(codec, json), answer["json"].as_str());
    match (ours, by_elm) {
        (Ok((written, broken)), Some(by_elm)) => {
            let (again, _) = rewritten(codec, by_elm).map_err(|error| format!("{by_elm} of Elm: {error}"))?;
            if !formats::same_text(&written, &again) {
                return Err(format!("Rust writes {written}, Elm {by_elm}"));
            }
            let theirs = normal(&answer["invalid"]);
            if normal(&broken) == theirs {
                Ok(true)
            } else {
                Err(format!("Rust reports {broken}, Elm {theirs}"))
            }
        }
        (Ok(_), None) => Err(format!("Elm does not read it: {}", answer["error"])),
        (Err(_), None) => Ok(false),
        // JavaScript rounds the number before Elm sees it.
        (Err(_), Some(_)) if has_rounded(&serde_json::from_str(json).unwrap_or_default()) => Ok(false),
        // Elm drops unknown members, and accepts small integers outside their range and strings in
        // a wrong format.
        (Err(error), Some(by_elm)) => match rewritten(codec, by_elm) {
            Err(DecodeError::Value(errors)) if errors.iter().all(|it| is_accepted(by_elm, &it.pointer)) => {
                Ok(false)
            }
            Err(again) => {
                Err(format!("the codec rejects it ({error}), and also the result of Elm, {by_elm} ({again})"))
            }
            Ok(_) => Ok(false),
        },
    }
}

/// Returns the JSON that a codec writes for the value that it reads, with the violations.
fn rewritten(codec: &Codec, json: &str) -> Result<(String, Value), DecodeError> {
    let value = codec.decode(json.as_bytes(), DecodeOptions::new())?.value;
    let mut written = Vec::new();
    let text = codec.encode(&*value, &mut written).map(|()| String::from_utf8_lossy(&written).into_owned());
    let broken = match codec.stored_type().check("key", &*value) {
        Err(EngineError::Refused(Error::Validation(errors))) => subject::to_elm(errors.iter()),
        _ => json!([]),
    };
    Ok((text.unwrap_or_else(|error| error.to_string()), broken))
}

fn is_accepted(json: &str, pointer: &str) -> bool {
    let json: Value = serde_json::from_str(json).unwrap_or_default();
    json.pointer(pointer).is_some_and(|it| it.is_string() || it.as_f64().is_some_and(|n| n.fract() == 0.0))
}

/// Returns whether JSON has an integer that JavaScript rounds.
fn has_rounded(json: &Value) -> bool {
    const MAX: u64 = (1 << 53) - 1;
    match json {
        Value::Number(number) => {
            number.as_u64().or(number.as_i64().map(i64::unsigned_abs)).is_some_and(|n| n > MAX)
        }
        Value::Array(items) => items.iter().any(has_rounded),
        Value::Object(members) => members.values().any(has_rounded),
        _ => false,
    }
}
