//! An SQS batch in, the ids of the messages that stay on the queue out. Knows nothing of HTTP.
//!
//! Nothing is acknowledged before it is safe elsewhere, and no record harms its neighbours.

use std::{panic::AssertUnwindSafe, time::Duration};

use config_store::history::AttemptOutcome;
use futures_util::{FutureExt, StreamExt, future::join, stream};
use jiff::Timestamp;
use queue_message::DeadLetterReason;
use tokio::time::Instant;
use tracing::Instrument;

use crate::{
    App, Store,
    attributes::Progress,
    causes::Causes,
    deliver::{Attempted, Delivery, Shared, deliver},
    lookup::wanted,
    message::{Batch, BatchResponse},
    metrics::Tally,
    outcome::Outcome,
    record::{NoMessageId, Record},
    recorder::Ending,
    request::Attempt,
    settle::Disposition,
};

/// Events that are delivered at the same time: several times the batch size of the template, and well below the 1,024
/// open files that Lambda allows.
const CONCURRENCY: usize = 256;
/// What is kept back of an invocation's time, so that the outcome of the slowest attempt can still be settled: the time
/// that a call to SQS may take with the client's retries.
pub const SETTLE_RESERVE: Duration = Duration::from_secs(5);

/// What came of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handled {
    /// The messages that stay on their queue.
    pub response: BatchResponse,
    /// What became of all of them.
    pub tally: Tally,
}

/// Delivers the events of a batch and settles each of them. `deadline` is the end of the invocation.
///
/// # Errors
/// [`NoMessageId`] for a message that could not be reported as failed; then nothing was done, and the whole batch stays
/// on its queue.
pub async fn handle<L: Store>(
    app: &App<L>,
    batch: &Batch,
    deadline: Instant,
) -> Result<Handled, NoMessageId> {
    let now = (app.clock)();
    let records = batch
        .messages()
        .map(|message| Record::read(message, now))
        .collect::<Result<Vec<_>, _>>()?;
    let shared = look_up(app, &records).await;
    let latest_end = deadline.checked_sub(SETTLE_RESERVE).unwrap_or(deadline);
    // Not in order, so that a slow event holds up none that waits for its turn.
    let mut dispositions = vec![Disposition::Leave; records.len()];
    stream::iter(records.iter().zip(&mut dispositions))
        .for_each_concurrent(CONCURRENCY, async |(record, disposition)| {
            *disposition = dispose(app, &shared, record, latest_end).await;
        })
        .await;
    // The history is written meanwhile, so that it costs the batch no time of its own.
    let now = (app.clock)();
    let (safe, attempts_lost) = join(
        app.settler.settle(&records, &dispositions, now),
        app.recorder.write(app.lookup.store(), now, deadline),
    )
    .await;
    let mut handled = Handled {
        response: BatchResponse::default(),
        tally: Tally::default(),
    };
    handled.tally.circuits(app.circuits.take_changes());
    handled.tally.attempts_lost(attempts_lost);
    for ((record, disposition), is_safe) in records.iter().zip(&dispositions).zip(safe) {
        if is_safe {
            handled.tally.settled(disposition);
        } else {
            handled.tally.unsettled();
            handled.response.add_failure(record.message_id);
        }
    }
    Ok(handled)
}

