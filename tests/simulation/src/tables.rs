//! The tables of what the studies found, in Markdown.

use std::fmt::Write;

use crate::{
    Millis,
    report::Report,
    studies::{CONCURRENCIES, FAILING_RATES},
};

impl Report {
    /// The tables, in Markdown.
    pub fn tables(&self) -> String {
        let mut text = String::new();
        for (title, header, rows) in [
            self.scenario_table(),
            self.lane_table(),
            self.concurrency_table(),
            self.onset_table(),
            self.retry_table(),
        ] {
            push_table(&mut text, title, &header, &rows);
        }
        text
    }

    fn scenario_table(&self) -> Table {
        let rows = self.scenarios.iter().map(|scenario| {
            let outcome = &scenario.outcome;
            vec![
                format!("**{}**: {}", scenario.id, scenario.title),
                time(outcome.healthy_ms.p50),
                time(outcome.healthy_ms.p99),
                time(outcome.healthy_ms.max),
                time(outcome.healthy_settled_ms.p99),
                time(outcome.healthy_retried_ms.p99),
                outcome
                    .stalled_at_ms
                    .map_or("never".to_owned(), |at| time(Some(at))),
                duration(outcome.stalled_seconds as f64),
            ]
        });
        (
            "Healthy tenants during the outage",
            strings(&[
                "scenario",
                "p50",
                "p99",
                "max",
                "p99 after 1 min",
                "retried p99",
                "stalls after",
                "stalled for",
            ]),
            rows.collect(),
        )
    }

    fn lane_table(&self) -> Table {
        let rows = self.scenarios.iter().map(|scenario| {
            let outcome = &scenario.outcome;
            vec![
                format!("**{}**", scenario.id),
                grouped(outcome.in_flight_peak),
                outcome
                    .in_flight_limit_at_ms
                    .map_or("never".to_owned(), |at| time(Some(at))),
                outcome.feedback_concurrency_peak.to_string(),
                outcome.retry_concurrency_peak.to_string(),
                grouped(outcome.retry_depth_peak),
                grouped(outcome.retry_overdue_peak),
                grouped(outcome.hanging_calls),
                match scenario.settings.traffic.failing_events_per_second {
                    0 => "-".to_owned(),
                    _ => time(outcome.drained_after_ms),
                },
            ]
        });
        (
            "Queues and functions",
            strings(&[
                "scenario",
                "in flight, peak",
                "limit after",
                "concurrency",
                "of retry lane",
                "retry queue, peak",
                "of them overdue",
                "hanging calls",
                "drained after recovery",
            ]),
            rows.collect(),
        )
    }

    fn concurrency_table(&self) -> Table {
        let mut header = strings(&["scenario", "batch"]);
        header.extend(CONCURRENCIES.map(|value| value.to_string()));
        header.push("needed".to_owned());
        let rows = self.concurrency.iter().map(|row| {
            let mut cells = vec![format!("**{}**", row.scenario), row.batch_size.to_string()];
            cells.extend(row.healthy_settled_p99_ms.iter().map(|(_, p99)| time(*p99)));
            cells.push(
                row.needed
                    .map_or("none is enough".to_owned(), |value| value.to_string()),
            );
            cells
        });
        (
            "Healthy p99 after the first minute, by MaximumConcurrency of the feedback lane",
            header,
            rows.collect(),
        )
    }

    fn onset_table(&self) -> Table {
        let mut header = strings(&["attempt timeout", "MaximumConcurrency"]);
        header.extend(FAILING_RATES.map(|rate| format!("{}/s", grouped(rate.into()))));
        let rows = self.onset.iter().map(|row| {
            let mut cells = vec![
                time(Some(row.attempt_timeout_ms)),
                grouped(row.maximum_concurrency.into()),
            ];
            cells.extend(
                row.healthy_longest_ms
                    .iter()
                    .map(|(_, longest)| time(*longest)),
            );
            cells
        });
        (
            "With circuit breaker: longest latency of a healthy event, by what the failing tenant sends",
            header,
            rows.collect(),
        )
    }

    fn retry_table(&self) -> Table {
        let rows = self.retry_lane.iter().map(|row| {
            vec![
                row.batch_size.to_string(),
                row.maximum_concurrency.to_string(),
                time(Some(row.passed_max_ms)),
                grouped(row.outcome.retry_overdue_peak),
                row.outcome.retry_concurrency_peak.to_string(),
                time(row.outcome.healthy_retried_ms.p99),
                time(row.outcome.drained_after_ms),
            ]
        });
        (
            "With circuit breaker: the retry lane",
            strings(&[
                "batch",
                "MaximumConcurrency",
                "longest wait at an open circuit",
                "overdue, peak",
                "concurrency",
                "healthy retried p99",
                "drained after recovery",
            ]),
            rows.collect(),
        )
    }
}

type Table = (&'static str, Vec<String>, Vec<Vec<String>>);

fn push_table(text: &mut String, title: &str, header: &[String], rows: &[Vec<String>]) {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells
            .chain([header[column].chars().count()])
            .max()
            .unwrap_or_default()
    };
    let line = |cells: &[String]| {
        let padded = cells.iter().enumerate().map(|(column, cell)| {
            let width = width(column);
            format!("{cell:width$}")
        });
        format!("| {} |\n", padded.collect::<Vec<_>>().join(" | "))
    };
    let rule: Vec<String> = (0..header.len())
        .map(|column| "-".repeat(width(column)))
        .collect();
    let body: String = rows.iter().map(|row| line(row)).collect();
    let head = line(header);
    write!(text, "## {title}\n\n{head}{}{body}\n", line(&rule)).expect("a string takes everything");
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn time(ms: Option<Millis>) -> String {
    ms.map_or("not at all".to_owned(), |ms| match ms {
        0 => "0".to_owned(),
        1..1_000 => format!("{ms} ms"),
        _ => duration(f64::from(ms) / 1_000.0),
    })
}

fn duration(seconds: f64) -> String {
    match seconds {
        ..0.5 => "0".to_owned(),
        ..100.0 => format!("{seconds:.1} s"),
        ..6_000.0 => format!("{:.0} min", seconds / 60.0),
        _ => format!("{:.1} h", seconds / 3_600.0),
    }
}

/// A number with a comma at every thousand.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|group| std::str::from_utf8(group).unwrap_or_default())
        .collect();
    groups.join(",")
}
