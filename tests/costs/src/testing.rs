//! Inputs for the tests.

use std::path::Path;

use crate::inputs::{Architecture, History, Inputs, Mapping, Measured, Settings};

pub(crate) const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

/// The kept file.
pub(crate) fn kept() -> Inputs {
    Inputs::read(&Path::new(FOLDER).join("inputs.json")).unwrap()
}

/// Inputs with which one can calculate by hand. A second of 1,769 MB costs $0.00001.
pub(crate) fn round() -> Inputs {
    let mut inputs = kept();
    let prices = &mut inputs.prices;
    prices.lambda_million_requests.value = 0.2;
    prices.lambda_gb_second_x86_64.value = 1e-5 * 1_024.0 / 1_769.0;
    prices.poller_hour.value = 0.01;
    prices.sqs_million_requests.value = 0.4;
    prices.sqs_million_fair.value = 0.1;
    prices.dynamodb_million_reads.value = 0.125;
    prices.dynamodb_million_writes.value = 0.625;
    prices.dynamodb_gb_month.value = 0.3;
    prices.kms_ten_thousand_calls.value = 0.03;
    prices.kms_key_month.value = 1.0;
    prices.logs_gb.value = 0.5;
    prices.metric_month.value = 0.3;
    prices.alarm_month.value = 0.1;
    prices.transfer_gb.value = 0.09;
    inputs.measured = Measured {
        source: String::new(),
        cpu_us_per_batch: 1_000.0,
        cpu_us_per_event: 60.0,
        cpu_us_per_failure: 80.0,
        resident_mib: 10.0,
        log_bytes_per_attempt: 300.0,
        log_bytes_per_batch: 200.0,
        request_bytes: 1_350.0,
        starts: Vec::new(),
    };
    let assumed = &mut inputs.assumed;
    assumed.platform_log_bytes_per_batch.value = 800.0;
    assumed.wire_bytes_per_request.value = 150.0;
    assumed.producer_batch.value = 10.0;
    assumed.tenants.value = 10.0;
    assumed.service_call_ms.value = 0.0;
    assumed.kept_attempt_kb.value = 3.0;
    assumed.metrics.value = 20.0;
    assumed.alarms.value = 2.0;
    inputs.settings = Settings {
        memory_mb: 1_769.0,
        architecture: Architecture::X86_64,
        feedback: Mapping {
            batch: 50.0,
            window_seconds: 1.0,
            maximum_concurrency: 200.0,
        },
        retry: Mapping {
            batch: 10.0,
            window_seconds: 1.0,
            maximum_concurrency: 50.0,
        },
        cache_seconds: 5.0,
        calls_per_endpoint: 16.0,
        opened_seconds: 300.0,
        history: History {
            samples_per_minute: 10.0,
            samples_per_second: 10.0,
            counts_seconds: 1.0,
            many: 50.0,
            few_seconds: 30.0,
            counted_at_once: 50.0,
            days: 7.0,
        },
    };
    inputs
}

pub(crate) fn assert_close(value: f64, expected: f64) {
    let difference = (value - expected).abs();
    assert!(
        difference <= 1e-9 * expected.abs().max(1e-3),
        "{value} is not {expected}"
    );
}
