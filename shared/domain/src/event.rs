//! A feedback event as the messaging backend puts it on the queue.
//!
//! Only what a decision needs is read; everything else stays as the bytes that came, so that unknown fields, unknown
//! enum values, nulls and numbers of any size survive unchanged.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, de};
use serde_json::value::RawValue;

use crate::key::{ConfigKey, OrgId, SandboxName};

/// JSON Schema (2020-12) of what [`FeedbackEvent::parse`] reads, for producers. A test of config-api holds both against
/// the same table of events.
pub const SCHEMA: &str = include_str!("../feedback-event.schema.json");

/// Longest event id, in bytes; it becomes a header and a message attribute.
const EVENT_ID_MAX_BYTES: usize = 256;

/// The members of a JSON object in the order in which they came, with the bytes of their values.
#[derive(Debug, Clone, Default)]
pub struct Fields<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'a> Fields<'a> {
    /// The members in the order in which they came.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &'a RawValue)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), *value))
    }

    /// The value of the member with this name.
    pub fn get(&self, name: &str) -> Option<&'a RawValue> {
        self.0
            .iter()
            .find(|(candidate, _)| candidate == name)
            .map(|(_, value)| *value)
    }

    fn required(&self, name: &'static str) -> Result<&'a RawValue, Unreadable> {
        self.get(name).ok_or(Unreadable::Missing(name))
    }

    fn text(&self, name: &'static str) -> Result<Cow<'a, str>, Unreadable> {
        text(self.required(name)?).ok_or(Unreadable::WrongType {
            field: name,
            expected: "a string",
        })
    }

    fn object(&self, name: &'static str) -> Result<Fields<'a>, Unreadable> {
        serde_json::from_str(self.required(name)?.get()).map_err(|_| Unreadable::WrongType {
            field: name,
            expected: "an object with distinct members",
        })
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> de::Visitor<'de> for Members {
            type Value = Fields<'de>;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an object with distinct members")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members: Vec<(Cow<'de, str>, &'de RawValue)> = Vec::with_capacity(12);
                while let Some((Name(name), value)) = map.next_entry()? {
                    // Receivers differ in which of two equal names they read (RFC 8259 section 4), so none is sent.
                    if members.iter().any(|(earlier, _)| *earlier == name) {
                        return Err(de::Error::custom("a member occurs twice"));
                    }
                    members.push((name, value));
                }
                Ok(Fields(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

/// A member's name, borrowed unless it has escapes.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

fn text(value: &RawValue) -> Option<Cow<'_, str>> {
    // Saves the making of an error.
    if !value.get().starts_with('"') {
        return None;
    }
    serde_json::from_str::<Name<'_>>(value.get())
        .ok()
        .map(|Name(text)| text)
}

/// Why a queue message is no feedback event. It names fields, never values, which may be personal data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Not a JSON object, or one with a member twice.
    #[error("the message is not a JSON object with distinct members")]
    NotAnObject,
    /// A field that every event has is not there.
    #[error("the field {0} is missing")]
    Missing(&'static str),
    /// A field has another type than every event's.
    #[error("the field {field} is not {expected}")]
    WrongType {
        /// The field's name.
        field: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// A field that identifies the configuration has a value that none can have.
    #[error("the field {0} has a value that is not possible")]
    Impossible(&'static str),
    /// Both spellings of the feedback are there.
    #[error("the feedback is there in both spellings")]
    FeedbackTwice,
}

/// A feedback event: what decisions need, and the fields as they came.
#[derive(Debug, Clone)]
pub struct FeedbackEvent<'a> {
    /// `imsOrg` and `sandbox.name`.
    pub key: ConfigKey,
    /// `eventId`, unique per event, where the backend gives one.
    pub event_id: Option<Cow<'a, str>>,
    /// `channel`; an open vocabulary.
    pub channel: Cow<'a, str>,
    /// `messageExecution.campaignID`, where there is one.
    pub campaign: Option<Cow<'a, str>>,
    /// The feedback's status; an open vocabulary.
    pub status: Cow<'a, str>,
    /// All fields of the event.
    pub fields: Fields<'a>,
    /// The fields of `messageDeliveryFeedback`, in either spelling.
    pub feedback: Fields<'a>,
}

impl<'a> FeedbackEvent<'a> {
    /// The feedback's field: the documented spelling and XDM's.
    pub const FEEDBACK_SPELLINGS: [&'static str; 2] =
        ["messageDeliveryFeedback", "messageDeliveryfeedback"];

    /// Reads the body of a queue message.
    ///
    /// # Errors
    /// [`Unreadable`] for a body that can never be delivered, whatever is configured.
    pub fn parse(body: &'a str) -> Result<Self, Unreadable> {
        let fields: Fields<'a> = serde_json::from_str(body).map_err(|_| Unreadable::NotAnObject)?;
        fields.text("requestId")?;
        let org =
            OrgId::parse(&fields.text("imsOrg")?).map_err(|_| Unreadable::Impossible("imsOrg"))?;
        let sandbox =
            SandboxName::parse(&fields.object("sandbox")?.text("name").map_err(|_| {
                Unreadable::WrongType {
                    field: "sandbox.name",
                    expected: "a string",
                }
            })?)
            .map_err(|_| Unreadable::Impossible("sandbox.name"))?;
        let channel = fields.text("channel")?;
        let campaign = fields
            .object("messageExecution")?
            .get("campaignID")
            .and_then(text);
        fields.object("identityMap")?;
        let feedback = match Self::FEEDBACK_SPELLINGS.map(|name| fields.get(name).map(|_| name)) {
            [Some(_), Some(_)] => return Err(Unreadable::FeedbackTwice),
            [_, Some(xdm)] => fields.object(xdm)?,
            [documented, None] => {
                fields.object(documented.unwrap_or(Self::FEEDBACK_SPELLINGS[0]))?
            }
        };
        let status = status(feedback.required("feedbackStatus")?)?;
        let event_id = fields.get("eventId").map(event_id).transpose()?.flatten();
        Ok(Self {
            key: ConfigKey { org, sandbox },
            event_id,
            channel,
            campaign,
            status,
            fields,
            feedback,
        })
    }
}

/// The status, given as a plain string or as `{"value": …}`.
fn status(value: &RawValue) -> Result<Cow<'_, str>, Unreadable> {
    text(value)
        .or_else(|| {
            serde_json::from_str::<Fields<'_>>(value.get())
                .ok()?
                .get("value")
                .and_then(text)
        })
        .ok_or(Unreadable::WrongType {
            field: "feedbackStatus",
            expected: "a string or an object with a value",
        })
}

/// An id that can be a header and a message attribute; null counts as absent.
fn event_id(value: &RawValue) -> Result<Option<Cow<'_, str>>, Unreadable> {
    if value.get() == "null" {
        return Ok(None);
    }
    let id = text(value).ok_or(Unreadable::WrongType {
        field: "eventId",
        expected: "a string",
    })?;
    let legal = (1..=EVENT_ID_MAX_BYTES).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_graphic());
    legal
        .then_some(Some(id))
        .ok_or(Unreadable::Impossible("eventId"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENT: &str = r#"{
        "eventId": "e-1", "requestId": "r", "imsOrg": "org", "sandbox": {"id": "x", "name": "prod"}, "channel": "email",
        "messageExecution": {"campaignID": "c"}, "messageDeliveryFeedback": {"feedbackStatus": "sent", "n": 1e400},
        "identityMap": {}, "unknown": [1.00]
    }"#;

    #[test]
    fn what_decisions_need_is_read_and_the_rest_is_kept() {
        let event = FeedbackEvent::parse(EVENT).unwrap();
        assert_eq!(
            (event.key.org.as_str(), event.key.sandbox.as_str()),
            ("org", "prod")
        );
        assert_eq!(
            (&*event.channel, &*event.status, event.campaign.as_deref()),
            ("email", "sent", Some("c"))
        );
        assert_eq!(event.event_id.as_deref(), Some("e-1"));
        assert_eq!(
            event.fields.get("unknown").map(RawValue::get),
            Some("[1.00]")
        );
        assert_eq!(event.feedback.get("n").map(RawValue::get), Some("1e400"));
    }

    #[test]
    fn either_form_of_the_status_and_either_spelling_of_the_feedback_is_read() {
        let object = EVENT.replace(r#""sent""#, r#"{"value": "delay", "note": null}"#);
        assert_eq!(FeedbackEvent::parse(&object).unwrap().status, "delay");
        let xdm = EVENT.replace("messageDeliveryFeedback", "messageDeliveryfeedback");
        assert_eq!(FeedbackEvent::parse(&xdm).unwrap().status, "sent");
    }

    #[test]
    fn what_is_wrong_with_a_message_is_named() {
        let wrong_type = |field, expected| Unreadable::WrongType { field, expected };
        let object = "an object with distinct members";
        for (from, to, reason) in [
            (EVENT, "", Unreadable::NotAnObject),
            (EVENT, "garbage", Unreadable::NotAnObject),
            (EVENT, "[1]", Unreadable::NotAnObject),
            (EVENT, "null", Unreadable::NotAnObject),
            (r#""unknown""#, r#""channel""#, Unreadable::NotAnObject),
            (r#""unknown""#, r#""\u0063hannel""#, Unreadable::NotAnObject),
            (r#""requestId": "r","#, "", Unreadable::Missing("requestId")),
            (
                r#""requestId": "r""#,
                r#""requestId": 7"#,
                wrong_type("requestId", "a string"),
            ),
            (
                r#""imsOrg": "org""#,
                r#""imsOrg": """#,
                Unreadable::Impossible("imsOrg"),
            ),
            (
                r#"{"id": "x", "name": "prod"}"#,
                "null",
                wrong_type("sandbox", object),
            ),
            (
                r#""name": "prod""#,
                r#""name": null"#,
                wrong_type("sandbox.name", "a string"),
            ),
            (
                r#""name": "prod""#,
                r#""name": "Prod""#,
                Unreadable::Impossible("sandbox.name"),
            ),
            (r#""channel": "email","#, "", Unreadable::Missing("channel")),
            (
                r#"{"campaignID": "c"}"#,
                "[]",
                wrong_type("messageExecution", object),
            ),
            (
                r#""identityMap": {}"#,
                r#""identityMap": [{}]"#,
                wrong_type("identityMap", object),
            ),
            (
                "messageDeliveryFeedback",
                "feedback",
                Unreadable::Missing("messageDeliveryFeedback"),
            ),
            (
                r#""unknown": [1.00]"#,
                r#""messageDeliveryfeedback": {}"#,
                Unreadable::FeedbackTwice,
            ),
            (
                r#""feedbackStatus": "sent","#,
                "",
                Unreadable::Missing("feedbackStatus"),
            ),
            (
                r#""sent""#,
                "7",
                wrong_type("feedbackStatus", "a string or an object with a value"),
            ),
            (r#""e-1""#, "7", wrong_type("eventId", "a string")),
            (r#""e-1""#, r#""a\r\nb""#, Unreadable::Impossible("eventId")),
        ] {
            let body = EVENT.replace(from, to);
            assert_ne!(body, EVENT, "the case {from} does not apply");
            assert_eq!(
                FeedbackEvent::parse(&body).unwrap_err(),
                reason,
                "{from} -> {to}"
            );
        }
    }

    #[test]
    fn an_event_without_id_is_read() {
        for to in ["", r#""eventId": null,"#] {
            let body = EVENT.replace(r#""eventId": "e-1","#, to);
            assert_eq!(FeedbackEvent::parse(&body).unwrap().event_id, None);
        }
    }
}
