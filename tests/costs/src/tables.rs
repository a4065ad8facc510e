//! The tables and charts that the page shows.

use std::fmt::Write as _;

use simulation::plot::{Chart, Line};

use crate::{
    inputs::{Inputs, Settings},
    model::{Estimate, Load, estimate},
};

const RATES: [f64; 5] = [10.0, 100.0, 1_000.0, 5_000.0, 15_000.0];
const LATENCIES: [f64; 6] = [0.02, 0.05, 0.2, 1.0, 3.0, 10.0];
const FAILING: [f64; 4] = [0.0, 0.05, 0.2, 0.5];
const MEMORIES: [f64; 6] = [128.0, 256.0, 512.0, 768.0, 1_024.0, 1_769.0];
const BATCHES: [f64; 5] = [1.0, 10.0, 50.0, 100.0, 500.0];
/// What varies the settings: many events, endpoints that answer quickly, and few failures.
const ORDINARY: Load = Load {
    rate: 1_000.0,
    latency: 0.05,
    failing: 0.0,
};

/// All tables, in Markdown.
pub fn tables(inputs: &Inputs) -> String {
    let settings = &inputs.settings;
    let mut text = format!(
        "# Cost and capacity: tables\n\nPrices of {} as of {}, in US dollars, without free tiers and discounts.\n",
        inputs.prices.region, inputs.prices.date
    );
    parts(&mut text, inputs);
    grid(
        &mut text,
        "Cost of a million events by rate and latency",
        |load| format!("{:.2}", estimate(inputs, settings, load).cost.total()),
    );
    grid(
        &mut text,
        "Concurrent invocations by rate and latency",
        |load| format!("{:.0}", estimate(inputs, settings, load).concurrency.ceil()),
    );
    failures(&mut text, inputs);
    settings_table(
        &mut text,
        inputs,
        "memory, MB",
        &MEMORIES,
        |settings, value| settings.memory_mb = value,
    );
    settings_table(
        &mut text,
        inputs,
        "batch size",
        &BATCHES,
        |settings, value| {
            settings.batch = value;
            // Only a window lets a batch fill up.
            settings.window_seconds = if value > 1.0 { 1.0 } else { 0.0 };
        },
    );
    text += "\n## Inputs\n\n| what | value | from |\n|---|---:|---|\n";
    for (name, input) in inputs.all() {
        let _ = writeln!(text, "| {name} | {} | {} |", input.value, input.source);
    }
    text
}

fn parts(text: &mut String, inputs: &Inputs) {
    *text += "\n## What a million events cost at 1,000 events/s\n\n\
        | latency | failing | Lambda requests | Lambda duration | SQS | DynamoDB | KMS | logs | transfer | **total** |\n\
        |---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n";
    for (latency, failing) in [(0.05, 0.0), (0.05, 0.2), (1.0, 0.0), (10.0, 0.0)] {
        let load = Load {
            latency,
            failing,
            ..ORDINARY
        };
        let cost = estimate(inputs, &inputs.settings, load).cost;
        let _ = writeln!(
            text,
            "| {latency} s | {:.0} % | {:.3} | {:.3} | {:.3} | {:.3} | {:.3} | {:.3} | {:.3} | **{:.2}** |",
            failing * 100.0,
            cost.requests,
            cost.duration,
            cost.queues,
            cost.reads,
            cost.keys,
            cost.logs,
            cost.transfer,
            cost.total()
        );
    }
}

fn grid(text: &mut String, title: &str, cell: impl Fn(Load) -> String) {
    let _ = write!(text, "\n## {title}\n\n| events/s |");
    for latency in LATENCIES {
        let _ = write!(text, " {latency} s |");
    }
    *text += "\n|---:|";
    *text += &"---:|".repeat(LATENCIES.len());
    *text += "\n";
    for rate in RATES {
        let _ = write!(text, "| {rate} |");
        for latency in LATENCIES {
            let load = Load {
                rate,
                latency,
                failing: 0.0,
            };
            let _ = write!(text, " {} |", cell(load));
        }
        *text += "\n";
    }
}

