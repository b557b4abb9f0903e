//! Helpers for charts.

/// Returns the beginning of a chart. The caller ends it with `</svg>`.
pub fn begin(title: &str, width: f64, height: f64) -> String {
    // The white background keeps the chart readable on dark pages.
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"sans-serif\" font-size=\"11\" fill=\"#222\">\n\
         <title>{}</title>\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n",
        escaped(title)
    )
}

/// Formats a value with about three digits, in a fitting unit (`ns`, `ms` and `bytes` are scaled).
pub fn with_unit(value: f64, unit: &str) -> String {
    let units: &[&str] = match unit {
        "ns" => &["ns", "µs", "ms", "s"],
        "ms" => &["ms", "s"],
        "bytes" => &["bytes", "kB", "MB"],
        other => &[other],
    };
    let (mut value, mut nth) = (value, 0);
    while value >= 999.5 && nth + 1 < units.len() {
        value /= 1e3;
        nth += 1;
    }
    let whole = value >= 99.95 || value.fract() == 0.0;
    let decimals = usize::from(!whole);
    format!("{value:.decimals$} {}", units[nth])
}

/// Escapes a name for Markdown and XML.
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
