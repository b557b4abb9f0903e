//! The in-memory engine beside its peers, in one run on one machine.
//!
//! `cargo bench -p benches --bench engine` measures all in about ten minutes, and writes `RESULTS.md` and `RESULTS.svg` beside this
//! folder; `-- --quick` takes about half a minute and prints alone; other words name the workloads or figures that are
//! wanted. Each round measures every peer once, so that a change of the machine's mood meets all of them. Redis is among
//! the peers where `redis-server` is on the `PATH`, or `KV_REDIS_SERVER` names it.
//!
//! `workloads` says what is measured of whom, `measurements` how; `peers` and `redis` are the stores. What only this
//! store does has a file of its own, as `expiring`, and returns one contender.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for a terminal"
)]
#![allow(clippy::cast_precision_loss, reason = "figures are rounded anyway")]

mod cursor;
mod expiring;
mod input;
mod measurements;
mod peers;
#[cfg(unix)]
mod redis;
mod report;
mod watching;
mod workloads;

use report::Report;
use workloads::{Bench, Scale};

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let scale = if words.iter().any(|word| word == "--quick") { Scale::QUICK } else { Scale::FULL };
    let wanted: Vec<&str> = words.iter().map(String::as_str).filter(|word| !word.starts_with("--")).collect();
    let mut bench = Bench::new(scale);
    let mut report = Report::default();
    for workload in workloads::all() {
        if wanted.is_empty() || wanted.iter().any(|word| workload.is_called(word)) {
            eprintln!("{} …", workload.name);
            report.add(workload.run(&mut bench));
        }
    }
    print!("{report}");
    if scale == Scale::FULL && wanted.is_empty() {
        report.write().expect("the results can be written");
    }
}
