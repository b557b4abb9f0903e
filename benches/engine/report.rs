//! The figures as lines of text, as Markdown and as a chart.

mod chart;
mod markdown;
mod targets;

use crate::workloads::{Figures, Table};
use benches::svg::with_unit;
use std::fmt;
use std::path::Path;

/// The tables of the summary and of the chart.
const MAIN: [&str; 9] = [
    "get 1k",
    "set over 1k",
    "get 100k",
    "set over 100k",
    "90/10 zipf, 2 threads",
    "scan 100 of 100k",
    "insert to 1M",
    "bytes an entry",
    "read p99.99 while growing",
];

const OURS: &str = "kv-core";
/// The row of kv-core with a TTL.
const OURS_WITH_TTL: &str = "kv-core (TTL)";

/// The figures in the order of the workloads. The first row of every table is kv-core's; it may be
/// the only one.
#[derive(Default)]
pub(crate) struct Report {
    tables: Vec<(Table, Vec<Figures>)>,
}

impl Report {
    pub(crate) fn add(&mut self, tables: Vec<(Table, Vec<Figures>)>) {
        self.tables.extend(tables);
    }

    /// Writes `RESULTS.md` and `RESULTS.svg` to the folder of the crate.
    pub(crate) fn write(&self) -> std::io::Result<()> {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR"));
        std::fs::write(dir.join("RESULTS.md"), markdown::markdown(self))?;
        std::fs::write(dir.join("RESULTS.svg"), chart::chart(self))
    }

    fn figures(&self, table: &str) -> &[Figures] {
        let found = self.tables.iter().find(|(measured, _)| measured.name == table);
        found.map_or(&[], |(_, figures)| figures)
    }

    /// Returns the median of a peer in a table, if it was measured.
    fn median(&self, table: &str, peer: &str) -> Option<f64> {
        self.figures(table).iter().find(|figures| figures.peer == peer).map(Figures::median)
    }

    /// Returns the main tables that were measured.
    fn main_tables(&self) -> impl Iterator<Item = &(Table, Vec<Figures>)> {
        MAIN.iter().filter_map(|name| self.tables.iter().find(|(table, _)| table.name == *name))
    }
}

impl Figures {
    fn is_ours(&self) -> bool {
        self.peer == OURS || self.peer == OURS_WITH_TTL
    }

    fn has_ttl(&self) -> bool {
        self.peer.ends_with("(TTL)")
    }

    /// Returns the least figure, the median and the greatest.
    fn spread(&self) -> [f64; 3] {
        let mut sorted = self.rounds.clone();
        sorted.sort_by(f64::total_cmp);
        let at = |n: usize| sorted.get(n).copied().unwrap_or(f64::NAN);
        [at(0), at(sorted.len() / 2), at(sorted.len().saturating_sub(1))]
    }

    fn median(&self) -> f64 {
        self.spread()[1]
    }
}

/// Formats a line for each table and peer: `ratio <table> <peer> <ours/theirs>`. Peers with a TTL
/// have one more line, `ratio <table>:kv-core_(TTL) <peer> <ours/theirs>`, with our figure for
/// entries with a TTL.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |text: &str| text.replace(' ', "_");
        for (table, figures) in &self.tables {
            let Some((ours, peers)) = figures.split_first() else { continue };
            writeln!(f, "{}: ours {}", table.name, with_unit(ours.median(), table.unit))?;
            let with_ttl = peers.iter().find(|peer| peer.peer == OURS_WITH_TTL);
            for peer in peers {
                let mut line = |table_name: String, ours: &Figures| {
                    let (theirs, shown) = (peer.median(), with_unit(peer.median(), table.unit));
                    writeln!(
                        f,
                        "ratio {table_name} {} {}    # {shown}",
                        name(peer.peer),
                        ratio(ours.median() / theirs)
                    )
                };
                line(name(table.name), ours)?;
                if let Some(ours) = with_ttl.filter(|_| peer.has_ttl() && !peer.is_ours()) {
                    line(format!("{}:{}", name(table.name), name(ours.peer)), ours)?;
                }
            }
        }
        Ok(())
    }
}

/// Formats a ratio with at least two significant digits.
fn ratio(value: f64) -> String {
    if value < 0.1 { format!("{value:.4}") } else { format!("{value:.2}") }
}
