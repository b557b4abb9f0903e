//! `RESULTS.svg`: a panel for each main table, sorted by figure, with logarithmic scales.

use super::{Figures, Report};
use crate::workloads::Table;
use benches::svg::{self, escaped, with_unit};
use std::fmt::Write;

const COLUMNS: usize = 3;
const ROW: f64 = 15.0;
/// Widths in a panel: names, bars, and the panel, which includes the figures.
const NAMES: f64 = 132.0;
const BARS: f64 = 170.0;
const PANEL: f64 = NAMES + BARS + 78.0;
const HEAD: f64 = 34.0;

const OURS_COLOUR: &str = "#c0392b";
const THEIR_COLOUR: &str = "#95a5a6";

pub(super) fn chart(report: &Report) -> String {
    let tables: Vec<_> = report.main_tables().collect();
    let most = tables.iter().map(|(_, figures)| figures.len()).max().unwrap_or(0);
    let height = HEAD + (most as f64 + 2.5) * ROW;
    let (width, all) = (PANEL * COLUMNS as f64, height * tables.len().div_ceil(COLUMNS) as f64);
    let mut svg = svg::begin("The in-memory engine and its peers", width, all);
    for (nth, (table, figures)) in tables.into_iter().enumerate() {
        let (x, y) = ((nth % COLUMNS) as f64 * PANEL, (nth / COLUMNS) as f64 * height);
        let _ = writeln!(svg, "<g transform=\"translate({x} {y})\">");
        panel(&mut svg, table, figures);
        svg.push_str("</g>\n");
    }
    svg.push_str("</svg>\n");
    svg
}

fn panel(svg: &mut String, table: &Table, figures: &[Figures]) {
    let mut bars: Vec<_> = figures.iter().map(|figure| (figure, figure.median())).collect();
    bars.retain(|(_, median)| median.is_finite() && *median > 0.0);
    bars.sort_by(|(_, a), (_, b)| a.total_cmp(b));
    let (Some((_, least)), Some((_, greatest))) = (bars.first(), bars.last()) else { return };
    // Whole powers of ten, with room for the shortest bar.
    let low = (least / 1.2).log10().floor();
    let high = greatest.log10().ceil().max(low + 1.0);
    let bottom = HEAD + bars.len() as f64 * ROW;
    let _ = writeln!(
        svg,
        "<text x=\"8\" y=\"20\" font-size=\"13\" font-weight=\"bold\">{}</text>",
        escaped(table.name)
    );
    // Draws at most five lines, so that their labels do not overlap.
    let step = ((high - low) / 5.0).ceil();
    let mut power = low;
    while power <= high {
        let x = NAMES + BARS * (power - low) / (high - low);
        let label = with_unit(10_f64.powf(power), table.unit);
        let _ = writeln!(
            svg,
            "<path d=\"M{x:.1} {HEAD}V{bottom}\" stroke=\"#ddd\"/>\
             <text x=\"{x:.1}\" y=\"{}\" font-size=\"9\" text-anchor=\"middle\" fill=\"#777\">{label}</text>",
            bottom + 11.0
        );
        power += step;
    }
    for (nth, (figure, median)) in bars.into_iter().enumerate() {
        let y = HEAD + nth as f64 * ROW;
        let width = BARS * (median.log10() - low) / (high - low);
        let colour = if figure.is_ours() { OURS_COLOUR } else { THEIR_COLOUR };
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>\
             <rect x=\"{NAMES}\" y=\"{}\" width=\"{width:.1}\" height=\"{}\" fill=\"{colour}\"/>\
             <text x=\"{:.1}\" y=\"{}\">{}</text>",
            NAMES - 6.0,
            y + 11.0,
            escaped(figure.peer),
            y + 1.5,
            ROW - 3.0,
            NAMES + width + 4.0,
            y + 11.0,
            with_unit(median, table.unit)
        );
    }
}
