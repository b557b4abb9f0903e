//! The cores of the servers and of the load generator.

use std::ffi::OsStr;
use std::fs;
use std::process::Command;

/// One core for the server under load, and another for the load generator.
///
/// If they share cores, the throughput depends on how the system divides them, and a server with
/// several threads takes time from the load generator that another server leaves to it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cores {
    /// Cores of the server and of the load, or `None` without two cores and `taskset`.
    separate: Option<(u32, u32)>,
}

impl Cores {
    /// Chooses two of the cores that this process may use.
    pub(crate) fn choose() -> Self {
        let has_taskset = Command::new("taskset").arg("-V").output().is_ok();
        let separate = first_and_last().filter(|(first, last)| has_taskset && first != last);
        Self { separate }
    }

    /// Returns the command that runs a server on its core.
    pub(crate) fn server(self, program: impl AsRef<OsStr>) -> Command {
        on(self.separate.map(|(first, _)| first), program.as_ref())
    }

    /// Returns the command that runs the load generator on its core.
    pub(crate) fn load(self, program: impl AsRef<OsStr>) -> Command {
        on(self.separate.map(|(_, last)| last), program.as_ref())
    }

    /// Returns a description for the output.
    pub(crate) fn description(self) -> String {
        self.separate.map_or_else(
            || {
                "the servers and the load share all cores; reliable figures need two cores and taskset"
                    .to_owned()
            },
            |(server, load)| format!("each server runs on core {server}, the load on core {load}"),
        )
    }
}

fn on(core: Option<u32>, program: &OsStr) -> Command {
    let Some(core) = core else { return Command::new(program) };
    let mut command = Command::new("taskset");
    command.arg("-c").arg(core.to_string()).arg(program);
    command
}

/// Returns the first and the last core that this process may use.
/// Source: `proc_pid_status(5)`, `Cpus_allowed_list`, such as `0-1,4`.
fn first_and_last() -> Option<(u32, u32)> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"))?.trim();
    let mut numbers = list.split([',', '-']).map(str::parse::<u32>);
    let first = numbers.next()?.ok()?;
    Some((first, numbers.next_back().map_or(Ok(first), |last| last).ok()?))
}
