//! The load generator: wrk with one thread and 32 connections.

use crate::cores::Cores;
use crate::servers::{Server, run};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

const CONNECTIONS: u32 = 32;

/// The request of the clients.
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

/// The figures of one server under load.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Figures {
    pub(crate) a_second: f64,
    /// Processor time of the server per request in microseconds, if the system reports it. Unlike
    /// the requests per second, it does not depend on the load generator's share of the machine.
    pub(crate) processor_micros: Option<f64>,
}

/// The program wrk.
pub(crate) struct Wrk {
    program: PathBuf,
    cores: Cores,
}

impl Wrk {
    /// Finds wrk, or installs it with apt-get.
    pub(crate) fn get(cores: Cores) -> io::Result<Self> {
        let named = std::env::var_os("KV_WRK").map_or_else(|| PathBuf::from("wrk"), PathBuf::from);
        // `wrk -v` prints the version and fails.
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
        let output = run("wrk", &mut wrk)?;
        let taken = server.processor_seconds().zip(before).map(|(after, before)| after - before);
        if output.contains("Non-2xx") || output.contains("Socket errors") {
            return Err(io::Error::other(format!("{} failed under load:\n{output}", server.name)));
        }
        let number = |label: &str, at: usize| {
            let line = output.lines().find(|line| line.contains(label))?;
            line.split_whitespace().nth(at)?.parse::<f64>().ok()
        };
        let figures = number("Requests/sec:", 1).zip(number("requests in", 0));
        let (a_second, requests) =
            figures.ok_or_else(|| io::Error::other(format!("cannot read the output of wrk:\n{output}")))?;
        Ok(Figures { a_second, processor_micros: taken.map(|seconds| seconds * 1e6 / requests) })
    }
}
