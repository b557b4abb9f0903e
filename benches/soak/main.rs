//! `scripts/soak MINUTES [--leak]`: a store under churn for as long as is wanted, whose memory must stay where it is.
//!
//! Threads write, read, scan, watch and drop over tenants that come and go, types that expire and evict, and limits that
//! refuse. Meanwhile memory is sampled, as the system sees it and as it is requested of the allocator, and every operation
//! timed. It fails when the last quarter of the time takes more memory than the one before by more than the tolerance, and
//! when what was requested is not given back with the store. `--leak` forgets a value now and then, which must make it fail.
//!
//! `churn` is what the threads do, `latency` how long it takes, `samples` what is seen and judged, `chart` how it is shown.

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

/// How many samples there are, whatever the time.
const SAMPLES: u32 = 200;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let leaks = words.iter().any(|word| word == "--leak");
    let mut rest = words.iter().filter(|word| *word != "--leak");
    let minutes = rest.next().and_then(|word| word.parse::<f64>().ok()).filter(|minutes| *minutes > 0.0);
    let (Some(minutes), chart) = (minutes, rest.next()) else {
        eprintln!("soak MINUTES [CHART.svg] [--leak]");
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
        Ok(says) => {
            println!("flat: {says}");
            ExitCode::SUCCESS
        }
        Err(says) => {
            println!("NOT FLAT: {says}");
            ExitCode::FAILURE
        }
    }
}

fn soak(duration: Duration, leaks: bool) -> Samples {
    let latencies = Arc::new(Latencies::new());
    let mut samples = Samples::with_room(SAMPLES);
    let before = counting::live();
    let churn = Churn::start(&latencies, leaks);
    let start = Instant::now();
    for n in 1..=SAMPLES {
        let due = duration * n / SAMPLES;
        std::thread::sleep(due.saturating_sub(start.elapsed()));
        samples.take(start.elapsed(), &churn.kv().stats(), &latencies);
        if n % (SAMPLES / 10) == 0 {
            println!("{}", samples.last_line());
        }
    }
    samples.refused = churn.stop();
    samples.kept = counting::live() - before;
    samples
}
