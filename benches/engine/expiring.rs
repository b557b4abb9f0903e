//! Latencies of other operations while many entries of one collection expire at once. Only this
//! store is measured: its peers do not expire entries, or only when they are used.

use crate::workloads::{Bench, Contender};
use kv_core::{KvStore, KvType, Limits, SetOptions, TypedStore};
use parking_lot::Mutex;
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// The names and units of the figures, in their order.
pub(crate) const TABLES: [(&str, &str); 5] = [
    ("read p99.9 while expiring", "ns"),
    ("write p99.9 while expiring", "ns"),
    ("time to expire all", "ms"),
    ("expiry delay p50", "ms"),
    ("expiry delay p99", "ms"),
];

/// Pause of the reader and the writer between two operations. It leaves the cores to the expiry
/// thread most of the time, so that the store delays the operations and not the scheduler. It also
/// keeps the number of fast operations low enough that slow ones show in the percentile.
const PAUSE: Duration = Duration::from_micros(20);

/// Least time between the last write and the deadline.
const MARGIN: Duration = Duration::from_millis(200);

#[derive(KvType)]
#[kv(ttl = "1h")]
struct Session {
    user: String,
    /// Set for entries that expire, to record when they are dropped. Polling the store's statistics
    /// instead would cost time, since they visit every expired entry.
    #[kv(skip)]
    expiry: Option<Arc<Expiry>>,
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(expiry) = &self.expiry {
            expiry.record();
        }
    }
}

/// The common deadline of many entries, and the record of their removals.
struct Expiry {
    deadline: Instant,
    entries: usize,
    removed: AtomicUsize,
    /// Delays of every sixteenth removal and of the last one. Reading the clock for each removal
    /// would take about as long as the removal.
    delays: Mutex<Vec<Duration>>,
}

impl Expiry {
    const SAMPLE: usize = 16;

    fn record(&self) {
        let removed = self.removed.fetch_add(1, Ordering::Relaxed) + 1;
        if removed.is_multiple_of(Self::SAMPLE) || removed == self.entries {
            self.delays.lock().push(self.deadline.elapsed());
        }
    }

    fn is_over(&self) -> bool {
        self.removed.load(Ordering::Relaxed) == self.entries
    }
}

pub(crate) fn expiring(bench: &mut Bench) -> Vec<Contender> {
    let entries = bench.largest_input().keys.len();
    let measure = move |_| {
        // Doubles the time until a slow machine can write all entries before their deadline.
        let mut time = MARGIN + Duration::from_micros(3) * u32::try_from(entries).unwrap_or(u32::MAX);
        loop {
            if let Some(figures) = expire(entries, time) {
                return figures;
            }
            time *= 2;
        }
    };
    vec![Contender::ours(measure)]
}

/// Returns the figures, or `None` if not all entries were written before their deadline, `time`
/// from now.
fn expire(entries: usize, time: Duration) -> Option<Vec<f64>> {
    let kv = KvStore::builder().limits(Limits::unlimited()).build();
    let sessions: TypedStore<Session> = kv.tenant("acme.example").expect("a host").typed();
    let session = |expiry| Session { user: "user-7".to_owned(), expiry };
    let set = |key: &str, session: Session, options| {
        sessions.set_with(key, session, options).expect("it is within the rules");
    };
    let others: Vec<_> = (0..1_000).map(|n| format!("other:{n:07}")).collect();
    for key in &others {
        set(key, session(None), SetOptions::new());
    }
    let deadline = Instant::now() + time;
    let expiry =
        Arc::new(Expiry { deadline, entries, removed: AtomicUsize::new(0), delays: Mutex::default() });
    for n in 0..entries {
        let ttl = deadline.saturating_duration_since(Instant::now());
        if ttl < MARGIN {
            return None;
        }
        let expiring = session(Some(Arc::clone(&expiry)));
        set(&format!("cursor:user:{n:07}"), expiring, SetOptions::new().ttl(ttl));
    }
    let other = |n: usize| others[n % others.len()].as_str();
    let (reads, writes) = std::thread::scope(|scope| {
        let reader = scope.spawn(|| paced(&expiry, |n| _ = black_box(sessions.get(other(n)))));
        let writer = scope.spawn(|| paced(&expiry, |n| set(other(n), session(None), SetOptions::new())));
        (reader.join().expect("no reader panics"), writer.join().expect("no writer panics"))
    });
    assert_eq!(
        sessions.stats().expirations,
        entries as u64,
        "exactly the entries with the common deadline have expired"
    );
    let delays = sorted(std::mem::take(&mut *expiry.delays.lock()));
    let millis = |time: Duration| time.as_secs_f64() * 1e3;
    Some(vec![
        permille(&reads, 999).as_nanos() as f64,
        permille(&writes, 999).as_nanos() as f64,
        millis(permille(&delays, 1_000)),
        millis(permille(&delays, 500)),
        millis(permille(&delays, 990)),
    ])
}

/// Repeats an operation from the deadline until all entries are removed, and returns the sorted
/// times.
fn paced(expiry: &Expiry, operation: impl Fn(usize)) -> Vec<Duration> {
    let mut times = Vec::with_capacity(1 << 16);
    std::thread::sleep(expiry.deadline.saturating_duration_since(Instant::now()));
    while !expiry.is_over() {
        let start = Instant::now();
        operation(times.len());
        times.push(start.elapsed());
        assert!(expiry.deadline.elapsed() < Duration::from_mins(1), "expired entries are not removed");
        std::thread::sleep(PAUSE);
    }
    sorted(times)
}

fn sorted(mut times: Vec<Duration>) -> Vec<Duration> {
    times.sort_unstable();
    times
}

/// Returns the time that `of_1000` out of a thousand do not exceed.
fn permille(sorted: &[Duration], of_1000: usize) -> Duration {
    let last = sorted.len().saturating_sub(1);
    sorted.get((sorted.len() * of_1000 / 1_000).min(last)).copied().unwrap_or_default()
}
