//! Which cores the servers and the load have.

use std::ffi::OsStr;
use std::fs;
use std::process::Command;

/// A core for the server that is loaded, and another for what loads it.
///
/// Where the two share cores, how much a server does depends on how the system happens to divide them, and a server with
/// threads beside its main one takes from the load what another leaves to it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cores {
    /// `None` where there are not two, or no way to choose.
    apart: Option<(u32, u32)>,
}

impl Cores {
    /// Two of those that this program may run on.
    pub(crate) fn choose() -> Self {
        let has_taskset = Command::new("taskset").arg("-V").output().is_ok();
        let apart = first_and_last().filter(|(first, last)| has_taskset && first != last);
        Self { apart }
    }

    /// A server's program, on its core.
    pub(crate) fn server(self, program: impl AsRef<OsStr>) -> Command {
        on(self.apart.map(|(first, _)| first), program.as_ref())
    }

    /// The load's program, on its core.
    pub(crate) fn load(self, program: impl AsRef<OsStr>) -> Command {
        on(self.apart.map(|(_, last)| last), program.as_ref())
    }

    /// What to tell of it.
    pub(crate) fn said(self) -> String {
        self.apart.map_or_else(
            || {
                "the servers and the load share all cores: needs two, and taskset, for figures to rely on"
                    .to_owned()
            },
            |(server, load)| format!("each server has core {server} alone, the load core {load}"),
        )
    }
}

fn on(core: Option<u32>, program: &OsStr) -> Command {
    let Some(core) = core else { return Command::new(program) };
    let mut command = Command::new("taskset");
    command.arg("-c").arg(core.to_string()).arg(program);
    command
}

/// Source: `proc_pid_status(5)`, `Cpus_allowed_list`, as in `0-1,4`.
fn first_and_last() -> Option<(u32, u32)> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:"))?.trim();
    let mut numbers = list.split([',', '-']).map(str::parse::<u32>);
    let first = numbers.next()?.ok()?;
    Some((first, numbers.next_back().map_or(Ok(first), |last| last).ok()?))
}
