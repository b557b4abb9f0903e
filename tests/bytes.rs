//! Compares the size that a store reports for its entries with the bytes requested from the
//! allocator.
//!
//! `cargo test -p kv-tests --test bytes -- --nocapture` prints the table.

#![expect(clippy::print_stdout, clippy::cast_precision_loss, reason = "prints a table")]
#![expect(
    clippy::unwrap_used,
    reason = "clippy allows `unwrap` in functions with #[test], but not in their helpers"
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
            fn sample(n: usize, text: usize) -> Self {
                Self { text: "x".repeat(text), n }
            }
        }
    )*};
}

/// Runs the tests one at a time, so that none counts the allocations of another.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

trait Kind: KvType {
    fn sample(n: usize, text: usize) -> Self;
}

kinds! {
    Plain;
    Brief(ttl = "1h");
    Recent(max_entries = 1_000_000, evict = "oldest");
    RecentBrief(ttl = "1h", max_entries = 1_000_000, evict = "oldest");
}

/// Number and sizes of the entries to write, and how they are written.
#[derive(Clone, Copy, Debug)]
struct Entries {
    count: usize,
    key: usize,
    text: usize,
    ttl: Option<Duration>,
    is_watched: bool,
}

impl Entries {
    fn fill<T: Kind>(self, store: &TypedStore<T>) {
        let options = self.ttl.map_or_else(SetOptions::new, |ttl| SetOptions::new().ttl(ttl));
        for n in 0..self.count {
            let key = format!("{n:0width$}", width = self.key);
            store.set_with(&key, T::sample(n, self.text), options).unwrap();
        }
    }

    /// Returns the average bytes of an entry: as requested from the allocator, and as reported by
    /// the store.
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
        (requested as f64 / self.count as f64, store.stats().bytes as f64 / self.count as f64)
    }
}

/// Prints a line for each combination of sizes, and collects those that differ by more than a
/// fifth.
fn compare<T: Kind>(outliers: &mut Vec<String>) {
    let ttls = if T::DEFAULT_TTL.is_some() { &[None][..] } else { &[None, Some(Duration::from_secs(9))] };
    for (ttl, is_watched) in ttls.iter().flat_map(|ttl| [(*ttl, false), (*ttl, true)]) {
        for count in [1_000, 1_500, 10_000] {
            for (key, text) in [(8, 0), (8, 16), (40, 200)] {
                let entries = Entries { count, key, text, ttl, is_watched };
                let (requested, reported) = entries.measure::<T>();
                let ratio = reported / requested;
                println!("{:12} {requested:4.0} {reported:4.0} {ratio:.2}  {entries:?}", T::TYPE_TAG);
                if !(0.8..=1.2).contains(&ratio) {
                    outliers.push(format!("{}, {entries:?}: {ratio:.2}", T::TYPE_TAG));
                }
            }
        }
    }
}

#[test]
fn reported_bytes_are_within_a_fifth_of_the_requested_bytes() {
    let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let mut outliers = Vec::new();
    compare::<Plain>(&mut outliers);
    compare::<Brief>(&mut outliers);
    compare::<Recent>(&mut outliers);
    compare::<RecentBrief>(&mut outliers);
    assert!(outliers.is_empty(), "{outliers:#?}");
}

#[test]
fn overhead_of_a_collection_of_ten_is_below_two_kilobytes() {
    const TENANTS: usize = 100;
    const TEN: Entries = Entries { count: 10, key: 19, text: 5, ttl: None, is_watched: false };
    let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let kv = KvStore::new();
    let tenants: Vec<_> = (0..TENANTS).map(|n| kv.tenant(format!("{n}.example")).unwrap()).collect();
    for tenant in &tenants {
        Entries { count: 1, ..TEN }.fill(&tenant.typed::<Brief>());
    }
    let requested = counting::during(|| {
        let before = counting::live();
        for tenant in &tenants {
            TEN.fill(&tenant.typed::<Plain>());
        }
        usize::try_from(counting::live() - before).unwrap() / TENANTS
    });
    let data = TEN.count * (TEN.key + size_of::<Plain>() + TEN.text);
    println!("{} bytes in addition to {data} bytes of keys and values", requested - data);
    assert!(requested - data < 2048, "{requested} bytes, of which {data} are keys and values");
}
