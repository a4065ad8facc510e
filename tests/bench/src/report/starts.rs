//! Starts by memory.

use super::{Results, charts::COLD_CHART, table};
use crate::cold::Starts;

/// The table, and what it is good for.
pub(super) fn section(results: &Results) -> String {
    if results.cold.is_empty() {
        return String::new();
    }
    let chart = match &results.cold_limits_missing {
        Some(reason) => format!("No starts with a limit: {reason}.\n"),
        None => format!("![Starts by memory]({COLD_CHART})\n"),
    };
    let rows = results.cold.iter().map(|starts| {
        let size = starts.memory_mb;
        let ms = |us: f64| format!("{:.1}", us / 1_000.0);
        let of_hello = |us: f64| format!("{} ({:.2} ×)", ms(us), us / starts.hello_us);
        let of_handshakes = |us: f64| format!("{} ({:.2} ×)", ms(us), us / starts.handshakes_us);
        [
            size.map_or("no limit".to_owned(), |size| format!("{size} MB")),
            ms(starts.hello_us),
            of_hello(starts.delivery_us),
            of_hello(starts.config_api_us),
            ms(starts.handshakes_us),
            ms(starts.entropy_us),
            of_handshakes(starts.delivered_us),
            ms(starts.delivered_with_token_us),
            ms(starts.answered_us),
        ]
    });
    let head = [
        "memory",
        "hello world asks",
        "delivery asks",
        "config-api asks",
        "two handshakes",
        "of that entropy",
        "first event",
        "first event with a token",
        "first answer of config-api",
    ];
    format!(
        "## Starts\n\n\
         Median ms from the start of the process; in brackets in relation to hello world, and to the two TLS handshakes of a \
         first event (DynamoDB's and the endpoint's) by themselves, in a new process as well: before its first random number, \
         the cryptographic library gathers entropy.\n\
         The rows with memory have its share of a processor, in periods of 20 ms, from the beginning.\n\
         Lambda gives a whole processor to the initialisation, which ends when the function asks for work: the first row is \
         nearer to that, and what comes after it is nearer to the row of the memory.\n\n{}\n{}{chart}",
        table(head, rows),
        unlimited(
            results
                .cold
                .iter()
                .find(|starts| starts.memory_mb.is_none())
        ),
    )
}

/// Processor time says more than time where a quota stops a program in the middle of something.
fn unlimited(starts: Option<&Starts>) -> String {
    let Some(starts) = starts else {
        return String::new();
    };
    let (event, handshakes) = (starts.delivered_cpu_us, starts.handshakes_cpu_us);
    format!(
        "Without a limit, starting and settling the first event takes {:.1} ms of a processor, and the two handshakes take {:.1} ms, {:.2} × less.\n\n",
        event / 1_000.0,
        handshakes / 1_000.0,
        event / handshakes
    )
}
