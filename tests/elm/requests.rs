//! Tests requests without sending them, and tasks of several requests: `requests/Requests.elm`.

use crate::client;
use crate::compile::program;
use crate::home::Home;
use crate::project::success;
use crate::{COMPILER, packages};
use kv_tests::needs::{self, NODE};
use libtest_mimic::{Failed, Trial};
use std::process::Command;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/elm/requests/run.mjs");

pub(crate) fn trials() -> Vec<Trial> {
    let needs = [COMPILER.need(), NODE.need(), packages()];
    vec![needs::test("requests_and_tasks_have_the_expected_results", &needs, run)]
}

fn run() -> Result<(), Failed> {
    let home = Home::real().ok_or("no packages")?;
    let script = program("requests", home, &client::models()?)?.make("Requests.elm", true)?;
    let answer = Command::new(NODE.command).arg(SCRIPT).arg(script).output()?;
    success(answer).map(drop)
}
