//! Histograms of latencies, with eight classes per power of two.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// A timed operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Get,
    Set,
    Update,
    Delete,
    Scan,
    GetOrInsert,
    Watch,
    Drop,
}

impl Op {
    pub(crate) const ALL: [(Self, &str); 8] = [
        (Self::Get, "get"),
        (Self::Set, "set"),
        (Self::Update, "update"),
        (Self::Delete, "delete"),
        (Self::Scan, "scan 50"),
        (Self::GetOrInsert, "get_or_insert"),
        (Self::Watch, "watch and receive"),
        (Self::Drop, "drop_tenant"),
    ];
}

/// Eight classes for each power of two of nanoseconds.
const CLASSES: usize = 8 * 40;

/// Histograms of all threads, for each operation.
pub(crate) struct Latencies([[AtomicU64; CLASSES]; Op::ALL.len()]);

impl Latencies {
    pub(crate) fn new() -> Self {
        Self(std::array::from_fn(|_| std::array::from_fn(|_| AtomicU64::new(0))))
    }

    pub(crate) fn time<R>(&self, op: Op, work: impl FnOnce() -> R) -> R {
        let start = Instant::now();
        let result = work();
        self.0[op as usize][class(start.elapsed())].fetch_add(1, Ordering::Relaxed);
        result
    }

    /// Returns the histograms and resets them.
    pub(crate) fn take(&self) -> [Counts; Op::ALL.len()] {
        std::array::from_fn(|op| Counts(std::array::from_fn(|at| self.0[op][at].swap(0, Ordering::Relaxed))))
    }
}

fn class(took: Duration) -> usize {
    let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX).max(8);
    let power = nanos.ilog2();
    let eighth = (nanos >> (power - 3)) & 7;
    (power as usize * 8 + usize::try_from(eighth).unwrap_or(0)).min(CLASSES - 1)
}

/// A histogram of durations.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counts([u64; CLASSES]);

impl Counts {
    pub(crate) const EMPTY: Self = Self([0; CLASSES]);

    pub(crate) fn add(&mut self, other: &Self) {
        for (count, more) in self.0.iter_mut().zip(other.0) {
            *count += more;
        }
    }

    pub(crate) fn all(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Returns the upper bound, in nanoseconds, of the class in which a percentile is; `part` is
    /// from 0 to 1. Returns `None` if nothing was counted.
    pub(crate) fn percentile(&self, part: f64) -> Option<f64> {
        let target = (self.all() as f64 * part).ceil();
        let mut sum = 0;
        let at = self.0.iter().position(|count| {
            sum += count;
            sum > 0 && sum as f64 >= target
        })?;
        let (power, eighth) = (at / 8, at % 8);
        Some(2_f64.powi(i32::try_from(power).unwrap_or(0)) * (1.0 + (eighth as f64 + 1.0) / 8.0))
    }
}
