//! Programs that some tests need. A test without what it needs is ignored, and says how to get it; where `KV_REQUIRE` names
//! the program (`KV_REQUIRE=node,redis`), it fails instead.

use libtest_mimic::{Failed, Trial};
use std::process::{Command, Stdio};

/// A program that tests need.
#[derive(Clone, Copy, Debug)]
pub struct Program {
    /// What `KV_REQUIRE` calls it.
    pub name: &'static str,
    /// What it is called on the command line.
    pub command: &'static str,
    /// What makes it tell its version and end, which shows that it is there.
    pub version: &'static str,
    /// How to get it.
    pub get: &'static str,
}

/// Node, for what JavaScript makes of our patterns.
pub const NODE: Program =
    Program { name: "node", command: "node", version: "--version", get: "apt-get install nodejs" };

/// nginx, for what a proxy makes of our URLs.
pub const NGINX: Program =
    Program { name: "nginx", command: "nginx", version: "-v", get: "apt-get install nginx-light" };

/// A browser, for what becomes of our requests in one.
pub const CHROMIUM: Program =
    Program { name: "chromium", command: "chromium", version: "--version", get: "apt-get install chromium" };

impl Program {
    /// Whether it can be run.
    pub fn is_here(&self) -> bool {
        let mut version = Command::new(self.command);
        version.arg(self.version).stdout(Stdio::null()).stderr(Stdio::null());
        version.status().is_ok_and(|status| status.success())
    }

    /// The program as a need of tests.
    pub fn need(&self) -> Need {
        Need { name: self.name, get: self.get, is_here: self.is_here() }
    }

    /// A test that needs the program.
    pub fn test(&self, name: &str, run: impl FnOnce() -> Result<(), Failed> + Send + 'static) -> Trial {
        test(name, &[self.need()], run)
    }
}

/// Anything that tests need, looked for.
#[derive(Clone, Copy, Debug)]
pub struct Need {
    /// What `KV_REQUIRE` calls it.
    pub name: &'static str,
    /// How to get it.
    pub get: &'static str,
    /// Whether it is there.
    pub is_here: bool,
}

impl Need {
    fn is_required(&self) -> bool {
        std::env::var("KV_REQUIRE").is_ok_and(|list| list.split(',').any(|name| name.trim() == self.name))
    }
}

/// A test that needs all of these.
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
