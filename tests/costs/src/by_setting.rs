//! What each setting changes.

use crate::{
    inputs::{Architecture, Inputs, Settings},
    markdown::{cost_and_concurrency, dollars, table},
    model::{Load, estimate},
    tables::ORDINARY,
};

/// A load, and what the head of its column says.
type Column = (&'static str, Load);

const fn load(rate: f64, latency: f64, failing: f64) -> Load {
    Load {
        rate,
        latency,
        failing,
    }
}

const COLUMNS: [Column; 5] = [
    ("10/s, 50 ms", load(10.0, 0.05, 0.0)),
    ("100/s, 50 ms", load(100.0, 0.05, 0.0)),
    ("1,000/s, 50 ms", load(1_000.0, 0.05, 0.0)),
    ("15,000/s, 1 s", load(15_000.0, 1.0, 0.0)),
    ("15,000/s, 10 s", load(15_000.0, 10.0, 0.0)),
];
const FAILING: [Column; 4] = [
    ("100/s, 5 % failing", load(100.0, 0.05, 0.05)),
    ("1,000/s, 5 % failing", load(1_000.0, 0.05, 0.05)),
    ("1,000/s, 50 % failing", load(1_000.0, 0.05, 0.5)),
    ("15,000/s, 50 % failing", load(15_000.0, 0.05, 0.5)),
];

/// A table for each of them.
pub(crate) fn by_setting(inputs: &Inputs) -> String {
    let batch: Change = |inputs, value| {
        inputs.settings.feedback.batch = value;
        // Only a window lets a batch fill up.
        inputs.settings.feedback.window_seconds = if value > 1.0 { 1.0 } else { 0.0 };
    };
    let window: Change = |inputs, value| inputs.settings.feedback.window_seconds = value;
    let retry_window: Change = |inputs, value| inputs.settings.retry.window_seconds = value;
    let tenants: Change = |inputs, value| inputs.assumed.tenants.value = value;
    let by = |title, values: &[f64], change, columns: &[Column]| {
        let heads: Vec<String> = columns.iter().map(|(head, _)| (*head).to_owned()).collect();
        let rows: Vec<_> = values
            .iter()
            .map(|value| row(inputs, *value, change, columns))
            .collect();
        table(title, "value", &heads, &rows)
    };
    [
        by_memory(inputs),
        by(
            "By batch size",
            &[1.0, 10.0, 50.0, 100.0, 500.0],
            batch,
            &COLUMNS,
        ),
        by("By window", &[0.0, 1.0, 2.0, 5.0, 10.0], window, &COLUMNS),
        by(
            "By window of the retry queue",
            &[0.0, 1.0, 5.0],
            retry_window,
            &FAILING,
        ),
        by(
            "By tenants",
            &[1.0, 10.0, 100.0, 1_000.0],
            tenants,
            &COLUMNS,
        ),
    ]
    .concat()
}

/// How an input is changed.
type Change = fn(&mut Inputs, f64);

fn row(inputs: &Inputs, value: f64, change: Change, columns: &[Column]) -> Vec<String> {
    let mut inputs = inputs.clone();
    change(&mut inputs, value);
    let cells = columns
        .iter()
        .map(|(_, load)| cost_and_concurrency(&estimate(&inputs, &inputs.settings, *load)));
    [value.to_string()].into_iter().chain(cells).collect()
}

fn by_memory(inputs: &Inputs) -> String {
    let heads = [
        "duration, ms",
        "1,000/s, 50 ms",
        "with arm64",
        "1,000/s, 10 s",
        "with arm64",
        "first event after a start, ms",
    ];
    let slow = Load {
        latency: 10.0,
        ..ORDINARY
    };
    let rows = [128.0, 256.0, 512.0, 1_024.0, 1_769.0].map(|memory_mb| {
        let [x86_64, arm64] =
            [Architecture::X86_64, Architecture::Arm64].map(|architecture| Settings {
                memory_mb,
                architecture,
                ..inputs.settings.clone()
            });
        let cost = |settings, load| dollars(estimate(inputs, settings, load).cost.total());
        let duration = estimate(inputs, &x86_64, ORDINARY).feedback.duration;
        let mut starts = inputs.measured.starts.iter();
        let start = starts.find(|start| start.memory_mb == memory_mb);
        vec![
            memory_mb.to_string(),
            format!("{:.0}", 1e3 * duration),
            cost(&x86_64, ORDINARY),
            cost(&arm64, ORDINARY),
            cost(&x86_64, slow),
            cost(&arm64, slow),
            start.map_or("–".to_owned(), |start| {
                format!("{:.0}", start.first_event_ms)
            }),
        ]
    });
    let resident = inputs.measured.resident_mib;
    let note = format!("\nResident at most, with batches of a hundred: {resident:.1} MiB.\n");
    table("By memory", "MB", &heads.map(str::to_owned), &rows) + &note
}