fn failures(text: &mut String, inputs: &Inputs) {
    *text += "\n## By the share of attempts that fail, at 15,000 events/s and 0.05 s\n\n\
        | failing | cost of a million | invocations at a time | of the retry queue |\n|---:|---:|---:|---:|\n";
    for failing in FAILING {
        let load = Load {
            rate: 15_000.0,
            failing,
            ..ORDINARY
        };
        let Estimate {
            cost,
            concurrency,
            retry_concurrency,
            ..
        } = estimate(inputs, &inputs.settings, load);
        let _ = writeln!(
            text,
            "| {:.0} % | {:.2} | {:.0} | {:.0} |",
            failing * 100.0,
            cost.total(),
            concurrency.ceil(),
            retry_concurrency.ceil()
        );
    }
}

fn settings_table(
    text: &mut String,
    inputs: &Inputs,
    name: &str,
    values: &[f64],
    set: impl Fn(&mut Settings, f64),
) {
    let _ = write!(
        text,
        "\n## By {name}\n\n\
         | {name} | cost at 1,000 events/s, 0.05 s | of that duration | invocation takes, ms | cost at 1 s | cost at 10 s | concurrency at 15,000 events/s, 1 s |\n\
         |---:|---:|---:|---:|---:|---:|---:|\n"
    );
    for value in values {
        let mut settings = inputs.settings.clone();
        set(&mut settings, *value);
        let at = |rate, latency| {
            let load = Load {
                rate,
                latency,
                failing: 0.0,
            };
            estimate(inputs, &settings, load)
        };
        let quick = at(1_000.0, 0.05);
        let _ = writeln!(
            text,
            "| {value} | {:.2} | {:.3} | {:.0} | {:.2} | {:.2} | {:.0} |",
            quick.cost.total(),
            quick.cost.duration,
            quick.duration * 1e3,
            at(1_000.0, 1.0).cost.total(),
            at(1_000.0, 10.0).cost.total(),
            at(15_000.0, 1.0).concurrency.ceil()
        );
    }
}

/// Cost of a million events by latency.
pub fn cost_chart(inputs: &Inputs) -> String {
    let lines = [
        (10.0, "10 events/s"),
        (1_000.0, "1,000 events/s"),
        (15_000.0, "15,000 events/s"),
    ];
    let chart = Chart {
        title: "Cost of a million events by the endpoints' latency",
        times: (-2.0, 1.0),
        time_step: 1.0,
        time_axis: "latency in seconds, as a power of ten",
        decades: (-1, 2),
        tick: |value| format!("{value} $"),
        shaded: (0.0, 0.0),
        limit: None,
    };
    chart.svg(&lines.map(|(rate, label)| Line {
        label,
        points: curve(inputs, rate, |estimate| estimate.cost.total()),
    }))
}

/// Concurrency by latency.
pub fn concurrency_chart(inputs: &Inputs) -> String {
    let lines = [
        (100.0, "100 events/s"),
        (1_000.0, "1,000 events/s"),
        (15_000.0, "15,000 events/s"),
    ];
    let chart = Chart {
        title: "Invocations at a time by the endpoints' latency",
        times: (-2.0, 1.0),
        time_step: 1.0,
        time_axis: "latency in seconds, as a power of ten",
        decades: (-1, 4),
        tick: |value| format!("{value}"),
        shaded: (0.0, 0.0),
        limit: Some((1_000.0, "an account's default limit")),
    };
    chart.svg(&lines.map(|(rate, label)| Line {
        label,
        points: curve(inputs, rate, |estimate| estimate.concurrency),
    }))
}

fn curve(inputs: &Inputs, rate: f64, value: impl Fn(Estimate) -> f64) -> Vec<(f64, f64)> {
    let exponents = (-20..=10).map(|tenths| f64::from(tenths) / 10.0);
    let point = |exponent: f64| {
        let load = Load {
            rate,
            latency: 10_f64.powf(exponent),
            failing: 0.0,
        };
        (exponent, value(estimate(inputs, &inputs.settings, load)))
    };
    exponents.map(point).collect()
}
