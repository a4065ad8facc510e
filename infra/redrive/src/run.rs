//! One run of the command, from the first look to the last message given back.

use futures_util::future::join_all;
use tokio_util::sync::CancellationToken;

use crate::{
    batches::batches, progress::Progress, queue::QueueError, scan::Scan, selection::Selection,
    summary::Summary, target::Target,
};

/// A run, and what it has come to.
pub struct Run<'a> {
    scan: Scan,
    selection: Selection,
    summary: Summary,
    stop: &'a CancellationToken,
    progress: &'a Progress,
}

impl<'a> Run<'a> {
    /// A run over the messages of `scan`. When `stop` is cancelled, it ends after the batches in hand.
    pub fn new(
        scan: Scan,
        selection: Selection,
        stop: &'a CancellationToken,
        progress: &'a Progress,
    ) -> Self {
        Self {
            scan,
            selection,
            summary: Summary::default(),
            stop,
            progress,
        }
    }

    /// Counts the chosen messages.
    ///
    /// # Errors
    /// [`QueueError`] if the queue does not answer.
    pub async fn list(&mut self) -> Result<(), QueueError> {
        while !self.is_over() {
            let Some(letters) = self.scan.next().await? else {
                self.summary.complete = true;
                break;
            };
            for letter in self.selection.choose(letters) {
                self.summary.count(&letter);
            }
            self.show();
        }
        Ok(())
    }

    /// Moves the chosen messages to `target`, and counts them.
    ///
    /// # Errors
    /// [`QueueError`] if a queue does not answer. Had the feedback queue confirmed messages before, they were deleted or
    /// counted as not deleted.
    pub async fn redrive(&mut self, target: &Target) -> Result<(), QueueError> {
        let mut moved_count = 0;
        self.summary.moved = Some(0);
        while !self.is_over() {
            let Some(letters) = self.scan.next().await? else {
                self.summary.complete = true;
                break;
            };
            let chosen = self.selection.choose(letters);
            for letter in &chosen {
                self.summary.count(letter);
            }
            let moving = batches(chosen)
                .into_iter()
                .map(|batch| target.take(&self.scan, batch, self.stop, self.progress));
            let mut failure = None;
            for moved in join_all(moving).await {
                for message_id in &moved.message_ids {
                    self.scan.release(message_id);
                }
                moved_count += moved.message_ids.len();
                self.summary.refused += moved.refused;
                self.summary.undeleted += moved.undeleted;
                failure = failure.or(moved.failure);
            }
            self.summary.moved = Some(moved_count);
            self.show();
            if let Some(error) = failure {
                return Err(error);
            }
        }
        Ok(())
    }

    /// Gives back what was not moved, and tells what the run has come to.
    pub async fn finish(self) -> Summary {
        let mut summary = self.summary;
        summary.looked_at = self.scan.looked_at();
        summary.arrived_since = self.scan.arrived_since();
        summary.expected = self.scan.expected();
        summary.interrupted = self.stop.is_cancelled() && !summary.complete;
        summary.not_given_back = self.scan.give_back().await;
        summary
    }

    fn is_over(&self) -> bool {
        self.stop.is_cancelled() || self.selection.is_full()
    }

    fn show(&self) {
        self.progress
            .show(self.scan.looked_at(), self.summary.moved);
    }
}

#[cfg(test)]
mod tests;
