//! What others notice while many entries of one collection become due at once. Only this store is measured: its peers
//! expire nothing, or only when they are used.

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
    ("lateness of expiry p50", "ms"),
    ("lateness of expiry p99", "ms"),
];

/// How long a reader and a writer rest between two operations. So they leave the cores to the thread that expires for
/// most of the time, and it is the store that delays them rather than the scheduler; and an operation that waits long
/// is not lost among very many that do not.
const PAUSE: Duration = Duration::from_micros(20);

/// How long before the deadline the last entry is to be written.
const REST: Duration = Duration::from_millis(200);

#[derive(KvType)]
#[kv(ttl = "1h")]
struct Session {
    user: String,
    /// Those that expire note when they are dropped. The store's own count of expirations would have to be asked for
    /// all the time, and looks at every entry that is due.
    #[kv(skip)]
    ending: Option<Arc<Ending>>,
}

impl Drop for Session {
    fn drop(&mut self) {
        if let Some(ending) = &self.ending {
            ending.note();
        }
    }
}

/// The common deadline of many entries, and what became of them.
struct Ending {
    due: Instant,
    entries: usize,
    gone: AtomicUsize,
    /// How late the last was and one in so many of those before it; a look at the clock for each would take about as
    /// long as its removal.
    late: Mutex<Vec<Duration>>,
}

impl Ending {
    const EACH: usize = 16;

    fn note(&self) {
        let gone = self.gone.fetch_add(1, Ordering::Relaxed) + 1;
        if gone.is_multiple_of(Self::EACH) || gone == self.entries {
            self.late.lock().push(self.due.elapsed());
        }
    }

    fn is_over(&self) -> bool {
        self.gone.load(Ordering::Relaxed) == self.entries
    }
}

pub(crate) fn expiring(bench: &mut Bench) -> Vec<Contender> {
    let entries = bench.most().keys.len();
    let measure = move |_| {
        // A machine that is slow today gets more time to write all entries before they are due.
        let mut given = REST + Duration::from_micros(3) * u32::try_from(entries).unwrap_or(u32::MAX);
        loop {
            if let Some(figures) = expire(entries, given) {
                return figures;
            }
            given *= 2;
        }
    };
    vec![Contender::ours(measure)]
}

/// The figures, or `None` when the entries were not all written in the time given.
fn expire(entries: usize, given: Duration) -> Option<Vec<f64>> {
    let kv = KvStore::builder().limits(Limits::unlimited()).build();
    let sessions: TypedStore<Session> = kv.tenant("acme.example").expect("a host").typed();
    let session = |ending| Session { user: "user-7".to_owned(), ending };
    let set = |key: &str, session: Session, options| {
        sessions.set_with(key, session, options).expect("it is within the rules");
    };
    let others: Vec<_> = (0..1_000).map(|n| format!("other:{n:07}")).collect();
    for key in &others {
        set(key, session(None), SetOptions::new());
    }
    let due = Instant::now() + given;
    let ending = Arc::new(Ending { due, entries, gone: AtomicUsize::new(0), late: Mutex::default() });
    for n in 0..entries {
        let ttl = due.saturating_duration_since(Instant::now());
        if ttl < REST {
            return None;
        }
        let expiring = session(Some(Arc::clone(&ending)));
        set(&format!("cursor:user:{n:07}"), expiring, SetOptions::new().ttl(ttl));
    }
    let other = |n: usize| others[n % others.len()].as_str();
    let (reads, writes) = std::thread::scope(|scope| {
        let reader = scope.spawn(|| paced(&ending, |n| _ = black_box(sessions.get(other(n)))));
        let writer = scope.spawn(|| paced(&ending, |n| set(other(n), session(None), SetOptions::new())));
        (reader.join().expect("no reader panics"), writer.join().expect("no writer panics"))
    });
    assert_eq!(sessions.stats().expirations, entries as u64, "all have expired, and none of the others");
    let late = sorted(std::mem::take(&mut *ending.late.lock()));
    let millis = |time: Duration| time.as_secs_f64() * 1e3;
    Some(vec![
        at(&reads, 999).as_nanos() as f64,
        at(&writes, 999).as_nanos() as f64,
        millis(at(&late, 1_000)),
        millis(at(&late, 500)),
        millis(at(&late, 990)),
    ])
}

/// Makes operations from the deadline until all are gone, and returns what each took.
fn paced(ending: &Ending, operation: impl Fn(usize)) -> Vec<Duration> {
    let mut times = Vec::with_capacity(1 << 16);
    std::thread::sleep(ending.due.saturating_duration_since(Instant::now()));
    while !ending.is_over() {
        let start = Instant::now();
        operation(times.len());
        times.push(start.elapsed());
        assert!(ending.due.elapsed() < Duration::from_mins(1), "what is due is removed");
        std::thread::sleep(PAUSE);
    }
    sorted(times)
}

fn sorted(mut times: Vec<Duration>) -> Vec<Duration> {
    times.sort_unstable();
    times
}

/// The time that so many of a thousand do not exceed.
fn at(sorted: &[Duration], of_1000: usize) -> Duration {
    let last = sorted.len().saturating_sub(1);
    sorted.get((sorted.len() * of_1000 / 1_000).min(last)).copied().unwrap_or_default()
}
