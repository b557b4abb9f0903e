//! `RESULTS.md`: a summary, the targets, and a table for each kind of figure.

use super::{Figures, Report, ratio, targets};
use benches::svg::{escaped, with_unit};
use std::fmt::Write;
use std::process::Command;

pub(super) fn markdown(report: &Report) -> String {
    let mut text = format!(
        "# The in-memory engine and its peers\n\n\
         {}\n\n\
         The figures are medians of one run of `cargo bench -p benches`; lower is better. The machine is shared, so only\n\
         figures of one run can be compared, and differences below 1.3× on one thread and 2× on several are ties. A value has\n\
         two numbers and two strings, in an `Arc`; keys have 19 bytes. `set over 1k` overwrites one of 1,000 entries. `(TTL)`\n\
         marks entries with a TTL. Redis serves one request at a time, with values in JSON. A store without order scans by\n\
         visiting all entries and sorting the matches. Bytes are requested from the allocator; they include keys, but not\n\
         values.\n\n\
         ![chart](RESULTS.svg)\n\n",
        machine()
    );
    summary(report, &mut text);
    let targets = targets::rows(report);
    if !targets.is_empty() {
        text.push_str("\n## Targets\n\n| kind | figure | compared | measured | limit | verdict |\n|---|---|---|---|---|---|\n");
        text.push_str(&targets);
    }
    without_peers(report, &mut text);
    for (table, figures) in report.tables.iter().filter(|(_, figures)| figures.len() > 1) {
        let _ = write!(
            text,
            "\n## {}\n\n| store | median | least to greatest | kv-core / store |\n|---|---|---|---|\n",
            table.name
        );
        let ours = figures[0].median();
        for figure in figures {
            let ratio = ratio(ours / figure.median());
            let _ = writeln!(text, "| {} | {} | {ratio} |", escaped(figure.peer), cells(figure, table.unit));
        }
    }
    text
}

/// Adds the summary: a row per store and a column per main table.
fn summary(report: &Report, text: &mut String) {
    let tables: Vec<_> = report.main_tables().collect();
    let mut peers: Vec<&str> = Vec::new();
    for figure in tables.iter().flat_map(|(_, figures)| figures) {
        if !peers.contains(&figure.peer) {
            peers.push(figure.peer);
        }
    }
    let names: Vec<_> = tables.iter().map(|(table, _)| table.name).collect();
    let _ = writeln!(text, "| store | {} |\n|---|{}", names.join(" | "), "---|".repeat(names.len()));
    for peer in peers {
        let cell = |(table, figures): &&(_, Vec<Figures>)| {
            let table: &crate::workloads::Table = table;
            let found = figures.iter().find(|figure| figure.peer == peer);
            found.map_or_else(|| "–".to_owned(), |figure| with_unit(figure.median(), table.unit))
        };
        let cells: Vec<_> = tables.iter().map(cell).collect();
        let _ = writeln!(text, "| {} | {} |", escaped(peer), cells.join(" | "));
    }
}

/// Adds the figures that only this store has.
fn without_peers(report: &Report, text: &mut String) {
    let mut tables = report.tables.iter().filter(|(_, figures)| figures.len() == 1).peekable();
    if tables.peek().is_some() {
        text.push_str(
            "\n## Figures without peers\n\n| figure | median | least to greatest |\n|---|---|---|\n",
        );
    }
    for (table, figures) in tables {
        let _ = writeln!(text, "| {} | {} |", table.name, cells(&figures[0], table.unit));
    }
}

fn cells(figures: &Figures, unit: &str) -> String {
    let [least, median, greatest] = figures.spread().map(|figure| with_unit(figure, unit));
    format!("{median} | {least} to {greatest}")
}

/// Returns the processor, its number of cores and the compiler version.
fn machine() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    let model = model.map_or("unknown processor", |(_, model)| model.trim());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let rustc = Command::new("rustc").arg("--version").current_dir(env!("CARGO_MANIFEST_DIR")).output();
    let rustc = rustc.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let version = rustc.split(' ').nth(1).unwrap_or("of unknown version");
    format!("{model}, {cores} {}, rustc {version}.", if cores == 1 { "core" } else { "cores" })
}
