//! The command line. What it means is decided elsewhere.

use std::num::NonZeroU32;

use clap::{Args, Parser, Subcommand};

use crate::filter::Filter;

/// Look at the dead-letter queue of feedback events, and move chosen ones back to be delivered.
///
/// Region, credentials and endpoint come from where every AWS tool takes them: AWS_PROFILE, AWS_REGION,
/// AWS_ENDPOINT_URL and the like.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

impl Arguments {
    /// Whether the result is to be printed as JSON.
    pub fn as_json(&self) -> bool {
        match &self.command {
            Command::List(List { look, .. }) | Command::Move(Move { look, .. }) => look.json,
        }
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Count dead letters by reason, organisation, sandbox and status.
    ///
    /// SQS has no browsing: every message is received, hidden from others meanwhile, and given back at the end.
    List(List),
    /// Move dead letters back to the feedback queue, to be delivered within a new retry window.
    ///
    /// Without --yes nothing is moved; what would be is shown. It can be interrupted and repeated at any time: no event
    /// is lost, at worst one is delivered twice with the same webhook-id.
    Move(Move),
}

/// Arguments of `list`.
#[derive(Debug, Args)]
pub struct List {
    /// URL of the dead-letter queue (the stack's output DeadLetterQueueUrl).
    #[arg(long, value_name = "URL")]
    pub queue: String,
    /// What both commands have.
    #[command(flatten)]
    pub look: Look,
}

/// Arguments of `move`.
#[derive(Debug, Args)]
pub struct Move {
    /// URL of the dead-letter queue (the stack's output DeadLetterQueueUrl).
    #[arg(long, value_name = "URL")]
    pub from: String,
    /// URL of the feedback queue (the stack's output FeedbackQueueUrl).
    #[arg(long, value_name = "URL")]
    pub to: String,
    /// Really move them.
    #[arg(long)]
    pub yes: bool,
    /// Move at most so many messages a second.
    #[arg(long, value_name = "N")]
    pub rate: Option<NonZeroU32>,
    /// Move at most so many messages.
    #[arg(long, value_name = "N")]
    pub max: Option<usize>,
    /// What both commands have.
    #[command(flatten)]
    pub look: Look,
}

/// Arguments of both commands.
#[derive(Debug, Args)]
pub struct Look {
    /// Which dead letters are meant.
    #[command(flatten)]
    pub filter: Filter,
    /// Print the result as JSON.
    #[arg(long)]
    pub json: bool,
    /// How long a message stays hidden from others if the command is killed before it gives it back.
    // At least the time that a round of messages takes at one message a second; at most what SQS allows, 12 hours.
    #[arg(long, value_name = "SECONDS", default_value_t = 900, value_parser = clap::value_parser!(i32).range(120..=43_200))]
    pub visibility_timeout_seconds: i32,
}

/// Whether two URLs mean the same queue: they may differ in the host's spelling, not in account and name.
pub fn is_same_queue(one: &str, other: &str) -> bool {
    let account_and_name = |url: &str| {
        let mut segments = url.trim_end_matches('/').rsplit('/');
        (
            segments.next().map(str::to_owned),
            segments.next().map(str::to_owned),
        )
    };
    account_and_name(one) == account_and_name(other)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse(line: &str) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(line.split(' '))
    }

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn moving_needs_to_be_confirmed() {
        let Command::Move(without) = parse("redrive move --from a --to b").unwrap().command else {
            panic!("another command");
        };
        assert!(!without.yes);
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for line in [
            "redrive list",
            "redrive move --from a",
            "redrive move --from a --to b --rate 0",
            "redrive list --queue a --status six",
            "redrive list --queue a --older-than yesterday",
            "redrive list --queue a --older-than -2h",
            "redrive list --queue a --visibility-timeout-seconds 43201",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }

    #[test]
    fn a_queue_is_the_same_under_another_host() {
        for (one, other, same) in [
            (
                "https://sqs.eu-west-1.amazonaws.com/123/dead",
                "https://eu-west-1.queue.amazonaws.com/123/dead/",
                true,
            ),
            (
                "http://localhost/123/dead",
                "http://localhost/123/feedback",
                false,
            ),
            (
                "http://localhost/123/dead",
                "http://localhost/456/dead",
                false,
            ),
        ] {
            assert_eq!(is_same_queue(one, other), same, "{one} {other}");
        }
    }
}
