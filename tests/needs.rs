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

impl Program {
    /// Whether it can be run.
    pub fn is_here(&self) -> bool {
        let mut version = Command::new(self.command);
        version.arg(self.version).stdout(Stdio::null()).stderr(Stdio::null());
        version.status().is_ok_and(|status| status.success())
    }

    fn is_required(&self) -> bool {
        std::env::var("KV_REQUIRE").is_ok_and(|list| list.split(',').any(|name| name.trim() == self.name))
    }

    /// A test that needs the program.
    pub fn test(&self, name: &str, run: impl FnOnce() -> Result<(), Failed> + Send + 'static) -> Trial {
        if self.is_here() {
            return Trial::test(name, run);
        }
        let missing = format!("needs {}: {}", self.name, self.get);
        if self.is_required() {
            return Trial::test(name, move || Err(missing.into()));
        }
        Trial::test(format!("{name} ({missing})"), run).with_ignored_flag(true)
    }
}
