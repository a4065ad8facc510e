//! What became of deliveries lately: single attempts, and counts over time.
//!
//! Attempts are kept for [`RETENTION`]: every failure, and a bounded sample of the successes. They have no secret: a
//! header's secret value is left out before an attempt gets here. Counts cover all attempts.
//! [`HistoryWriter`] is what delivery needs, [`HistoryReader`] what the configuration API needs.
//!
//! A history is for people. Losing a part of it loses no event, so writers report a failure and go on.

mod attempt;
mod count;
pub(crate) mod item;

#[cfg(feature = "testing")]
pub(crate) mod memory;

use std::time::Duration;

use domain::{
    config::Webhook,
    key::{ConfigKey, WebhookId},
};
use jiff::Timestamp;

use crate::StoreError;

pub use attempt::{Attempt, AttemptId, AttemptOutcome, SentHeader};
pub use count::{Bucket, Count};

/// How long attempts and counts are kept: long enough to look into a weekend's failure after it, short enough that
/// recipients' addresses in kept events do not pile up.
pub const RETENTION: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The webhook whose history is read. The key comes from a verified token, so that nobody reads a neighbour's history
/// by its id.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Subject {
    /// Organisation and sandbox.
    pub key: ConfigKey,
    /// The webhook.
    pub webhook: WebhookId,
}

impl From<&Webhook> for Subject {
    fn from(webhook: &Webhook) -> Self {
        Self {
            key: webhook.key.clone(),
            webhook: webhook.id,
        }
    }
}

/// Which attempts are wanted.
#[derive(Debug, Clone, Copy)]
pub struct AttemptQuery {
    /// Only successes, or only failures; `None` for both.
    pub delivered: Option<bool>,
    /// Only attempts that were made before this one; `None` to begin with the newest.
    pub before: Option<AttemptId>,
    /// Most attempts of the answer.
    pub limit: usize,
}

/// A part of the attempts, newest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct AttemptPage {
    /// The attempts of this part; perhaps few or none although others follow, where few of many are wanted.
    pub attempts: Vec<Attempt>,
    /// [`AttemptQuery::before`] of the part that follows. `None` at the end.
    pub next: Option<AttemptId>,
}

impl AttemptPage {
    /// Cuts the part to its limit.
    pub(crate) fn cut(&mut self, limit: usize) {
        if self.attempts.len() > limit {
            self.attempts.truncate(limit);
            self.next = self.attempts.last().map(|attempt| attempt.id);
        }
    }
}

/// What delivery does with the history.
pub trait HistoryWriter: Send + Sync {
    /// Keeps attempts, and adds counts to those that are kept.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if a part was not kept. Repeating the call could count twice.
    fn record(
        &self,
        attempts: &[Attempt],
        counts: &[Count],
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// What the configuration API does with the history.
pub trait HistoryReader: Send + Sync {
    /// Attempts of a webhook, newest first.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Unreadable`].
    fn attempts(
        &self,
        subject: &Subject,
        query: AttemptQuery,
        now: Timestamp,
    ) -> impl Future<Output = Result<AttemptPage, StoreError>> + Send;

    /// One attempt of a webhook; `None` if it never was, or is no longer kept.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Unreadable`].
    fn attempt(
        &self,
        subject: &Subject,
        id: AttemptId,
    ) -> impl Future<Output = Result<Option<Attempt>, StoreError>> + Send;

    /// The counts of the buckets that begin within `from..to`, oldest first; buckets in which nothing happened are left
    /// out.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Unreadable`].
    fn counts(
        &self,
        subject: &Subject,
        from: Timestamp,
        to: Timestamp,
    ) -> impl Future<Output = Result<Vec<Count>, StoreError>> + Send;

    /// When the endpoint last took an event, within [`RETENTION`].
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Unreadable`].
    fn last_delivery(
        &self,
        subject: &Subject,
        now: Timestamp,
    ) -> impl Future<Output = Result<Option<Timestamp>, StoreError>> + Send;
}
