//! The measured values, from the results of the benchmark (`tests/bench/results/results.json`).
//!
//! Loads that differ in the size of their batches only are taken as a line: what an invocation takes by itself, and what
//! each event adds. Its ends are batches of one and of a hundred events.

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::inputs::{Measured, Start};

const MIB: f64 = 1_048_576.0;
const SMALL: f64 = 1.0;
const LARGE: f64 = 100.0;
/// The batch with which loads are measured that differ in something else.
const ORDINARY: f64 = 10.0;

/// What is needed of the results.
#[derive(Debug, Deserialize)]
struct Results {
    origin: Origin,
    load: Vec<Outcome>,
    #[serde(default)]
    cold: Vec<Cold>,
}

#[derive(Debug, Deserialize)]
struct Origin {
    commit: String,
    began: String,
    machine: String,
}

#[derive(Debug, Deserialize)]
struct Outcome {
    scenario: Scenario,
    delivery: Figures,
    logged_bytes: f64,
    request_bytes: f64,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Scenario {
    batch: f64,
    auth: String,
    tenants: u64,
    payload_bytes: u64,
    delay_ms: u64,
    failing_percent: f64,
    is_http2: bool,
    campaigns: u64,
}

#[derive(Debug, Deserialize)]
struct Figures {
    median: Sample,
    peak_memory_bytes: f64,
}

#[derive(Debug, Deserialize)]
struct Sample {
    cpu_us: f64,
}

#[derive(Debug, Deserialize)]
struct Cold {
    memory_mb: Option<f64>,
    delivered_us: f64,
}

impl Measured {
    /// Reads the benchmark's results.
    ///
    /// # Errors
    /// Where there are none, or a load is missing from them.
    pub fn read(path: &Path) -> Result<Self> {
        let text = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        Self::derive(&text).with_context(|| format!("in {}", path.display()))
    }

