//! Replays the exchanges of `tests/wire`, which the tests of clients use as well.

use crate::Server;
use crate::server::{START, catalog, clock};
use kv_core::{Expiry, KvStore};
use kv_http::{KvHttp, TenantPolicy};
use kv_tests::wire::{Request, Response, Scene, Step, matches, scenes};
use std::time::Duration;

#[test]
fn every_response_equals_the_recorded_one() {
    let scenes = scenes("http").unwrap();
    assert!(scenes.len() >= 9);
    let wrong: Vec<String> = scenes.iter().flat_map(play).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// Sends the requests of a scene and returns the differences in the responses.
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
            Step::Exchange(request, response) => wrong.extend(
                difference(&server, request, response)
                    .map(|difference| format!("{}: {request:?}\n{difference}", scene.name)),
            ),
            other => wrong.push(format!("{}: an `.http` scene cannot have the step {other:?}", scene.name)),
        }
    }
    wrong
}

fn difference(server: &Server, request: &Request, expected: &Response) -> Option<String> {
    let reply = server.send(request.to_bytes());
    let is_header = |(name, value): &(String, String)| {
        let expected = if value == "-" { None } else { Some(value.as_str()) };
        reply.header(name) == expected
    };
    let is_same = (reply.status, &reply.reason) == (expected.status, &expected.reason)
        && expected.headers.iter().all(is_header)
        && matches(expected.body.as_deref().unwrap_or_default(), &reply.body);
    (!is_same).then(|| format!("expected {expected:?}\nfound    {reply:?}"))
}
