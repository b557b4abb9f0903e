//! Sends values of the corpus to Elm and back: the generated decoders read them, the encoders write
//! them, and serde reads them again. Both sides must also report the same violations.

use crate::client::{self, Group};
use crate::home::Home;
use crate::project::{Project, success};
use crate::subject::{Sample, Subject};
use crate::{COMPILER, inherited, packages};
use kv_tests::needs::{self, NODE};
use libtest_mimic::{Failed, Trial};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/elm/round/run.mjs");

/// Number of values of each type.
const VALUES: usize = 200;

pub(crate) fn trials() -> Vec<Trial> {
    let needs = [COMPILER.need(), NODE.need(), packages()];
    vec![needs::test("values_survive_a_round_trip_and_break_the_same_rules", &needs, run)]
}

fn run() -> Result<(), Failed> {
    let (mut broken, mut wrong) = (0, String::new());
    let group = client::corpus()?;
    let samples: Vec<(&Subject, Sample)> = group
        .subjects
        .iter()
        .flat_map(|it| it.samples(VALUES).into_iter().map(move |sample| (it, sample)))
        .collect();
    let to_refuse = inherited::REFUSED;
    let asks: Vec<_> = samples
        .iter()
        .map(|(subject, sample)| (subject.exposed.tag(), sample.json.as_str()))
        .chain(to_refuse)
        .map(|(tag, json)| json!([tag, json]))
        .collect();
    let answers = play("round", &group, &Value::from(asks))?;
    assert_eq!(answers.len(), samples.len() + to_refuse.len());
    for ((tag, json), answer) in to_refuse.iter().zip(&answers[samples.len()..]) {
        if !answer["error"].is_string() {
            let _ = writeln!(wrong, "{tag}: Elm reads {json}");
        }
    }
    for ((subject, sample), answer) in samples.iter().zip(&answers) {
        broken += usize::from(sample.broken.as_array().is_some_and(|it| !it.is_empty()));
        if let Err(error) = judge(subject, sample, answer) {
            let _ = writeln!(wrong, "{}: {error}\n    {}", subject.exposed.tag(), sample.json);
        }
    }
    let (values, types, refused) = (samples.len(), group.subjects.len(), to_refuse.len());
    println!("{values} values of {types} types, {broken} of which break rules; {refused} are rejected");
    if wrong.is_empty() { Ok(()) } else { Err(wrong.chars().take(20_000).collect::<String>().into()) }
}

fn judge(subject: &Subject, sample: &Sample, answer: &Value) -> Result<(), String> {
    let json = answer["json"].as_str().ok_or_else(|| format!("Elm does not read it: {}", answer["error"]))?;
    if !(subject.is_same)(&sample.json, json) {
        return Err(format!("Elm changes the value: {json}"));
    }
    // A set of strings is in the order of Rust.
    let names = |json: &str| serde_json::from_str::<Value>(json).ok()?.get("names").cloned();
    if subject.exposed.tag() == "ListRules" && names(json) != names(&sample.json) {
        return Err(format!("Elm writes the set in another order: {json}"));
    }
    let theirs = normal(&answer["invalid"]);
    let ours = normal(&sample.broken);
    if ours == theirs { Ok(()) } else { Err(format!("Rust reports {ours}, Elm {theirs}")) }
}

/// Converts all numbers to floats, as in JavaScript.
pub(crate) fn normal(json: &Value) -> Value {
    match json {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(items) => items.iter().map(normal).collect(),
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), normal(value))).collect(),
        other => other.clone(),
    }
}

/// Returns the results of a program that knows the types of a group.
pub(crate) fn play(name: &str, group: &Group, asks: &Value) -> Result<Vec<Value>, Failed> {
    let home = Home::real().ok_or("no packages")?;
    let program = program(group);
    let files = group.files.iter().map(|(path, text)| (path.as_str(), text.as_str()));
    let project = Project::new(name, home, files.chain([("Round.elm", program.as_str())]))?;
    let program = project.make("Round.elm", true)?;
    let mut node = Command::new(NODE.command)
        .args([SCRIPT.as_ref(), program.as_os_str()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut input = node.stdin.take().ok_or("no input")?;
    let asks = asks.to_string();
    let writing = std::thread::spawn(move || input.write_all(asks.as_bytes()));
    let answer = node.wait_with_output()?;
    writing.join().map_err(|_| "the writer panicked")??;
    Ok(serde_json::from_slice(&success(answer)?)?)
}

/// Returns a program that decodes, encodes and validates each value with the descriptor of its
/// type.
fn program(group: &Group) -> String {
    let mut cases = String::new();
    for (module, descriptor, tag) in &group.descriptors {
        let _ = write!(cases, "        \"{tag}\" ->\n            round {module}.{descriptor} value\n\n");
    }
    let mut imports = String::new();
    for module in group.modules() {
        let _ = writeln!(imports, "import {module}");
    }
    format!(
        r#"port module Round exposing (main)

import Json.Decode as Decode
import Json.Encode as Encode
{imports}import Kv.Type as Type exposing (Invalid, Type)


port said : Encode.Value -> Cmd msg


main : Program Decode.Value () ()
main =
    Platform.worker
        {{ init = \asks -> ( (), said (answers asks) )
        , update = \_ model -> ( model, Cmd.none )
        , subscriptions = \_ -> Sub.none
        }}


answers : Decode.Value -> Encode.Value
answers asks =
    case Decode.decodeValue (Decode.list (Decode.map2 answer (Decode.index 0 Decode.string) (Decode.index 1 Decode.string))) asks of
        Ok list ->
            Encode.list identity list

        Err error ->
            Encode.string (Decode.errorToString error)


answer : String -> String -> Encode.Value
answer tag value =
    case tag of
{cases}        _ ->
            Encode.null


round : Type access a -> String -> Encode.Value
round type_ json =
    case Decode.decodeString (Type.decoder type_) json of
        Ok value ->
            Encode.object
                [ ( "json", Encode.string (Encode.encode 0 (Type.encode type_ value)) )
                , ( "invalid", Encode.list invalidToValue (Type.validate type_ value) )
                ]

        Err error ->
            Encode.object [ ( "error", Encode.string (Decode.errorToString error) ) ]


invalidToValue : Invalid -> Encode.Value
invalidToValue invalid =
    Encode.object
        [ ( "pointer", Encode.string invalid.pointer )
        , ( "rule", Encode.string invalid.rule )
        , ( "params", invalid.params )
        , ( "message", Encode.string invalid.message )
        ]
"#
    )
}
