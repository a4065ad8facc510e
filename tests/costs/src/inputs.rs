//! What the model starts from: `inputs.json`, where each value says where it comes from.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

/// A number with its origin.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The number, in the unit that its name says.
    pub value: f64,
    /// Where it comes from.
    pub source: String,
}

/// Prices in US dollars: those of the first tier, without free tiers and discounts.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    /// The region that they are of.
    pub region: String,
    /// A million Lambda invocations.
    pub lambda_million_requests: Input,
    /// A gigabyte-second of Lambda on x86_64.
    pub lambda_gb_second_x86_64: Input,
    /// A gigabyte-second of Lambda on arm64.
    pub lambda_gb_second_arm64: Input,
    /// A provisioned poller of a queue, for an hour.
    pub poller_hour: Input,
    /// A million requests to a standard queue.
    pub sqs_million_requests: Input,
    /// What a million requests cost on top with message groups, which make a queue fair.
    pub sqs_million_fair: Input,
    /// A million read request units of DynamoDB.
    pub dynamodb_million_reads: Input,
    /// A million write request units of DynamoDB.
    pub dynamodb_million_writes: Input,
    /// A gigabyte in a table for a month.
    pub dynamodb_gb_month: Input,
    /// Ten thousand calls of KMS.
    pub kms_ten_thousand_calls: Input,
    /// A key of KMS for a month.
    pub kms_key_month: Input,
    /// A gigabyte of logs that CloudWatch takes from Lambda.
    pub logs_gb: Input,
    /// A metric of CloudWatch for a month.
    pub metric_month: Input,
    /// An alarm of CloudWatch for a month.
    pub alarm_month: Input,
    /// A gigabyte that leaves AWS for the internet.
    pub transfer_gb: Input,
}

/// What was measured of the delivery function; see [`crate::measured`].
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// Which run of the benchmark it is of.
    pub source: String,
    /// Processor time of an invocation before any event, in microseconds.
    pub cpu_us_per_batch: f64,
    /// Processor time of an event that is delivered, in microseconds.
    pub cpu_us_per_event: f64,
    /// What a failed attempt takes on top, in microseconds.
    pub cpu_us_per_failure: f64,
    /// Most memory resident with batches of a hundred, in MiB.
    pub resident_mib: f64,
    /// What the function logs for an attempt, in bytes.
    pub log_bytes_per_attempt: f64,
    /// What it logs for an invocation, in bytes.
    pub log_bytes_per_batch: f64,
    /// A request of HTTP, in bytes.
    pub request_bytes: f64,
    /// The first event after a start.
    pub starts: Vec<Start>,
}

/// How long the first event takes after a start.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Start {
    /// The function's memory, in MB.
    pub memory_mb: f64,
    /// Time until the event arrives, with the share of a processor that comes with the memory, in milliseconds.
    pub first_event_ms: f64,
}

/// What is neither public nor measured.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Assumed {
    /// What Lambda itself logs for an invocation, in bytes.
    pub platform_log_bytes_per_batch: Input,
    /// What TLS, TCP and IP add to a request, in bytes.
    pub wire_bytes_per_request: Input,
    /// Messages that the backend sends in one call.
    pub producer_batch: Input,
    /// Tenants that the events belong to, evenly.
    pub tenants: Input,
    /// Time of a call to an AWS service, in milliseconds.
    pub service_call_ms: Input,
    /// Size of an attempt that is kept, in KB; also its write units.
    pub kept_attempt_kb: Input,
    /// Metrics that the delivery function makes.
    pub metrics: Input,
    /// Alarms of the stack.
    pub alarms: Input,
}

/// The processor of the functions (`Architecture`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Architecture {
    /// Intel's and AMD's.
    X86_64,
    /// Graviton.
    Arm64,
}

/// How a queue invokes the function.
#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// `BatchSize`.
    pub batch: f64,
    /// `MaximumBatchingWindowInSeconds`.
    pub window_seconds: f64,
    /// `MaximumConcurrency`.
    pub maximum_concurrency: f64,
}

