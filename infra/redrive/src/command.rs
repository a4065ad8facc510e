//! Carries out a command line.

use aws_sdk_sqs::Client;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::{
    arguments::{Arguments, Command, is_same_queue},
    progress::Progress,
    queue::{Queue, QueueError},
    run::Run,
    scan::Scan,
    selection::Selection,
    summary::Summary,
    target::Target,
};

/// What came of a command.
#[derive(Debug)]
pub struct Outcome {
    /// What was done, also before a failure.
    pub summary: Summary,
    /// What ended the run before its time.
    pub failure: Option<QueueError>,
    /// Whether messages would have been moved, had that been confirmed.
    pub is_dry_run: bool,
}

/// Why nothing was done.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// Dead letters would be moved to where they are.
    #[error("--from and --to are the same queue")]
    SameQueue,
    /// The dead-letter queue does not answer.
    #[error(transparent)]
    Queue(#[from] QueueError),
}

/// Lists or moves dead letters as they are at `now`, until `stop` is cancelled.
///
/// # Errors
/// [`CommandError`], and then nothing was done. What fails later is part of the outcome.
pub async fn carry_out(
    arguments: Arguments,
    client: Client,
    now: Timestamp,
    stop: &CancellationToken,
) -> Result<Outcome, CommandError> {
    let (from, look, max, target, is_dry_run) = match arguments.command {
        Command::List(list) => (list.queue, list.look, None, None, false),
        Command::Move(this) => {
            if is_same_queue(&this.from, &this.to) {
                return Err(CommandError::SameQueue);
            }
            let target = Target::new(Queue::new(client.clone(), this.to), this.rate);
            let target = this.yes.then_some(target);
            (this.from, this.look, this.max, target, !this.yes)
        }
    };
    let queue = Queue::new(client, from);
    let scan = Scan::begin(queue, now, look.visibility_timeout_seconds).await?;
    let progress = Progress::new(scan.expected());
    let selection = Selection::new(look.filter, now, max);
    let mut run = Run::new(scan, selection, stop, &progress);
    let result = match &target {
        Some(target) => run.redrive(target).await,
        None => run.list().await,
    };
    progress.end();
    Ok(Outcome {
        summary: run.finish().await,
        failure: result.err(),
        is_dry_run,
    })
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::fake::{EVENT, Fake, STARTED_AT, message};

    async fn run(fake: &Fake, line: &str) -> Result<Outcome, CommandError> {
        let arguments = Arguments::parse_from(line.split(' '));
        carry_out(
            arguments,
            fake.client(),
            STARTED_AT,
            &CancellationToken::new(),
        )
        .await
    }

    #[tokio::test]
    async fn only_a_confirmed_move_sends_anything() {
        let fake = Fake::with([message("1", EVENT, &[])]);
        for line in ["redrive list --queue a", "redrive move --from a --to b"] {
            let outcome = run(&fake, line).await.unwrap();
            assert_eq!(
                (outcome.summary.chosen_count(), outcome.summary.moved),
                (1, None)
            );
            assert_eq!((fake.sent().len(), fake.visible().len()), (0, 1), "{line}");
        }
        let outcome = run(&fake, "redrive move --from a --to b --yes")
            .await
            .unwrap();
        assert_eq!(outcome.summary.moved, Some(1));
        assert_eq!((fake.sent().len(), fake.visible().len()), (1, 0));
    }

    #[tokio::test]
    async fn a_queue_is_not_moved_to_itself() {
        let fake = Fake::with([message("1", EVENT, &[])]);
        let refused = run(&fake, "redrive move --from h/1/a --to i/1/a --yes").await;
        assert!(matches!(refused, Err(CommandError::SameQueue)));
        assert_eq!((fake.sent().len(), fake.visible().len()), (0, 1));
    }
}
