//! What the store is to reach, judged by the figures of one run.

use super::{Figures, OURS, OURS_WITH_TTL, Report, ratio};
use benches::svg::{escaped, with_unit};
use std::fmt::Write;

/// One of our figures, whom it is compared with, and how much of it it may be.
struct Target {
    /// Whether it has to be met, or is only aimed at.
    must: bool,
    table: &'static str,
    ours: &'static str,
    limit: Limit,
    /// By how much two runs of the same code differ: what exceeds its limit by less is a tie.
    noise: f64,
}

enum Limit {
    /// So many times the figure of a peer.
    Of(&'static str, f64),
    /// So many times the figure of the fastest peer that keeps no order.
    OfFastestUnordered(f64),
    /// A figure in the table's own unit.
    Is(f64),
}

use Limit::{Is, Of, OfFastestUnordered};

const ALONE: f64 = 1.3;
const SEVERAL_THREADS: f64 = 2.0;
/// The same in every run.
const EXACT: f64 = 1.0;

const fn must(table: &'static str, limit: Limit, noise: f64) -> Target {
    Target { must: true, table, ours: OURS, limit, noise }
}

const fn aim(table: &'static str, limit: Limit, noise: f64) -> Target {
    Target { must: false, table, ours: OURS, limit, noise }
}

/// Against a store whose entries have a time to live, with ours that have one too.
const fn must_with_ttl(table: &'static str, limit: Limit) -> Target {
    Target { must: true, table, ours: OURS_WITH_TTL, limit, noise: ALONE }
}

const TARGETS: [Target; 20] = [
    must("get 1k", Of("dashmap", 1.0), ALONE),
    must("get 100k", Of("dashmap", 1.0), ALONE),
    must_with_ttl("get 1k", Of("moka (TTL)", 1.0 / 5.0)),
    must_with_ttl("get 100k", Of("moka (TTL)", 1.0 / 5.0)),
    must("set over 1k", Of("dashmap", 1.0), ALONE),
    must("set over 100k", Of("dashmap", 1.0), ALONE),
    must_with_ttl("set over 1k", Of("moka (TTL)", 1.0 / 8.0)),
    must_with_ttl("set over 100k", Of("moka (TTL)", 1.0 / 8.0)),
    must("90/10 zipf, 2 threads", Of("dashmap", 1.0), SEVERAL_THREADS),
    must("scan 100 of 100k", Of("RwLock<BTreeMap>", 1.5), ALONE),
    must("scan 100 of 100k", OfFastestUnordered(1.0 / 100.0), ALONE),
    must("insert to 1M", Of("dashmap", 2.0), ALONE),
    must("bytes an entry", Is(120.0), EXACT),
    aim("get 1k", Of("hashbrown, no lock", 2.5), ALONE),
    aim("get 100k", Of("hashbrown, no lock", 2.5), ALONE),
    aim("scan 100 of 100k", Of("RwLock<BTreeMap>", 0.7), ALONE),
    aim("bytes an entry", Is(90.0), EXACT),
    aim("read p99.99 while growing", Is(5_000.0), SEVERAL_THREADS),
    aim("read p99.9 while expiring", Is(1e6), SEVERAL_THREADS),
    aim("write p99.9 while expiring", Is(1e6), SEVERAL_THREADS),
];

/// A row for each target of which everything was measured.
pub(super) fn rows(report: &Report) -> String {
    let mut rows = String::new();
    for target in &TARGETS {
        let Some((figure, limit)) = target.judged(report) else { continue };
        let kind = if target.must { "must" } else { "aim" };
        let (compared, shown, allowed) = target.shown(report, figure, limit);
        let verdict = match figure {
            _ if figure <= limit => "met",
            _ if figure <= limit * target.noise => "tie",
            _ => "**not met**",
        };
        let compared = escaped(&compared);
        let _ =
            writeln!(rows, "| {kind} | {} | {compared} | {shown} | {allowed} | {verdict} |", target.table);
    }
    rows
}

impl Target {
    /// The figure and its limit, as a ratio where it is one.
    fn judged(&self, report: &Report) -> Option<(f64, f64)> {
        let ours = report.median(self.table, self.ours)?;
        match self.limit {
            Of(peer, limit) => Some((ours / report.median(self.table, peer)?, limit)),
            OfFastestUnordered(limit) => {
                Some((ours / fastest_unordered(report, self.table)?.median(), limit))
            }
            Is(limit) => Some((ours, limit)),
        }
    }

    /// What is compared, the figure, and its limit.
    fn shown(&self, report: &Report, figure: f64, limit: f64) -> (String, String, String) {
        let ours = self.ours;
        let unit = || {
            let table = report.tables.iter().find(|(table, _)| table.name == self.table);
            table.map_or("", |(table, _)| table.unit)
        };
        match self.limit {
            Of(peer, _) => (format!("{ours} to {peer}"), ratio(figure), format!("≤ {limit}")),
            OfFastestUnordered(_) => {
                let fastest = fastest_unordered(report, self.table).map_or("", |figures| figures.peer);
                let compared = format!("{ours} to the fastest hash map: {fastest}");
                (compared, ratio(figure), format!("≤ {limit}"))
            }
            Is(_) => (ours.to_owned(), with_unit(figure, unit()), format!("≤ {}", with_unit(limit, unit()))),
        }
    }
}

fn fastest_unordered<'a>(report: &'a Report, table: &str) -> Option<&'a Figures> {
    let unordered = report.figures(table).iter().filter(|figures| !figures.ordered);
    unordered.min_by(|a, b| a.median().total_cmp(&b.median()))
}
