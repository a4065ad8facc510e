//! The messaging backend's part: puts the events on the queue. And the operator's: takes away what is in the dead-letter
//! queue.

use std::{ops::Range, time::Duration};

use anyhow::{Result, ensure};
use aws_sdk_sqs::types::{MessageAttributeValue, SendMessageBatchRequestEntry};
use tokio::time::sleep;

use crate::{Run, cloud::Size, events::EXHAUSTED};

/// Most messages of one `SendMessageBatch` (Amazon SQS API Reference).
const BATCH: usize = 10;
/// Messages that may wait on each queue, for a lane or for their delay to end. Beyond it, a long run would only get slower,
/// because the local cloud looks through all of them for each message that is received or deleted.
const BACKLOG_MAX: u64 = 4_000;
/// Events between two looks at the backlog.
const LOOK_EVERY: u64 = 500;
const PAUSE: Duration = Duration::from_millis(100);
/// What the retry window of an exhausted event leaves: time for an attempt or two.
const WINDOW_LEFT: Duration = Duration::from_secs(4);

/// Puts all events on the queue.
///
/// # Errors
/// Where the cloud refuses.
pub async fn produce(run: &Run, count: u64) -> Result<()> {
    let mut begin = 0;
    while begin < count {
        let end = (begin + LOOK_EVERY).min(count);
        put(run, begin..end).await?;
        begin = end;
        for queue in [&run.queues.feedback, &run.queues.retry] {
            while waiting(&run.queues.size(queue).await?) > BACKLOG_MAX {
                sleep(PAUSE).await;
            }
        }
    }
    Ok(())
}

fn waiting(size: &Size) -> u64 {
    size.visible + size.delayed
}

async fn put(run: &Run, numbers: Range<u64>) -> Result<()> {
    let (exhausted, fresh): (Vec<_>, Vec<_>) =
        numbers.partition(|number| EXHAUSTED.contains(number));
    let queues = &run.queues;
    for (queue, numbers) in [(&queues.retry, exhausted), (&queues.feedback, fresh)] {
        for chunk in numbers.chunks(BATCH) {
            let entries = chunk.iter().map(|number| entry(run, *number));
            let entries = entries.collect::<Result<Vec<_>>>()?;
            chunk.iter().for_each(|number| run.ledger.sent(*number));
            let sending = queues.client.send_message_batch().queue_url(&queue.url);
            let answer = sending.set_entries(Some(entries)).send().await?;
            ensure!(
                answer.failed.is_empty(),
                "the queue refused {:?}",
                answer.failed
            );
        }
    }
    Ok(())
}

fn entry(run: &Run, number: u64) -> Result<SendMessageBatchRequestEntry> {
    let events = &run.ledger.events;
    let group = format!("{}/{}", events.organisation, events.sandbox(number));
    let mut entry = SendMessageBatchRequestEntry::builder()
        .id(number.to_string())
        .message_body(events.message(number))
        .message_group_id(group);
    if EXHAUSTED.contains(&number) {
        // As the function would have written them after three attempts, the first almost a retry window ago.
        let first = driver::now() - (crate::RETRY_WINDOW - WINDOW_LEFT);
        for (name, data_type, value) in [
            ("Attempts", "Number", "3".to_owned()),
            ("FirstAttemptAt", "String", format!("{first:.3}")),
        ] {
            let attribute = MessageAttributeValue::builder()
                .data_type(data_type)
                .string_value(value);
            entry = entry.message_attributes(name, attribute.build()?);
        }
    }
    Ok(entry.build()?)
}

/// Takes note of what is in the dead-letter queue, and deletes it, until it is dropped.
///
/// # Errors
/// Where the cloud refuses.
pub async fn collect_dead_letters(run: &Run) -> Result<()> {
    let queue = &run.queues.dead_letter;
    loop {
        let messages = run.queues.receive(queue, BATCH).await?;
        for message in &messages {
            let body = message.body().unwrap_or_default();
            let attributes = message.message_attributes.as_ref();
            let reason = attributes.and_then(|all| all.get("Reason")?.string_value());
            match run.ledger.events.number_in(body) {
                Some(number) => run
                    .ledger
                    .dead_letter(number, reason.unwrap_or_default(), body),
                None => {
                    run.mishap("something that is no event of this run is in the dead-letter queue")
                }
            }
        }
        run.queues
            .delete(queue, &messages.iter().collect::<Vec<_>>())
            .await?;
    }
}
