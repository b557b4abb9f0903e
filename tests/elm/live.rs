//! Runs `Kv.Live` and `kv-watch.js` in Node against a scripted server: `live/scenarios.mjs`. The
//! scenarios of `kv-watch.js` also run without Elm.

use crate::client;
use crate::home::Home;
use crate::project::{Project, success};
use crate::{COMPILER, packages};
use kv_tests::needs::{self, NODE};
use libtest_mimic::{Failed, Trial};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

const PROGRAM: (&str, &str) = ("Scripted.elm", include_str!("live/Scripted.elm"));
/// Replaces the Elm program if there is no Elm.
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/elm/live/page.mjs");
const SCENARIOS: &str = include_str!("live/scenarios.mjs");
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/elm/live/scenarios.mjs");

/// Paths of the program and of `kv-watch.js`.
type Made = (PathBuf, PathBuf);

static WITH_ELM: LazyLock<Result<Made, String>> = LazyLock::new(|| with_elm().map_err(|error| text(&error)));
static WITHOUT_ELM: LazyLock<Result<Made, String>> =
    LazyLock::new(|| without_elm().map_err(|error| text(&error)));

pub(crate) fn trials() -> Vec<Trial> {
    let of_the_script = || names("const ofTheScript = {");
    let of_the_program = names("const ofTheProgram = {");
    let without_elm = of_the_script()
        .map(|name| NODE.test(&format!("kv_watch::{name}"), move || play(name, WITHOUT_ELM.as_ref()?)));
    let needs = [COMPILER.need(), NODE.need(), packages()];
    let with_elm = of_the_script()
        .chain(of_the_program)
        .map(|name| needs::test(&format!("live::{name}"), &needs, move || play(name, WITH_ELM.as_ref()?)));
    without_elm.chain(with_elm).collect()
}

/// Returns the names of the scenarios in a group. Each scenario is a function.
fn names(group: &'static str) -> impl Iterator<Item = &'static str> {
    let group = SCENARIOS.lines().skip_while(move |line| *line != group).take_while(|line| *line != "};");
    group.filter_map(|line| line.strip_prefix("  async ")?.strip_suffix("() {"))
}

fn text(error: &Failed) -> String {
    error.message().unwrap_or_default().to_owned()
}

fn with_elm() -> Result<Made, Failed> {
    let client = client::models()?;
    let home = Home::real().ok_or("no packages")?;
    let files = client.iter().map(|(path, text)| (path.as_str(), text.as_str()));
    let project = Project::new("live", home, files.chain([PROGRAM]))?;
    Ok((project.make("Scripted.elm", true)?, project.script()?))
}

fn without_elm() -> Result<Made, Failed> {
    let client = client::models()?;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("kv-watch");
    fs::create_dir_all(&folder)?;
    let script = folder.join("kv-watch.mjs");
    fs::write(&script, client.get("kv-watch.js").ok_or("the client has no kv-watch.js")?)?;
    Ok((PAGE.into(), script))
}

fn play(name: &str, (program, watch): &Made) -> Result<(), Failed> {
    let answer = Command::new(NODE.command).arg(SCRIPT).args([program, watch]).arg(name).output()?;
    success(answer).map(drop)
}
