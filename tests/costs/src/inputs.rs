//! What the model starts from: `inputs.json`, where each value says where it comes from.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use serde::Deserialize;

/// A number with its origin.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// The number, in the unit that its name says.
    pub value: f64,
    /// Where it comes from.
    pub source: String,
}

/// Prices in US dollars.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    /// The region that they are of.
    pub region: String,
    /// When they were looked up.
    pub date: String,
    /// A million Lambda invocations.
    pub lambda_million_requests: Input,
    /// A gigabyte-second of Lambda on x86_64.
    pub lambda_gb_second: Input,
    /// A million requests to a standard queue.
    pub sqs_million_requests: Input,
    /// What a million requests cost on top with message groups, which make a queue fair.
    pub sqs_million_fair: Input,
    /// A million read request units of DynamoDB.
    pub dynamodb_million_reads: Input,
    /// Ten thousand calls of KMS.
    pub kms_ten_thousand_calls: Input,
    /// A gigabyte of logs that CloudWatch takes from Lambda.
    pub logs_gb: Input,
    /// A gigabyte that leaves AWS.
    pub transfer_gb: Input,
}

/// What was measured of the delivery function.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// Processor time of an invocation before any event, in microseconds.
    pub cpu_us_per_batch: Input,
    /// Processor time of an event that is delivered, in microseconds.
    pub cpu_us_per_event: Input,
    /// What a failed attempt takes on top, in microseconds.
    pub cpu_us_per_failure: Input,
    /// Most memory resident with a batch of 50, in MiB.
    pub resident_mib: Input,
    /// What the function logs for an attempt, in bytes.
    pub log_bytes_per_attempt: Input,
    /// What it logs for an invocation, in bytes.
    pub log_bytes_per_batch: Input,
    /// What a request takes on the wire, in bytes.
    pub request_bytes: Input,
}

/// What is neither public nor measured.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assumed {
    /// What Lambda itself logs for an invocation (START, END and REPORT as JSON), in bytes.
    pub platform_log_bytes_per_batch: Input,
    /// Messages that the backend sends in one call.
    pub producer_batch: Input,
    /// Tenants that the events belong to, evenly.
    pub tenants: Input,
    /// Batches that Lambda gathers at the same time at least.
    pub pollers_min: Input,
    /// Time of a call to an AWS service, in milliseconds.
    pub service_call_ms: Input,
}

/// The deployment's settings; those of `template.yaml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// `FunctionMemoryMb`.
    pub memory_mb: f64,
    /// `BatchSize` of the feedback queue.
    pub batch: f64,
    /// `MaximumBatchingWindowInSeconds` of the feedback queue.
    pub window_seconds: f64,
    /// `BatchSize` of the retry queue.
    pub retry_batch: f64,
    /// `ConfigCacheSeconds`.
    pub cache_seconds: f64,
    /// Calls to one endpoint at a time (`CALLS_PER_ENDPOINT` of the delivery function).
    pub calls_per_endpoint: f64,
    /// Seconds for which a secret is kept open (`OPENED_SECONDS` of the delivery function).
    pub opened_seconds: f64,
}

/// All inputs.
#[derive(Debug, Clone, Deserialize)]
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
    /// All prices, measured values and assumptions: name, value and origin.
    pub fn all(&self) -> Vec<(&'static str, &Input)> {
        let (prices, measured, assumed) = (&self.prices, &self.measured, &self.assumed);
        vec![
            (
                "a million Lambda requests, $",
                &prices.lambda_million_requests,
            ),
            ("a GB-second, $", &prices.lambda_gb_second),
            ("a million SQS requests, $", &prices.sqs_million_requests),
            (
                "the same with message groups, on top, $",
                &prices.sqs_million_fair,
            ),
            ("a million read units, $", &prices.dynamodb_million_reads),
            ("ten thousand KMS calls, $", &prices.kms_ten_thousand_calls),
            ("a GB of logs, $", &prices.logs_gb),
            ("a GB that leaves AWS, $", &prices.transfer_gb),
            (
                "processor time of an invocation, µs",
                &measured.cpu_us_per_batch,
            ),
            ("of each event, µs", &measured.cpu_us_per_event),
            (
                "of a failed attempt, on top, µs",
                &measured.cpu_us_per_failure,
            ),
            ("memory resident, MiB", &measured.resident_mib),
            (
                "logged for an attempt, bytes",
                &measured.log_bytes_per_attempt,
            ),
            (
                "logged for an invocation, bytes",
                &measured.log_bytes_per_batch,
            ),
            ("a request on the wire, bytes", &measured.request_bytes),
            (
                "logged by Lambda for an invocation, bytes",
                &assumed.platform_log_bytes_per_batch,
            ),
            (
                "messages that the backend sends at once",
                &assumed.producer_batch,
            ),
            ("tenants", &assumed.tenants),
            (
                "batches that are gathered at a time, at least",
                &assumed.pollers_min,
            ),
            ("a call to an AWS service, ms", &assumed.service_call_ms),
        ]
    }

    /// Reads the file.
    ///
    /// # Errors
    /// Where there is none, or a value is missing.
    pub fn read(path: &Path) -> Result<Self> {
        let text = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        serde_json::from_slice(&text).with_context(|| format!("in {}", path.display()))
    }
}
