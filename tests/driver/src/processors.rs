//! Which processors programs run on: what is measured has one for itself.

use std::io;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// Sets the last processor that this process may use apart, for [`on`]: the calling thread, and every thread that it
/// starts from now on, keeps to the others. `None` where there is only one; then nothing changes.
///
/// # Errors
/// The operating system's.
pub fn set_apart() -> io::Result<Option<usize>> {
    let mut others = sched_getaffinity(None)?;
    let last = (0..CpuSet::MAX_CPU).rfind(|number| others.is_set(*number));
    let Some(last) = last.filter(|_| others.count() > 1) else {
        return Ok(None);
    };
    others.unset(last);
    sched_setaffinity(None, &others)?;
    Ok(Some(last))
}

/// Starts a process that keeps to this processor, or to those of the calling thread where there is none. It inherits the
/// affinity of the thread that starts it, so `start` must do that itself.
///
/// # Errors
/// Those of `start`, and the operating system's.
pub fn on<T>(processor: Option<usize>, start: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let Some(processor) = processor else {
        return start();
    };
    let own = sched_getaffinity(None)?;
    let mut single = CpuSet::new();
    single.set(processor);
    sched_setaffinity(None, &single)?;
    let started = start();
    sched_setaffinity(None, &own)?;
    started
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_process_keeps_to_its_processor_and_its_parent_does_not() {
        let own = sched_getaffinity(None).unwrap();
        let first = (0..CpuSet::MAX_CPU).find(|number| own.is_set(*number));
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "grep Cpus_allowed_list /proc/self/status"]);
        let output = on(first, || command.output()).unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let allowed = text.split_whitespace().nth(1).unwrap();
        assert_eq!(allowed, first.unwrap().to_string());
        assert_eq!(sched_getaffinity(None).unwrap(), own);
    }
}
