//! Warm delivery: what events cost, when they arrive, and what is resident.

use super::{MIB, Results, ratio, table};
use crate::{
    figures::{Latency, Outcome},
    load::Plain,
};

/// Both tables of all loads.
pub(super) fn section(results: &Results) -> String {
    if results.load.is_empty() {
        return String::new();
    }
    format!(
        "## Warm delivery\n\n\
         Processor time of an event in µs, beside the loops of reqwest and hyper that send the same bytes to the same endpoint \
         with as many requests at a time; in brackets the least and the greatest ratio of two turns that followed each other.\n\
         Events per second of real time, and the share of its processor that the function used for them: below 100 %, the \
         endpoint or the time between two batches bounds it.\n\
         MiB resident at most.\n\n{}\n\
         Time from handing over a batch to the arrival of an event at the endpoint, in µs: of the function, in relation to the \
         reqwest loop, and what the function adds to it.\n\
         Quantiles for which too few events were timed are left out.\n\n{}",
        costs(&results.load),
        latencies(&results.load)
    )
}

fn costs(outcomes: &[Outcome]) -> String {
    let rows = outcomes.iter().map(|outcome| {
        let Outcome {
            delivery,
            reqwest,
            hyper,
            ..
        } = outcome;
        let (least, greatest) = outcome.ratio_range();
        [
            outcome.scenario.name(),
            format!("{:.1}", delivery.median.cpu_us),
            format!("{:.1}", reqwest.median.cpu_us),
            format!("{:.1}", hyper.median.cpu_us),
            format!("{:.2} × ({least:.2}–{greatest:.2})", outcome.ratio()),
            format!("{:.2} ×", outcome.hyper_ratio()),
            format!("{:.0}", delivery.median.per_second),
            ratio(delivery.median.per_second, reqwest.median.per_second),
            format!("{:.0} %", 100.0 * delivery.median.busy()),
            format!("{:.1}", delivery.peak_memory_bytes as f64 / MIB),
            ratio(
                delivery.peak_memory_bytes as f64,
                reqwest.peak_memory_bytes as f64,
            ),
        ]
    });
    let head = [
        "load",
        "delivery",
        "reqwest",
        "hyper",
        "of reqwest",
        "of hyper",
        "events/s",
        "of reqwest",
        "busy",
        "MiB",
        "of reqwest",
    ];
    table(head, rows)
}

fn latencies(outcomes: &[Outcome]) -> String {
    let rows = outcomes.iter().map(|outcome| {
        let (own, other) = (&outcome.delivery.latency, &outcome.reqwest.latency);
        let of = |quantile: fn(&Latency) -> Option<f64>| match (quantile(own), quantile(other)) {
            (Some(own), Some(other)) => [
                format!("{own:.0}"),
                ratio(own, other),
                format!("{:+.0}", own - other),
            ],
            _ => ["–", "–", "–"].map(str::to_owned),
        };
        let [p50, p50_of, p50_added] = of(|latency| Some(latency.p50_us));
        let [p99, p99_of, p99_added] = of(|latency| latency.p99_us);
        let [p999, p999_of, p999_added] = of(|latency| latency.p999_us);
        [
            outcome.scenario.name(),
            p50,
            p50_of,
            p50_added,
            p99,
            p99_of,
            p99_added,
            p999,
            p999_of,
            p999_added,
        ]
    });
    let head = [
        "load",
        "p50",
        "of reqwest",
        "added",
        "p99",
        "of reqwest",
        "added",
        "p99.9",
        "of reqwest",
        "added",
    ];
    table(head, rows)
}

/// What TLS costs.
pub(super) fn plain(results: &Results) -> String {
    let Some(plain) = &results.plain else {
        return String::new();
    };
    let Plain {
        reqwest_tls,
        reqwest,
        hyper_tls,
        hyper,
    } = plain;
    let row = |name: &str, tls: f64, plain: f64| {
        [
            name.to_owned(),
            format!("{tls:.1}"),
            format!("{plain:.1}"),
            format!("{:.1}", tls - plain),
        ]
    };
    let rows = [
        row("reqwest loop", reqwest_tls.cpu_us, reqwest.cpu_us),
        row("hyper loop", hyper_tls.cpu_us, hyper.cpu_us),
    ];
    format!(
        "## Without TLS\n\n\
         The function refuses plain HTTP, so only the loops can say what TLS costs: µs of an event, batch 100.\n\
         Over plain connections, the reqwest loop sends {:.0} events/s, and the hyper loop {:.0}.\n\n{}",
        reqwest.per_second,
        hyper.per_second,
        table(["program", "TLS", "plain", "difference"], rows)
    )
}

/// Memory while bodies have no end.
pub(super) fn memory(results: &Results) -> String {
    let Some(endless) = &results.endless else {
        return String::new();
    };
    format!(
        "## Memory while bodies have no end\n\n\
         Over HTTP/1.1, delivery has {:.1} MiB resident at most; over HTTP/2, {:.1} MiB.\n\
         The memory of each load is in the table above.\n",
        endless.http1_bytes as f64 / MIB,
        endless.http2_bytes as f64 / MIB,
    )
}
