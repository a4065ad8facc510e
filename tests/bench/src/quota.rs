//! The share of a processor that comes with an amount of Lambda memory, as a control group.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// Memory that comes with one whole processor, in MB (AWS Lambda Developer Guide, "Configure Lambda function memory").
const WHOLE_PROCESSOR_MB: u64 = 1_769;
/// Period of the quota in microseconds. Shorter than the kernel's default of 100 ms, so that small shares are spread.
const PERIOD_US: u64 = 20_000;

/// A control group that is removed when this is dropped.
#[derive(Debug)]
pub struct Quota(PathBuf);

impl Quota {
    /// The share of this memory.
    ///
    /// # Errors
    /// Where control groups cannot be made, for example without being root.
    pub fn new(memory_mb: u64) -> Result<Self> {
        let name = format!("feedback-webhooks-bench-{memory_mb}");
        let quota_us = PERIOD_US * memory_mb / WHOLE_PROCESSOR_MB;
        let first_version = Path::new("/sys/fs/cgroup/cpu");
        if first_version.join("cpu.cfs_quota_us").exists() || first_version.join("tasks").exists() {
            let group = Self::create(first_version.join(name))?;
            group.write("cpu.cfs_period_us", &PERIOD_US.to_string())?;
            group.write("cpu.cfs_quota_us", &quota_us.to_string())?;
            Ok(group)
        } else {
            let group = Self::create(Path::new("/sys/fs/cgroup").join(name))?;
            group.write("cpu.max", &format!("{quota_us} {PERIOD_US}"))?;
            Ok(group)
        }
    }

    fn create(path: PathBuf) -> Result<Self> {
        if !path.exists() {
            fs::create_dir(&path).with_context(|| format!("cannot make {}", path.display()))?;
        }
        Ok(Self(path))
    }

    fn write(&self, file: &str, text: &str) -> Result<()> {
        let path = self.0.join(file);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
    }

    /// A command that starts what follows within the share.
    pub fn wrapper(&self) -> Vec<String> {
        let processes = self.0.join("cgroup.procs").display().to_string();
        let script = r#"echo $$ > "$0" && exec "$@""#;
        ["/bin/sh", "-c", script, &processes]
            .map(str::to_owned)
            .into()
    }
}

impl Drop for Quota {
    fn drop(&mut self) {
        // It fails while a process of it is ending; an empty group harms nobody, and the next run uses it.
        let _ = fs::remove_dir(&self.0);
    }
}
