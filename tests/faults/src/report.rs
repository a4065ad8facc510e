//! The report of a run, in Markdown.

use std::{
    fmt::{self, Display, Formatter},
    time::Duration,
};

use driver::provenance::Provenance;

use crate::verdict::{PROMISES, Verdict};

/// The whole report of a run.
pub fn report(seed: u64, origin: &Provenance, took: Duration, verdict: &Verdict) -> String {
    let outcome = if verdict.is_good() {
        "Every promise was kept."
    } else {
        "A promise was BROKEN, or a fault is missing; see below."
    };
    format!(
        "# Fault run\n\n{outcome}\n\n{origin}- Seed: {seed}\n- Time: {} s\n\n{verdict}",
        took.as_secs()
    )
}

impl Display for Verdict {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let row =
            |out: &mut Formatter<'_>, name: &str, count: u64| writeln!(out, "| {name} | {count} |");
        writeln!(out, "| events | count |\n|---|---:|")?;
        row(out, "sent", self.sent)?;
        row(out, "delivered at least once", self.delivered)?;
        for (reason, count) in &self.dead_letters {
            let reason = if reason.is_empty() {
                "moved by the queue itself"
            } else {
                reason
            };
            row(out, &format!("in the dead-letter queue: {reason}"), *count)?;
        }
        for (reason, count) in &self.skipped {
            row(out, &format!("skipped rightly: {reason}"), *count)?;
        }
        row(out, "held while their webhook was paused", self.held)?;
        for promise in PROMISES {
            row(
                out,
                promise,
                self.broken_counts.get(promise).copied().unwrap_or_default(),
            )?;
        }
        writeln!(out, "\n| calls of endpoints | count |\n|---|---:|")?;
        row(out, "attempts", self.attempts)?;
        row(out, "accepted again", self.duplicates.values().sum())?;
        for (cause, count) in &self.duplicates {
            row(out, &format!("… because {cause}"), *count)?;
        }
        writeln!(out, "\n| faults injected | count |\n|---|---:|")?;
        for (fault, count) in &self.faults {
            row(out, fault.name(), *count)?;
        }
        for promise in PROMISES {
            let events = self.broken.get(promise).into_iter().flatten();
            for (index, event) in events.enumerate() {
                let gap = if index == 0 { "\n" } else { "" };
                writeln!(out, "{gap}- {promise}: {event}")?;
            }
        }
        if self.held == 0 {
            writeln!(
                out,
                "\nno event was held, so this run proves nothing about paused webhooks"
            )?;
        }
        let never = self.faults.iter().filter(|(_, count)| *count == 0);
        for (fault, _) in never {
            writeln!(
                out,
                "\nnever injected, so this run proves nothing about it: {}",
                fault.name()
            )?;
        }
        Ok(())
    }
}
