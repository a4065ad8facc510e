//! A message of the dead-letter queue: what it tells about its event, and the message that goes back in its place.
//!
//! The attributes are those that the delivery function writes. A message that SQS itself moved, by the redrive policy of
//! a queue whose function failed, has none of them; event id, organisation and sandbox are then told from the body.

use std::collections::HashMap;

use aws_sdk_sqs::types::{
    Message, MessageAttributeValue, MessageSystemAttributeName, SendMessageBatchRequestEntry,
    builders::SendMessageBatchRequestEntryBuilder,
};
use domain::event::FeedbackEvent;
use jiff::Timestamp;
use queue_message::{DeadLetterReason, attribute, attribute_bytes, event_id};
use serde::Serialize;

/// Longest `MessageGroupId` (Amazon SQS API Reference, `SendMessage`). It takes the same characters as our identifiers.
const GROUP_ID_MAX_BYTES: usize = 128;

/// What dead letters are counted by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Group {
    /// Why they were given up.
    pub reason: String,
    /// The organisation, if it is known.
    pub organisation: Option<String>,
    /// The sandbox, if it is known.
    pub sandbox: Option<String>,
    /// The status that the last attempt was answered with.
    pub status: Option<u16>,
    /// What went wrong at the last attempt, if it was not answered.
    pub error: Option<String>,
}

/// A message of the dead-letter queue. It has no `Debug`, because it holds the body.
pub struct DeadLetter {
    /// The queue's id of the message.
    pub message_id: String,
    /// What it can be deleted by.
    pub receipt_handle: String,
    /// What it is counted under.
    pub group: Group,
    /// The event's id, as receivers know it.
    pub event_id: String,
    /// When it came to the dead-letter queue; if SQS itself moved it, when it came to the queue before.
    pub sent_at: Option<Timestamp>,
    body: String,
    group_id: Option<String>,
    attributes: HashMap<String, MessageAttributeValue>,
}

impl DeadLetter {
    /// Reads a message. Attributes that are missing or unusable count as absent.
    pub fn read(message_id: String, receipt_handle: String, message: Message) -> Self {
        let body = message.body.unwrap_or_default();
        let attributes = message.message_attributes.unwrap_or_default();
        let system = message.attributes.unwrap_or_default();
        let event = FeedbackEvent::parse(&body).ok();
        let text = |name: &str| Some(attributes.get(name)?.string_value.as_deref()?.to_owned());
        let group = Group {
            reason: text(attribute::REASON)
                .unwrap_or_else(|| DeadLetterReason::NOT_SETTLED.to_owned()),
            organisation: text(attribute::ORGANISATION)
                .or_else(|| Some(event.as_ref()?.key.org.to_string())),
            sandbox: text(attribute::SANDBOX)
                .or_else(|| Some(event.as_ref()?.key.sandbox.to_string())),
            status: text(attribute::LAST_STATUS).and_then(|text| text.parse().ok()),
            error: text(attribute::LAST_ERROR),
        };
        let event_id = text(attribute::EVENT_ID).unwrap_or_else(|| {
            let given = event.as_ref().and_then(|event| event.event_id.as_deref());
            event_id(given, &body).into_owned()
        });
        let group_id = system
            .get(&MessageSystemAttributeName::MessageGroupId)
            .cloned()
            .or_else(|| group_id(&group));
        let sent_at = system
            .get(&MessageSystemAttributeName::SentTimestamp)
            .and_then(|text| Timestamp::from_millisecond(text.parse().ok()?).ok());
        Self {
            message_id,
            receipt_handle,
            group,
            event_id,
            sent_at,
            body,
            group_id,
            attributes,
        }
    }

    /// Bytes that count towards the limit of a batch: at least those of [`Self::entry`].
    pub fn bytes(&self) -> usize {
        let bytes_of = |(name, value): (&String, &MessageAttributeValue)| {
            let text = value.string_value.as_deref().unwrap_or_default();
            let binary = value.binary_value.as_ref();
            attribute_bytes(name, &value.data_type, text)
                + binary.map_or(0, |binary| binary.as_ref().len())
        };
        self.body.len() + self.attributes.iter().map(bytes_of).sum::<usize>()
    }

    /// The message for the feedback queue: the same body, and no attempt state.
    pub fn entry(&self) -> SendMessageBatchRequestEntryBuilder {
        let kept = self
            .attributes
            .iter()
            .filter(|(name, _)| !attribute::PROGRESS.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), value.clone()));
        SendMessageBatchRequestEntry::builder()
            .message_body(&self.body)
            .set_message_group_id(self.group_id.clone())
            .set_message_attributes(Some(kept.collect()))
    }
}

