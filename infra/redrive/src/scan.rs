//! Looks at each message of a queue once, and gives back what was not moved.
//!
//! SQS has no browsing. A message that is received is hidden from others, and thereby from us, until it is given back or
//! its visibility timeout has passed; so the queue runs dry once all have been seen. Nothing is lost if the process
//! ends in between: every message that was not deleted becomes visible again by itself.

use std::collections::HashMap;

use aws_sdk_sqs::types::Message;
use futures_util::{StreamExt, future::join_all, stream};
use jiff::Timestamp;
use queue_message::BATCH_MAX_MESSAGES;

use crate::{
    dead_letter::DeadLetter,
    queue::{Outcomes, Queue, QueueError},
};

/// Requests that are made at the same time. A request takes some 20 ms, so this gives thousands of messages a second,
/// and keeps what is in memory below 80 messages of 1 MiB.
const CONCURRENCY: usize = 8;

/// One pass over a queue.
pub struct Scan {
    queue: Queue,
    started_at: Timestamp,
    visibility_timeout_seconds: i32,
    /// About how many messages were there at the start.
    expected: usize,
    /// Ids of all messages that were received.
    known: HashMap<String, Receipt>,
    looked_at: usize,
    arrived_since: usize,
    /// Messages in a row that brought nothing new.
    repeats: usize,
}

/// Whether a message is still the scan's to give back.
enum Receipt {
    /// It is, under this handle.
    Held(String),
    /// It was moved.
    Released,
}

impl Scan {
    /// Begins a pass over `queue`. What comes to the queue after `started_at` is left alone, so that the pass ends
    /// although others fill the queue, or although a moved event fails and comes straight back.
    ///
    /// # Errors
    /// [`QueueError`] if the queue does not tell its length.
    pub async fn begin(
        queue: Queue,
        started_at: Timestamp,
        visibility_timeout_seconds: i32,
    ) -> Result<Self, QueueError> {
        let expected = queue.approximate_length().await?;
        Ok(Self {
            queue,
            started_at,
            visibility_timeout_seconds,
            expected,
            known: HashMap::new(),
            looked_at: 0,
            arrived_since: 0,
            repeats: 0,
        })
    }

    /// About how many messages were there at the start.
    pub fn expected(&self) -> usize {
        self.expected
    }

    /// How many were looked at so far.
    pub fn looked_at(&self) -> usize {
        self.looked_at
    }

    /// How many were received that came after the start.
    pub fn arrived_since(&self) -> usize {
        self.arrived_since
    }

    /// The next messages that were not seen before; `None` when all that are visible have been.
    ///
    /// # Errors
    /// [`QueueError`] if the queue does not answer. What was received meanwhile is held, to be given back.
    pub async fn next(&mut self) -> Result<Option<Vec<DeadLetter>>, QueueError> {
        loop {
            let queue = &self.queue;
            let receive = |_| queue.receive(self.visibility_timeout_seconds);
            let answers = join_all((0..CONCURRENCY).map(receive)).await;
            let mut letters = Vec::new();
            let mut is_dry = true;
            let mut failure = None;
            for answer in answers {
                match answer {
                    Ok(messages) => {
                        is_dry &= messages.is_empty();
                        letters.extend(
                            messages
                                .into_iter()
                                .filter_map(|message| self.meet(message)),
                        );
                    }
                    Err(error) => failure = Some(error),
                }
            }
            if let Some(error) = failure {
                return Err(error);
            }
            if !letters.is_empty() {
                return Ok(Some(letters));
            }
            // Hidden messages come back when the scan takes longer than their visibility timeout. It has been once
            // around when as many came back in a row as there are.
            if is_dry || self.repeats > self.looked_at.max(self.expected) {
                return Ok(None);
            }
        }
    }

    /// Takes note of a message; returns it if it is one to look at.
    fn meet(&mut self, message: Message) -> Option<DeadLetter> {
        let message_id = message.message_id.clone()?;
        let handle = message.receipt_handle.clone()?;
        self.repeats += 1;
        match self.known.get_mut(&message_id) {
            Some(Receipt::Released) => return None,
            Some(held) => {
                *held = Receipt::Held(handle);
                return None;
            }
            None => self
                .known
                .insert(message_id.clone(), Receipt::Held(handle.clone())),
        };
        let letter = DeadLetter::read(message_id, handle, message);
        if letter
            .sent_at
            .is_some_and(|sent_at| sent_at > self.started_at)
        {
            self.arrived_since += 1;
            return None;
        }
        self.repeats = 0;
        self.looked_at += 1;
        Some(letter)
    }

    /// Deletes messages of this scan, with one outcome for each. What could not be deleted remains held.
    ///
    /// # Errors
    /// [`QueueError`] if the queue does not answer.
    pub async fn delete(&self, letters: &[&DeadLetter]) -> Result<Outcomes, QueueError> {
        let handles = letters.iter().map(|letter| letter.receipt_handle.as_str());
        self.queue.delete(&handles.collect::<Vec<_>>()).await
    }

    /// Takes note that a message was deleted.
    pub fn release(&mut self, message_id: &str) {
        if let Some(receipt) = self.known.get_mut(message_id) {
            *receipt = Receipt::Released;
        }
    }

    /// Gives all messages back that are held. Returns how many could not be: they become visible by themselves when
    /// their visibility timeout has passed.
    pub async fn give_back(self) -> usize {
        let held = self
            .known
            .into_values()
            .filter_map(|receipt| match receipt {
                Receipt::Held(handle) => Some(handle),
                Receipt::Released => None,
            });
        let held: Vec<String> = held.collect();
        let queue = &self.queue;
        let refused = stream::iter(held.chunks(BATCH_MAX_MESSAGES)).map(async |handles| {
            let outcomes = queue.give_back(handles).await;
            outcomes.map_or(handles.len(), |outcomes| {
                outcomes.iter().filter(|outcome| outcome.is_err()).count()
            })
        });
        refused
            .buffer_unordered(CONCURRENCY)
            .fold(0, async |sum, count| sum + count)
            .await
    }
}
