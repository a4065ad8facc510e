//! The body that an endpoint receives, made from a feedback event. Pure, and the same bytes at every attempt.
//!
//! Values are passed on as the bytes that came: no number, escape or unknown field changes on the way.

use crate::event::FeedbackEvent;

/// The payload's documented fields in their order; unknown ones follow.
const FIELDS: [&str; 9] = [
    "requestId",
    "imsOrg",
    "sandbox",
    "channel",
    "eventType",
    "channelContext",
    "messageExecution",
    "messageDeliveryFeedback",
    "identityMap",
];
/// Fields that are the queue's own, and XDM's spelling of the feedback, which is written in the documented one.
const NOT_PASSED_ON: [&str; 3] = ["eventId", "occurredAt", "messageDeliveryfeedback"];

/// The feedback's documented fields in their order; unknown ones follow. A field that the event does not have is
/// written as null where the product's own examples have it.
const FEEDBACK_FIELDS: [(&str, WithoutValue); 10] = [
    ("feedbackStatus", WithoutValue::Null),
    ("offers", WithoutValue::Null),
    ("messageExclusion", WithoutValue::Null),
    ("messageFailure", WithoutValue::Null),
    ("retryCount", WithoutValue::Null),
    ("responseCode", WithoutValue::NullForSms),
    ("responseDurationMillis", WithoutValue::NullForSms),
    ("encoding", WithoutValue::Null),
    ("numberOfMessageParts", WithoutValue::Null),
    ("deliveryTimestamp", WithoutValue::Null),
];

/// How a field without a value is written.
#[derive(Clone, Copy)]
enum WithoutValue {
    /// As null.
    Null,
    /// As null in SMS feedback, not at all elsewhere.
    NullForSms,
}

/// What a payload may have that its event has not, in bytes: the status's object, and nulls.
const ADDED_MAX_BYTES: usize = 512;

