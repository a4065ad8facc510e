//! Starts a command: arguments, client, clock, Ctrl-C; then prints what came of it.

use std::{
    io::{Write, stderr, stdout},
    process::{ExitCode, exit},
};

use aws_config::BehaviorVersion;
use aws_sdk_sqs::Client;
use clap::Parser;
use jiff::Timestamp;
use redrive::{
    arguments::Arguments,
    command::{Outcome, carry_out},
};
use tokio::signal::ctrl_c;
use tokio_util::sync::CancellationToken;

/// The exit code of a command that was interrupted: 128 and the number of SIGINT, as shells have it.
const INTERRUPTED: u8 = 130;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    run(Arguments::parse()).await.unwrap_or_else(|error| {
        // Where nobody can read it any more, there is nobody to tell.
        let _ = writeln!(stderr(), "Error: {error:#}");
        ExitCode::FAILURE
    })
}

async fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let as_json = arguments.as_json();
    let client = Client::new(&aws_config::load_defaults(BehaviorVersion::latest()).await);
    #[expect(
        clippy::disallowed_methods,
        reason = "the clock of everything below is set here"
    )]
    let now = Timestamp::now();
    let outcome = carry_out(arguments, client, now, &stop_on_ctrl_c()).await?;
    print(&outcome, as_json)?;
    let summary = outcome.summary;
    if let Some(failure) = outcome.failure {
        return Err(failure.into());
    }
    Ok(match () {
        () if summary.interrupted => ExitCode::from(INTERRUPTED),
        () if summary.is_clean() => ExitCode::SUCCESS,
        () => ExitCode::FAILURE,
    })
}

/// The first Ctrl-C ends the run after the batches in hand, the second at once.
fn stop_on_ctrl_c() -> CancellationToken {
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    tokio::spawn(async move {
        if ctrl_c().await.is_ok() {
            stopping.cancel();
            let _ = writeln!(
                stderr(),
                "Finishing the batches in hand, and giving the rest back."
            );
            if ctrl_c().await.is_ok() {
                exit(INTERRUPTED.into());
            }
        }
    });
    stop
}

fn print(outcome: &Outcome, as_json: bool) -> anyhow::Result<()> {
    let summary = &outcome.summary;
    if as_json {
        writeln!(stdout(), "{}", serde_json::to_string_pretty(summary)?)?;
    } else {
        writeln!(stdout(), "{summary}")?;
    }
    if outcome.is_dry_run {
        writeln!(stderr(), "Nothing was moved. With --yes, these are.")?;
    }
    Ok(())
}
