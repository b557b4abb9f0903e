//! Renames the modules of the runtime.

/// Renames the module `Kv`, and with it all modules of the runtime: `Kv.Type` becomes
/// `Api.Kv.Type`.
pub(super) fn renamed(text: &str, module: &str) -> String {
    if module == "Kv" {
        return text.to_owned();
    }
    let mut renamed = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("Kv") {
        let before = rest[..at].chars().next_back();
        let after = rest[at + 2..].chars().next();
        renamed.push_str(&rest[..at]);
        let is_name = |c: char| c.is_alphanumeric() || c == '_';
        let is_header = rest[at..].starts_with("Kv-Schema");
        if before.is_some_and(is_name) || after.is_some_and(is_name) || is_header {
            renamed.push_str("Kv");
        } else if after == Some('-') || (before == Some('(') && after == Some(')')) {
            // A link in documentation, which names modules with `-`.
            renamed.push_str(&module.replace('.', "-"));
        } else {
            renamed.push_str(module);
        }
        rest = &rest[at + 2..];
    }
    renamed.push_str(rest);
    with_sorted_imports(&renamed)
}

/// Sorts the imports as elm-format does.
fn with_sorted_imports(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    let is_import = |line: &&str| line.starts_with("import ");
    if let Some(first) = lines.iter().position(is_import) {
        let count = lines[first..].iter().take_while(|line| is_import(line)).count();
        lines[first..first + count].sort_by_key(|line| line.split(' ').nth(1));
    }
    format!("{}\n", lines.join("\n"))
}
