//! What a run has come to. It holds counts and what dead letters are counted by, never bodies.

use std::{cmp::Reverse, collections::BTreeMap};

use jiff::Timestamp;
use serde::Serialize;

use crate::dead_letter::{DeadLetter, Group};

/// What a run has come to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// About how many messages the queue held at the start.
    pub expected: usize,
    /// How many were looked at.
    pub looked_at: usize,
    /// How many were seen that came after the start, and were left alone.
    pub arrived_since: usize,
    /// The chosen ones.
    #[serde(serialize_with = "rows")]
    pub chosen: BTreeMap<Group, Tally>,
    /// How many were moved, if any were to be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moved: Option<usize>,
    /// How many the feedback queue refused; they remain dead letters.
    pub refused: usize,
    /// How many were sent but not deleted; they are in both queues.
    pub undeleted: usize,
    /// How many could not be given back at once.
    pub not_given_back: usize,
    /// Whether all messages that were visible have been looked at.
    pub complete: bool,
    /// Whether the run was ended from outside before that.
    pub interrupted: bool,
}

/// How many dead letters a group has, and when they came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// How many.
    pub count: usize,
    /// When the first one came.
    pub oldest: Option<Timestamp>,
    /// When the last one came.
    pub newest: Option<Timestamp>,
}

impl Summary {
    /// Counts a chosen dead letter.
    pub fn count(&mut self, letter: &DeadLetter) {
        let tally = self.chosen.entry(letter.group.clone()).or_default();
        tally.count += 1;
        tally.oldest = [tally.oldest, letter.sent_at].into_iter().flatten().min();
        tally.newest = tally.newest.max(letter.sent_at);
    }

    /// How many were chosen.
    pub fn chosen_count(&self) -> usize {
        self.chosen.values().map(|tally| tally.count).sum()
    }

    /// Whether each chosen message that was to be moved was.
    pub fn is_clean(&self) -> bool {
        self.refused == 0 && self.undeleted == 0
    }

    /// The chosen ones, the largest groups first.
    pub fn by_size(&self) -> Vec<(&Group, &Tally)> {
        by_size(&self.chosen)
    }

    /// About how many messages were there but could not be seen.
    pub fn unseen(&self) -> usize {
        self.expected
            .saturating_sub(self.looked_at + self.arrived_since)
    }
}

fn by_size(chosen: &BTreeMap<Group, Tally>) -> Vec<(&Group, &Tally)> {
    let mut groups: Vec<_> = chosen.iter().collect();
    groups.sort_by_key(|(_, tally)| Reverse(tally.count));
    groups
}

fn rows<S: serde::Serializer>(
    chosen: &BTreeMap<Group, Tally>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Row<'a> {
        #[serde(flatten)]
        group: &'a Group,
        #[serde(flatten)]
        tally: &'a Tally,
    }
    let rows = by_size(chosen)
        .into_iter()
        .map(|(group, tally)| Row { group, tally });
    serializer.collect_seq(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{EVENT, STARTED_AT, message_sent_at};

    fn summary() -> Summary {
        let mut summary = Summary {
            looked_at: 4,
            expected: 4,
            complete: true,
            ..Summary::default()
        };
        for (reason, answer, minutes) in [
            ("unreadable", ("LastError", "not \u{1b}[31mJSON"), 3),
            ("gone", ("LastStatus", "410"), 2),
            ("gone", ("LastStatus", "410"), 1),
        ] {
            let sent_at = STARTED_AT - jiff::SignedDuration::from_mins(minutes);
            let attributes = [("Reason", reason), answer];
            let message = message_sent_at("m", EVENT, &attributes, sent_at);
            summary.count(&DeadLetter::read("m".to_owned(), "h".to_owned(), message));
        }
        summary
    }

    #[test]
    fn a_person_reads_the_largest_group_first_and_no_control_characters() {
        let text = summary().to_string();
        let rows: Vec<Vec<&str>> = text
            .lines()
            .map(|line| line.trim_matches('│').split_whitespace().collect())
            .collect();
        let row = |words: &str| {
            let words: Vec<&str> = words.split(' ').collect();
            let found = rows.iter().position(|row| *row == words);
            found.unwrap_or_else(|| panic!("no {words:?} in {text}"))
        };
        let gone = row("gone org prod 410 2027-01-15T07:58:00Z 2");
        let unreadable = row("unreadable org prod not \u{FFFD}[31mJSON 2027-01-15T07:57:00Z 1");
        assert!(gone < unreadable);
        assert!(text.ends_with("3 of 4 messages match"), "{text}");
    }

    #[test]
    fn a_program_reads_the_same() {
        let json = serde_json::to_value(summary()).unwrap();
        assert_eq!((&json["lookedAt"], json.get("moved")), (&4.into(), None));
        let expected = serde_json::json!({
            "reason": "gone", "organisation": "org", "sandbox": "prod", "status": 410, "error": null,
            "count": 2, "oldest": "2027-01-15T07:58:00Z", "newest": "2027-01-15T07:59:00Z",
        });
        assert_eq!(json["chosen"][0], expected);
    }

    #[test]
    fn what_went_wrong_is_said() {
        type Change = fn(&mut Summary);
        let cases: [(Change, &str); 6] = [
            (
                |summary| summary.refused = 2,
                "2 refused by the feedback queue",
            ),
            (|summary| summary.undeleted = 2, "2 sent but not deleted"),
            (|summary| summary.arrived_since = 2, "2 arrived meanwhile"),
            (|summary| summary.not_given_back = 2, "2 stay hidden"),
            (|summary| summary.interrupted = true, "Interrupted"),
            (|summary| summary.expected = 6, "About 2 more"),
        ];
        for (change, part) in cases {
            let mut summary = summary();
            assert!(!summary.to_string().contains(part));
            change(&mut summary);
            assert!(summary.to_string().contains(part), "{summary}");
        }
    }

    #[test]
    fn a_run_that_ended_before_it_saw_all_does_not_say_that_messages_were_hidden() {
        let summary = Summary {
            expected: 6,
            complete: false,
            ..summary()
        };
        assert!(!summary.to_string().contains("more"), "{summary}");
    }
}
