//! The store against the model (`tests/model`).
//!
//! Random sequences of every verb run over two tenants and three types, one of which evicts, with
//! and without limits, while watchers receive changes. Results are compared after each step, and
//! all visible state after the last one.
//!
//! `KV_MODEL_CASES=10000 cargo test -p kv-core --test store model` runs 10,000 sequences instead of
//! 256.

use kv_model::{HOSTS, If, Numbers, Op, TYPES, TtlOf, UNLIMITED, Which, World};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::time::Duration;

const KEYS: [&str; 9] = ["a", "ab", "b:1", "b:2", "b:3", "é", "b:", "", "."];
const PREFIXES: [&str; 5] = ["", "a", "b:", "b:2", "zz"];
const FULL_PREFIXES: [&str; 7] = ["", "a", "a/", "a/b:", "a/b:b:", "c", "d"];

fn op() -> impl Strategy<Value = Op> {
    let key = || prop::sample::select(&KEYS).prop_map(str::to_owned);
    let n = || -1..11i32;
    let ttl = || {
        prop_oneof![
            3 => Just(TtlOf::Type),
            2 => (0..9u64).prop_map(TtlOf::Secs),
            1 => Just(TtlOf::None),
            1 => Just(TtlOf::Keep),
        ]
    };
    let which = || prop_oneof![Just(Which::Current), Just(Which::Older)];
    let condition = move || {
        prop_oneof![
            4 => Just(If::Anything),
            1 => Just(If::Absent),
            1 => Just(If::Present),
            2 => which().prop_map(If::Version),
        ]
    };
    let to = move || prop::option::weighted(0.8, n());
    let prefix = || prop::sample::select(&PREFIXES).prop_map(str::to_owned);
    let full_prefix = prop::sample::select(&FULL_PREFIXES).prop_map(str::to_owned);
    prop_oneof![
        8 => (key(), n(), ttl(), condition()).prop_map(|(key, n, ttl, condition)| Op::Set { key, n, ttl, condition }),
        1 => n().prop_map(|n| Op::Put { n }),
        2 => prop::collection::vec((key(), 0..11i32), 0..4).prop_map(|entries| Op::SetMany { entries }),
        3 => key().prop_map(|key| Op::Get { key }),
        1 => prop::collection::vec(key(), 0..4).prop_map(|keys| Op::GetMany { keys }),
        3 => key().prop_map(|key| Op::GetEntry { key }),
        1 => key().prop_map(|key| Op::Contains { key }),
        2 => key().prop_map(|key| Op::Delete { key }),
        2 => (key(), which()).prop_map(|(key, version)| Op::DeleteIf { key, version }),
        1 => prefix().prop_map(|prefix| Op::DeletePrefix { prefix }),
        3 => (key(), to()).prop_map(|(key, to)| Op::Update { key, to }),
        2 => (key(), to(), ttl(), condition())
            .prop_map(|(key, to, ttl, condition)| Op::UpdateWith { key, to, ttl, condition }),
        1 => (key(), prop_oneof![to().prop_map(Ok), (0..3u8).prop_map(Err)])
            .prop_map(|(key, to)| Op::TryUpdate { key, to }),
        1 => (key(), n()).prop_map(|(key, to)| Op::Modify { key, to }),
        2 => (key(), n()).prop_map(|(key, n)| Op::GetOrInsert { key, n }),
        2 => (key(), prop_oneof![n().prop_map(Ok), (0..3u8).prop_map(Err)], any::<bool>())
            .prop_map(|(key, to, asynchronous)| Op::GetOrTryInsert { key, to, asynchronous }),
        2 => (key(), 0..9u64).prop_map(|(key, secs)| Op::Touch { key, secs }),
        1 => key().prop_map(|key| Op::Persist { key }),
        1 => key().prop_map(|key| Op::TtlOf { key }),
        1 => Just(Op::Len),
        1 => prefix().prop_map(|prefix| Op::Count { prefix }),
        3 => (prefix(), prop::option::of(key()), prop::option::of(0..4usize), any::<bool>())
            .prop_map(|(prefix, after, limit, descending)| Op::Scan { prefix, after, limit, descending }),
        1 => prefix().prop_map(|prefix| Op::Keys { prefix }),
        1 => Just(Op::Clear),
        1 => Just(Op::ClearTenant),
        1 => Just(Op::DropTenant),
        2 => full_prefix.prop_map(|prefix| Op::ScanFull { prefix }),
        1 => any::<bool>().prop_map(|tenant_only| Op::Purge { tenant_only }),
        5 => (1..7u64).prop_map(|secs| Op::Advance { by: Duration::from_secs(secs) }),
        1 => Just(Op::NewHandles { strangers: 0 }),
        2 => prefix().prop_map(|prefix| Op::Watch { prefix }),
        4 => prop_oneof![0..5usize, Just(usize::MAX)].prop_map(|most| Op::Receive { which: None, most }),
        4 => any::<usize>().prop_map(|which| Op::LeaveOrResume { which }),
        1 => Just(Op::Unwatch { which: None }),
    ]
}

fn limits() -> impl Strategy<Value = Numbers> {
    prop_oneof![
        3 => Just(UNLIMITED),
        1 => (1..5usize).prop_map(|entries| Numbers { entries, ..UNLIMITED }),
        1 => Just(Numbers { tenants: 1, ..UNLIMITED }),
        1 => (1..4usize).prop_map(|n| Numbers { bytes: n * 220, ..UNLIMITED }),
        1 => Just(Numbers { entries: 3, tenants: 1, bytes: 500, ..UNLIMITED }),
        1 => Just(Numbers { key: 2, value: 36, ..UNLIMITED }),
    ]
}

#[test]
fn store_behaves_like_the_model() {
    let cases = std::env::var("KV_MODEL_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(256);
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let steps = prop::collection::vec((0..HOSTS.len(), 0..TYPES, op()), 1..80);
    let sequences = (limits(), prop::bool::weighted(0.1), steps);
    let outcome = TestRunner::new(config).run(&sequences, |(limits, background, steps)| {
        // With background expiry the model cannot predict the room in a full tenant.
        let background = background && limits == UNLIMITED;
        let mut world = World::new(limits, background);
        for (tenant, ty, op) in &steps {
            world.apply(*tenant, *ty, op);
        }
        world.check();
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
}