/// The group under which producers put events of a tenant on the queue.
fn group_id(group: &Group) -> Option<String> {
    let (organisation, sandbox) = (group.organisation.as_ref()?, group.sandbox.as_ref()?);
    Some(format!("{organisation}/{sandbox}")).filter(|id| id.len() <= GROUP_ID_MAX_BYTES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{EVENT, attribute, message};

    fn read(message: Message) -> DeadLetter {
        DeadLetter::read("m".to_owned(), "h".to_owned(), message)
    }

    fn group(
        reason: &str,
        tenant: Option<(&str, &str)>,
        status: Option<u16>,
        error: Option<&str>,
    ) -> Group {
        Group {
            reason: reason.to_owned(),
            organisation: tenant.map(|(organisation, _)| organisation.to_owned()),
            sandbox: tenant.map(|(_, sandbox)| sandbox.to_owned()),
            status,
            error: error.map(str::to_owned),
        }
    }

    #[test]
    fn a_dead_letter_tells_what_its_attributes_say_and_else_its_body() {
        let tenant = [("Organisation", "other"), ("Sandbox", "dev")];
        let anonymous = EVENT.replace(r#""eventId": "e-1","#, "");
        for (body, attributes, expected, event_id) in [
            (
                EVENT,
                vec![
                    ("Reason", "gone"),
                    ("LastStatus", "410"),
                    ("EventId", "given"),
                    tenant[0],
                    tenant[1],
                ],
                group("gone", Some(("other", "dev")), Some(410), None),
                "given",
            ),
            (
                EVENT,
                vec![],
                group(
                    DeadLetterReason::NOT_SETTLED,
                    Some(("org", "prod")),
                    None,
                    None,
                ),
                "e-1",
            ),
            (
                EVENT,
                vec![
                    ("Reason", "attempts-exhausted"),
                    ("LastStatus", "often"),
                    ("LastError", "timeout"),
                ],
                group(
                    "attempts-exhausted",
                    Some(("org", "prod")),
                    None,
                    Some("timeout"),
                ),
                "e-1",
            ),
            (
                "garbage",
                vec![("Reason", "unreadable"), ("EventId", "evt_x")],
                group("unreadable", None, None, None),
                "evt_x",
            ),
            (
                &anonymous,
                vec![],
                group(
                    DeadLetterReason::NOT_SETTLED,
                    Some(("org", "prod")),
                    None,
                    None,
                ),
                &event_id(None, &anonymous),
            ),
            (
                "",
                vec![],
                group(DeadLetterReason::NOT_SETTLED, None, None, None),
                "evt_47DEQpj8HBSa-_TImW-5JA",
            ),
        ] {
            let letter = read(message("m", body, &attributes));
            assert_eq!(letter.group, expected, "{body} {attributes:?}");
            assert_eq!(letter.event_id, event_id, "{body} {attributes:?}");
        }
    }

    #[test]
    fn the_event_goes_back_byte_for_byte_and_starts_anew() {
        let body = format!(" {EVENT}\n\u{1F600}");
        let attributes = [
            ("Attempts", "17"),
            ("EventId", "e-1"),
            ("FirstAttemptAt", "2026-01-01T00:00:00Z"),
            ("HeldSince", "2026-01-01T00:00:00Z"),
            ("LastAttemptAt", "2026-01-02T00:00:00Z"),
            ("LastError", "timeout"),
            ("LastStatus", "503"),
            ("Organisation", "org"),
            ("Producer's", "own"),
            ("Reason", "attempts-exhausted"),
            ("RetryAt", "2026-01-02T00:00:00Z"),
        ];
        let letter = read(message("m", &body, &attributes));
        let entry = letter.entry().id("7").build().unwrap();
        assert_eq!(entry.message_body(), body);
        let kept = HashMap::from([
            attribute("EventId", "e-1"),
            attribute("Organisation", "org"),
            attribute("Producer's", "own"),
        ]);
        assert_eq!(entry.message_attributes(), Some(&kept));
    }

    #[test]
    fn the_message_group_is_kept_or_made_as_producers_make_it() {
        let group_of = |letter: DeadLetter| letter.entry().get_message_group_id().clone();
        let mut grouped = message("m", EVENT, &[]);
        grouped.attributes = Some(HashMap::from([(
            MessageSystemAttributeName::MessageGroupId,
            "kept".to_owned(),
        )]));
        assert_eq!(group_of(read(grouped)).as_deref(), Some("kept"));
        assert_eq!(
            group_of(read(message("m", EVENT, &[]))).as_deref(),
            Some("org/prod")
        );
        let long = "o".repeat(124);
        let too_long = message("m", EVENT, &[("Organisation", &long)]);
        assert_eq!(group_of(read(too_long)), None, "SQS would refuse it");
        assert_eq!(group_of(read(message("m", "garbage", &[]))), None);
    }
}
