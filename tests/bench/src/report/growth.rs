//! What an event costs as batches, tenants, campaigns and failures grow, and what that comes from.

use std::collections::BTreeMap;

use super::{
    Results,
    charts::{BATCH_CHART, CAMPAIGN_CHART, FAILURE_CHART, TENANT_CHART},
    ratio, table,
};
use crate::{
    figures::Outcome,
    scenario::{MANY, Scenario},
};

/// Scenarios that differ in one respect, with its value.
pub(super) type Series<'r> = Vec<(usize, &'r Outcome)>;

pub(super) fn by_batch(results: &Results) -> Series<'_> {
    series(results, [1, 10, 100, 1_000], Scenario::of_batch)
}

pub(super) fn by_tenants(results: &Results) -> Series<'_> {
    series(results, [1, 10, 100, 1_000, MANY], |tenants| Scenario {
        tenants,
        ..Scenario::default()
    })
}

pub(super) fn by_campaigns(results: &Results) -> Series<'_> {
    series(results, [1, 100, 1_000, MANY], |campaigns| Scenario {
        campaigns,
        ..Scenario::default()
    })
}

pub(super) fn by_failures(results: &Results) -> Series<'_> {
    series(results, [0, 10, 25, 50], |failing| Scenario {
        failing_percent: failing as u64,
        ..Scenario::default()
    })
}

fn series<const N: usize>(
    results: &Results,
    values: [usize; N],
    scenario: impl Fn(usize) -> Scenario,
) -> Series<'_> {
    let found = values.map(|value| Some((value, results.of(&scenario(value))?)));
    found.into_iter().flatten().collect()
}

/// The section with its charts.
pub(super) fn section(results: &Results) -> String {
    if results.load.is_empty() {
        return String::new();
    }
    let parts = [
        batches(results),
        part(
            "Tenants",
            TENANT_CHART,
            "Events belong to the tenants in turn, ten of them to a batch.\n\
             Each webhook is read again once its time in memory (`ConfigCacheSeconds`) is over, its secret is opened again \
             after minutes, or when others have pushed it out, and the history keeps up to ten successes a minute of each \
             webhook and adds to the counts of each.\n\
             So the fewer events a webhook has in those times, the more of such calls an event has: in the table they are \
             counted for a thousand events.\n\
             The first sight of a tenant costs one reading, one opening and one entry of the history; it is measured over one \
             pass through all of them.",
            &by_tenants(results),
        ),
        part(
            "Campaigns that are switched on",
            CAMPAIGN_CHART,
            "Events belong to the campaigns of one tenant in turn, ten of them to a batch.\n\
             Each switch is read once in `ConfigCacheSeconds`, ten of them with one call; the number of those that are switched \
             on but have no events costs nothing, because a switch is read by its key.",
            &by_campaigns(results),
        ),
        part(
            "Failures",
            FAILURE_CHART,
            "Of a hundred requests so many are answered 500; circuits are kept closed, which would save these attempts.\n\
             A failed attempt is kept in the history with its request, and its event is sent to the retry queue, ten with one \
             call.\n\
             The loops ignore the answer's status.",
            &by_failures(results),
        ),
    ];
    format!(
        "## Growth\n\nµs of processor time of an event.\n\n{}{}",
        parts.join("\n"),
        model(results)
    )
}

/// What an invocation costs by itself, and each of its events: the line through the smallest and the largest batch.
fn per_invocation(
    series: &[(usize, &Outcome)],
    value: impl Fn(&Outcome) -> f64,
) -> Option<(f64, f64)> {
    let (&(few, smallest), &(many, largest)) = (series.first()?, series.last()?);
    let (few, many) = (few as f64, many as f64);
    let event = (many * value(largest) - few * value(smallest)) / (many - few);
    Some((few * (value(smallest) - event), event)).filter(|_| many > few)
}

