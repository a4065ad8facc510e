//! Carries out a command line.

use anyhow::ensure;
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

/// Lists or moves dead letters as they are at `now`, until `stop` is cancelled.
///
/// # Errors
/// The queues are one and the same, or the dead-letter queue cannot be reached. Then nothing was done.
pub async fn carry_out(
    arguments: Arguments,
    client: Client,
    now: Timestamp,
    stop: &CancellationToken,
) -> anyhow::Result<Outcome> {
    let (from, look, max, target, is_dry_run) = match arguments.command {
        Command::List(list) => (list.queue, list.look, None, None, false),
        Command::Move(this) => {
            ensure!(
                !is_same_queue(&this.from, &this.to),
                "--from and --to are the same queue"
            );
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
