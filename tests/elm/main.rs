//! Tests the generated Elm client with the Elm compiler and formatter, and in Node.
//!
//! - [`home`]: the Elm packages, or stubs with which programs can be type-checked.
//! - [`project`]: an Elm program in a folder.
//! - [`client`]: the generated clients; [`subject`]: the types for which they are generated.
//! - [`naming`]: catalogs with name collisions and long names.
//! - [`compile`]: the compiler and the formatter; [`changed`]: after changes of Rust types.
//! - [`requests`]: requests that are not sent.
//! - [`round`]: values are sent to Elm and back; [`formats`]: documents of well-known formats, by
//!   way of a server.
//! - [`wire`]: the exchanges of `tests/wire`; [`live`]: broken connections; [`browser`]: a browser
//!   and a server.

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

/// The command that installs the compiler and the formatter.
const NPM_CI: &str = "npm ci --ignore-scripts --prefix tests/elm";
const COMPILER: Program = Program { name: "elm", command: project::ELM, version: "--version", get: NPM_CI };
// Its help text contains its version.
const FORMATTER: Program =
    Program { name: "elm-format", command: project::FORMATTER, version: "--help", get: NPM_CI };

/// Requires the real packages, with which programs can be run.
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
