//! The figures as text, as a Markdown table and as a chart.

use crate::workloads::{Figures, Table};
use std::fmt::{self, Write};
use std::path::Path;

/// What was measured, in the order of the workloads; ours is the first of every table, and may be alone there.
#[derive(Default)]
pub(crate) struct Report {
    tables: Vec<(Table, Vec<Figures>)>,
}

/// Our row whose values have a time to live.
const OURS_WITH_TTL: &str = "kv-core (TTL)";

impl Figures {
    fn has_ttl(&self) -> bool {
        self.peer.ends_with("(TTL)")
    }

    /// The least, the middle and the greatest.
    fn spread(&self) -> (f64, f64, f64) {
        let mut sorted = self.rounds.clone();
        sorted.sort_by(f64::total_cmp);
        let at = |n: usize| sorted.get(n).copied().unwrap_or(f64::NAN);
        (at(0), at(sorted.len() / 2), at(sorted.len().saturating_sub(1)))
    }

    fn median(&self) -> f64 {
        self.spread().1
    }
}

impl Report {
    pub(crate) fn add(&mut self, tables: Vec<(Table, Vec<Figures>)>) {
        self.tables.extend(tables);
    }

    /// Writes `RESULTS.md` and `RESULTS.svg` into the crate's folder.
    pub(crate) fn write(&self) -> std::io::Result<()> {
        let dir = Path::new(env!("CARGO_MANIFEST_DIR"));
        std::fs::write(dir.join("RESULTS.md"), self.markdown())?;
        std::fs::write(dir.join("RESULTS.svg"), self.chart())
    }

    fn markdown(&self) -> String {
        let mut text = String::from(
            "# The in-memory engine beside its peers\n\n\
             Medians of one run of `cargo bench -p benches` on one machine with two cores; in brackets the least and the\n\
             greatest round. Lower is better. A figure says how this store's goes with it: differences below 1.3× on one thread\n\
             and 2× on several are ties.\n\n![chart](RESULTS.svg)\n",
        );
        for (table, figures) in &self.tables {
            let ours = figures.first().map_or(f64::NAN, Figures::median);
            let _ = write!(
                text,
                "\n## {}\n\n| store | {} | ours to it |\n|---|---|---|\n",
                table.name, table.unit
            );
            for figure in figures {
                let (least, median, greatest) = figure.spread();
                let ratio = ours / median;
                let _ = writeln!(
                    text,
                    "| {} | {} ({} to {}) | {ratio:.2} |",
                    figure.peer,
                    short(median),
                    short(least),
                    short(greatest)
                );
            }
        }
        text
    }

    /// A bar for every peer, on a logarithmic scale: how much of it ours takes.
    fn chart(&self) -> String {
        const ROW: usize = 16;
        const LEFT: usize = 260;
        const RIGHT: usize = 620;
        let bars: usize = self.tables.iter().map(|(_, figures)| figures.len() + 1).sum();
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" font-family=\"sans-serif\" font-size=\"11\">\n",
            RIGHT + 80,
            (bars + 2) * ROW
        );
        let mut y = ROW;
        for (table, figures) in &self.tables {
            let _ = writeln!(
                svg,
                "<text x=\"8\" y=\"{}\" font-weight=\"bold\">{} ({})</text>",
                y + 11,
                table.name,
                table.unit
            );
            y += ROW;
            let most = figures.iter().map(Figures::median).fold(1.0, f64::max).ln();
            for (nth, figure) in figures.iter().enumerate() {
                let median = figure.median();
                let width = (median.max(1.0).ln() / most * (RIGHT - LEFT) as f64).round();
                let colour = if nth == 0 { "#c0392b" } else { "#7f8c8d" };
                let _ = writeln!(
                    svg,
                    "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text><rect x=\"{LEFT}\" y=\"{}\" width=\"{width}\" \
                     height=\"12\" fill=\"{colour}\"/><text x=\"{}\" y=\"{}\">{}</text>",
                    LEFT - 6,
                    y + 11,
                    figure.peer.replace('<', "&lt;").replace('>', "&gt;"),
                    y + 1,
                    LEFT as f64 + width + 4.0,
                    y + 11,
                    short(median)
                );
                y += ROW;
            }
        }
        svg.push_str("</svg>\n");
        svg
    }
}

/// A line for each table and peer: `ratio <table> <peer> <ours/theirs>`. Peers with a time to live have a line more,
/// `ratio <table>:kv-core_(TTL) <peer> <ours/theirs>`, from our values that have one.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |text: &str| text.replace(' ', "_");
        for (table, figures) in &self.tables {
            let Some((ours, peers)) = figures.split_first() else { continue };
            writeln!(f, "{} in {}: ours {}", table.name, table.unit, short(ours.median()))?;
            let with_ttl = peers.iter().find(|peer| peer.peer == OURS_WITH_TTL);
            for peer in peers {
                let theirs = peer.median();
                let ratio = ours.median() / theirs;
                writeln!(
                    f,
                    "ratio {} {} {ratio:.2}    # {}",
                    name(table.name),
                    name(peer.peer),
                    short(theirs)
                )?;
                if let Some(ours) = with_ttl.filter(|ours| peer.has_ttl() && ours.peer != peer.peer) {
                    let ratio = ours.median() / theirs;
                    let table = format!("{}:{}", name(table.name), name(ours.peer));
                    writeln!(f, "ratio {table} {} {ratio:.2}    # {}", name(peer.peer), short(theirs))?;
                }
            }
        }
        Ok(())
    }
}

/// Three figures or so.
fn short(value: f64) -> String {
    match value {
        v if v >= 1e6 => format!("{:.2} M", v / 1e6),
        v if v >= 1e4 => format!("{:.1} k", v / 1e3),
        v if v >= 100.0 => format!("{v:.0}"),
        v => format!("{v:.1}"),
    }
}
