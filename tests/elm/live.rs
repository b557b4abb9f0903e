//! `Kv.Live` and `kv-watch.js` in Node, against a server that does what a scenario says: `live/scenarios.mjs`.

use crate::client;
use crate::home::Home;
use crate::project::Project;
use crate::{COMPILER, packages};
use kv_tests::needs::{self, NODE};
use libtest_mimic::{Failed, Trial};
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Arc, OnceLock};

const PROGRAM: (&str, &str) = ("Scripted.elm", include_str!("live/Scripted.elm"));
const SCENARIOS: &str = include_str!("live/scenarios.mjs");
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/elm/live/scenarios.mjs");

pub(crate) fn trials() -> Vec<Trial> {
    let needs = [COMPILER.need(), NODE.need(), packages()];
    let made = Arc::new(OnceLock::new());
    names()
        .map(|name| {
            let made = Arc::clone(&made);
            needs::test(&format!("live::{name}"), &needs, move || {
                let made = made
                    .get_or_init(|| make().map_err(|error| error.message().unwrap_or_default().to_owned()));
                let (program, watch) = made.as_ref().map_err(String::as_str)?;
                let answer =
                    Command::new(NODE.command).arg(SCRIPT).args([program, watch]).arg(name).output()?;
                if answer.status.success() {
                    Ok(())
                } else {
                    Err(String::from_utf8_lossy(&answer.stderr).into_owned().into())
                }
            })
        })
        .collect()
}

/// The names of the scenarios, which are functions of the script.
fn names() -> impl Iterator<Item = &'static str> {
    SCENARIOS.lines().filter_map(|line| line.strip_prefix("  async ")?.strip_suffix("() {"))
}

fn make() -> Result<(PathBuf, PathBuf), Failed> {
    let client = client::models()?;
    let home = Home::real().ok_or("no packages")?;
    let files = client.iter().map(|(path, text)| (path.as_str(), text.as_str()));
    let project = Project::new("live", home, files.chain([PROGRAM]))?;
    Ok((project.make("Scripted.elm", true)?, project.script()?))
}