/// Reads what is configured for the events that are due.
async fn look_up<L: Store>(app: &App<L>, records: &[Record<'_>]) -> Shared {
    let due = records.iter().filter(|record| !record.is_waiting);
    let keys = due.filter_map(|record| Some((record.key()?, record.campaign.as_ref())));
    let (configuration, error) = app.lookup.look_up(wanted(keys)).await;
    if let Some(error) = error {
        tracing::error!(error = %Causes(&error), "configurations could not be read");
    }
    app.circuits.learn(&configuration.health);
    Shared::new(configuration)
}

/// What becomes of a record. A panic is a defect of ours, and costs no other record.
async fn dispose<L: Store>(
    app: &App<L>,
    shared: &Shared,
    record: &Record<'_>,
    latest_end: Instant,
) -> Disposition {
    let span = tracing::info_span!(
        "record",
        sqs.message_id = record.message_id,
        event.id = record.event_id,
        config.org = record.key().map(|key| key.org.as_str()),
        config.sandbox = record.key().map(|key| key.sandbox.as_str()),
    );
    let decided = decide(app, shared, record, latest_end).instrument(span.clone());
    AssertUnwindSafe(decided)
        .catch_unwind()
        .await
        .unwrap_or_else(|_| {
            span.in_scope(|| tracing::error!("handling the record panicked"));
            Disposition::Leave
        })
        .within_limits(record)
}

async fn decide<L: Store>(
    app: &App<L>,
    shared: &Shared,
    record: &Record<'_>,
    latest_end: Instant,
) -> Disposition {
    let now = (app.clock)();
    let mut progress = record.progress.clone();
    let event = match &record.event {
        Ok(event) => event,
        Err(unreadable) => {
            tracing::warn!(error = %unreadable, "the message is no feedback event");
            progress.last_error = Some(unreadable.to_string());
            return Disposition::DeadLetter(progress, DeadLetterReason::Unreadable);
        }
    };
    if record.is_waiting {
        tracing::debug!("the next attempt is not due yet");
        return Disposition::Wait(progress);
    }
    if progress.held_since.take().is_some() {
        progress.first_attempt_at = None;
    }
    let number = progress.attempts.saturating_add(1);
    let attempt = Attempt {
        event_id: &record.event_id,
        number,
        remaining: app.retry.attempts_max.saturating_sub(number),
        retry_until: app.retry.deadline(progress.first_attempt_at.unwrap_or(now)),
        at: now,
    };
    let campaign = record.campaign.as_ref();
    match deliver(app, shared, event, campaign, attempt, latest_end).await {
        Delivery::Skipped(skip) => {
            // Thousands a second may be; the metrics count them by reason.
            tracing::debug!(
                outcome = "Skipped",
                reason = skip.as_str(),
                "the event is not wanted"
            );
            Disposition::Skipped(skip)
        }
        Delivery::Impossible => Disposition::Leave,
        Delivery::NoTime => Disposition::Postpone(Progress {
            retry_at: Some(app.retry.soon(now, (app.jitter)())),
            ..record.progress.clone()
        }),
        Delivery::Attempted(mut attempted) => {
            let sent = attempted.sent.take();
            let disposition = after_attempt(app, progress, &attempted);
            if let Some(sent) = sent {
                let ending = Ending {
                    at: attempted.at,
                    number,
                    outcome: match disposition {
                        Disposition::Delivered => AttemptOutcome::Delivered,
                        Disposition::DeadLetter(..) => AttemptOutcome::GivenUp,
                        _ => AttemptOutcome::TryLater,
                    },
                    http_status: attempted.status,
                    error: attempted.error,
                };
                app.recorder.keep(record, event, *sent, ending);
            }
            disposition
        }
        Delivery::Passed(until) => pass(app, progress, until, now),
        Delivery::Held(reason) => hold(app, record.progress.clone(), reason, now),
    }
}

/// Past an open circuit. The window goes on, as if the event had been tried.
fn pass<L>(app: &App<L>, mut progress: Progress, until: Timestamp, now: Timestamp) -> Disposition {
    let since = *progress.first_attempt_at.get_or_insert(now);
    let end = app.retry.deadline(since);
    progress.retry_at = app.retry.next_pass(since, until, end, now, (app.jitter)());
    tracing::debug!("the circuit is open");
    match progress.retry_at {
        Some(_) => Disposition::Pass(progress),
        None => {
            if progress.last_status.is_none() {
                progress.last_error.get_or_insert("circuit-open".to_owned());
            }
            Disposition::DeadLetter(progress, DeadLetterReason::AttemptsExhausted)
        }
    }
}

/// For an endpoint that is paused or gone. It has a time limit of its own, and the retry window begins anew afterwards.
fn hold<L>(app: &App<L>, mut progress: Progress, reason: &str, now: Timestamp) -> Disposition {
    let since = *progress.held_since.get_or_insert(now);
    let end = since.checked_add(app.retry.hold).unwrap_or(Timestamp::MAX);
    progress.retry_at = app.retry.next_pass(since, now, end, now, (app.jitter)());
    tracing::info!(outcome = "Held", reason, "the event is held");
    match progress.retry_at {
        Some(_) => Disposition::Hold(progress),
        None => {
            progress.last_status = None;
            progress.last_error = Some(reason.to_owned());
            Disposition::DeadLetter(progress, DeadLetterReason::HeldTooLong)
        }
    }
}

/// What each outcome of an attempt means for the queue.
fn after_attempt<L>(app: &App<L>, before: Progress, attempted: &Attempted) -> Disposition {
    let first_attempt_at = before.first_attempt_at.unwrap_or(attempted.at);
    let mut progress = Progress {
        attempts: before.attempts.saturating_add(1),
        first_attempt_at: Some(first_attempt_at),
        last_attempt_at: Some(attempted.at),
        retry_at: None,
        last_status: attempted.status,
        last_error: attempted.error.map(str::to_owned),
        held_since: None,
    };
    match attempted.outcome {
        Outcome::Delivered => Disposition::Delivered,
        Outcome::Gone => Disposition::DeadLetter(progress, DeadLetterReason::Gone),
        Outcome::TryLater => {
            progress.retry_at = app.retry.next_attempt(
                progress.attempts,
                first_attempt_at,
                (app.clock)(),
                attempted.retry_after,
                (app.jitter)(),
            );
            match progress.retry_at {
                Some(_) => Disposition::TryLater(progress),
                None => Disposition::DeadLetter(progress, DeadLetterReason::AttemptsExhausted),
            }
        }
    }
}