/// What the delivery function keeps for administrators; the constants of its `recorder`.
#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct History {
    /// Successes of a webhook that an environment keeps in a minute (`SAMPLES_PER_MINUTE`).
    pub samples_per_minute: f64,
    /// Successes of all webhooks that it keeps in a second (`SAMPLES_PER_SECOND`).
    pub samples_per_second: f64,
    /// Seconds between two times at which it adds counts (`COUNTS_EVERY`).
    pub counts_seconds: f64,
    /// Successes that it adds without waiting for more (`MANY`).
    pub many: f64,
    /// Seconds for which fewer wait (`FEW_EVERY`).
    pub few_seconds: f64,
    /// Webhooks whose counts it adds at a time (`COUNTED_AT_ONCE`).
    pub counted_at_once: f64,
    /// Days for which all of it is kept (`RETENTION`).
    pub days: f64,
}

/// The deployment's settings; those of `template.yaml`.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// `FunctionMemoryMb`.
    pub memory_mb: f64,
    /// `Architecture`.
    pub architecture: Architecture,
    /// The feedback queue.
    pub feedback: Mapping,
    /// The retry queue.
    pub retry: Mapping,
    /// `ConfigCacheSeconds`.
    pub cache_seconds: f64,
    /// Calls to one endpoint at a time (`CALLS_PER_ENDPOINT` of the delivery function).
    pub calls_per_endpoint: f64,
    /// Seconds for which a secret is kept open (`OPEN_TIME` of the delivery function).
    pub opened_seconds: f64,
    /// What is kept for administrators.
    pub history: History,
}

/// All inputs.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Inputs {
    /// Public prices.
    pub prices: Prices,
    /// Measured values.
    pub measured: Measured,
    /// Assumptions.
    pub assumed: Assumed,
    /// Settings.
    pub settings: Settings,
}

impl Inputs {
    /// Reads the file.
    ///
    /// # Errors
    /// Where there is none, or a value is missing.
    pub fn read(path: &Path) -> Result<Self> {
        let text = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        serde_json::from_slice(&text).with_context(|| format!("in {}", path.display()))
    }

    /// Writes the file.
    ///
    /// # Errors
    /// Where that is not possible.
    pub fn write(&self, path: &Path) -> Result<()> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))
    }
}

impl Settings {
    /// Memory in GB, as Lambda counts it.
    pub fn memory_gb(&self) -> f64 {
        self.memory_mb / 1_024.0
    }

    /// The price of a gigabyte-second.
    pub fn gb_second(&self, prices: &Prices) -> f64 {
        match self.architecture {
            Architecture::X86_64 => prices.lambda_gb_second_x86_64.value,
            Architecture::Arm64 => prices.lambda_gb_second_arm64.value,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{FOLDER, kept};

    /// The number behind a key of the template's part that begins with these lines.
    fn of_template(part: &[&str], key: &str) -> f64 {
        let path = Path::new(FOLDER).join("../../template.yaml");
        let template = fs::read_to_string(path).unwrap();
        let mut rest = template.as_str();
        for line in part.iter().chain([&key]) {
            let (_, after) = rest.split_once(&format!("{line}:")).unwrap();
            rest = after;
        }
        let number = rest.trim_start().split(|c: char| !c.is_ascii_digit());
        number.into_iter().next().unwrap().parse().unwrap()
    }

    #[test]
    fn the_settings_are_the_templates() {
        let settings = kept().settings;
        for (parameter, value) in [
            ("FunctionMemoryMb", settings.memory_mb),
            ("ConfigCacheSeconds", settings.cache_seconds),
        ] {
            let part = ["Parameters:\n  TokenIssuer", &format!("  {parameter}")];
            assert_eq!(of_template(&part, "Default"), value, "{parameter}");
        }
        let events = |queue| ["DeliveryFunction", "Events", queue];
        for (queue, mapping) in [("Feedback", settings.feedback), ("Retry", settings.retry)] {
            let part = events(queue);
            assert_eq!(of_template(&part, "BatchSize"), mapping.batch, "{queue}");
            assert_eq!(
                of_template(&part, "{MaximumConcurrency"),
                mapping.maximum_concurrency,
                "{queue}"
            );
        }
        assert_eq!(
            of_template(&events("Feedback"), "MaximumBatchingWindowInSeconds"),
            settings.feedback.window_seconds
        );
    }
}
