//! Keys, and the sequences in which they are asked for.

use benches::random::Random;
use std::sync::OnceLock;

/// The keys of a store, and how often each is wanted.
pub(crate) struct Input {
    /// Of 19 bytes, in no order.
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

    /// Places of keys, all alike.
    pub(crate) fn uniform(&self, seed: usize, count: usize) -> Vec<usize> {
        let mut random = Random::new(seed);
        (0..count).map(|_| random.below(self.keys.len())).collect()
    }

    /// Places of keys of which few are wanted most.
    pub(crate) fn zipf(&self, seed: usize, count: usize) -> Vec<usize> {
        let zipf = self.zipf.get_or_init(|| Zipf::new(self.keys.len()));
        let mut random = Random::new(seed);
        (0..count).map(|_| zipf.next(&mut random)).collect()
    }
}

/// Numbers of which the n-th is wanted 1/n^0.99 as often as the first, as in the YCSB benchmark.
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
        let wanted = random.number() as f64 / u64::MAX as f64 * last;
        self.0.partition_point(|sum| *sum < wanted).min(self.0.len() - 1)
    }
}
