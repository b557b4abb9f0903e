//! The exchanges of the wire, replayed.

use crate::server::{Server, serve, store};
use crate::types;
use kv_core::{Expiry, KvStore};
use kv_http::{KvHttp, TenantPolicy};
use kv_tests::wire::{self, Answer, Scene, Step};
use std::time::{Duration, SystemTime};

/// Plays the client of a scene, and compares what the server says.
fn replay(scene: &Scene) {
    let (_, clock) = store();
    let kv = KvStore::builder().clock(clock.clone()).expiry(Expiry::Manual).build();
    let http = KvHttp::new(kv.clone(), types::catalog(), TenantPolicy::any_host());
    let server = serve(kv, clock, http.allow_origin("https://app.example").router());
    for step in &scene.steps {
        match step {
            Step::Clock(time) => set_clock(&server, *time),
            Step::Exchange(request, answer) => {
                let reply = server.raw(request.to_bytes());
                let place = format!("{}: {} {}", scene.name, request.method, request.target);
                compare(&place, answer, &reply);
            }
            other => panic!("{}: {other:?}", scene.name),
        }
    }
}

fn compare(place: &str, answer: &Answer, reply: &crate::client::Reply) {
    let body = reply.text();
    assert_eq!(
        (reply.status, reply.reason.as_str()),
        (answer.status, answer.reason.as_str()),
        "{place}: {body}"
    );
    for (name, value) in &answer.headers {
        match reply.header(name) {
            None => assert_eq!(value, "-", "{place}: {name}"),
            // In lists of names their case makes no difference.
            Some(found) if name.starts_with("Access-Control") || name == "Vary" => {
                assert_eq!(found.to_lowercase(), value.to_lowercase(), "{place}: {name}");
            }
            Some(found) => assert_eq!(found, value, "{place}: {name}"),
        }
    }
    match &answer.body {
        Some(pattern) => assert!(wire::matches(pattern, body), "{place}:\n  {pattern}\n  {body}"),
        None => assert_eq!(body, "", "{place}"),
    }
}

fn set_clock(server: &Server, time: u64) {
    let time = SystemTime::UNIX_EPOCH + Duration::from_millis(time);
    let now = kv_core::Clock::system_time(&server.clock);
    server.clock.advance(time.duration_since(now).unwrap());
}

#[test]
fn every_scene_is_played_to_the_byte() {
    let scenes = wire::scenes("http").unwrap();
    assert!(scenes.len() >= 9);
    for scene in scenes {
        replay(&scene);
    }
}
