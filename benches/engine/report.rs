//! The figures as text, as a Markdown table and as a chart.

use crate::workloads::{Figures, Workload};
use std::fmt::{self, Write};
use std::path::Path;

/// What was measured, in the order of the workloads; ours is the first of every row.
#[derive(Default)]
pub(crate) struct Report {
    rows: Vec<(Workload, Vec<Figures>)>,
}

impl Figures {
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
    pub(crate) fn add(&mut self, workload: Workload, figures: Vec<Figures>) {
        self.rows.push((workload, figures));
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
        for (workload, figures) in &self.rows {
            let ours = figures.first().map_or(f64::NAN, Figures::median);
            let _ = write!(
                text,
                "\n## {}\n\n| store | {} | ours to it |\n|---|---|---|\n",
                workload.name, workload.unit
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
        let bars: usize = self.rows.iter().map(|(_, figures)| figures.len() + 1).sum();
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}\" height=\"{}\" font-family=\"sans-serif\" font-size=\"11\">\n",
            RIGHT + 80,
            (bars + 2) * ROW
        );
        let mut y = ROW;
        for (workload, figures) in &self.rows {
            let _ = writeln!(
                svg,
                "<text x=\"8\" y=\"{}\" font-weight=\"bold\">{} ({})</text>",
                y + 11,
                workload.name,
                workload.unit
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

/// A line for each workload and peer: `ratio <workload> <peer> <ours/theirs>`.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (workload, figures) in &self.rows {
            let ours = figures.first().map_or(f64::NAN, Figures::median);
            writeln!(f, "{} in {}: ours {}", workload.name, workload.unit, short(ours))?;
            for figure in figures.iter().skip(1) {
                let name = |text: &str| text.replace(' ', "_");
                writeln!(
                    f,
                    "ratio {} {} {:.2}    # {}",
                    name(workload.name),
                    name(figure.peer),
                    ours / figure.median(),
                    short(figure.median())
                )?;
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
