//! What the page shows, in Markdown: the conclusions, and the tables that they are drawn from.

use crate::{
    by_setting::by_setting,
    inputs::{Architecture, Inputs, Mapping, Settings},
    markdown::{cost_and_concurrency, dollars, seconds, table, thousands},
    model::{Estimate, Load, estimate},
    scaling::{PROVISIONED_KEPT_MAX, Ramp, pollers},
    standing::{million_passes, month, passes},
};

const RATES: [f64; 5] = [10.0, 100.0, 1_000.0, 5_000.0, 15_000.0];
const LATENCIES: [f64; 6] = [0.02, 0.05, 0.2, 1.0, 3.0, 10.0];
const FAILING: [f64; 4] = [0.0, 0.05, 0.2, 0.5];
const BURSTS: [f64; 3] = [1_000.0, 5_000.0, 15_000.0];
const BURST_LATENCIES: [f64; 4] = [0.05, 0.2, 1.0, 3.0];
/// Provisioned pollers that a careful deployment might keep.
const KEPT: f64 = 20.0;
const MILLION: f64 = 1e6;
const HOUR: f64 = 3_600.0;
const DAY: f64 = 24.0 * HOUR;
/// What varies the settings: many events, endpoints that answer quickly, and no failures.
pub(crate) const ORDINARY: Load = Load {
    rate: 1_000.0,
    latency: 0.05,
    failing: 0.0,
};

/// Everything.
pub fn tables(inputs: &Inputs) -> String {
    let mut text = format!(
        "# Cost and capacity: figures\n\n\
         Written by `make costs` from [`inputs.json`](../inputs.json).\n\
         Prices are of {}, in US dollars.\n\
         Where a cell has two numbers, they are the cost of a million events and the invocations at a time.\n\
         Measured by {}.\n\n",
        inputs.prices.region, inputs.measured.source
    );
    text += &conclusions(inputs);
    for failing in FAILING {
        text += &grid(inputs, failing);
    }
    text += &parts(inputs);
    text += &by_setting(inputs);
    text += &bursts(inputs);
    text += &standing(inputs);
    text
}

fn at(inputs: &Inputs, rate: f64, latency: f64, failing: f64) -> Estimate {
    let load = Load {
        rate,
        latency,
        failing,
    };
    estimate(inputs, &inputs.settings, load)
}

