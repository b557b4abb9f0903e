//! Tests with documents of well-known formats. Each document is valid and is written back
//! unchanged. Codec, schema and serde agree on mutated documents.

use super::trial::{Trial, cases};
use arbitrary::Unstructured;
use kv_core::{Codec, DecodeOptions};
use kv_corpus::formats::{self, ALL, Document, Format};
use kv_corpus::promise::Tried;
use kv_corpus::strict::{Stored, codec_agrees};
use kv_corpus::text;
use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::Path;

fn documents() -> impl Iterator<Item = (&'static Format, &'static Document)> {
    ALL.iter().flat_map(|format| format.documents.iter().map(move |document| (format, document)))
}

#[test]
fn every_document_is_valid_and_is_written_as_it_was_read() {
    let mut wrong = Vec::new();
    for (format, document) in documents() {
        let catalog = (format.catalog)().unwrap();
        match rewritten(catalog.codec(document.tag).unwrap(), document.json) {
            Ok(written) if formats::same_text(document.json, &written) => {}
            Ok(written) => wrong.push(format!("{} {} becomes {written}", document.tag, document.topic)),
            Err(error) => wrong.push(format!("{} {} is refused: {error}", document.tag, document.topic)),
        }
    }
    assert!(wrong.is_empty(), "{} documents:\n{}", wrong.len(), wrong.join("\n"));
}

/// Returns the JSON that a codec writes of the valid value that it reads.
fn rewritten(codec: &Codec, json: &str) -> Result<String, Box<dyn Error>> {
    let value = codec.decode(json.as_bytes(), DecodeOptions::new())?.value;
    codec.stored_type().check("key", &*value)?;
    let mut written = Vec::new();
    codec.encode(&*value, &mut written)?;
    Ok(String::from_utf8(written)?)
}

#[test]
fn codec_schema_and_serde_agree_on_mutated_documents() {
    let stored = Stored::all();
    let mut broken = Vec::new();
    for (_, document) in documents() {
        let stored = stored.iter().find(|stored| stored.case.name == document.tag).unwrap();
        let trial = Trial::named(document.tag, cases(), |bytes| {
            match document.spoiled(stored.case.schema, &mut Unstructured::new(bytes)) {
                Ok(json) => codec_agrees(stored, json.to_string().as_bytes()),
                Err(_) => Ok(Tried::Nothing),
            }
        });
        assert!((trial.read + trial.refused) * 2 >= cases(), "{} was rarely tried", document.topic);
        broken.extend(trial.broken.map(|broken| format!("{}: {broken}", document.topic)));
    }
    assert!(broken.is_empty(), "{} documents:\n{}", broken.len(), broken.join("\n"));
}

#[test]
fn every_stored_type_has_a_document_and_every_file_is_listed() {
    let mut listed = BTreeSet::new();
    for (format, document) in documents() {
        listed.insert(format!("{}/{}-{}.json", format.name, document.tag, document.topic));
    }
    for format in ALL {
        for exposed in &(format.catalog)().unwrap() {
            let has_one = format.documents.iter().any(|document| document.tag == exposed.tag());
            assert!(has_one, "{} {}", format.name, exposed.tag());
        }
    }
    let mut files = BTreeSet::new();
    for folder in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("documents")).unwrap() {
        let folder = folder.unwrap();
        for file in fs::read_dir(folder.path()).unwrap() {
            let (folder, file) = (folder.file_name(), file.unwrap().file_name());
            files.insert(format!("{}/{}", folder.to_string_lossy(), file.to_string_lossy()));
        }
    }
    assert_eq!(listed, files);
}

#[test]
fn json_texts_are_compared_with_exact_numbers() {
    assert!(formats::same_text(r#"{"a":[1,2.50],"b":"x"}"#, r#"{ "b": "\u0078", "a": [1.0, 2.5] }"#));
    assert!(!formats::same_text("117.63331139400017", "117.63331139400016"));
    assert!(!formats::same_text(r#"{"a":1,"b":2}"#, r#"{"a":2,"b":1}"#));
    assert!(!formats::same_text(r#"{"a":null}"#, "{}"));
    assert!(!formats::same_text("9007199254740993", "9007199254740992"));
    assert_eq!(text::numbers(r#"{"1":[-2e3,"4\"5",{"a\\":6}],"b":true}"#), [-2000.0, 6.0]);
}
