//! The servers, each in its own process.

use crate::cores::Cores;
use std::fs;
use std::io::{self, BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A server process, killed when this is dropped.
pub(crate) struct Server {
    pub(crate) name: &'static str,
    pub(crate) url: String,
    process: Child,
}

impl Server {
    /// Starts a program that prints its URL on the first line.
    fn start(name: &'static str, command: &mut Command) -> io::Result<Self> {
        let mut process = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let mut url = String::new();
        if let Some(stdout) = process.stdout.take() {
            BufReader::new(stdout).read_line(&mut url)?;
        }
        let server = Self { name, url: url.trim().to_owned(), process };
        if server.url.starts_with("http://") { Ok(server) } else { Err(failed(name, "did not start")) }
    }

    /// Returns the processor time of the process in seconds, if the system reports it.
    /// Source: `proc_pid_stat(5)`, fields 14 and 15, in hundredths of a second.
    #[cfg(target_os = "linux")]
    pub(crate) fn processor_seconds(&self) -> Option<f64> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.process.id())).ok()?;
        let after_name = stat.rsplit_once(')')?.1;
        let mut ticks = after_name.split_whitespace().skip(11).take(2).map(str::parse::<f64>);
        Some((ticks.next()?.ok()? + ticks.next()?.ok()?) / 100.0)
    }

    #[cfg(not(target_os = "linux"))]
    pub(crate) fn processor_seconds(&self) -> Option<f64> {
        None
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Fails if the process has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Starts the seed server, bare axum and kv-http.
pub(crate) fn start(cores: Cores) -> io::Result<[Server; 3]> {
    Ok([
        Server::start("seed (Express)", cores.server("node").arg(seed()?).arg("0"))?,
        Server::start("bare axum", cores.server(std::env::current_exe()?).arg(crate::SERVE_BARE))?,
        Server::start("kv-http", cores.server(example()?).args(["--port", "0"]))?,
    ])
}

/// Installs the seed server in the target folder and returns its path.
fn seed() -> io::Result<PathBuf> {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("http/seed");
    let to = Path::new(env!("CARGO_TARGET_TMPDIR")).join("seed");
    fs::create_dir_all(&to)?;
    for file in ["package.json", "package-lock.json", "server.js"] {
        fs::copy(from.join(file), to.join(file))?;
    }
    if !to.join("node_modules/express").is_dir() {
        run("npm", Command::new("npm").args(["ci", "--no-audit", "--no-fund", "--silent"]).current_dir(&to))?;
    }
    Ok(to.join("server.js"))
}

/// Builds the example server in release mode and returns its path.
fn example() -> io::Result<PathBuf> {
    let build = ["build", "--release", "--quiet", "-p", "kv-examples", "--example", "http_server"];
    run("cargo build", Command::new(env!("CARGO")).args(build).current_dir(env!("CARGO_MANIFEST_DIR")))?;
    // This executable is in `release/deps`.
    let this = std::env::current_exe()?;
    let release =
        this.ancestors().nth(2).ok_or_else(|| failed("cargo build", "did not build the example"))?;
    Ok(release.join("examples/http_server"))
}

/// Runs a program and returns its output.
pub(crate) fn run(name: &str, command: &mut Command) -> io::Result<String> {
    let output = command.stderr(Stdio::inherit()).output();
    let output =
        output.map_err(|error| failed(name, &format!("cannot be run ({error}); is it installed?")))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(failed(name, &format!("failed: {}", output.status)))
    }
}

fn failed(name: &str, problem: &str) -> io::Error {
    io::Error::other(format!("{name} {problem}"))
}
