//! Instructions per event, counted by callgrind, in relation to the reference.
//!
//! Each kind of batch runs twice, the second time with more batches: the difference is what those cost, without start-up
//! and the first batch's look-ups. Valgrind offers programs the same processor features wherever there are AVX2 and BMI,
//! so libraries that choose by them choose the same; compilers differ, which the ratio to the reference evens out.

use std::{
    collections::BTreeMap,
    env::{consts::ARCH, current_exe},
    fmt::Write as _,
    fs,
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::scenario::SCENARIOS;

/// The name under which the reference is run and kept.
pub const REFERENCE: &str = "reference";
/// What is kept of each architecture.
const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/instructions.json");
/// How much more instructions an event may cost than what is kept says.
const GROWTH_MAX: f64 = 0.05;
/// Batches before those that are counted.
const WARM_UP: usize = 1;
const REFERENCE_EVENTS: usize = 10;
const REFERENCE_BATCHES: usize = 20;

/// Instructions per event by name.
type Counts = BTreeMap<String, f64>;

/// Counts, and keeps the counts.
///
/// # Errors
/// Where valgrind does not run, or the file cannot be written.
pub fn record() -> Result<()> {
    let mut kept = kept()?;
    kept.insert(ARCH.to_owned(), count()?);
    let text = serde_json::to_string_pretty(&kept)? + "\n";
    fs::write(KEPT, text).with_context(|| format!("cannot write {KEPT}"))
}

/// Counts, and compares with what is kept: a table, and whether nothing has grown.
///
/// # Errors
/// Where valgrind does not run, or the file cannot be read.
pub fn check() -> Result<(String, bool)> {
    let Some(kept) = kept()?.remove(ARCH) else {
        let text = format!("No counts are kept for {ARCH}, so there is nothing to compare with.\n");
        return Ok((text, true));
    };
    Ok(compare(&kept, &count()?))
}

fn kept() -> Result<BTreeMap<String, Counts>> {
    let text = fs::read(KEPT).with_context(|| format!("cannot read {KEPT}"))?;
    Ok(serde_json::from_slice(&text)?)
}

fn compare(kept: &Counts, counted: &Counts) -> (String, bool) {
    let mut table = String::from(
        "Instructions per event, and in relation to parsing, writing and hashing the message:\n",
    );
    let mut is_good = true;
    let reference = |counts: &Counts| counts.get(REFERENCE).copied().unwrap_or(f64::NAN);
    for (name, instructions) in counted {
        let ratio = instructions / reference(counted);
        let before = kept.get(name).map(|before| before / reference(kept));
        let growth = before.map_or(f64::NAN, |before| ratio / before - 1.0);
        let verdict = match growth {
            growth if growth <= -GROWTH_MAX => "less: keep it with make bench-record",
            growth if growth <= GROWTH_MAX => "",
            // A kind that is not kept, or a reference that is none, is no reason to pass.
            _ => {
                is_good = false;
                "MORE"
            }
        };
        let _ = writeln!(
            table,
            "{instructions:>9.0} {ratio:>7.2} {:>+7.1} %  {name}  {verdict}",
            growth * 100.0
        );
    }
    if !is_good {
        table += "An event costs over 5 % more than what tests/workload/instructions.json says. If that is worth it, keep \
                  the new counts with make bench-record, and say in the commit why.\n";
    }
    (table, is_good)
}

fn count() -> Result<Counts> {
    let mut counts = Counts::new();
    let reference = difference(REFERENCE, REFERENCE_BATCHES)?;
    let events = REFERENCE_BATCHES * REFERENCE_EVENTS;
    counts.insert(REFERENCE.to_owned(), per_event(reference, events));
    for scenario in SCENARIOS {
        let instructions = difference(scenario.name, scenario.batches)?;
        let events = scenario.batches * scenario.events;
        counts.insert(scenario.name.to_owned(), per_event(instructions, events));
    }
    Ok(counts)
}

fn per_event(instructions: u64, events: usize) -> f64 {
    (instructions as f64 / events as f64).round()
}

/// What so many batches cost beyond the first.
fn difference(name: &str, batches: usize) -> Result<u64> {
    let short = instructions(name, WARM_UP)?;
    let long = instructions(name, WARM_UP + batches)?;
    Ok(long.saturating_sub(short))
}

fn instructions(name: &str, batches: usize) -> Result<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(current_exe()?)
        .args(["run", name, &batches.to_string()])
        .env_clear()
        .envs([
            ("PATH", "/usr/local/bin:/usr/bin:/bin"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
        ])
        .output()
        .context("cannot start valgrind; on Debian and Ubuntu: apt-get install valgrind")?;
    let text = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        bail!("{name} failed under valgrind:\n{text}");
    }
    collected(&text).with_context(|| format!("callgrind did not say what it collected:\n{text}"))
}

/// From the line that callgrind ends with: `==1== Collected : 123`.
fn collected(text: &str) -> Option<u64> {
    let (_, count) = text.rsplit_once("Collected : ")?;
    count.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(reference: f64, batch: f64) -> Counts {
        let counts = [(REFERENCE, reference), ("batch", batch)];
        counts.map(|(name, count)| (name.to_owned(), count)).into()
    }

    #[test]
    fn only_what_costs_over_five_percent_more_than_the_reference_does_is_refused() {
        let kept = counts(100.0, 1_000.0);
        for (counted, is_good) in [
            (counts(100.0, 1_000.0), true),
            (counts(100.0, 1_049.0), true),
            (counts(100.0, 1_051.0), false),
            (counts(100.0, 500.0), true),
            // Another compiler.
            (counts(120.0, 1_200.0), true),
            (counts(80.0, 1_000.0), false),
            (counts(0.0, 1_000.0), false),
        ] {
            assert_eq!(compare(&kept, &counted).1, is_good, "{counted:?}");
        }
    }

    #[test]
    fn a_kind_of_batch_that_is_not_kept_is_refused() {
        let mut kept = counts(100.0, 1_000.0);
        kept.remove("batch");
        assert!(!compare(&kept, &counts(100.0, 1_000.0)).1);
    }

    #[test]
    fn the_count_is_read_from_what_callgrind_says() {
        let text =
            "==1== Events    : Ir\n==1== Collected : 8613\n==1== \n==1== I   refs:      8,613\n";
        assert_eq!(collected(text), Some(8_613));
        assert_eq!(collected("==1== "), None);
    }
}
