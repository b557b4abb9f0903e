//! The targets of the store, checked against the figures of one run.

use super::{Figures, OURS, OURS_WITH_TTL, Report, ratio};
use benches::svg::{escaped, with_unit};
use std::fmt::Write;

/// A figure of kv-core and its limit, often relative to a peer.
struct Target {
    /// Whether the target is mandatory. Otherwise it is only an aim.
    must: bool,
    table: &'static str,
    ours: &'static str,
    limit: Limit,
    /// Factor by which two runs of the same code differ. A figure that exceeds its limit by less
    /// than this factor is a tie.
    noise: f64,
}

enum Limit {
    /// A multiple of the figure of a peer.
    OfPeer(&'static str, f64),
    /// A multiple of the figure of the fastest peer without order.
    OfFastestUnordered(f64),
    /// A figure in the unit of the table.
    Absolute(f64),
}

use Limit::{Absolute, OfFastestUnordered, OfPeer};

const ONE_THREAD: f64 = 1.3;
const SEVERAL_THREADS: f64 = 2.0;
/// For figures that are the same in every run.
const EXACT: f64 = 1.0;

const fn must(table: &'static str, limit: Limit, noise: f64) -> Target {
    Target { must: true, table, ours: OURS, limit, noise }
}

const fn aim(table: &'static str, limit: Limit, noise: f64) -> Target {
    Target { must: false, table, ours: OURS, limit, noise }
}

/// A target against a store with a TTL, for kv-core with a TTL.
const fn must_with_ttl(table: &'static str, limit: Limit) -> Target {
    Target { must: true, table, ours: OURS_WITH_TTL, limit, noise: ONE_THREAD }
}

const TARGETS: [Target; 20] = [
    must("get 1k", OfPeer("dashmap", 1.0), ONE_THREAD),
    must("get 100k", OfPeer("dashmap", 1.0), ONE_THREAD),
    must_with_ttl("get 1k", OfPeer("moka (TTL)", 1.0 / 5.0)),
    must_with_ttl("get 100k", OfPeer("moka (TTL)", 1.0 / 5.0)),
    must("set over 1k", OfPeer("dashmap", 1.0), ONE_THREAD),
    must("set over 100k", OfPeer("dashmap", 1.0), ONE_THREAD),
    must_with_ttl("set over 1k", OfPeer("moka (TTL)", 1.0 / 8.0)),
    must_with_ttl("set over 100k", OfPeer("moka (TTL)", 1.0 / 8.0)),
    must("90/10 zipf, 2 threads", OfPeer("dashmap", 1.0), SEVERAL_THREADS),
    must("scan 100 of 100k", OfPeer("RwLock<BTreeMap>", 1.5), ONE_THREAD),
    must("scan 100 of 100k", OfFastestUnordered(1.0 / 100.0), ONE_THREAD),
    must("insert to 1M", OfPeer("dashmap", 2.0), ONE_THREAD),
    must("bytes an entry", Absolute(120.0), EXACT),
    aim("get 1k", OfPeer("hashbrown, no lock", 2.5), ONE_THREAD),
    aim("get 100k", OfPeer("hashbrown, no lock", 2.5), ONE_THREAD),
    aim("scan 100 of 100k", OfPeer("RwLock<BTreeMap>", 0.7), ONE_THREAD),
    aim("bytes an entry", Absolute(90.0), EXACT),
    aim("read p99.99 while growing", Absolute(5_000.0), SEVERAL_THREADS),
    aim("read p99.9 while expiring", Absolute(1e6), SEVERAL_THREADS),
    aim("write p99.9 while expiring", Absolute(1e6), SEVERAL_THREADS),
];

/// Returns a row for each target whose figures were measured.
pub(super) fn rows(report: &Report) -> String {
    let mut rows = String::new();
    for target in &TARGETS {
        let Some((figure, limit)) = target.measured(report) else { continue };
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
    /// Returns the figure and its limit, both as ratios if the limit is relative.
    fn measured(&self, report: &Report) -> Option<(f64, f64)> {
        let ours = report.median(self.table, self.ours)?;
        match self.limit {
            OfPeer(peer, limit) => Some((ours / report.median(self.table, peer)?, limit)),
            OfFastestUnordered(limit) => {
                Some((ours / fastest_unordered(report, self.table)?.median(), limit))
            }
            Absolute(limit) => Some((ours, limit)),
        }
    }

    /// Returns the texts for what is compared, the figure and its limit.
    fn shown(&self, report: &Report, figure: f64, limit: f64) -> (String, String, String) {
        let ours = self.ours;
        let unit = || {
            let table = report.tables.iter().find(|(table, _)| table.name == self.table);
            table.map_or("", |(table, _)| table.unit)
        };
        match self.limit {
            OfPeer(peer, _) => (format!("{ours} to {peer}"), ratio(figure), format!("≤ {limit}")),
            OfFastestUnordered(_) => {
                let fastest = fastest_unordered(report, self.table).map_or("", |figures| figures.peer);
                let compared = format!("{ours} to the fastest hash map: {fastest}");
                (compared, ratio(figure), format!("≤ {limit}"))
            }
            Absolute(_) => {
                (ours.to_owned(), with_unit(figure, unit()), format!("≤ {}", with_unit(limit, unit())))
            }
        }
    }
}

fn fastest_unordered<'a>(report: &'a Report, table: &str) -> Option<&'a Figures> {
    let unordered = report.figures(table).iter().filter(|figures| !figures.ordered);
    unordered.min_by(|a, b| a.median().total_cmp(&b.median()))
}
