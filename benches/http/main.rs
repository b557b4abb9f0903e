//! Compares HTTP servers under the same load: the Express server of the original design document,
//! bare axum handlers over a locked `HashMap`, and kv-http as in `examples/http_server`.
//!
//! `cargo bench -p benches --bench http` takes about two minutes, `-- --quick` half a minute. It
//! needs `node`, `npm` and `wrk`, and installs `wrk` with apt-get if it is missing. Each round
//! loads every server once, in turn, over the loopback interface; the figures are medians of the
//! rounds.
//!
//! With two cores, each server runs all its threads on the first core, and the load runs on the
//! last. The figures thus compare what one core does. If a server is not busy all the time, the
//! load on one core is too small to saturate it. The processor time per request does not depend on
//! that and is printed as well.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for a terminal")]

mod bare;
mod cores;
mod load;
mod servers;

use cores::Cores;
use load::{Figures, Operation, Wrk};
use std::io;

/// Argument with which this program is the bare axum server.
const SERVE_BARE: &str = "--serve-bare";

/// Least requests per second, relative to bare axum and to the seed server.
const MIN_OF_BARE: f64 = 0.9;
const MIN_OF_SEED: f64 = 12.0;

fn main() -> io::Result<()> {
    let has_argument = |name: &str| std::env::args().any(|argument| argument == name);
    if has_argument(SERVE_BARE) {
        return bare::serve();
    }
    let (rounds, seconds) = if has_argument("--quick") { (3, 1) } else { (7, 3) };
    let cores = Cores::choose();
    println!("{}", cores.description());
    let wrk = Wrk::get(cores)?;
    let servers = servers::start(cores)?;
    for operation in Operation::ALL {
        let mut figures: [Vec<Figures>; 3] = Default::default();
        for round in 0..=rounds {
            eprintln!("{}, round {round} of {rounds} …", operation.name());
            for (server, figures) in servers.iter().zip(&mut figures) {
                let figure = wrk.run(server, operation, seconds)?;
                // The first round warms up.
                if round > 0 {
                    figures.push(figure);
                }
            }
        }
        let a_second = figures.each_ref().map(|all| median(all.iter().map(|figure| figure.a_second)));
        let micros =
            figures.each_ref().map(|all| median(all.iter().filter_map(|figure| figure.processor_micros)));
        let [of_seed, of_bare, _] = a_second.map(|theirs| a_second[2] / theirs);
        println!(
            "\n{:<16} {:>12} {:>9} {:>20} {:>9} {:>6}",
            operation.name(),
            "requests/s",
            "kv-http",
            "processor time",
            "kv-http",
            "busy"
        );
        for (at, server) in servers.iter().enumerate() {
            let ratio = a_second[2] / a_second[at];
            let busy = a_second[at] * micros[at] / 1e6 * 100.0;
            let of_time = micros[at] / micros[2];
            println!(
                "{:<16} {:>12.0} {ratio:>8.2}x {:>17.1} µs {of_time:>8.2}x {busy:>5.0}%",
                server.name, a_second[at], micros[at]
            );
        }
        verdict("bare axum", of_bare, MIN_OF_BARE);
        verdict("the seed server", of_seed, MIN_OF_SEED);
    }
    Ok(())
}

fn verdict(peer: &str, ratio: f64, target: f64) {
    let met = if ratio >= target { "met" } else { "MISSED" };
    println!("at least {target} times {peer}: {met} ({ratio:.2})");
}

/// Returns the median, or NaN without figures.
fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_unstable_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}
