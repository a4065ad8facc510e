//! Where a report comes from: what was run, of which commit, when, and on which machine.

use std::{
    env,
    fmt::{self, Display, Formatter},
    fs,
    path::Path,
    process::Command,
    thread::available_parallelism,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The origin of a report, as a list in Markdown.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Provenance {
    command: String,
    commit: String,
    began: Timestamp,
    machine: String,
    /// Processes that wanted to run, on average over the last quarter of an hour: others may use the machine, too.
    load: Option<String>,
}

impl Provenance {
    /// Of a run of this process that begins now. What cannot be found out is called unknown.
    pub fn now() -> Self {
        Self {
            command: command(),
            commit: output("git", &["describe", "--always", "--dirty"]),
            began: crate::now(),
            machine: machine(),
            load: None,
        }
    }

    /// The same of a run that is over now; without this, it is over when the origin is written down.
    #[must_use]
    pub fn ended(self) -> Self {
        Self {
            load: Some(load()),
            ..self
        }
    }
}

impl Display for Provenance {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        writeln!(out, "- Command: `{}`", self.command)?;
        writeln!(out, "- Commit: {}", self.commit)?;
        writeln!(out, "- Begin: {:.0}", self.began)?;
        let load = self.load.clone().unwrap_or_else(load);
        writeln!(
            out,
            "- Machine: {}, load average of {load} at the end",
            self.machine
        )
    }
}

fn command() -> String {
    let mut arguments = env::args();
    let program = arguments.next().unwrap_or_default();
    let name = Path::new(&program).file_name().unwrap_or_default();
    let words = [name.to_string_lossy().into_owned()]
        .into_iter()
        .chain(arguments);
    words.collect::<Vec<_>>().join(" ")
}

fn machine() -> String {
    let processors = available_parallelism().map_or(0, usize::from);
    let model = line_of("/proc/cpuinfo", "model name");
    let kilobytes = line_of("/proc/meminfo", "MemTotal");
    let kilobytes: u64 = kilobytes.trim_end_matches(" kB").parse().unwrap_or(0);
    format!(
        "{processors} processors ({model}), {} GiB of memory",
        kilobytes / (1 << 20)
    )
}

fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let quarter = text.split_whitespace().nth(2);
    quarter.unwrap_or("unknown").to_owned()
}

fn line_of(path: &str, name: &str) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    let line = text.lines().find(|line| line.starts_with(name));
    let value = line.and_then(|line| line.split_once(':'));
    value
        .map_or("unknown", |(_, value)| value.trim())
        .to_owned()
}

fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let output = output.ok().filter(|output| output.status.success());
    let text = output.and_then(|output| String::from_utf8(output.stdout).ok());
    text.map_or("unknown".to_owned(), |text| text.trim().to_owned())
}
