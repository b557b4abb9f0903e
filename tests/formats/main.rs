//! Documents of well-known formats, sent through a server: they are written, read, listed and
//! batched without changes, and mutations of them are accepted or refused as by the codec.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests state their promise in their names"
)]

mod server;

use arbitrary::Unstructured;
use kv_core::{Codec, DecodeOptions};
use kv_corpus::formats::{self, ALL};
use serde_json::{Value, json};
use server::Server;

/// Number of mutations of each document.
const MUTATIONS: u64 = 40;

#[test]
fn server_returns_every_document_as_it_was_sent() {
    for format in ALL {
        let server = Server::of((format.catalog)().unwrap()).unwrap();
        for document in format.documents {
            let place = format!("{} {}", document.tag, document.topic);
            let (status, body) = server.set(document.tag, document.topic, document.json).unwrap();
            assert_eq!(status, 200, "{place}: {body}");
            let value = server.value(document.tag, document.topic).unwrap();
            assert!(formats::same_text(document.json, &value), "{place} is returned as {value}");
            // The server reads its own JSON.
            let (status, body) = server.set(document.tag, document.topic, &value).unwrap();
            assert_eq!(status, 200, "{place}: {body}");
        }
        for exposed in &(format.catalog)().unwrap() {
            let listed = server.list(exposed.tag()).unwrap();
            let sent: Vec<_> = format.documents.iter().filter(|it| it.tag == exposed.tag()).collect();
            assert_eq!(listed.len(), sent.len());
            for document in sent {
                let (_, value) = listed.iter().find(|(key, _)| key == document.topic).unwrap();
                let json: Value = serde_json::from_str(document.json).unwrap();
                assert!(formats::same(&json, value), "{} {}", document.tag, document.topic);
            }
        }
    }
}

#[test]
fn batch_writes_and_reads_every_document_of_a_format() {
    for format in ALL {
        let server = Server::of((format.catalog)().unwrap()).unwrap();
        let documents: Vec<(_, Value)> =
            format.documents.iter().map(|it| (it, serde_json::from_str(it.json).unwrap())).collect();
        let set = documents
            .iter()
            .map(|(it, json)| json!({ "op": "set", "type": it.tag, "key": it.topic, "value": json }));
        let get = documents.iter().map(|(it, _)| json!({ "op": "get", "type": it.tag, "key": it.topic }));
        let ops: Vec<_> = set.chain(get).collect();
        let (status, body) = server.post("batch", &json!({ "ops": ops }).to_string()).unwrap();
        assert_eq!(status, 200, "{body}");
        let results: Value = serde_json::from_str(&body).unwrap();
        for (at, (document, json)) in documents.iter().enumerate() {
            let value = &results["results"][documents.len() + at]["value"];
            assert!(formats::same(json, value), "{} {}: {body}", document.tag, document.topic);
        }
    }
}

#[test]
fn server_and_codec_agree_on_mutated_documents() {
    let (mut stored, mut refused) = (0, 0);
    for format in ALL {
        let catalog = (format.catalog)().unwrap();
        let server = Server::of(catalog.clone()).unwrap();
        for document in format.documents {
            let codec = catalog.codec(document.tag).unwrap();
            for seed in 0..MUTATIONS {
                let mut random = [0; 256];
                fastrand::Rng::with_seed(seed).fill(&mut random);
                let schema = codec.exposed().schema();
                let Ok(json) = document.spoiled(schema, &mut Unstructured::new(&random)) else { continue };
                let text = json.to_string();
                let expected = verdict(codec, &text);
                let (status, body) = server.set(document.tag, "mutated", &text).unwrap();
                match expected {
                    Ok(written) => {
                        assert_eq!(status, 200, "{text}: {body}");
                        let value = server.value(document.tag, "mutated").unwrap();
                        assert!(formats::same_text(&written, &value), "{text} is returned as {value}");
                        stored += 1;
                    }
                    Err(reason) => {
                        assert!((400..500).contains(&status), "{text} is {status}, but: {reason}");
                        refused += 1;
                    }
                }
            }
        }
    }
    assert!(stored > 100 && refused > 100, "{stored} were stored, {refused} refused");
}

/// Returns the JSON of the value that the codec reads.
fn verdict(codec: &Codec, json: &str) -> Result<String, String> {
    let decoded = codec.decode(json.as_bytes(), DecodeOptions::new()).map_err(|error| error.to_string())?;
    codec.stored_type().check("mutated", &*decoded.value).map_err(|error| error.to_string())?;
    let mut written = Vec::new();
    codec.encode(&*decoded.value, &mut written).map_err(|error| error.to_string())?;
    String::from_utf8(written).map_err(|error| error.to_string())
}
