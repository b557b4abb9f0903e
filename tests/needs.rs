//! Programs that some tests need. Without its programs a test is ignored and its name says how to
//! install them. If `KV_REQUIRE` names a missing program (`KV_REQUIRE=node,redis`), the test fails
//! instead.

use libtest_mimic::{Failed, Trial};
use std::process::{Command, Stdio};

/// A program that tests need.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// Name in `KV_REQUIRE`.
    pub name: &'static str,
    /// Name on the command line.
    pub command: &'static str,
    /// Argument that prints the version. Running it shows that the program is installed.
    pub version: &'static str,
    /// Command that installs it.
    pub get: &'static str,
}

/// Node, for tests that run JavaScript.
pub const NODE: Program =
    Program { name: "node", command: "node", version: "--version", get: "apt-get install nodejs" };

/// nginx, for tests through a proxy.
pub const NGINX: Program =
    Program { name: "nginx", command: "nginx", version: "-v", get: "apt-get install nginx-light" };

/// Chromium, for tests in a browser.
pub const CHROMIUM: Program =
    Program { name: "chromium", command: "chromium", version: "--version", get: "apt-get install chromium" };

impl Program {
    /// Returns whether the program is installed.
    pub fn is_here(&self) -> bool {
        let mut version = Command::new(self.command);
        version.arg(self.version).stdout(Stdio::null()).stderr(Stdio::null());
        version.status().is_ok_and(|status| status.success())
    }

    /// Returns the program as a need of tests.
    pub fn need(&self) -> Need {
        Need { name: self.name, get: self.get, is_here: self.is_here() }
    }

    /// Creates a test that needs the program.
    pub fn test(&self, name: &str, run: impl FnOnce() -> Result<(), Failed> + Send + 'static) -> Trial {
        test(name, &[self.need()], run)
    }
}

/// Something that tests need, with the result of looking for it.
#[derive(Clone, Copy, Debug)]
pub struct Need {
    /// Name in `KV_REQUIRE`.
    pub name: &'static str,
    /// How to get it.
    pub get: &'static str,
    /// Whether it is available.
    pub is_here: bool,
}

impl Need {
    fn is_required(&self) -> bool {
        std::env::var("KV_REQUIRE").is_ok_and(|list| list.split(',').any(|name| name.trim() == self.name))
    }
}

/// Creates a test that needs all of `needs`.
pub fn test(name: &str, needs: &[Need], run: impl FnOnce() -> Result<(), Failed> + Send + 'static) -> Trial {
    let missing: Vec<_> = needs.iter().filter(|need| !need.is_here).collect();
    if missing.is_empty() {
        return Trial::test(name, run);
    }
    let list: Vec<_> = missing.iter().map(|need| format!("needs {}: {}", need.name, need.get)).collect();
    let list = list.join("; ");
    if missing.iter().any(|need| need.is_required()) {
        return Trial::test(name, move || Err(list.into()));
    }
    Trial::test(format!("{name} ({list})"), run).with_ignored_flag(true)
}