/// The payload of an event as JSON.
pub fn payload(event: &FeedbackEvent<'_>) -> Vec<u8> {
    let size: usize = event
        .fields
        .iter()
        .map(|(name, value)| name.len() + value.get().len() + 4)
        .sum();
    let mut object = Object::begin(Vec::with_capacity(size + ADDED_MAX_BYTES));
    for name in FIELDS {
        match (name, event.fields.get(name)) {
            ("eventType", _) => object.member(name, r#""message.feedback""#),
            ("messageDeliveryFeedback", _) => object.object(name, |inner| feedback(event, inner)),
            (_, Some(value)) => object.member(name, value.get()),
            (_, None) => {}
        }
    }
    for (name, value) in event.fields.iter() {
        if !FIELDS.contains(&name) && !NOT_PASSED_ON.contains(&name) {
            object.member(name, value.get());
        }
    }
    object.end()
}

fn feedback(event: &FeedbackEvent<'_>, object: &mut Object) {
    for (name, without_value) in FEEDBACK_FIELDS {
        match (name, event.feedback.get(name), without_value) {
            // One that came as an object has its form already.
            ("feedbackStatus", Some(status), _) if !status.get().starts_with('{') => {
                object.object(name, |inner| inner.member("value", status.get()));
            }
            (_, Some(value), _) => object.member(name, value.get()),
            (_, None, WithoutValue::NullForSms) if event.channel != "sms" => {}
            (_, None, _) => object.member(name, "null"),
        }
    }
    for (name, value) in event.feedback.iter() {
        if !FEEDBACK_FIELDS.iter().any(|(known, _)| *known == name) {
            object.member(name, value.get());
        }
    }
}

/// A JSON object that is being written.
struct Object {
    json: Vec<u8>,
    is_empty: bool,
}

impl Object {
    fn begin(mut json: Vec<u8>) -> Self {
        json.push(b'{');
        Self {
            json,
            is_empty: true,
        }
    }

    fn member(&mut self, name: &str, value: &str) {
        self.name(name);
        self.json.extend_from_slice(value.as_bytes());
    }

    fn object(&mut self, name: &str, members: impl FnOnce(&mut Self)) {
        self.name(name);
        let mut inner = Self::begin(std::mem::take(&mut self.json));
        members(&mut inner);
        self.json = inner.end();
    }

    fn name(&mut self, name: &str) {
        if !std::mem::take(&mut self.is_empty) {
            self.json.push(b',');
        }
        let is_plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
        // Without a way out, the loop looks at many bytes at once.
        if name.bytes().fold(true, |all, byte| all & is_plain(byte)) {
            self.json.push(b'"');
            self.json.extend_from_slice(name.as_bytes());
            self.json.push(b'"');
        } else {
            serde_json::to_writer(&mut self.json, name).expect("texts can be written to memory");
        }
        self.json.push(b':');
    }

    fn end(mut self) -> Vec<u8> {
        self.json.push(b'}');
        self.json
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    const SAMPLES: [&str; 2] = [
        include_str!("../../../tests/samples/payload-email-bounce.json"),
        include_str!("../../../tests/samples/payload-sms-delivered.json"),
    ];

    fn formatted(body: &str) -> String {
        String::from_utf8(payload(&FeedbackEvent::parse(body).unwrap())).unwrap()
    }

    fn json(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    /// The names of all members of all objects, in the order in which they are written.
    fn names(text: &str) -> Vec<String> {
        fn collect(text: &str, names: &mut Vec<String>) {
            if let Ok(object) = serde_json::from_str::<crate::event::Fields<'_>>(text) {
                for (name, value) in object.iter() {
                    names.push(name.to_owned());
                    collect(value.get(), names);
                }
            }
        }
        let mut collected = Vec::new();
        collect(text, &mut collected);
        collected
    }

    #[test]
    fn the_samples_come_out_as_documented() {
        for sample in SAMPLES {
            let event = sample.replace(r#""eventType": "message.feedback","#, "");
            assert_ne!(event, sample);
            assert_eq!(json(&formatted(&event)), json(sample));
            assert_eq!(names(&formatted(&event)), names(sample));
        }
    }

    #[test]
    fn the_order_does_not_depend_on_the_event() {
        let event = r#"{"identityMap":{},"messageDeliveryFeedback":{"retryCount":1,"feedbackStatus":"sent"},
            "messageExecution":{},"channel":"email","sandbox":{"name":"prod"},"imsOrg":"o","requestId":"r"}"#;
        assert_eq!(
            formatted(event),
            r#"{"requestId":"r","imsOrg":"o","sandbox":{"name":"prod"},"channel":"email","eventType":"message.feedback","messageExecution":{},"messageDeliveryFeedback":{"feedbackStatus":{"value":"sent"},"offers":null,"messageExclusion":null,"messageFailure":null,"retryCount":1,"encoding":null,"numberOfMessageParts":null,"deliveryTimestamp":null},"identityMap":{}}"#
        );
    }

    #[test]
    fn unknown_fields_numbers_and_escapes_are_passed_on_as_they_came() {
        let event = r#"{"zeta":1.0e+400,"requestId":"\u00e5","imsOrg":"o","sandbox":{"name":"prod","x":[ ]},"channel":"sms",
            "eventId":"e","occurredAt":"t","eventType":"theirs","messageExecution":{},"channelContext":null,
            "messageDeliveryfeedback":{"new":{"a": 1},"feedbackStatus":{"value":"delay","detail":12345678901234567890123}},
            "identityMap":{"Phone":[]},"alpha":"\ud800"}"#;
        assert_eq!(
            formatted(event),
            r#"{"requestId":"\u00e5","imsOrg":"o","sandbox":{"name":"prod","x":[ ]},"channel":"sms","eventType":"message.feedback","channelContext":null,"messageExecution":{},"messageDeliveryFeedback":{"feedbackStatus":{"value":"delay","detail":12345678901234567890123},"offers":null,"messageExclusion":null,"messageFailure":null,"retryCount":null,"responseCode":null,"responseDurationMillis":null,"encoding":null,"numberOfMessageParts":null,"deliveryTimestamp":null,"new":{"a": 1}},"identityMap":{"Phone":[]},"zeta":1.0e+400,"alpha":"\ud800"}"#
        );
    }

    proptest! {
        #[test]
        fn every_unknown_field_arrives(name in "\\PC*", value in "\\PC*", number in any::<i64>()) {
            prop_assume!(!FIELDS.contains(&&*name) && !NOT_PASSED_ON.contains(&&*name));
            let mut event = json!({
                "requestId": "r", "imsOrg": "o", "sandbox": {"name": "prod"}, "channel": "email", "messageExecution": {},
                "messageDeliveryFeedback": {"feedbackStatus": "sent"}, "identityMap": {},
            });
            event[&name] = json!([value, number, {value.clone(): null}]);
            prop_assert_eq!(&json(&formatted(&event.to_string()))[&name], &event[&name]);
        }
    }
}
