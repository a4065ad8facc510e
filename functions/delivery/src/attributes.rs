//! What travels with an event on the retry and dead-letter queues: its progress, as SQS message attributes.
//!
//! The body is never changed; what can be told from it (event id, organisation, sandbox) is written for people and
//! tools, but never read back.

use std::collections::HashMap;

use aws_sdk_sqs::types::MessageAttributeValue;
use domain::key::ConfigKey;
use jiff::Timestamp;
use queue_message::{DeadLetterReason, attribute::*, attribute_bytes};

/// How far an event has come.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// Attempts that were made.
    pub attempts: u32,
    /// When the first one was made, or would have been but for an open circuit.
    pub first_attempt_at: Option<Timestamp>,
    /// When the last one was made.
    pub last_attempt_at: Option<Timestamp>,
    /// When the next one is due.
    pub retry_at: Option<Timestamp>,
    /// The status that the last one was answered with.
    pub last_status: Option<u16>,
    /// What went wrong at the last one, if it was not answered.
    pub last_error: Option<String>,
    /// Since when the event is held for an endpoint that is out of service.
    pub held_since: Option<Timestamp>,
}

impl Progress {
    /// Reads a message's attributes, whose texts are had by their names. One that is missing or has an unusable value counts
    /// as absent.
    ///
    /// A message with a `Reason` was on the dead-letter queue, and somebody put it back: it starts anew, with the whole
    /// retry window before it.
    pub fn read<'m>(text: impl Fn(&str) -> Option<&'m str>, now: Timestamp) -> Self {
        if text(REASON).is_some() {
            return Self::default();
        }
        let time = |name| text(name)?.parse::<Timestamp>().ok();
        // An attempt in the future was none; else the retry window would grow.
        let past = |name| time(name).filter(|time| *time <= now);
        Self {
            attempts: text(ATTEMPTS)
                .and_then(|text| text.parse().ok())
                .unwrap_or_default(),
            first_attempt_at: past(FIRST_ATTEMPT_AT),
            last_attempt_at: past(LAST_ATTEMPT_AT),
            retry_at: time(RETRY_AT),
            last_status: text(LAST_STATUS).and_then(|text| text.parse().ok()),
            last_error: text(LAST_ERROR).map(str::to_owned),
            held_since: past(HELD_SINCE),
        }
    }

    /// The attributes for the next queue, at most the ten that SQS allows, in at most `room` bytes.
    ///
    /// What people and tools could also tell from the body goes first where the room does not suffice. `None` where
    /// that does not help: a dead letter needs its reason, and an event that waits needs what limits its attempts.
    pub fn write(
        &self,
        event_id: &str,
        key: Option<&ConfigKey>,
        reason: Option<DeadLetterReason>,
        room: usize,
    ) -> Option<HashMap<String, MessageAttributeValue>> {
        let text = |name, value: Option<String>| (name, "String", value);
        let number = |name, value: Option<u32>| (name, "Number", value.map(|n| n.to_string()));
        let time =
            |name, value: Option<Timestamp>| text(name, value.map(|time| format!("{time:.3}")));
        let is_waiting = reason.is_none();
        let in_order_of_importance = [
            (
                true,
                text(REASON, reason.map(|reason| reason.as_str().to_owned())),
            ),
            (
                is_waiting && self.attempts > 0,
                number(ATTEMPTS, Some(self.attempts)),
            ),
            (is_waiting, time(FIRST_ATTEMPT_AT, self.first_attempt_at)),
            (is_waiting, time(HELD_SINCE, self.held_since)),
            // Nothing is due on the dead-letter queue. Without it an attempt is made as soon as the queue allows.
            (false, time(RETRY_AT, self.retry_at.filter(|_| is_waiting))),
            (false, number(LAST_STATUS, self.last_status.map(u32::from))),
            (false, text(LAST_ERROR, self.last_error.clone())),
            (false, time(LAST_ATTEMPT_AT, self.last_attempt_at)),
            (false, text(EVENT_ID, Some(event_id.to_owned()))),
            (
                false,
                text(ORGANISATION, key.map(|key| key.org.to_string())),
            ),
            (false, text(SANDBOX, key.map(|key| key.sandbox.to_string()))),
        ];
        let mut room = room;
        let mut attributes = HashMap::new();
        for (is_needed, (name, data_type, value)) in in_order_of_importance {
            // SQS refuses empty values, and a refused message would come back for ever.
            let Some(value) = value.filter(|value| !value.is_empty()) else {
                continue;
            };
            match room.checked_sub(attribute_bytes(name, data_type, &value)) {
                Some(rest) => room = rest,
                None if is_needed => return None,
                None => continue,
            }
            let attribute = MessageAttributeValue::builder()
                .data_type(data_type)
                .string_value(value);
            attributes.insert(name.to_owned(), attribute.build().ok()?);
        }
        Some(attributes)
    }
}

#[cfg(test)]
mod tests {
    use domain::key::{OrgId, SandboxName};
    use proptest::prelude::*;
    use queue_message::MESSAGE_MAX_BYTES;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// What is read of attributes that were sent.
    fn received(sent: &HashMap<String, MessageAttributeValue>, now: Timestamp) -> Progress {
        Progress::read(|name| sent.get(name)?.string_value(), now)
    }

    /// What is read where there is one attribute.
    fn only(name: &str, value: &str, now: Timestamp) -> Progress {
        Progress::read(|asked| (asked == name).then_some(value), now)
    }

