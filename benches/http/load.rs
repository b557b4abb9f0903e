//! The load: wrk, one thread of it, with as many connections as a busy page has visitors.

use crate::cores::Cores;
use crate::servers::{Server, run};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

const CONNECTIONS: u32 = 32;

/// What clients do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    Set,
    Get,
}

impl Operation {
    pub(crate) const ALL: [Self; 2] = [Self::Set, Self::Get];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Set => "set",
            Self::Get => "get",
        }
    }
}

/// What one server did under load.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Figures {
    pub(crate) a_second: f64,
    /// Microseconds of the server's processor time a request, where the system tells. Unlike what is done in a second, they
    /// do not depend on how much of the machine the load takes.
    pub(crate) processor_micros: Option<f64>,
}

/// The program that makes the load.
pub(crate) struct Wrk {
    program: PathBuf,
    cores: Cores,
}

impl Wrk {
    /// Finds it, or gets it from the distribution.
    pub(crate) fn get(cores: Cores) -> io::Result<Self> {
        let named = std::env::var_os("KV_WRK").map_or_else(|| PathBuf::from("wrk"), PathBuf::from);
        // It says its version and ends with an error.
        if Command::new(&named).arg("-v").output().is_err() {
            let is_root = run("id", Command::new("id").arg("-u"))?.trim() == "0";
            let mut install = if is_root { Command::new("apt-get") } else { Command::new("sudo") };
            if !is_root {
                install.arg("apt-get");
            }
            run("apt-get install wrk", install.args(["install", "-y", "-qq", "wrk"]))?;
        }
        Ok(Self { program: named, cores })
    }

    /// Does one thing again and again.
    pub(crate) fn run(&self, server: &Server, operation: Operation, seconds: u32) -> io::Result<Figures> {
        let mut wrk = self.cores.load(&self.program);
        wrk.arg("-t1").arg(format!("-c{CONNECTIONS}")).arg(format!("-d{seconds}s"));
        if operation == Operation::Set {
            wrk.arg("-s").arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("http/set.lua"));
        }
        wrk.arg(format!("{}/kv/{}/CursorPosition/user:7", server.url, operation.name()));
        let before = server.processor_seconds();
        let said = run("wrk", &mut wrk)?;
        let taken = server.processor_seconds().zip(before).map(|(after, before)| after - before);
        if said.contains("Non-2xx") || said.contains("Socket errors") {
            return Err(io::Error::other(format!("{} under load:\n{said}", server.name)));
        }
        let number = |line: &str, at: usize| {
            let line = said.lines().find(|said| said.contains(line))?;
            line.split_whitespace().nth(at)?.parse::<f64>().ok()
        };
        let figures = number("Requests/sec:", 1).zip(number("requests in", 0));
        let (a_second, requests) = figures.ok_or_else(|| io::Error::other(format!("wrk said:\n{said}")))?;
        Ok(Figures { a_second, processor_micros: taken.map(|seconds| seconds * 1e6 / requests) })
    }
}
