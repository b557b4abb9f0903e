//! Compares the in-memory engine with its peers, in one run on one machine.
//!
//! `cargo bench -p benches --bench engine` takes about ten minutes and writes `benches/RESULTS.md`
//! and `benches/RESULTS.svg`. `-- --quick` takes about half a minute and only prints the figures.
//! Other arguments select workloads or tables by a part of their name. Each round measures every
//! peer once, so that a change in the machine's speed affects all of them. Redis takes part if
//! `redis-server` is on the `PATH` or `KV_REDIS_SERVER` has its path.
//!
//! `workloads` lists the workloads and their peers, `measurements` has the code that measures,
//! `peers` and `redis` are the stores. Workloads without peers, such as `expiring`, have their own
//! files.

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
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let scale =
        if arguments.iter().any(|argument| argument == "--quick") { Scale::QUICK } else { Scale::FULL };
    let selected: Vec<&str> =
        arguments.iter().map(String::as_str).filter(|argument| !argument.starts_with("--")).collect();
    let mut bench = Bench::new(scale);
    let mut report = Report::default();
    for workload in workloads::all() {
        if selected.is_empty() || selected.iter().any(|part| workload.has_name_with(part)) {
            eprintln!("{} …", workload.name);
            report.add(workload.run(&mut bench));
        }
    }
    print!("{report}");
    if scale == Scale::FULL && selected.is_empty() {
        report.write().expect("the results can be written");
    }
}
