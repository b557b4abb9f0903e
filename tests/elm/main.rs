//! The emitted Elm client in real Elm: what the compiler and the formatter say of it, and what it does in Node.
//!
//! - [`home`] has the packages: real ones, or stubs of our own with which programs can be type-checked.
//! - [`project`] is a program in a folder.
//! - [`client`] is what kv-elm emits, [`subject`] are the types that it is emitted for.
//! - [`naming`] has catalogs whose names clash, or are long.
//! - [`compile`] asks the compiler and the formatter, [`changed`] does so after Rust types have changed. [`requests`] has what
//!   requests are by themselves. [`round`] sends values to Elm and back,
//!   [`formats`] documents of well-known formats by way of a server, [`wire`] plays the exchanges of
//!   `tests/wire`, [`live`] breaks connections, [`browser`] has a browser and a server.

#![expect(clippy::print_stdout, reason = "how much was compared is told with the results")]

mod browser;
mod changed;
mod clashing;
mod client;
mod compile;
mod formats;
mod home;
mod inherited;
mod live;
mod naming;
mod project;
mod requests;
mod round;
mod ruled;
#[expect(dead_code, reason = "the tests of formats use the rest")]
#[path = "../formats/server.rs"]
mod server;
mod subject;
mod wire;

use kv_tests::needs::{Need, Program};
use libtest_mimic::{Arguments, Trial};

/// How to get the compiler and the formatter.
const NPM_CI: &str = "npm ci --ignore-scripts --prefix tests/elm";
const COMPILER: Program = Program { name: "elm", command: project::ELM, version: "--version", get: NPM_CI };
// It tells its version with its usage.
const FORMATTER: Program =
    Program { name: "elm-format", command: project::FORMATTER, version: "--help", get: NPM_CI };

/// The packages as they are, of which programs can be made that run.
fn packages() -> Need {
    Need {
        name: "elm-packages",
        get: "set KV_ELM_HOME to a folder that Elm has used as ELM_HOME, with the packages of tests/elm/stubs",
        is_here: home::Home::real().is_some(),
    }
}

fn main() {
    let arguments = Arguments::from_args();
    let trials: Vec<Trial> = [
        compile::trials(),
        naming::trials(),
        changed::trials(),
        requests::trials(),
        live::trials(),
        wire::trials(),
        round::trials(),
        formats::trials(),
        browser::trials(),
    ]
    .into_iter()
    .flatten()
    .collect();
    libtest_mimic::run(&arguments, trials).exit();
}
