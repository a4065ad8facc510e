//! The targets, and whether a run met them. Ratios are of programs of the same run; the rest depends on the machine.

use std::{fs, io::Write as _, path::Path};

use anyhow::{Context, Result};
use flate2::{Compression, write::DeflateEncoder};
use serde::Serialize;

use crate::{
    cold::Starts,
    load::{Outcome, Scenario},
    report::Results,
};

const MIB: f64 = 1_048_576.0;

/// A target.
#[derive(Debug, Clone, Serialize)]
pub struct Target {
    /// What is measured.
    pub what: String,
    /// The bound.
    pub target: String,
    /// What was measured.
    pub measured: String,
    /// Whether it is within the bound; `None` where it was not measured.
    pub met: Option<bool>,
}

impl Target {
    /// A value that must not be above the bound.
    fn at_most(what: &str, value: Option<f64>, bound: f64, unit: &str) -> Self {
        Self::new(what, "≤", value, bound, unit, |value| value <= bound)
    }

    fn at_least(what: &str, value: Option<f64>, bound: f64, unit: &str) -> Self {
        Self::new(what, "≥", value, bound, unit, |value| value >= bound)
    }

    fn new(
        what: &str,
        relation: &str,
        value: Option<f64>,
        bound: f64,
        unit: &str,
        is_met: impl FnOnce(f64) -> bool,
    ) -> Self {
        let text = |value: f64| match value {
            value if value >= 1_000.0 => format!("{value:.0} {unit}"),
            value => format!("{value:.2} {unit}"),
        };
        let value = value.filter(|value| value.is_finite());
        Self {
            what: what.to_owned(),
            target: format!("{relation} {bound} {unit}"),
            measured: value.map_or("not measured".to_owned(), text),
            met: value.map(is_met),
        }
    }
}

/// Judges a run.
pub fn judge(results: &Results) -> Vec<Target> {
    let ordinary = Scenario::default();
    let of = |scenario: &Scenario| {
        let mut outcomes = results.load.iter();
        outcomes.find(|outcome| outcome.scenario == *scenario)
    };
    let ratio_of_batch = |batch| {
        let scenario = Scenario {
            batch,
            ..ordinary.clone()
        };
        of(&scenario).map(Outcome::ratio)
    };
    let fastest = results
        .load
        .iter()
        .map(|outcome| outcome.delivery.median.per_second);
    let fastest = fastest.reduce(f64::max);
    let peak = |scenario: &Scenario| {
        of(scenario).map(|outcome| outcome.delivery.peak_memory_bytes as f64 / MIB)
    };
    let large = Scenario {
        batch: 1_000,
        payload_bytes: 10 * 1_024,
        ..ordinary.clone()
    };
    let many_tenants = Scenario {
        tenants: 10_000,
        ..ordinary.clone()
    };
    let cost = |scenario: &Scenario| of(scenario).map(|outcome| outcome.delivery.median.cpu_us);
    let growth = cost(&many_tenants).zip(cost(&ordinary));
    let starts = |size| {
        results
            .cold
            .iter()
            .find(move |starts| starts.memory_mb == size)
    };
    let cold =
        |value: fn(&Starts) -> f64| starts(None).map(|starts| value(starts) / starts.hello_us);
    let delivered = |starts: &Starts| starts.delivered_us / starts.handshakes_us;
    let zipped = |bytes: Option<u64>| bytes.map(|bytes| bytes as f64 / 1e6);
    vec![
        Target::at_most(
            "processor time of an event, batch 10, HS256, keep-alive, of the reqwest loop's",
            ratio_of_batch(10),
            1.5,
            "×",
        ),
        Target::at_most("the same, batch 100", ratio_of_batch(100), 1.3, "×"),
        Target::at_least(
            "events per second over TLS, one core, the fastest kind of load",
            fastest,
            15_000.0,
            "/s",
        ),
        Target::at_most(
            "start of delivery to its first question for work, of hello world's",
            cold(|starts| starts.delivery_us),
            1.3,
            "×",
        ),
        Target::at_most(
            "start of config-api to its first question for work, of hello world's",
            cold(|starts| starts.config_api_us),
            1.3,
            "×",
        ),
        Target::at_most(
            "first delivered event at 512 MB, of its two TLS handshakes",
            starts(Some(512)).map(delivered),
            2.0,
            "×",
        ),
        Target::at_most(
            "resident memory of delivery, batch 10",
            peak(&ordinary),
            16.0,
            "MiB",
        ),
        Target::at_most(
            "resident memory of delivery, batch 1,000 of 10 KiB",
            peak(&large),
            64.0,
            "MiB",
        ),
        Target::at_most(
            "delivery, zipped",
            zipped(results.delivery_zipped_bytes),
            5.0,
            "MB",
        ),
        Target::at_most(
            "config-api with the console, zipped",
            zipped(results.config_api_zipped_bytes),
            7.0,
            "MB",
        ),
        Target::at_most(
            "processor time of an event of 10,000 tenants, of one tenant's",
            growth.map(|(many, one)| many / one),
            1.2,
            "×",
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
        let met = |value| Target::at_most("", value, 1.5, "×").met;
        assert_eq!(
            [1.5, 1.51].map(|value| met(Some(value))),
            [Some(true), Some(false)]
        );
        assert_eq!([None, Some(f64::NAN)].map(met), [None, None]);
        assert_eq!(Target::at_least("", Some(2.0), 1.5, "/s").met, Some(true));
    }
}
