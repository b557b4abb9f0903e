//! `scripts/soak MINUTES [CHART.svg] [--leak]`: checks that the memory of a busy store does not
//! grow.
//!
//! Threads write, read, scan, watch and drop: tenants come and go, entries expire and are evicted,
//! and limits reject writes. Meanwhile the program samples the resident memory and the bytes
//! requested from the allocator, and times every operation. It fails if the last quarter of the
//! time takes more memory than the third, beyond a tolerance, or if dropping the store does not
//! free its memory. `--leak` leaks values on purpose, which must make it fail.
//!
//! `churn` has the threads, `latency` the histograms, `samples` the samples and the verdict,
//! `chart` the chart.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for a terminal")]
#![allow(clippy::cast_precision_loss, reason = "figures are rounded anyway")]

mod chart;
mod churn;
mod latency;
mod samples;

use benches::counting;
use churn::Churn;
use latency::Latencies;
use samples::Samples;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Number of samples, for any duration.
const SAMPLES: u32 = 200;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let leaks = arguments.iter().any(|argument| argument == "--leak");
    let mut rest = arguments.iter().filter(|argument| *argument != "--leak");
    let minutes = rest.next().and_then(|text| text.parse::<f64>().ok()).filter(|minutes| *minutes > 0.0);
    let (Some(minutes), chart) = (minutes, rest.next()) else {
        eprintln!("usage: soak MINUTES [CHART.svg] [--leak]");
        return ExitCode::FAILURE;
    };
    let Ok(duration) = Duration::try_from_secs_f64(minutes * 60.0) else {
        eprintln!("{minutes} minutes are too many");
        return ExitCode::FAILURE;
    };
    let chart = chart.map_or_else(|| PathBuf::from("target/soak.svg"), PathBuf::from);
    let samples = counting::during(|| soak(duration, leaks));
    println!("{samples}");
    if let Err(error) = std::fs::write(&chart, chart::chart(&samples)) {
        eprintln!("{}: {error}", chart.display());
        return ExitCode::FAILURE;
    }
    println!("chart: {}", chart.display());
    match samples.verdict() {
        Ok(details) => {
            println!("flat: {details}");
            ExitCode::SUCCESS
        }
        Err(details) => {
            println!("NOT FLAT: {details}");
            ExitCode::FAILURE
        }
    }
}

fn soak(duration: Duration, leaks: bool) -> Samples {
    let latencies = Arc::new(Latencies::new());
    let mut samples = Samples::with_capacity(SAMPLES);
    let before = counting::live();
    let churn = Churn::start(&latencies, leaks);
    let start = Instant::now();
    for n in 1..=SAMPLES {
        let next = duration * n / SAMPLES;
        std::thread::sleep(next.saturating_sub(start.elapsed()));
        samples.take(start.elapsed(), &churn.kv().stats(), &latencies);
        if n % (SAMPLES / 10) == 0 {
            println!("{}", samples.last_line());
        }
    }
    samples.rejected = churn.stop();
    samples.kept = counting::live() - before;
    samples
}
