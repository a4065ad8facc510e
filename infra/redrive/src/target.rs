//! Moves a batch of dead letters: sent first, deleted only when the feedback queue has confirmed them. So at every
//! moment a message is in one of the queues, or in both: a duplicate with the same event id.

use std::num::NonZeroU32;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use crate::{
    dead_letter::DeadLetter,
    progress::Progress,
    queue::{Queue, QueueError},
    scan::Scan,
};

/// Where chosen messages go.
pub struct Target {
    queue: Queue,
    /// Batches take turns, so that one is complete before the next one waits.
    limiter: Option<Mutex<DefaultDirectRateLimiter>>,
}

/// What came of a batch.
#[derive(Debug, Default)]
pub struct Moved {
    /// Ids of the messages that were moved.
    pub message_ids: Vec<String>,
    /// How many the feedback queue refused; they remain dead letters.
    pub refused: usize,
    /// How many could not be deleted after they had been sent; they are in both queues.
    pub undeleted: usize,
    /// A call failed as a whole, so that going on makes no sense.
    pub failure: Option<QueueError>,
}

impl Target {
    /// Sends to `queue`, and at most `rate` messages a second, evenly.
    pub fn new(queue: Queue, rate: Option<NonZeroU32>) -> Self {
        let evenly = |rate| Quota::per_second(rate).allow_burst(NonZeroU32::MIN);
        Self {
            queue,
            limiter: rate.map(|rate| Mutex::new(RateLimiter::direct(evenly(rate)))),
        }
    }

    /// Moves a batch of the scan, or nothing of it if `stop` is cancelled before its turn has come.
    pub async fn take(
        &self,
        scan: &Scan,
        batch: Vec<DeadLetter>,
        stop: &CancellationToken,
        progress: &Progress,
    ) -> Moved {
        let mut moved = Moved::default();
        if stop
            .run_until_cancelled(self.turn(batch.len()))
            .await
            .is_none()
        {
            return moved;
        }
        let entries = batch.iter().map(DeadLetter::entry);
        let sent = match self.queue.send(entries.collect()).await {
            Ok(outcomes) => outcomes,
            Err(error) => {
                moved.failure = Some(error);
                return moved;
            }
        };
        let mut confirmed = Vec::new();
        for (letter, outcome) in batch.iter().zip(sent) {
            match outcome {
                Ok(()) => confirmed.push(letter),
                Err(code) => {
                    moved.refused += 1;
                    progress.line(&problem(letter, "was refused by the feedback queue", &code));
                }
            }
        }
        if confirmed.is_empty() {
            return moved;
        }
        match scan.delete(&confirmed).await {
            Ok(outcomes) => {
                for (letter, outcome) in confirmed.into_iter().zip(outcomes) {
                    match outcome {
                        Ok(()) => moved.message_ids.push(letter.message_id.clone()),
                        Err(code) => {
                            moved.undeleted += 1;
                            progress.line(&problem(letter, "was sent but not deleted", &code));
                        }
                    }
                }
            }
            Err(error) => {
                moved.undeleted = confirmed.len();
                moved.failure = Some(error);
            }
        }
        moved
    }

    /// Waits until so many messages may be sent.
    async fn turn(&self, messages: usize) {
        if let Some(limiter) = &self.limiter {
            let limiter = limiter.lock().await;
            for _ in 0..messages {
                limiter.until_ready().await;
            }
        }
    }
}

fn problem(letter: &DeadLetter, what: &str, code: &str) -> String {
    let event_id = &letter.event_id;
    let message_id = &letter.message_id;
    format!("Message {message_id} (event {event_id}) {what}: {code}")
}
