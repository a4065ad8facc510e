//! The charts: cost and concurrency, by latency and by the share of failures.

use simulation::plot::{Chart, Line};

use crate::{
    inputs::Inputs,
    markdown::thousands,
    model::{Estimate, Load, estimate},
};

/// The concurrency that all functions of an account share by default (AWS Lambda Developer Guide, "Lambda quotas").
const ACCOUNT_CONCURRENCY: f64 = 1_000.0;
/// Steps of a curve.
const STEPS: u32 = 60;

/// What is drawn.
struct Quantity {
    decades: (i32, i32),
    write: fn(f64) -> String,
    /// A line of its own, and what the legend calls it.
    limit: Option<(&'static str, f64)>,
    of: fn(&Estimate) -> f64,
}

const COST: Quantity = Quantity {
    decades: (-1, 2),
    write: |dollars| format!("${dollars}"),
    limit: None,
    of: |estimate| estimate.cost.total(),
};

const CONCURRENCY: Quantity = Quantity {
    decades: (-1, 5),
    write: thousands,
    limit: Some(("an account's default", ACCOUNT_CONCURRENCY)),
    of: Estimate::concurrency,
};

/// What it is drawn over: of each line's load one value varies.
struct Axis {
    name: &'static str,
    ends: (f64, f64),
    step: f64,
    write: fn(f64) -> String,
    /// Where the lines begin.
    from: f64,
    vary: fn(Load, f64) -> Load,
    lines: &'static [(&'static str, Load)],
}

const fn load(rate: f64, latency: f64, failing: f64) -> Load {
    Load {
        rate,
        latency,
        failing,
    }
}

/// Latency from 20 ms to 10 s, as the power of ten.
const LATENCY: Axis = Axis {
    name: "latency, s",
    ends: (-2.0, 1.0),
    step: 1.0,
    write: |exponent| 10_f64.powf(exponent).to_string(),
    from: -1.699,
    vary: |load, exponent| Load {
        latency: 10_f64.powf(exponent),
        ..load
    },
    lines: &[
        ("10 events/s", load(10.0, 0.0, 0.0)),
        ("100 events/s", load(100.0, 0.0, 0.0)),
        ("1,000 events/s", load(1_000.0, 0.0, 0.0)),
        ("15,000 events/s", load(15_000.0, 0.0, 0.0)),
        ("same, 20 % failing", load(15_000.0, 0.0, 0.2)),
        ("same, 50 % failing", load(15_000.0, 0.0, 0.5)),
    ],
};

const FAILURES: Axis = Axis {
    name: "attempts that fail, %",
    ends: (0.0, 50.0),
    step: 10.0,
    write: |percent| percent.to_string(),
    from: 0.0,
    vary: |load, percent| Load {
        failing: percent / 100.0,
        ..load
    },
    lines: &[
        ("latency 0.02 s", load(15_000.0, 0.02, 0.0)),
        ("latency 0.2 s", load(15_000.0, 0.2, 0.0)),
        ("latency 1 s", load(15_000.0, 1.0, 0.0)),
        ("latency 3 s", load(15_000.0, 3.0, 0.0)),
        ("latency 10 s", load(15_000.0, 10.0, 0.0)),
    ],
};

/// All charts by the name of their file.
pub fn charts(inputs: &Inputs) -> Vec<(&'static str, String)> {
    let (cost, concurrency) = ("Cost of a million events", "Invocations at a time");
    let (latency, failures) = (
        "by the endpoints' latency",
        "by the share of attempts that fail, at 15,000 events/s",
    );
    let chart = |title: [&str; 2], quantity, axis| draw(&title.join(" "), inputs, quantity, axis);
    vec![
        (
            "cost-by-latency.svg",
            chart([cost, latency], &COST, &LATENCY),
        ),
        (
            "cost-by-failures.svg",
            chart([cost, failures], &COST, &FAILURES),
        ),
        (
            "concurrency-by-latency.svg",
            chart([concurrency, latency], &CONCURRENCY, &LATENCY),
        ),
        (
            "concurrency-by-failures.svg",
            chart([concurrency, failures], &CONCURRENCY, &FAILURES),
        ),
    ]
}

fn draw(title: &str, inputs: &Inputs, quantity: &Quantity, axis: &Axis) -> String {
    let (_, to) = axis.ends;
    let curve = |load| {
        let steps = (0..=STEPS).map(|step| {
            let at = axis.from + (to - axis.from) * f64::from(step) / f64::from(STEPS);
            let estimate = estimate(inputs, &inputs.settings, (axis.vary)(load, at));
            (at, (quantity.of)(&estimate))
        });
        steps.collect()
    };
    let lines = axis.lines.iter().map(|(label, load)| Line {
        label,
        points: curve(*load),
    });
    let limit = quantity.limit.iter().map(|(label, limit)| Line {
        label,
        points: vec![(axis.ends.0, *limit), (to, *limit)],
    });
    let chart = Chart {
        title,
        times: axis.ends,
        time_step: axis.step,
        time_axis: axis.name,
        decades: quantity.decades,
        tick: quantity.write,
        shaded: (to, to),
        limit: None,
    };
    chart.svg_with_times(&lines.chain(limit).collect::<Vec<_>>(), axis.write)
}
