//! Published metrics have the values of the stats.

use crate::{Cursor, Note, cursor, note};
use kv_core::{Expiry, KvStore, KvType, ManualClock};
use metrics::{
    Counter, CounterFn, Gauge, GaugeFn, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// The data of a recorder: series by name and labels, and descriptions by name.
#[derive(Debug, Default)]
struct Known {
    series: BTreeMap<String, f64>,
    descriptions: BTreeMap<String, (&'static str, Option<Unit>, String)>,
    described: usize,
}

/// A recorder whose counters never decrease, as `metrics` requires.
#[derive(Clone, Default)]
struct Recorded(Arc<Mutex<Known>>);

impl Recorded {
    fn publish(&self, kv: &KvStore) {
        metrics::with_local_recorder(self, || kv.publish_metrics());
    }

    /// Returns the value of a metric for a tenant and a type.
    fn value(&self, name: &str, tenant: &str, tag: &str) -> Option<f64> {
        let series = format!("{name}{{tenant={tenant},type={tag}}}");
        self.0.lock().unwrap().series.get(&series).copied()
    }

    fn describe(&self, kind: &'static str, name: &KeyName, unit: Option<Unit>, description: &str) {
        let mut known = self.0.lock().unwrap();
        known.described += 1;
        known.descriptions.insert(name.as_str().to_owned(), (kind, unit, description.to_owned()));
    }

    fn series(&self, key: &Key) -> Arc<Series> {
        let labels: Vec<_> = key.labels().map(|label| format!("{}={}", label.key(), label.value())).collect();
        let name = format!("{}{{{}}}", key.name(), labels.join(","));
        Arc::new(Series { known: Arc::clone(&self.0), name })
    }
}

fn float(n: u64) -> f64 {
    u32::try_from(n).unwrap().into()
}

struct Series {
    known: Arc<Mutex<Known>>,
    name: String,
}

impl Series {
    fn change(&self, to: impl FnOnce(f64) -> f64) {
        let mut known = self.known.lock().unwrap();
        let value = known.series.entry(self.name.clone()).or_default();
        *value = to(*value);
    }
}

impl GaugeFn for Series {
    fn increment(&self, by: f64) {
        self.change(|value| value + by);
    }

    fn decrement(&self, by: f64) {
        self.change(|value| value - by);
    }

    fn set(&self, to: f64) {
        self.change(|_| to);
    }
}

impl CounterFn for Series {
    fn increment(&self, by: u64) {
        self.change(|value| value + float(by));
    }

    fn absolute(&self, at_least: u64) {
        self.change(|value| value.max(float(at_least)));
    }
}

impl Recorder for Recorded {
    fn describe_counter(&self, name: KeyName, unit: Option<Unit>, description: SharedString) {
        self.describe("counter", &name, unit, &description);
    }

    fn describe_gauge(&self, name: KeyName, unit: Option<Unit>, description: SharedString) {
        self.describe("gauge", &name, unit, &description);
    }

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.series(key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(self.series(key))
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::noop()
    }
}

#[derive(Debug, KvType)]
#[kv(max_entries = 2, evict = "oldest")]
struct Recent(u32);

/// Creates a store with manual expiry, so that nothing changes between two reads.
fn given() -> (ManualClock, KvStore, Recorded) {
    let clock = ManualClock::new();
    let kv = KvStore::builder().clock(clock.clone()).expiry(Expiry::Manual).build();
    (clock, kv, Recorded::default())
}

#[test]
fn every_count_of_every_type_is_published() {
    let (clock, kv, recorded) = given();
    let acme = kv.tenant("acme.example").unwrap();
    let notes = acme.typed::<Note>();
    notes.set("a", note("x")).unwrap();
    notes.set("b", note("y")).unwrap();
    notes.get("a");
    notes.get("b");
    notes.get("c");
    let _watch = notes.watch("");
    acme.set::<Cursor>("a", cursor(1)).unwrap();
    clock.advance(Cursor::DEFAULT_TTL.unwrap());
    kv.purge_expired();
    let recents = kv.tenant("other.example").unwrap().typed::<Recent>();
    recents.set_many([1, 2, 3].map(|n| (n.to_string(), Recent(n)))).unwrap();
    recorded.publish(&kv);

    let stats = kv.stats();
    for (tenant, stats) in &stats.tenants {
        for stats in &stats.types {
            for (name, expected) in [
                ("kv_entries", stats.entries as u64),
                ("kv_bytes", stats.bytes as u64),
                ("kv_watchers", stats.watchers as u64),
                ("kv_hits_total", stats.hits),
                ("kv_misses_total", stats.misses),
                ("kv_writes_total", stats.writes),
                ("kv_expirations_total", stats.expirations),
                ("kv_evictions_total", stats.evictions),
            ] {
                let value = recorded.value(name, tenant.as_str(), stats.tag);
                assert_eq!(value, Some(float(expected)), "{name} of {tenant}, {}", stats.tag);
            }
        }
    }
    assert_eq!(recorded.value("kv_hits_total", "acme.example", "Note"), Some(2.0));
    assert_eq!(recorded.value("kv_expirations_total", "acme.example", "Cursor"), Some(1.0));
    assert_eq!(recorded.value("kv_evictions_total", "other.example", "Recent"), Some(1.0));
    assert_eq!(recorded.0.lock().unwrap().series.len(), 3 * 8, "no other series is published");
}

#[test]
fn each_metric_is_described_once_for_any_number_of_series() {
    let (_, kv, recorded) = given();
    for host in ["a.example", "b.example", "c.example"] {
        kv.tenant(host).unwrap().set::<Note>("k", note("x")).unwrap();
    }
    recorded.publish(&kv);
    let known = recorded.0.lock().unwrap();
    let described: Vec<_> =
        known.descriptions.iter().map(|(name, (kind, unit, _))| (&**name, *kind, *unit)).collect();
    let count = Some(Unit::Count);
    assert_eq!(
        described,
        [
            ("kv_bytes", "gauge", Some(Unit::Bytes)),
            ("kv_entries", "gauge", count),
            ("kv_evictions_total", "counter", count),
            ("kv_expirations_total", "counter", count),
            ("kv_hits_total", "counter", count),
            ("kv_misses_total", "counter", count),
            ("kv_watchers", "gauge", count),
            ("kv_writes_total", "counter", count),
        ]
    );
    assert_eq!(known.described, 8);
    assert_eq!(known.descriptions["kv_entries"].2, "Live entries.");
    let bytes = &known.descriptions["kv_bytes"].2;
    assert!(bytes.contains("not removed yet: values, keys"), "two lines form one sentence: {bytes}");
}

#[test]
fn published_metrics_are_a_snapshot() {
    let (_, kv, recorded) = given();
    let notes = kv.tenant("acme.example").unwrap().typed::<Note>();
    notes.set("a", note("x")).unwrap();
    recorded.publish(&kv);
    notes.set("b", note("x")).unwrap();
    let entries = || recorded.value("kv_entries", "acme.example", "Note");
    assert_eq!(entries(), Some(1.0), "operations do not touch metrics");
    recorded.publish(&kv);
    assert_eq!(entries(), Some(2.0));
    kv.drop_tenant("acme.example");
    recorded.publish(&kv);
    assert_eq!((entries(), recorded.value("kv_bytes", "acme.example", "Note")), (Some(0.0), Some(0.0)));
    assert_eq!(recorded.value("kv_writes_total", "acme.example", "Note"), Some(2.0));
}

#[test]
fn gauges_of_a_forgotten_tenant_become_zero_and_counters_keep_their_value() {
    let (_, kv, recorded) = given();
    kv.tenant("gone.example").unwrap().set::<Note>("k", note("x")).unwrap();
    let watch = kv.tenant("acme.example").unwrap().watch::<Note>("");
    recorded.publish(&kv);
    assert_eq!(recorded.value("kv_entries", "gone.example", "Note"), Some(1.0));
    assert_eq!(recorded.value("kv_watchers", "acme.example", "Note"), Some(1.0));

    // A type that was only watched disappears with its watch. A tenant without entries is forgotten
    // after many others were created.
    drop(watch);
    kv.drop_tenant("gone.example");
    for n in 0..200 {
        kv.tenant(format!("t{n}.example")).unwrap().set::<Note>("k", note("x")).unwrap();
    }
    assert!(!kv.stats().tenants.iter().any(|(id, _)| id.as_str() == "gone.example"));
    for _ in 0..2 {
        recorded.publish(&kv);
        assert_eq!(recorded.value("kv_entries", "gone.example", "Note"), Some(0.0));
        assert_eq!(recorded.value("kv_bytes", "gone.example", "Note"), Some(0.0));
        assert_eq!(recorded.value("kv_writes_total", "gone.example", "Note"), Some(1.0));
        assert_eq!(recorded.value("kv_watchers", "acme.example", "Note"), Some(0.0));
    }

    kv.tenant("gone.example").unwrap().set::<Note>("k", note("x")).unwrap();
    recorded.publish(&kv);
    assert_eq!(recorded.value("kv_entries", "gone.example", "Note"), Some(1.0));
}

#[test]
fn types_with_the_same_tag_are_summed() {
    mod other {
        #[derive(Debug, kv_core::KvType)]
        pub(super) struct Recent(pub(super) u32);
    }
    let (_, kv, recorded) = given();
    let acme = kv.tenant("acme.example").unwrap();
    acme.set::<Recent>("k", Recent(1)).unwrap();
    acme.set::<other::Recent>("k", other::Recent(2)).unwrap();
    recorded.publish(&kv);
    assert_eq!(recorded.value("kv_entries", "acme.example", "Recent"), Some(2.0));
}

#[test]
fn recorder_may_use_the_store() {
    struct Nosy(KvStore);

    impl Nosy {
        fn look(&self) {
            let store = self.0.tenant("acme.example").unwrap();
            store.set::<Note>("k", note("y")).unwrap();
            assert_eq!(self.0.stats().entries, 1);
            // With another recorder, to avoid endless recursion.
            metrics::with_local_recorder(&metrics::NoopRecorder, || self.0.publish_metrics());
        }
    }

    impl Recorder for Nosy {
        fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {
            self.look();
        }

        fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {
            self.look();
        }

        fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

        fn register_counter(&self, _: &Key, _: &Metadata<'_>) -> Counter {
            self.look();
            Counter::noop()
        }

        fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
            self.look();
            Gauge::noop()
        }

        fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
            Histogram::noop()
        }
    }

    let (_, kv, _) = given();
    kv.tenant("acme.example").unwrap().set::<Note>("k", note("x")).unwrap();
    metrics::with_local_recorder(&Nosy(kv.clone()), || kv.publish_metrics());
    assert!(kv.stats().writes > 1);
}
