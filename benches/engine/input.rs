//! Keys, and the sequences in which they are used.

use benches::random::Random;
use std::sync::OnceLock;

/// The keys of a store, and the generators of key sequences.
pub(crate) struct Input {
    /// Keys of 19 bytes, shuffled.
    pub(crate) keys: Vec<String>,
    zipf: OnceLock<Zipf>,
}

impl Input {
    pub(crate) fn new(count: usize) -> Self {
        let mut keys: Vec<_> = (0..count).map(|n| format!("cursor:user:{n:07}")).collect();
        let mut random = Random::new(1);
        for at in (1..keys.len()).rev() {
            keys.swap(at, random.below(at + 1));
        }
        Self { keys, zipf: OnceLock::new() }
    }

    /// Returns indexes of keys with a uniform distribution.
    pub(crate) fn uniform(&self, seed: usize, count: usize) -> Vec<usize> {
        let mut random = Random::new(seed);
        (0..count).map(|_| random.below(self.keys.len())).collect()
    }

    /// Returns indexes of keys with a Zipf distribution.
    pub(crate) fn zipf(&self, seed: usize, count: usize) -> Vec<usize> {
        let zipf = self.zipf.get_or_init(|| Zipf::new(self.keys.len()));
        let mut random = Random::new(seed);
        (0..count).map(|_| zipf.next(&mut random)).collect()
    }
}

/// Zipf distribution with exponent 0.99, as in the YCSB benchmark: cumulated weights by rank.
struct Zipf(Vec<f64>);

impl Zipf {
    fn new(count: usize) -> Self {
        let mut sum = 0.0;
        let sums = (1..=count).map(|rank| {
            sum += (rank as f64).powf(-0.99);
            sum
        });
        Self(sums.collect())
    }

    fn next(&self, random: &mut Random) -> usize {
        let last = self.0.last().copied().unwrap_or(1.0);
        let target = random.number() as f64 / u64::MAX as f64 * last;
        self.0.partition_point(|sum| *sum < target).min(self.0.len() - 1)
    }
}
