//! The exchanges that clients are tested with too are what the server says, to the byte.

use crate::Server;
use crate::server::{START, catalog, clock};
use kv_core::{Expiry, KvStore};
use kv_http::{KvHttp, TenantPolicy};
use kv_tests::wire::{Request, Response, Scene, Step, matches, scenes};
use std::time::Duration;

#[test]
fn every_exchange_is_answered_as_it_is_written() {
    let scenes = scenes("http").unwrap();
    assert!(scenes.len() >= 9);
    let wrong: Vec<String> = scenes.iter().flat_map(play).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Plays the client's part of a scene, and says what was answered otherwise.
fn play(scene: &Scene) -> Vec<String> {
    let clock = clock();
    let kv = KvStore::builder().clock(clock.clone()).expiry(Expiry::Manual).build();
    let http = KvHttp::new(kv, catalog(), TenantPolicy::any_host()).allow_origin("https://app.example");
    let server = Server::start(http);
    let mut now = START;
    let mut wrong = Vec::new();
    for step in &scene.steps {
        match step {
            Step::Clock(to) => {
                clock.advance(Duration::from_millis(to - now));
                now = *to;
            }
            Step::Exchange(request, answer) => wrong.extend(
                differences(&server, request, answer)
                    .map(|what| format!("{}: {request:?}\n{what}", scene.name)),
            ),
            other => wrong.push(format!("{}: what is {other:?} doing here?", scene.name)),
        }
    }
    wrong
}

fn differences(server: &Server, request: &Request, answer: &Response) -> Option<String> {
    let reply = server.send(request.to_bytes());
    let is_header = |(name, value): &(String, String)| {
        let expected = if value == "-" { None } else { Some(value.as_str()) };
        reply.header(name) == expected
    };
    let is_same = (reply.status, &reply.reason) == (answer.status, &answer.reason)
        && answer.headers.iter().all(is_header)
        && matches(answer.body.as_deref().unwrap_or_default(), &reply.body);
    (!is_same).then(|| format!("expected {answer:?}\nfound    {reply:?}"))
}
