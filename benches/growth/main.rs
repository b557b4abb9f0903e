//! How the time to read untrusted JSON grows with its size, for every type of the corpus and every
//! way to corrupt or inflate a sample: valid, wrong, unknown members, long names, repeated and
//! nested parts.
//!
//! `cargo bench -p benches --bench growth` takes about two minutes. It finds the way that costs
//! most at 64 KiB for each type, times it at 4, 8, 16, 32 and 64 KiB, and prints the growth from 4
//! to 64 KiB divided by 16: 1 is linear, 16 quadratic. It fails if a type takes longer than 50 ms
//! at 64 KiB or grows by more than twice its size.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "a program for a terminal")]

mod hostile;
mod inputs;

use arbitrary::Unstructured;
use inputs::{WAYS, Way, inflated, places, without_last};
use kv_core::{Codec, DecodeOptions};
use kv_corpus::make;
use kv_corpus::strict::Stored;
use serde_json::Value;
use std::collections::HashSet;
use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant};

const SIZES: [usize; 5] = [4 << 10, 8 << 10, 16 << 10, 32 << 10, 64 << 10];
const LARGEST: usize = SIZES[4];
const SAMPLES: u64 = 6;
const MOST: Duration = Duration::from_millis(50);

/// A time so short that its growth says nothing.
const NOTHING: Duration = Duration::from_micros(100);

struct Worst {
    time: Duration,
    sample: Value,
    place: String,
    way: Way,
}

struct Line {
    name: &'static str,
    input: String,
    times: [Duration; 5],
}

fn main() -> ExitCode {
    let mut lines = Vec::new();
    for stored in Stored::all() {
        if let Some(worst) = worst(&stored) {
            let json = |size| inflated(&worst.sample, &worst.place, worst.way, size).unwrap_or_default();
            let input = format!("{:?} at {:?}", worst.way, worst.place);
            lines.push(Line { name: stored.case.name, input, times: times(&stored.codec, json) });
        }
    }
    lines.sort_by_key(|line| std::cmp::Reverse(line.times[4]));
    for (input, codec, json) in hostile::all() {
        lines.push(Line { name: "", input: input.to_owned(), times: times(&codec, json) });
    }
    println!(
        "{:<24} {:>10} {:>10} {:>10} {:>10} {:>10}  growth",
        "type", "4 KiB", "8 KiB", "16 KiB", "32 KiB", "64 KiB"
    );
    let mut failed = false;
    for Line { name, input, times } in &lines {
        let growth = times[4].as_secs_f64() / times[0].as_secs_f64() / 16.0;
        let is_bad = times[4] > MOST || growth > 2.0 && times[4] > NOTHING * 16;
        failed |= is_bad;
        let micros = times.map(|time| format!("{:>7.0} µs", time.as_secs_f64() * 1e6)).join(" ");
        println!("{name:<24} {micros} {growth:>7.2}  {input}{}", if is_bad { "  TOO MUCH" } else { "" });
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// The shortest of some times for each size.
fn times(codec: &Codec, json: impl Fn(usize) -> String) -> [Duration; 5] {
    SIZES.map(|size| {
        let json = json(size);
        (0..5).map(|_| time(codec, &json)).min().unwrap_or_default()
    })
}

/// The inflated sample that takes longest.
fn worst(stored: &Stored) -> Option<Worst> {
    let mut seen = HashSet::new();
    let mut worst: Option<Worst> = None;
    for seed in 0..SAMPLES {
        let Some(sample) = sample(stored, seed) else { continue };
        for sample in [without_last(&sample), sample] {
            let mut all = Vec::new();
            places(&sample, "", &mut all);
            for place in all.iter().take(24) {
                for way in WAYS {
                    let Some(json) = inflated(&sample, place, way, LARGEST) else { continue };
                    if !seen.insert(json.clone()) {
                        continue;
                    }
                    let time = time(&stored.codec, &json);
                    if worst.as_ref().is_none_or(|worst| worst.time < time) {
                        worst = Some(Worst { time, sample: sample.clone(), place: place.clone(), way });
                    }
                }
            }
        }
    }
    worst
}

/// A valid value of the type.
fn sample(stored: &Stored, seed: u64) -> Option<Value> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let bytes: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    })
    .take(2048)
    .collect();
    make::plain(stored.case.schema, &mut Unstructured::new(&bytes)).ok()
}

fn time(codec: &Codec, json: &str) -> Duration {
    let start = Instant::now();
    let read = codec.decode(black_box(json.as_bytes()), DecodeOptions::new());
    let time = start.elapsed();
    drop(black_box(read));
    time
}
