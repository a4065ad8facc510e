//! The history in memory, for tests of what uses it.

use jiff::Timestamp;

use super::{
    Attempt, AttemptId, AttemptOutcome, AttemptPage, AttemptQuery, Count, HistoryReader,
    HistoryWriter, Subject, item::kept_since,
};
use crate::{MemoryStore, StoreError};

/// Everything, for ever.
#[derive(Debug, Default)]
pub(crate) struct History {
    attempts: Vec<Attempt>,
    counts: Vec<Count>,
}

impl MemoryStore {
    /// All attempts of all webhooks, in the order in which they were kept.
    pub fn all_attempts(&self) -> Vec<Attempt> {
        self.tables().history.attempts.clone()
    }
}

impl HistoryWriter for MemoryStore {
    async fn record(&self, attempts: &[Attempt], counts: &[Count]) -> Result<(), StoreError> {
        let kept = &mut self.tables().history;
        kept.attempts.extend_from_slice(attempts);
        for count in counts {
            let same =
                |kept: &&mut Count| kept.subject == count.subject && kept.bucket == count.bucket;
            match kept.counts.iter_mut().find(same) {
                Some(sum) => {
                    sum.delivered += count.delivered;
                    sum.failed += count.failed;
                    sum.last_delivery = count.last_delivery.or(sum.last_delivery);
                }
                None => kept.counts.push(count.clone()),
            }
        }
        Ok(())
    }
}

impl HistoryReader for MemoryStore {
    async fn attempts(
        &self,
        subject: &Subject,
        query: AttemptQuery,
        _: Timestamp,
    ) -> Result<AttemptPage, StoreError> {
        let is_wanted = |attempt: &&Attempt| {
            attempt.subject == *subject
                && query.before.is_none_or(|before| attempt.id < before)
                && query.delivered.is_none_or(|delivered| {
                    delivered == (attempt.outcome == AttemptOutcome::Delivered)
                })
        };
        let mut attempts: Vec<Attempt> = self
            .tables()
            .history
            .attempts
            .iter()
            .filter(is_wanted)
            .cloned()
            .collect();
        attempts.sort_by_key(|attempt| std::cmp::Reverse(attempt.id));
        let mut page = AttemptPage {
            attempts,
            next: None,
        };
        page.cut(query.limit);
        Ok(page)
    }

    async fn attempt(
        &self,
        subject: &Subject,
        id: AttemptId,
    ) -> Result<Option<Attempt>, StoreError> {
        let is_wanted = |attempt: &&Attempt| attempt.subject == *subject && attempt.id == id;
        Ok(self
            .tables()
            .history
            .attempts
            .iter()
            .find(is_wanted)
            .cloned())
    }

    async fn counts(
        &self,
        subject: &Subject,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<Count>, StoreError> {
        let is_wanted = |count: &&Count| {
            count.subject == *subject && (from..to).contains(&count.bucket.start())
        };
        let mut counts: Vec<Count> = self
            .tables()
            .history
            .counts
            .iter()
            .filter(is_wanted)
            .cloned()
            .collect();
        counts.sort_by_key(|count| count.bucket);
        Ok(counts)
    }

    async fn last_delivery(
        &self,
        subject: &Subject,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        let is_kept = |at: &Timestamp| (kept_since(now)..=now).contains(at);
        let tables = self.tables();
        let times = tables
            .history
            .counts
            .iter()
            .filter(|count| count.subject == *subject)
            .filter_map(|count| count.last_delivery);
        Ok(times.filter(is_kept).max())
    }
}
