//! The Elm modules that are the same for every catalog, reduced to what a client uses.

mod rename;
mod tree_shake;

use crate::config::Config;
use crate::lexer;
use crate::print::Module;
use rename::renamed;
use std::collections::HashSet;
use tree_shake::tree_shake;

/// The modules that a client has in addition to those of its types.
pub(crate) const MODULES: [&str; 7] = ["Type", "Rule", "Codec", "Request", "Watch", "Live", "Seed"];

/// The functions that `Kv.Seed` is based on.
pub(crate) const SEED_HELPERS: &str = include_str!("../../elm/Kv/Seed.elm");

/// The JavaScript part of a client.
pub(crate) const WATCH_JS: &str = include_str!("../../elm/kv-watch.js");

/// Modules that every client has completely.
const WHOLE: [(&str, &str); 4] = [
    ("Live", include_str!("../../elm/Kv/Live.elm")),
    ("Request", include_str!("../../elm/Kv/Request.elm")),
    ("Type", include_str!("../../elm/Kv/Type.elm")),
    ("Watch", include_str!("../../elm/Kv/Watch.elm")),
];

/// Modules of which a client has only the functions that it uses.
const SHAKEN: [(&str, &str); 2] =
    [("Codec", include_str!("../../elm/Kv/Codec.elm")), ("Rule", include_str!("../../elm/Kv/Rule.elm"))];

/// Returns the modules that the modules of the types need.
pub(crate) fn modules(of_types: &[Module], config: &Config) -> Vec<Module> {
    let module = |name: &str, text: &str| Module {
        name: format!("{}.{name}", config.module),
        text: renamed(text, &config.module),
    };
    let whole: Vec<_> = WHOLE.iter().map(|(name, text)| module(name, text)).collect();
    let bodies: Vec<_> = of_types.iter().chain(&whole).map(|module| body_of(&module.text)).collect();
    let used: HashSet<&str> = bodies.iter().flat_map(|body| lexer::elm::names(body)).collect();
    let shaken = SHAKEN.iter().filter_map(|(name, text)| {
        let prefix = format!("{name}.");
        let wanted = used.iter().filter_map(|word| word.strip_prefix(&prefix)).collect();
        Some(module(name, &tree_shake(name, text, &wanted)?))
    });
    let shaken: Vec<_> = shaken.collect();
    whole.into_iter().chain(shaken).collect()
}

/// Returns the code after the imports.
fn body_of(text: &str) -> String {
    let lines = text.lines().skip_while(|line| !line.starts_with("import "));
    lines.skip_while(|line| line.starts_with("import ")).collect::<Vec<_>>().join("\n")
}