/// The average latency up to which the feedback queue's maximum concurrency carries a rate, in seconds.
fn latency_carried(inputs: &Inputs, rate: f64) -> f64 {
    let most = inputs.settings.feedback.maximum_concurrency;
    let (mut low, mut high) = (0.0, 60.0);
    for _ in 0..50 {
        let middle = f64::midpoint(low, high);
        if at(inputs, rate, middle, 0.0).feedback.concurrency() <= most {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

fn conclusions(inputs: &Inputs) -> String {
    let settings = &inputs.settings;
    let [quick, slow, failing] = [(0.05, 0.0), (10.0, 0.0), (0.05, 0.5)]
        .map(|(latency, failing)| at(inputs, ORDINARY.rate, latency, failing).cost);
    let total = dollars(quick.total());
    let mut single = settings.clone();
    single.feedback = Mapping {
        batch: 1.0,
        window_seconds: 0.0,
        ..settings.feedback
    };
    let single = estimate(inputs, &single, ORDINARY).cost.total();
    let arm64 = Settings {
        architecture: Architecture::Arm64,
        ..settings.clone()
    };
    let saved = [0.05, 1.0, 10.0].map(|latency| {
        let load = Load {
            latency,
            ..ORDINARY
        };
        let [x86_64, arm64] =
            [settings, &arm64].map(|settings| estimate(inputs, settings, load).cost.total());
        dollars(x86_64 - arm64)
    });
    let carried = [15_000.0, 5_000.0, 1_000.0].map(|rate| seconds(latency_carried(inputs, rate)));
    let waits = [0.05, 0.2, 1.0].map(|latency| {
        let load = Load {
            rate: 15_000.0,
            latency,
            failing: 0.0,
        };
        match Ramp::standard(inputs, settings, load).longest_wait(load.rate) {
            Some(wait) => format!("{} s", seconds(wait)),
            None => "without end".to_owned(),
        }
    });
    let pollers = pollers(inputs, settings, ORDINARY);
    let polling = pollers * inputs.prices.poller_hour.value / HOUR * MILLION / ORDINARY.rate;
    let lines = [
        format!(
            "At 1,000 events/s, with endpoints that answer in 50 ms, a million events cost ${total}: \
             logs {}, SQS {}, data that leaves AWS {}, the history {}, the functions {}.",
            dollars(quick.logs),
            dollars(quick.queues),
            dollars(quick.transfer),
            dollars(quick.history),
            dollars(quick.requests + quick.duration),
        ),
        format!(
            "With endpoints that take 10 s it is ${}: the time that the functions wait costs {}, and the history {}, \
             because each of many environments keeps a sample of its own.",
            dollars(slow.total()),
            dollars(slow.duration),
            dollars(slow.history),
        ),
        format!(
            "If half of all attempts fail it is ${}, of which the history is {}: each failed attempt is kept.",
            dollars(failing.total()),
            dollars(failing.history),
        ),
        format!(
            "Single events instead of batches of {} cost ${} instead of {total}.",
            settings.feedback.batch,
            dollars(single),
        ),
        format!(
            "With arm64 a million events cost ${} less where endpoints take 50 ms, {} where they take 1 s, and {} \
             where they take 10 s.",
            saved[0], saved[1], saved[2],
        ),
        format!(
            "A maximum concurrency of {} carries 15,000 events/s up to an average latency of {} s, 5,000 up to {} s, \
             and 1,000 up to {} s.",
            settings.feedback.maximum_concurrency, carried[0], carried[1], carried[2],
        ),
        format!(
            "When 15,000 events/s come from one moment to the next, the longest wait is {} where endpoints take 50 ms, \
             {} where they take 0.2 s, and {} where they take 1 s.",
            waits[0], waits[1], waits[2],
        ),
        format!(
            "Provisioned pollers, as many as carry the load, cost ${} more for a million events while they are busy.",
            dollars(polling),
        ),
    ];
    format!("- {}\n", lines.join("\n- "))
}

fn grid(inputs: &Inputs, failing: f64) -> String {
    let title = format!("{:.0} % of all attempts failing", 100.0 * failing);
    let heads = LATENCIES.map(|latency| format!("{latency} s"));
    let rows = RATES.map(|rate| {
        let cells =
            LATENCIES.map(|latency| cost_and_concurrency(&at(inputs, rate, latency, failing)));
        [vec![thousands(rate)], cells.to_vec()].concat()
    });
    table(&title, "events/s", &heads, &rows)
}

fn parts(inputs: &Inputs) -> String {
    let cases = [
        (1_000.0, 0.05, 0.0),
        (1_000.0, 0.05, 0.05),
        (1_000.0, 0.05, 0.5),
        (1_000.0, 1.0, 0.0),
        (1_000.0, 10.0, 0.0),
        (10.0, 0.05, 0.0),
    ];
    let cost = |(rate, latency, failing)| at(inputs, rate, latency, failing).cost;
    let heads = cost(cases[0]).parts().map(|(name, _)| name.to_owned());
    let heads = [heads.to_vec(), vec!["**total**".to_owned()]].concat();
    let rows = cases.map(|case @ (rate, latency, failing)| {
        let cost = cost(case);
        let name = format!(
            "{}/s, {latency} s, {:.0} % failing",
            thousands(rate),
            100.0 * failing
        );
        let parts = cost.parts().map(|(_, part)| format!("{part:.3}"));
        let total = format!("**{}**", dollars(cost.total()));
        [vec![name], parts.to_vec(), vec![total]].concat()
    });
    table("What it is paid for", "load", &heads, &rows)
}

fn longest_wait(ramp: Ramp, rate: f64) -> String {
    let wait = ramp.longest_wait(rate);
    wait.map_or("without end".to_owned(), seconds)
}

fn bursts(inputs: &Inputs) -> String {
    let settings = &inputs.settings;
    let heads = [
        "longest wait, s".to_owned(),
        "with a maximum concurrency of 1,000".to_owned(),
        format!("with {KEPT} provisioned pollers"),
        "pollers for no wait".to_owned(),
        "their cost in an hour".to_owned(),
    ];
    let mut rows = Vec::new();
    for rate in BURSTS {
        for latency in BURST_LATENCIES {
            let load = Load {
                rate,
                latency,
                failing: 0.0,
            };
            let mut more = settings.clone();
            more.feedback.maximum_concurrency = 1_000.0;
            let ramps = [
                Ramp::standard(inputs, settings, load),
                Ramp::standard(inputs, &more, load),
                Ramp::provisioned(inputs, settings, load, KEPT),
            ];
            let waits = ramps.map(|ramp| longest_wait(ramp, rate));
            let pollers = pollers(inputs, settings, load);
            let cost = if pollers > PROVISIONED_KEPT_MAX {
                format!("no more than {PROVISIONED_KEPT_MAX} can be kept")
            } else {
                dollars(pollers * inputs.prices.poller_hour.value)
            };
            let name = format!("{}/s, {latency} s", thousands(rate));
            rows.push([vec![name], waits.to_vec(), vec![pollers.to_string(), cost]].concat());
        }
    }
    table("A burst, from no events to so many", "load", &heads, &rows)
}

fn standing(inputs: &Inputs) -> String {
    let heads = ["passes", "cost of a million events"].map(str::to_owned);
    let cases = [
        ("an hour at an open circuit", HOUR, false),
        ("a day at an open circuit", DAY, false),
        ("an hour of a paused webhook", HOUR, true),
        ("four days of a paused webhook", 4.0 * DAY, true),
    ];
    let rows = cases.map(|(name, waited, are_logged)| {
        let passes = passes(waited);
        let cost = passes * million_passes(inputs, &inputs.settings, are_logged);
        vec![name.to_owned(), passes.to_string(), dollars(cost)]
    });
    let note = format!(
        "\nA month without any event costs {}.\n",
        dollars(month(inputs))
    );
    table("Events that wait", "for", &heads, &rows) + &note
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;
    use crate::{
        charts::charts,
        testing::{FOLDER, kept},
    };

    #[test]
    fn the_results_are_those_of_the_inputs() {
        let inputs = kept();
        let folder = Path::new(FOLDER).join("results");
        let mut files = charts(&inputs);
        files.push(("tables.md", tables(&inputs)));
        for (name, content) in files {
            let results = fs::read_to_string(folder.join(name)).unwrap_or_default();
            assert!(
                results == content,
                "{name} is out of date: run `make costs`"
            );
        }
    }
}
