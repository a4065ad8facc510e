//! What became of each event. It only keeps account; what an event should have come to is in `verdict`.

use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_lc_rs::digest::{SHA256, digest};

use crate::events::{Events, Kind};

/// Why an endpoint may have accepted an event twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The queue delivered its message twice.
    DeliveredTwice,
    /// The function was killed while it had its message.
    Killed,
    /// Its message was settled, but not deleted.
    DeleteLost,
    /// It was put on its next queue, whose answer was lost.
    AnswerLost,
    /// The endpoint accepted it, but answered too late.
    LateAnswer,
}

impl Cause {
    /// In the order in which they are looked at, and what the report calls them.
    pub const ALL: [(Self, &'static str); 5] = [
        (Self::LateAnswer, "the endpoint's answer came too late"),
        (Self::Killed, "the function was killed"),
        (Self::DeliveredTwice, "the queue delivered it twice"),
        (Self::DeleteLost, "its deletion from the queue was lost"),
        (Self::AnswerLost, "the answer of its next queue was lost"),
    ];

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// The account of one event.
#[derive(Debug, Clone)]
pub struct Account {
    /// What must become of it.
    pub kind: Kind,
    /// Whether it was put on a queue.
    pub sent: bool,
    /// How often the endpoint received it.
    pub attempts: u32,
    /// How often the endpoint accepted it.
    pub accepted: u32,
    /// Whether all attempts had the same bytes and the right content.
    pub payload_differs: bool,
    /// Whether all attempts had the same `webhook-id`, and the producer's if there is one.
    pub id_differs: bool,
    /// Whether its message came to the dead-letter queue with other bytes.
    pub message_differs: bool,
    /// The reason with which it lies in the dead-letter queue; empty if the queue itself moved it there.
    pub dead_letter: Option<String>,
    /// The last reason for which the function skipped it.
    pub skipped: Option<String>,
    /// Whether the function held it because its webhook was paused.
    pub held: bool,
    first: Option<Fingerprint>,
    causes: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Fingerprint {
    payload: [u8; 16],
    id: [u8; 16],
}

impl Account {
    fn new(kind: Kind) -> Self {
        Self {
            kind,
            sent: false,
            attempts: 0,
            accepted: 0,
            payload_differs: false,
            id_differs: false,
            message_differs: false,
            dead_letter: None,
            skipped: None,
            held: false,
            first: None,
            causes: 0,
        }
    }

    /// Whether the event is where it may stay: accepted, in the dead-letter queue, or skipped for the reason for which it
    /// may be skipped.
    pub fn is_safe(&self) -> bool {
        let skipped_rightly =
            self.skipped.is_some() && self.skipped.as_deref() == self.kind.skip_reason();
        self.accepted > 0 || self.dead_letter.is_some() || skipped_rightly
    }

    /// Whether this happened to the event.
    pub fn has(&self, cause: Cause) -> bool {
        self.causes & cause.bit() != 0
    }
}

/// The accounts of all events.
#[derive(Debug)]
pub struct Ledger {
    /// The events.
    pub events: Events,
    accounts: Mutex<Vec<Account>>,
}

impl Ledger {
    /// An empty account for each of `count` events.
    pub fn new(events: Events, count: u64) -> Self {
        let accounts = (0..count).map(|number| Account::new(events.kind(number)));
        Self {
            accounts: Mutex::new(accounts.collect()),
            events,
        }
    }

    /// The event is about to be put on a queue.
    pub fn sent(&self, number: u64) {
        self.update(number, |account| account.sent = true);
    }

    /// The endpoint received the event; returns how often by now.
    pub fn received(&self, number: u64, id: &str, payload: &[u8]) -> u32 {
        let now = Fingerprint {
            payload: short_digest(payload),
            id: short_digest(id.as_bytes()),
        };
        let is_first = self.update(number, |account| account.first.is_none());
        // Content is compared once; bytes that stay the same stay right.
        let is_right = !is_first.unwrap_or_default()
            || serde_json::from_slice(payload).ok() == Some(self.events.payload(number));
        let right_id = self.events.id(number).is_none_or(|expected| expected == id);
        self.update(number, |account| {
            let first = *account.first.get_or_insert(now);
            account.payload_differs |= first.payload != now.payload || !is_right;
            account.id_differs |= first.id != now.id || !right_id;
            account.attempts += 1;
            account.attempts
        })
        .unwrap_or_default()
    }

    /// The endpoint accepts the event.
    pub fn accepted(&self, number: u64) {
        self.update(number, |account| account.accepted += 1);
    }

    /// The function said that nobody wants the event.
    pub fn skipped(&self, number: u64, reason: &str) {
        self.update(number, |account| account.skipped = Some(reason.to_owned()));
    }

    /// The function said that it holds the event for a paused webhook.
    pub fn held(&self, number: u64) {
        self.update(number, |account| account.held = true);
    }

    /// The event lies in the dead-letter queue.
    pub fn dead_letter(&self, number: u64, reason: &str, message: &str) {
        let differs = message != self.events.message(number);
        self.update(number, |account| {
            account.dead_letter = Some(reason.to_owned());
            account.message_differs |= differs;
        });
    }

    /// Something happened to the event that may make its endpoint accept it twice.
    pub fn note(&self, number: u64, cause: Cause) {
        self.update(number, |account| account.causes |= cause.bit());
    }

    /// How many events are safe by now.
    pub fn safe(&self) -> u64 {
        let accounts = self.lock();
        let safe = accounts.iter().filter(|account| account.is_safe()).count();
        u64::try_from(safe).unwrap_or(u64::MAX)
    }

    /// Looks at every account.
    pub fn each(&self, mut look: impl FnMut(u64, &Account)) {
        for (number, account) in (0..).zip(self.lock().iter()) {
            look(number, account);
        }
    }

    fn update<T>(&self, number: u64, change: impl FnOnce(&mut Account) -> T) -> Option<T> {
        let number = usize::try_from(number).ok()?;
        self.lock().get_mut(number).map(change)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Account>> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn short_digest(bytes: &[u8]) -> [u8; 16] {
    let digest = digest(&SHA256, bytes);
    let mut short = [0; 16];
    short.copy_from_slice(&digest.as_ref()[..16]);
    short
}
