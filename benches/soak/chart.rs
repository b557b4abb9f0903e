//! The chart of memory, and of the latencies of each operation, over time.

use crate::latency::Op;
use crate::samples::{Sample, Samples};
use benches::svg::{self, escaped, with_unit};
use std::fmt::Write;

const COLUMNS: usize = 3;
const PANEL: [f64; 2] = [360.0, 190.0];
/// Area of the lines in a panel.
const LEFT: f64 = 62.0;
const TOP: f64 = 40.0;
const WIDTH: f64 = PANEL[0] - LEFT - 16.0;
const HEIGHT: f64 = PANEL[1] - TOP - 24.0;

const COLOURS: [&str; 3] = ["#95a5a6", "#2c6fbb", "#c0392b"];

struct Line {
    name: &'static str,
    points: Vec<(f64, f64)>,
}

pub(crate) fn chart(samples: &Samples) -> String {
    let (width, height) =
        (PANEL[0] * COLUMNS as f64, PANEL[1] * (Op::ALL.len() + 1).div_ceil(COLUMNS) as f64);
    let mut svg = svg::begin("Memory and latencies over time", width, height);
    let line = |name, of: &dyn Fn(&Sample) -> Option<f64>| {
        let points = samples.all.iter().filter_map(|sample| Some((sample.at.as_secs_f64(), of(sample)?)));
        Line { name, points: points.collect() }
    };
    let mut panels = vec![(
        "memory",
        "bytes",
        [
            line("entries", &|sample| Some(sample.counted)),
            line("requested", &|sample| Some(sample.requested)),
            line("resident", &|sample| sample.resident),
        ],
    )];
    for (op, name) in Op::ALL {
        let at = |part| move |sample: &Sample| sample.counts[op as usize].percentile(part);
        panels.push((name, "ns", [line("p50", &at(0.5)), line("p99", &at(0.99)), line("p99.9", &at(0.999))]));
    }
    for (nth, (name, unit, lines)) in panels.into_iter().enumerate() {
        let (x, y) = ((nth % COLUMNS) as f64 * PANEL[0], (nth / COLUMNS) as f64 * PANEL[1]);
        let _ = writeln!(svg, "<g transform=\"translate({x} {y})\">");
        panel(&mut svg, name, unit, &lines);
        svg.push_str("</g>\n");
    }
    svg.push_str("</svg>\n");
    svg
}

/// Adds a panel. Memory has a linear scale from zero, latencies have a logarithmic one.
fn panel(svg: &mut String, name: &str, unit: &str, lines: &[Line]) {
    let _ = writeln!(
        svg,
        "<text x=\"8\" y=\"18\" font-size=\"13\" font-weight=\"bold\">{}</text>",
        escaped(name)
    );
    let all = || lines.iter().flat_map(|line| &line.points);
    let Some(until) = all().map(|(at, _)| *at).max_by(f64::total_cmp) else { return };
    let greatest = all().map(|(_, value)| *value).fold(1.0, f64::max);
    let least = all().map(|(_, value)| *value).fold(greatest, f64::min);
    let is_logarithmic = unit == "ns";
    let (low, high) = if is_logarithmic {
        let low = least.log10().floor();
        (low, greatest.log10().ceil().max(low + 1.0))
    } else {
        (0.0, greatest * 1.1)
    };
    let place = |value: f64| {
        let value = if is_logarithmic { value.log10() } else { value };
        TOP + HEIGHT * (1.0 - (value - low) / (high - low))
    };
    let marks: Vec<f64> = if is_logarithmic {
        std::iter::successors(Some(low), |power| Some(power + 1.0))
            .take_while(|power| *power <= high)
            .map(|power| 10_f64.powf(power))
            .collect()
    } else {
        (0..4).map(|n| high * f64::from(n) / 4.0).collect()
    };
    for mark in marks {
        let y = place(mark);
        let _ = writeln!(
            svg,
            "<path d=\"M{LEFT} {y:.1}h{WIDTH}\" stroke=\"#ddd\"/>\
             <text x=\"{}\" y=\"{:.1}\" font-size=\"9\" text-anchor=\"end\" fill=\"#777\">{}</text>",
            LEFT - 5.0,
            y + 3.0,
            with_unit(mark, unit)
        );
    }
    for (at, anchor) in [(0.0, "start"), (until, "end")] {
        let _ = writeln!(
            svg,
            "<text x=\"{:.1}\" y=\"{:.1}\" font-size=\"9\" text-anchor=\"{anchor}\" fill=\"#777\">{at:.0} s</text>",
            LEFT + WIDTH * at / until,
            TOP + HEIGHT + 13.0
        );
    }
    for (nth, (line, colour)) in lines.iter().zip(COLOURS).enumerate() {
        let points: Vec<_> = line
            .points
            .iter()
            .map(|(at, value)| format!("{:.1},{:.1}", LEFT + WIDTH * at / until, place(*value)))
            .collect();
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.3\"/>\
             <text x=\"{:.1}\" y=\"32\" font-size=\"10\" fill=\"{colour}\">{}</text>",
            points.join(" "),
            LEFT + 80.0 * nth as f64,
            line.name
        );
    }
}
