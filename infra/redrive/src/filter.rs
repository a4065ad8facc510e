//! Which dead letters are meant. Pure: the time is an argument.

use clap::Args;
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};

use crate::dead_letter::DeadLetter;

/// Conditions that all have to hold; of one that is given several times, any value will do.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Which dead letters")]
pub struct Filter {
    /// Given up for this reason: gone, attempts-exhausted, held-too-long, too-large, unreadable, not-settled. May be repeated, as may the others.
    #[arg(long)]
    pub reason: Vec<String>,
    /// Of this organisation.
    #[arg(long, value_name = "ORG")]
    pub organisation: Vec<String>,
    /// Of this sandbox.
    #[arg(long, value_name = "NAME")]
    pub sandbox: Vec<String>,
    /// Whose last attempt was answered with this HTTP status.
    #[arg(long)]
    pub status: Vec<u16>,
    /// With this event id, which is also the webhook-id.
    #[arg(long, value_name = "ID")]
    pub event_id: Vec<String>,
    /// That came to the queue longer ago than this, for example 90m, 2h30m or 3d.
    #[arg(long, value_name = "AGE", value_parser = age)]
    pub older_than: Option<SignedDuration>,
    /// That came to the queue less long ago than this.
    #[arg(long, value_name = "AGE", value_parser = age)]
    pub newer_than: Option<SignedDuration>,
}

impl Filter {
    /// Whether a dead letter is meant. One whose time is unknown has no age.
    pub fn matches(&self, letter: &DeadLetter, now: Timestamp) -> bool {
        let group = &letter.group;
        let age = letter.sent_at.map(|sent_at| now.duration_since(sent_at));
        let is_age = |holds: fn(&SignedDuration, &SignedDuration) -> bool, limit| match limit {
            None => true,
            Some(limit) => age.is_some_and(|age| holds(&age, &limit)),
        };
        is_any(&self.reason, Some(&group.reason))
            && is_any(&self.organisation, group.organisation.as_ref())
            && is_any(&self.sandbox, group.sandbox.as_ref())
            && is_any(&self.status, group.status.as_ref())
            && is_any(&self.event_id, Some(&letter.event_id))
            && is_age(SignedDuration::gt, self.older_than)
            && is_age(SignedDuration::lt, self.newer_than)
    }
}

/// Whether the value is one of those that are asked for, if any are.
fn is_any<T: PartialEq>(wanted: &[T], value: Option<&T>) -> bool {
    wanted.is_empty() || value.is_some_and(|value| wanted.contains(value))
}

fn age(text: &str) -> Result<SignedDuration, String> {
    let age = text
        .parse::<Span>()
        .and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()))
        .map_err(|error| error.to_string())?;
    if age.is_negative() {
        return Err("an age is not negative".to_owned());
    }
    Ok(age)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{EVENT, STARTED_AT, message_sent_at};

    fn is_meant(flags: &str) -> bool {
        #[derive(clap::Parser)]
        struct Line {
            #[command(flatten)]
            filter: Filter,
        }
        let line = ["test"].into_iter().chain(flags.split_whitespace());
        let filter = <Line as clap::Parser>::parse_from(line).filter;
        let attributes = [("Reason", "gone"), ("LastStatus", "410")];
        let two_hours_ago = STARTED_AT - SignedDuration::from_hours(2);
        let message = message_sent_at("m", EVENT, &attributes, two_hours_ago);
        filter.matches(
            &DeadLetter::read("m".to_owned(), "h".to_owned(), message),
            STARTED_AT,
        )
    }

    #[test]
    fn all_conditions_have_to_hold() {
        for (flags, meant) in [
            ("", true),
            ("--reason gone", true),
            ("--reason unreadable", false),
            ("--reason unreadable --reason gone", true),
            ("--organisation org --sandbox prod", true),
            ("--organisation org --sandbox dev", false),
            ("--organisation other", false),
            ("--status 410", true),
            ("--status 503", false),
            ("--event-id e-1", true),
            ("--event-id e-2", false),
            ("--older-than 119m", true),
            ("--older-than 2h", false),
            ("--newer-than 1d", true),
            ("--newer-than 2h", false),
            ("--older-than 1h --newer-than 3h --reason gone", true),
        ] {
            assert_eq!(is_meant(flags), meant, "{flags}");
        }
    }

    #[test]
    fn a_message_of_unknown_time_has_no_age() {
        let filter = Filter {
            newer_than: Some(SignedDuration::MAX),
            ..Filter::default()
        };
        let mut message = message_sent_at("m", EVENT, &[], STARTED_AT);
        message.attributes = None;
        let letter = DeadLetter::read("m".to_owned(), "h".to_owned(), message);
        assert!(!filter.matches(&letter, STARTED_AT));
        assert!(Filter::default().matches(&letter, STARTED_AT));
    }
}
