//! The targets, and whether a run met them. Ratios are of programs of the same run; the rest depends on the machine.

use std::{fs, io::Write as _, path::Path};

use anyhow::{Context, Result};
use flate2::{Compression, write::DeflateEncoder};

use crate::{
    cold::Starts,
    figures::Outcome,
    report::Results,
    scenario::{MANY, Scenario},
};

const MIB: f64 = 1_048_576.0;
/// Events per second over plain loopback that are wanted.
const PLAIN_PER_SECOND: f64 = 25_000.0;

/// A target.
#[derive(Debug, Clone)]
pub struct Target {
    /// Its name in `EXPLANATIONS.md`.
    pub id: &'static str,
    /// What is measured.
    pub what: String,
    /// The bound.
    pub target: String,
    /// What was measured.
    pub measured: String,
    /// Whether it is within the bound; `None` where it was not measured.
    pub met: Option<bool>,
}

/// A bound of a value.
#[derive(Debug, Clone, Copy)]
enum Bound {
    AtMost(f64, &'static str),
    AtLeast(f64, &'static str),
}
use Bound::{AtLeast, AtMost};

impl Target {
    fn new(id: &'static str, what: &str, value: Option<f64>, bound: Bound) -> Self {
        let (relation, limit, unit) = match bound {
            AtMost(limit, unit) => ("≤", limit, unit),
            AtLeast(limit, unit) => ("≥", limit, unit),
        };
        let is_met = |value: f64| match bound {
            AtMost(limit, _) => value <= limit,
            AtLeast(limit, _) => value >= limit,
        };
        let text = |value: f64| match value {
            value if value >= 1_000.0 => format!("{value:.0} {unit}"),
            value => format!("{value:.2} {unit}"),
        };
        let value = value.filter(|value| value.is_finite());
        Self {
            id,
            what: what.to_owned(),
            target: format!("{relation} {limit} {unit}"),
            measured: value.map_or("not measured".to_owned(), text),
            met: value.map(is_met),
        }
    }

    /// The same with more about what was measured.
    fn with(mut self, remark: Option<String>) -> Self {
        if let Some(remark) = remark {
            self.measured += &format!(" ({remark})");
        }
        self
    }
}

/// Judges a run.
pub fn judge(results: &Results) -> Vec<Target> {
    let mut targets = Vec::from(costs(results));
    targets.extend(throughput(results));
    targets.extend(starts(results));
    targets.extend(sizes(results));
    targets
}

fn costs(results: &Results) -> [Target; 3] {
    let ratio = |batch| {
        let outcome = results.of(&Scenario::of_batch(batch));
        let range = outcome.map(|outcome| {
            let (least, greatest) = outcome.ratio_range();
            format!("{least:.2}–{greatest:.2} turn by turn")
        });
        (outcome.map(Outcome::ratio), range)
    };
    let cpu = |tenants| {
        let outcome = results.of(&Scenario {
            tenants,
            ..Scenario::default()
        });
        outcome.map(|outcome| outcome.delivery.median.cpu_us)
    };
    let growth = cpu(MANY).zip(cpu(1)).map(|(many, one)| many / one);
    let [ten, hundred] = [10, 100].map(ratio);
    [
        Target::new(
            "cpu-batch-10",
            "processor time of an event, batch 10, HS256, keep-alive, of the reqwest loop's",
            ten.0,
            AtMost(1.5, "×"),
        )
        .with(ten.1),
        Target::new(
            "cpu-batch-100",
            "the same, batch 100",
            hundred.0,
            AtMost(1.3, "×"),
        )
        .with(hundred.1),
        Target::new(
            "tenants",
            "processor time of an event of 10,000 tenants, of one tenant's",
            growth,
            AtMost(1.2, "×"),
        ),
    ]
}

/// Judged by what really went through, and not by what the processor could have done had it been busy all the time.
fn throughput(results: &Results) -> [Target; 2] {
    let fastest = [1, 10, 100, 1_000]
        .iter()
        .filter_map(|batch| results.of(&Scenario::of_batch(*batch)))
        .max_by(|a, b| {
            let rate = |outcome: &Outcome| outcome.delivery.median.per_second;
            rate(a).total_cmp(&rate(b))
        });
    let median = fastest.map(|outcome| outcome.delivery.median);
    let remark = fastest.zip(median).map(|(outcome, median)| {
        format!(
            "{}; the processor was {:.0} % busy, and would do {:.0} /s if it always were",
            outcome.scenario.name(),
            100.0 * median.busy(),
            1e6 / median.cpu_us
        )
    });
    let rate = median.map(|median| median.per_second);
    // The function refuses plain HTTP. Encryption only adds to it, so what it does with TLS is a lower bound, which may be
    // high enough.
    let at_least = rate.filter(|rate| *rate >= PLAIN_PER_SECOND);
    [
        Target::new(
            "rate-plain",
            "events per second of one core over plain loopback, instant receiver",
            at_least,
            AtLeast(PLAIN_PER_SECOND, "/s"),
        )
        .with(at_least.map(|_| "with TLS, which costs more".to_owned())),
        Target::new(
            "rate-tls",
            "the same over TLS",
            rate,
            AtLeast(15_000.0, "/s"),
        )
        .with(remark),
    ]
}

fn starts(results: &Results) -> [Target; 3] {
    let of = |memory_mb| {
        let mut starts = results.cold.iter();
        starts.find(|starts| starts.memory_mb == memory_mb)
    };
    let of_hello = |value: fn(&Starts) -> f64| of(None).map(|found| value(found) / found.hello_us);
    let first = of(Some(512)).map(|starts| starts.delivered_us / starts.handshakes_us);
    let unlimited = of(None).map(|starts| {
        format!(
            "without a quota {:.2} ×",
            starts.delivered_us / starts.handshakes_us
        )
    });
    [
        Target::new(
            "start-delivery",
            "start of delivery to its first question for work, of hello world's",
            of_hello(|starts| starts.delivery_us),
            AtMost(1.3, "×"),
        ),
        Target::new(
            "start-config-api",
            "start of config-api to its first question for work, of hello world's",
            of_hello(|starts| starts.config_api_us),
            AtMost(1.3, "×"),
        ),
        Target::new(
            "first-event",
            "first delivered event after a start at 512 MB, of its two TLS handshakes alone",
            first,
            AtMost(2.0, "×"),
        )
        .with(first.and(unlimited)),
    ]
}

fn sizes(results: &Results) -> [Target; 4] {
    let peak = |scenario: &Scenario| {
        let outcome = results.of(scenario);
        outcome.map(|outcome| outcome.delivery.peak_memory_bytes as f64 / MIB)
    };
    let large = Scenario {
        payload_bytes: 10 * 1_024,
        ..Scenario::of_batch(1_000)
    };
    let zipped = |bytes: Option<u64>| bytes.map(|bytes| bytes as f64 / 1e6);
    [
        Target::new(
            "memory-batch-10",
            "resident memory of delivery, batch 10",
            peak(&Scenario::default()),
            AtMost(16.0, "MiB"),
        ),
        Target::new(
            "memory-batch-1000",
            "resident memory of delivery, batch 1,000 of 10 KiB",
            peak(&large),
            AtMost(64.0, "MiB"),
        ),
        Target::new(
            "size-delivery",
            "delivery, zipped",
            zipped(results.delivery_zipped_bytes),
            AtMost(5.0, "MB"),
        ),
        Target::new(
            "size-config-api",
            "config-api with the console, zipped",
            zipped(results.config_api_zipped_bytes),
            AtMost(7.0, "MB"),
        ),
    ]
}

/// Size of a file after the compression of zip files, in bytes.
///
/// # Errors
/// Where it cannot be read.
pub fn zipped_bytes(path: &Path) -> Result<u64> {
    let content = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(&content)?;
    Ok(encoder.finish()?.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_belongs_to_what_meets_it_and_nothing_measured_meets_none() {
        let met = |value, bound| Target::new("", "", value, bound).met;
        let at_most = AtMost(1.5, "×");
        assert_eq!(
            [1.5, 1.51].map(|value| met(Some(value), at_most)),
            [Some(true), Some(false)]
        );
        assert_eq!(
            [None, Some(f64::NAN)].map(|value| met(value, at_most)),
            [None, None]
        );
        assert_eq!(met(Some(2.0), AtLeast(1.5, "/s")), Some(true));
    }
}