    fn progress() -> Progress {
        Progress {
            attempts: 3,
            first_attempt_at: Some(at(10)),
            last_attempt_at: Some(at(20)),
            retry_at: Some(at(5_000)),
            last_status: Some(503),
            last_error: Some("timeout".to_owned()),
            held_since: Some(at(15)),
        }
    }

    fn key() -> ConfigKey {
        ConfigKey {
            org: OrgId::parse("org").unwrap(),
            sandbox: SandboxName::parse("prod").unwrap(),
        }
    }

    #[test]
    fn progress_survives_the_retry_queue() {
        let sent = progress()
            .write("e-1", Some(&key()), None, MESSAGE_MAX_BYTES)
            .unwrap();
        assert_eq!(received(&sent, at(30)), progress());
    }

    #[test]
    fn the_dead_letter_queue_tells_a_person_all_of_it() {
        let sent = progress()
            .write(
                "e-1",
                Some(&key()),
                Some(DeadLetterReason::Gone),
                MESSAGE_MAX_BYTES,
            )
            .unwrap();
        let value = |name: &str| {
            let attribute = &sent[name];
            (
                attribute.data_type().to_owned(),
                attribute.string_value().unwrap().to_owned(),
            )
        };
        for (name, data_type, text) in [
            ("EventId", "String", "e-1"),
            ("Organisation", "String", "org"),
            ("Sandbox", "String", "prod"),
            ("Reason", "String", "gone"),
            ("Attempts", "Number", "3"),
            ("FirstAttemptAt", "String", "1970-01-01T00:00:10.000Z"),
            ("LastAttemptAt", "String", "1970-01-01T00:00:20.000Z"),
            ("HeldSince", "String", "1970-01-01T00:00:15.000Z"),
            ("LastStatus", "Number", "503"),
            ("LastError", "String", "timeout"),
        ] {
            assert_eq!(
                value(name),
                (data_type.to_owned(), text.to_owned()),
                "{name}"
            );
        }
        assert_eq!(sent.len(), 10, "SQS allows ten attributes");
    }

    #[test]
    fn where_room_is_short_what_limits_the_attempts_is_kept_before_what_informs() {
        // Names, types and values of Attempts, FirstAttemptAt and HeldSince, then also of RetryAt.
        let needed = 8 + 6 + 1 + 14 + 6 + 24 + 9 + 6 + 24;
        let names = |reason, room| {
            let written = progress().write("e-1", Some(&key()), reason, room)?;
            let mut names: Vec<String> = written.into_keys().collect();
            names.sort_unstable();
            Some(names.join(" "))
        };
        let kept = |names: &str| Some(names.to_owned());
        assert_eq!(names(None, needed - 1), None);
        assert_eq!(
            names(None, needed),
            kept("Attempts FirstAttemptAt HeldSince")
        );
        assert_eq!(
            names(None, needed + 7 + 6 + 24),
            kept("Attempts FirstAttemptAt HeldSince RetryAt")
        );
        let reason = Some(DeadLetterReason::TooLarge);
        assert_eq!(names(reason, 6 + 6 + 9 - 1), None);
        assert_eq!(names(reason, 6 + 6 + 9), kept("Reason"));
        let progress = Progress::default();
        assert!(
            progress.write("e-1", None, None, 0).is_some(),
            "nothing to keep"
        );
    }

    #[test]
    fn an_event_that_was_put_back_from_the_dead_letter_queue_starts_anew() {
        let sent = progress()
            .write(
                "e-1",
                None,
                Some(DeadLetterReason::AttemptsExhausted),
                MESSAGE_MAX_BYTES,
            )
            .unwrap();
        assert_eq!(received(&sent, at(30)), Progress::default());
    }

    #[test]
    fn attempts_in_the_future_do_not_count() {
        let progress = only("FirstAttemptAt", "2999-01-01T00:00:00Z", at(0));
        assert_eq!(progress.first_attempt_at, None);
    }

    /// A time that attributes can hold: they have milliseconds.
    fn time() -> impl Strategy<Value = Option<Timestamp>> {
        let milliseconds = 0..4_102_444_800_000_i64;
        prop::option::of(milliseconds.prop_map(|time| Timestamp::from_millisecond(time).unwrap()))
    }

    proptest! {
        #[test]
        fn no_attribute_value_is_too_odd_to_be_read(
            name in "Attempts|FirstAttemptAt|LastAttemptAt|RetryAt|HeldSince|LastStatus|LastError|Reason",
            value in prop_oneof![any::<String>(), "-?[0-9]{0,30}", "[0-9-]{0,12}T?[0-9:.]{0,20}Z?"],
        ) {
            let progress = only(&name, &value, at(0));
            for time in [progress.first_attempt_at, progress.last_attempt_at, progress.held_since] {
                prop_assert!(time.is_none_or(|time| time <= at(0)));
            }
        }

        #[test]
        fn any_progress_survives_the_retry_queue(
            attempts in any::<u32>(),
            (first_attempt_at, last_attempt_at, retry_at, held_since) in (time(), time(), time(), time()),
            last_status in prop::option::of(any::<u16>()),
            last_error in prop::option::of("[a-z-]{1,40}"),
        ) {
            let progress = Progress {
                attempts, first_attempt_at, last_attempt_at, retry_at, last_status, last_error, held_since,
            };
            let sent = progress.write("e-1", Some(&key()), None, MESSAGE_MAX_BYTES).unwrap();
            prop_assert_eq!(received(&sent, Timestamp::MAX), progress);
        }
    }
}