    fn derive(text: &[u8]) -> Result<Self> {
        let results: Results = serde_json::from_slice(text)?;
        let cpu = |outcome: &Outcome| outcome.delivery.median.cpu_us;
        let (small, large) = (results.of(SMALL, 0.0)?, results.of(LARGE, 0.0)?);
        let (ordinary, failing) = (results.of(ORDINARY, 0.0)?, results.of(ORDINARY, 50.0)?);
        let (cpu_us_per_batch, cpu_us_per_event) = line(cpu(small), cpu(large));
        let (log_bytes_per_batch, log_bytes_per_attempt) =
            line(small.logged_bytes, large.logged_bytes);
        let starts = results.cold.iter().filter_map(|start| {
            Some(Start {
                memory_mb: start.memory_mb?,
                first_event_ms: rounded(start.delivered_us / 1e3),
            })
        });
        let Origin {
            commit,
            began,
            machine,
        } = &results.origin;
        let measured = Self {
            source: format!(
                "tests/bench of {}, commit {commit}, {machine}",
                to_the_minute(began)
            ),
            cpu_us_per_batch: rounded(cpu_us_per_batch),
            cpu_us_per_event: rounded(cpu_us_per_event),
            // Half of the attempts failed.
            cpu_us_per_failure: rounded(2.0 * (cpu(failing) - cpu(ordinary))),
            resident_mib: rounded(large.delivery.peak_memory_bytes / MIB),
            log_bytes_per_attempt: rounded(log_bytes_per_attempt),
            log_bytes_per_batch: rounded(log_bytes_per_batch),
            request_bytes: ordinary.request_bytes,
            starts: starts.collect(),
        };
        let is_usable = [
            measured.cpu_us_per_batch,
            measured.cpu_us_per_event,
            measured.cpu_us_per_failure,
            measured.log_bytes_per_attempt,
            measured.log_bytes_per_batch,
        ];
        ensure!(
            is_usable.iter().all(|value| *value >= 0.0),
            "more work seems to cost less; the machine was too busy: {measured:?}"
        );
        Ok(measured)
    }
}

impl Results {
    /// The load that is ordinary but for the size of its batches and the share of its failures.
    fn of(&self, batch: f64, failing_percent: f64) -> Result<&Outcome> {
        let wanted = Scenario {
            batch,
            auth: "HS256".to_owned(),
            tenants: 1,
            payload_bytes: 1_024,
            delay_ms: 0,
            failing_percent,
            is_http2: false,
            campaigns: 0,
        };
        let mut loads = self.load.iter();
        loads
            .find(|outcome| outcome.scenario == wanted)
            .with_context(|| {
                format!("no load with batches of {batch}, {failing_percent} % failing")
            })
    }
}

/// To a tenth: what is behind it differs from run to run.
fn rounded(value: f64) -> f64 {
    (10.0 * value).round() / 10.0
}

/// The beginning of a time as RFC 3339 has it.
fn to_the_minute(time: &str) -> &str {
    time.get(.."2026-11-26T02:15".len()).unwrap_or(time)
}

/// What a batch takes by itself and what each event adds, from what an event takes in small and in large batches.
fn line(small: f64, large: f64) -> (f64, f64) {
    let each = (LARGE * large - SMALL * small) / (LARGE - SMALL);
    (SMALL * (small - each), each)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::testing::{FOLDER, assert_close, kept};

    fn load(batch: u64, failing_percent: u64, cpu_us: f64, logged_bytes: f64) -> Value {
        json!({
            "scenario": {
                "batch": batch, "auth": "HS256", "tenants": 1, "payload_bytes": 1024, "delay_ms": 0,
                "failing_percent": failing_percent, "is_http2": false, "campaigns": 0,
            },
            "delivery": {"median": {"cpu_us": cpu_us, "per_second": 1.0}, "peak_memory_bytes": 20 * 1_048_576},
            "logged_bytes": logged_bytes,
            "request_bytes": 1500,
        })
    }

    fn results(loads: &[Value]) -> Vec<u8> {
        let origin = json!({"commit": "abc1234", "began": "2026-11-26T02:15:01.59277932Z", "machine": "2 processors"});
        let cold = json!([
            {"memory_mb": null, "delivered_us": 9_000.0},
            {"memory_mb": 512, "delivered_us": 42_000.0},
        ]);
        json!({"origin": origin, "load": loads, "cold": cold})
            .to_string()
            .into_bytes()
    }

    #[test]
    fn values_are_derived_as_by_hand() {
        // A batch of one takes 150 µs and a batch of a hundred 100 × 51 = 5,100 µs: 4,950 µs for 99 events more, so each
        // takes 50 µs and the batch itself 100 µs. Logs: 500 and 100 × 302 = 30,200 bytes, so each event has
        // 29,700 / 99 = 300 bytes and the batch 200. Failing half of the time costs 20 µs more, so a failure costs 40.
        let text = results(&[
            load(1, 0, 150.0, 500.0),
            load(10, 0, 60.0, 320.0),
            load(100, 0, 51.0, 302.0),
            load(10, 50, 80.0, 320.0),
        ]);
        let measured = Measured::derive(&text).unwrap();
        assert_close(measured.cpu_us_per_batch, 100.0);
        assert_close(measured.cpu_us_per_event, 50.0);
        assert_close(measured.cpu_us_per_failure, 40.0);
        assert_close(measured.log_bytes_per_batch, 200.0);
        assert_close(measured.log_bytes_per_attempt, 300.0);
        assert_close(measured.resident_mib, 20.0);
        assert_close(measured.request_bytes, 1_500.0);
        assert_eq!(
            measured.starts,
            [Start {
                memory_mb: 512.0,
                first_event_ms: 42.0
            }]
        );
        assert_eq!(
            measured.source,
            "tests/bench of 2026-11-26T02:15, commit abc1234, 2 processors"
        );
    }

    #[test]
    fn a_run_without_a_load_or_with_nonsense_is_refused() {
        let three = [
            load(1, 0, 150.0, 500.0),
            load(10, 0, 60.0, 320.0),
            load(100, 0, 51.0, 302.0),
        ];
        let error = Measured::derive(&results(&three)).unwrap_err();
        assert!(error.to_string().contains("50 % failing"), "{error}");
        let cheaper = load(10, 50, 55.0, 320.0);
        let all: Vec<Value> = three.into_iter().chain([cheaper]).collect();
        assert!(Measured::derive(&results(&all)).is_err());
    }

    #[test]
    fn what_is_kept_is_of_the_benchmarks_latest_results() {
        let path = Path::new(FOLDER).join("../bench/results/results.json");
        if path.exists() {
            let latest = Measured::read(&path).unwrap();
            assert_eq!(kept().measured.source, latest.source, "run `make costs`");
        }
    }
}
