//! What a store says its entries take, against what was requested of the allocator.
//!
//! `cargo test -p kv-tests --test bytes -- --nocapture` prints the table.

#![expect(clippy::print_stdout, clippy::cast_precision_loss, reason = "a table for people")]
#![expect(
    clippy::unwrap_used,
    reason = "clippy only knows the functions with #[test] as tests, and helpers of tests may fail too"
)]

use benches::counting;
use kv_core::{Expiry, KvStore, KvType, Limits, ManualClock, SetOptions, TypedStore};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

macro_rules! kinds {
    ($($name:ident $(($($option:tt)*))?;)*) => {$(
        #[derive(Debug, KvType)]
        $(#[kv($($option)*)])?
        struct $name {
            text: String,
            n: usize,
        }

        impl Kind for $name {
            fn of(n: usize, text: usize) -> Self {
                Self { text: "x".repeat(text), n }
            }
        }
    )*};
}

/// What one test requests is not to be counted by another.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

trait Kind: KvType {
    fn of(n: usize, text: usize) -> Self;
}

kinds! {
    Plain;
    Brief(ttl = "1h");
    Recent(max_entries = 1_000_000, evict = "oldest");
    RecentBrief(ttl = "1h", max_entries = 1_000_000, evict = "oldest");
}

/// How entries are written.
#[derive(Clone, Copy, Debug)]
struct Entries {
    many: usize,
    key: usize,
    text: usize,
    ttl: Option<Duration>,
    is_watched: bool,
}

impl Entries {
    fn fill<T: Kind>(self, store: &TypedStore<T>) {
        let options = self.ttl.map_or_else(SetOptions::new, |ttl| SetOptions::new().ttl(ttl));
        for n in 0..self.many {
            let key = format!("{n:0width$}", width = self.key);
            store.set_with(&key, T::of(n, self.text), options).unwrap();
        }
    }

    /// Of one entry on the average: what was requested, and what the store says.
    fn measure<T: Kind>(self) -> (f64, f64) {
        let limits = Limits::default().bytes_per_tenant(usize::MAX);
        let kv = KvStore::builder().clock(ManualClock::new()).expiry(Expiry::Manual).limits(limits).build();
        let store = kv.tenant("acme.example").unwrap().typed::<T>();
        let _watch = self.is_watched.then(|| store.watch(""));
        let requested = counting::during(|| {
            let before = counting::live();
            self.fill(&store);
            counting::live() - before
        });
        (requested as f64 / self.many as f64, store.stats().bytes as f64 / self.many as f64)
    }
}

fn tell<T: Kind>(beyond: &mut Vec<String>) {
    let ttls = if T::DEFAULT_TTL.is_some() { &[None][..] } else { &[None, Some(Duration::from_secs(9))] };
    for (ttl, is_watched) in ttls.iter().flat_map(|ttl| [(*ttl, false), (*ttl, true)]) {
        for many in [1_000, 1_500, 10_000] {
            for (key, text) in [(8, 0), (8, 16), (40, 200)] {
                let entries = Entries { many, key, text, ttl, is_watched };
                let (requested, said) = entries.measure::<T>();
                let ratio = said / requested;
                println!("{:12} {requested:4.0} {said:4.0} {ratio:.2}  {entries:?}", T::TYPE_TAG);
                if !(0.8..=1.2).contains(&ratio) {
                    beyond.push(format!("{}, {entries:?}: {ratio:.2}", T::TYPE_TAG));
                }
            }
        }
    }
}

#[test]
fn what_entries_are_said_to_take_is_within_a_fifth_of_what_was_requested() {
    let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let mut beyond = Vec::new();
    tell::<Plain>(&mut beyond);
    tell::<Brief>(&mut beyond);
    tell::<Recent>(&mut beyond);
    tell::<RecentBrief>(&mut beyond);
    assert!(beyond.is_empty(), "{beyond:#?}");
}

#[test]
fn a_collection_of_ten_costs_less_than_two_kilobytes_over_its_data() {
    const TENANTS: usize = 100;
    const TEN: Entries = Entries { many: 10, key: 19, text: 5, ttl: None, is_watched: false };
    let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let kv = KvStore::new();
    let tenants: Vec<_> = (0..TENANTS).map(|n| kv.tenant(format!("{n}.example")).unwrap()).collect();
    for tenant in &tenants {
        Entries { many: 1, ..TEN }.fill(&tenant.typed::<Brief>());
    }
    let requested = counting::during(|| {
        let before = counting::live();
        for tenant in &tenants {
            TEN.fill(&tenant.typed::<Plain>());
        }
        usize::try_from(counting::live() - before).unwrap() / TENANTS
    });
    let data = TEN.many * (TEN.key + size_of::<Plain>() + TEN.text);
    println!("{} bytes over {data} bytes of keys and values", requested - data);
    assert!(requested - data < 2048, "{requested} bytes, of which {data} are keys and values");
}