fn batches(results: &Results) -> String {
    let series = by_batch(results);
    let Some((invocation, event)) =
        per_invocation(&series, |outcome| outcome.delivery.median.cpu_us)
    else {
        return String::new();
    };
    let rows = series.iter().map(|(batch, outcome)| {
        let (own, reqwest) = (
            outcome.delivery.median.cpu_us,
            outcome.reqwest.median.cpu_us,
        );
        [
            batch.to_string(),
            format!("{own:.1}"),
            format!("{:.1}", event + invocation / *batch as f64),
            format!("{reqwest:.1}"),
            ratio(own, reqwest),
        ]
    });
    let head = ["batch", "measured", "expected", "reqwest", "of reqwest"];
    format!(
        "### Batch size\n\n\
         An invocation costs {invocation:.0} µs by itself, for being asked for and answered, and for its line of metrics; each of \
         its events costs {event:.1} µs.\n\
         *Expected* is what follows from these two, which are read off the smallest and the largest batch.\n\n{}\n\
         ![Processor time by batch size]({BATCH_CHART})\n",
        table(head, rows)
    )
}

fn part(title: &str, chart: &str, why: &str, series: &Series<'_>) -> String {
    let Some((_, least)) = series.first() else {
        return String::new();
    };
    let least = least.delivery.median.cpu_us;
    let rows = series.iter().map(|(value, outcome)| {
        let cpu = outcome.delivery.median.cpu_us;
        let first = outcome.first_sight;
        let [reads, writes, openings, queue] = calls(&outcome.calls_per_1000);
        [
            value.to_string(),
            format!("{cpu:.1}"),
            ratio(cpu, least),
            ratio(cpu, outcome.reqwest.median.cpu_us),
            first.map_or("–".to_owned(), |first| format!("{:.1}", first.cpu_us)),
            reads,
            writes,
            openings,
            queue,
        ]
    });
    let head = [
        &title.to_lowercase(),
        "an event",
        "of the first row",
        "of reqwest",
        "at first sight",
        "reading calls per 1,000",
        "writing",
        "KMS",
        "SQS",
    ];
    format!(
        "### {title}\n\n{why}\n\n{}\n![Processor time: {}]({chart})\n",
        table(head, rows),
        title.to_lowercase()
    )
}

/// Calls that read and that write DynamoDB, of KMS and of SQS.
fn calls(per_1000: &BTreeMap<String, f64>) -> [String; 4] {
    let mut sums = [0.0; 4];
    for (name, count) in per_1000 {
        let kind = match name.as_str() {
            "BatchGetItem" | "GetItem" | "Query" => 0,
            "Decrypt" | "Encrypt" => 2,
            "SendMessage" | "SendMessageBatch" => 3,
            // What is left of the operations that the services know.
            _ => 1,
        };
        sums[kind] += count;
    }
    sums.map(|sum| format!("{sum:.1}"))
}

/// The measured inputs of the cost model.
fn model(results: &Results) -> String {
    let batches = by_batch(results);
    let cpu = |outcome: &Outcome| outcome.delivery.median.cpu_us;
    let failures = by_failures(results);
    let (Some((invocation, event)), Some((batch_bytes, event_bytes)), Some(ordinary)) = (
        per_invocation(&batches, cpu),
        per_invocation(&batches, |outcome| outcome.logged_bytes),
        results.of(&Scenario::default()),
    ) else {
        return String::new();
    };
    let failure = match failures.as_slice() {
        [(none, without), .., (share, with)] => {
            100.0 * (cpu(with) - cpu(without)) / (share - none) as f64
        }
        _ => return String::new(),
    };
    let rows = [
        ("processor time of an invocation, µs", invocation),
        ("of each event, µs", event),
        ("of a failed attempt, on top, µs", failure),
        (
            "memory resident, batch 10, MiB",
            ordinary.delivery.peak_memory_bytes as f64 / super::MIB,
        ),
        ("logged for an event, bytes", event_bytes),
        ("logged for an invocation, bytes", batch_bytes),
        (
            "a request in HTTP/1.1 without TLS, bytes",
            ordinary.request_bytes as f64,
        ),
    ];
    let rows = rows.map(|(name, value)| [name.to_owned(), format!("{value:.1}")]);
    format!(
        "\n### What follows for the cost model\n\n{}",
        table(["input", "value"], rows)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_told_apart_by_what_they_do() {
        let names = ["BatchGetItem", "BatchWriteItem", "UpdateItem", "Decrypt"];
        let calls = calls(&names.map(|name| (name.to_owned(), 1.5)).into());
        assert_eq!(calls, ["1.5", "3.0", "1.5", "0.0"]);
    }
}
