//! HTTP as users meet it: the server of the design document that this project began with, a bare axum handler over a
//! locked `HashMap`, and kv-http as `examples/http_server` serves it, under one load.
//!
//! `cargo bench -p benches --bench http` takes about two minutes, `-- --quick` half a minute. It needs `node`, `npm` and `wrk`, and
//! gets `wrk` from the distribution where it is missing. Each round loads every server once, in turn; the figures are
//! medians of the rounds. The one connection to the machine that they share is the loopback.
//!
//! Where there are two cores, every server has the first one to itself, with all its threads, and the load the last one. So
//! what is compared is what a core does: none takes time from the load, or gets help from the other core. A server that is
//! not busy all the time could do more than one core of load asks for; the processor time of a request does not depend on that,
//! and is compared beside.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for a terminal")]

mod bare;
mod cores;
mod load;
mod servers;

use cores::Cores;
use load::{Figures, Operation, Wrk};
use std::io;

/// What this program is told to be the bare server with.
const SERVE_BARE: &str = "--serve-bare";

/// How much of what bare axum does in a second we must do, and how many times what the seed does.
const OF_BARE: f64 = 0.9;
const OF_SEED: f64 = 12.0;

fn main() -> io::Result<()> {
    let is_told = |word: &str| std::env::args().any(|said| said == word);
    if is_told(SERVE_BARE) {
        return bare::serve();
    }
    let (rounds, seconds) = if is_told("--quick") { (3, 1) } else { (7, 3) };
    let cores = Cores::choose();
    println!("{}", cores.said());
    let wrk = Wrk::get(cores)?;
    let servers = servers::start(cores)?;
    for operation in Operation::ALL {
        let mut figures: [Vec<Figures>; 3] = Default::default();
        for round in 0..=rounds {
            eprintln!("{}, round {round} of {rounds} …", operation.name());
            for (server, figures) in servers.iter().zip(&mut figures) {
                let figure = wrk.run(server, operation, seconds)?;
                // The first one warms up.
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
            "processor time each",
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
        verdict("bare axum", of_bare, OF_BARE);
        verdict("the seed", of_seed, OF_SEED);
    }
    Ok(())
}

fn verdict(of: &str, ratio: f64, wanted: f64) {
    let met = if ratio >= wanted { "met" } else { "MISSED" };
    println!("at least {wanted} times {of}: {met} ({ratio:.2})");
}

/// The one in the middle; NaN of none.
fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_unstable_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}
