//! A batch as Lambda hands it over, as far as it is read, and what Lambda is answered (AWS Lambda Developer Guide, "Using
//! Lambda with Amazon SQS").
//!
//! The texts of all messages lie together, so that a batch takes one allocation for them, and the payload can be given back
//! before anything is sent. The crate of all of Lambda's events copies each of a message's twelve members; reading a batch
//! with it took longer than formatting its payloads.

use std::{borrow::Cow, fmt, ops::Range};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor},
};

/// The messages of one invocation.
#[derive(Debug, Default)]
pub struct Batch {
    texts: String,
    messages: Vec<Parts>,
}

/// Where in the texts of its batch those of a message are.
#[derive(Debug, Default)]
struct Parts {
    id: Option<Range<usize>>,
    body: Option<Range<usize>>,
    group_id: Option<Range<usize>>,
    attributes: Vec<(Range<usize>, Range<usize>)>,
}

/// A message of SQS.
#[derive(Debug, Clone, Copy)]
pub struct Message<'a> {
    texts: &'a str,
    parts: &'a Parts,
}

impl Batch {
    /// A batch whose texts need so many bytes at most.
    pub(crate) fn with_room(bytes: usize) -> Self {
        Self {
            texts: String::with_capacity(bytes),
            messages: Vec::new(),
        }
    }

    /// In the order of the queue, as far as it has one.
    pub fn messages(&self) -> impl ExactSizeIterator<Item = Message<'_>> {
        let texts = self.texts.as_str();
        self.messages
            .iter()
            .map(move |parts| Message { texts, parts })
    }
}

impl<'a> Message<'a> {
    /// The queue's id of the message; a blank one counts as none.
    pub fn id(self) -> Option<&'a str> {
        self.text(self.parts.id.as_ref())
            .filter(|id| !id.trim().is_empty())
    }

    /// The body; empty where there is none.
    pub fn body(self) -> &'a str {
        self.text(self.parts.body.as_ref()).unwrap_or_default()
    }

    /// The `MessageGroupId`.
    pub fn group_id(self) -> Option<&'a str> {
        self.text(self.parts.group_id.as_ref())
    }

    /// The text of the attribute with this name.
    pub fn attribute(self, name: &str) -> Option<&'a str> {
        let mut attributes = self.parts.attributes.iter();
        let (_, value) =
            attributes.find(|(candidate, _)| self.text(Some(candidate)) == Some(name))?;
        self.text(Some(value))
    }

    fn text(self, at: Option<&Range<usize>>) -> Option<&'a str> {
        self.texts.get(at?.clone())
    }
}

/// Adds the messages of an array to a batch.
impl<'de> DeserializeSeed<'de> for &mut Batch {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for &mut Batch {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the messages of a batch")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Batch { texts, messages } = self;
        loop {
            let mut parts = Parts::default();
            let message = ReadMessage {
                texts,
                parts: &mut parts,
            };
            if seq.next_element_seed(Object(message))?.is_none() {
                return Ok(());
            }
            messages.push(parts);
        }
    }
}

/// Reads the value of a member of an object.
trait ReadMember {
    fn read<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error>;
}

/// Reads an object's members one after the other. Lambda may write null for whatever there is none of.
struct Object<R>(R);

impl<'de, R: ReadMember> DeserializeSeed<'de> for Object<R> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, R: ReadMember> Visitor<'de> for Object<R> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        /// Borrowed unless it has escapes.
        #[derive(Deserialize)]
        struct Name<'a>(#[serde(borrow)] Cow<'a, str>);
        while let Some(Name(name)) = map.next_key()? {
            self.0.read(&name, &mut map)?;
        }
        Ok(())
    }
}

struct ReadMessage<'r> {
    texts: &'r mut String,
    parts: &'r mut Parts,
}

impl ReadMember for ReadMessage<'_> {
    fn read<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        let Self { texts, parts } = self;
        match name {
            "messageId" => parts.id = map.next_value_seed(Text(texts))?,
            "body" => parts.body = map.next_value_seed(Text(texts))?,
            "attributes" => map.next_value_seed(Object(ReadText {
                texts,
                name: "MessageGroupId",
                text: &mut parts.group_id,
            }))?,
            "messageAttributes" => map.next_value_seed(Object(ReadAttributes {
                texts,
                attributes: &mut parts.attributes,
            }))?,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }
}

/// What a sender says of a message, by name.
struct ReadAttributes<'r> {
    texts: &'r mut String,
    attributes: &'r mut Vec<(Range<usize>, Range<usize>)>,
}

impl ReadMember for ReadAttributes<'_> {
    fn read<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        let mut value = None;
        map.next_value_seed(Object(ReadText {
            texts: self.texts,
            name: "stringValue",
            text: &mut value,
        }))?;
        // A binary one has no text.
        if let Some(value) = value {
            self.attributes.push((push(self.texts, name), value));
        }
        Ok(())
    }
}

/// The text of one member.
struct ReadText<'r> {
    texts: &'r mut String,
    name: &'static str,
    text: &'r mut Option<Range<usize>>,
}

impl ReadMember for ReadText<'_> {
    fn read<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        if name == self.name {
            *self.text = map.next_value_seed(Text(self.texts))?;
        } else {
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}

/// Adds a text to the others; null is none.
struct Text<'r>(&'r mut String);

impl<'de> DeserializeSeed<'de> for Text<'_> {
    type Value = Option<Range<usize>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Visitor<'_> for Text<'_> {
    type Value = Option<Range<usize>>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text")
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(push(self.0, text)))
    }
}

fn push(texts: &mut String, text: &str) -> Range<usize> {
    let start = texts.len();
    texts.push_str(text);
    start..texts.len()
}

/// What Lambda is answered: which messages stay on their queue.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchResponse {
    /// One for each such message.
    pub batch_item_failures: Vec<BatchItemFailure>,
}

/// A message that stays on its queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct BatchItemFailure {
    /// The queue's id of the message.
    pub item_identifier: String,
}

impl BatchResponse {
    /// Leaves a message on its queue.
    pub fn add_failure(&mut self, message_id: impl Into<String>) {
        self.batch_item_failures.push(BatchItemFailure {
            item_identifier: message_id.into(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invocation::Invocation;

    fn read(payload: &str) -> Batch {
        match Invocation::read(payload).unwrap() {
            Invocation::Batch(batch) => batch,
            Invocation::Operation(_) => panic!("a batch"),
        }
    }

    #[test]
    fn a_message_is_read_as_lambda_documents_it() {
        let batch = r#"{"Records": [{
            "messageId": "059f36b4-87a3-44ab-83d2-661975830a7d", "receiptHandle": "AQEB", "body": "{\"a\": 1}",
            "attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1545082649183", "MessageGroupId": "g"},
            "messageAttributes": {"Attempts": {
                "stringValue": "3", "stringListValues": [], "binaryListValues": [], "dataType": "Number"
            }},
            "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3", "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:us-east-2:123456789012:my-queue", "awsRegion": "us-east-2"
        }]}"#;
        let batch = read(batch);
        let message = batch.messages().next().unwrap();
        assert_eq!(message.id(), Some("059f36b4-87a3-44ab-83d2-661975830a7d"));
        assert_eq!(message.body(), r#"{"a": 1}"#);
        assert_eq!(message.group_id(), Some("g"));
        assert_eq!(message.attribute("Attempts"), Some("3"));
        assert_eq!(message.attribute("Other"), None);
    }

    #[test]
    fn whatever_there_is_none_of_may_be_null_or_missing() {
        for message in [
            "{}",
            r#"{"messageId": null, "body": null, "attributes": null, "messageAttributes": null}"#,
            r#"{"messageId": " ", "attributes": {}, "messageAttributes": {"Attempts": {"stringValue": null}}}"#,
        ] {
            let batch = read(&format!(r#"{{"Records": [{message}]}}"#));
            let message = batch.messages().next().unwrap();
            assert_eq!((message.id(), message.body()), (None, ""));
            assert_eq!(
                (message.group_id(), message.attribute("Attempts")),
                (None, None)
            );
        }
    }

    #[test]
    fn the_answer_names_what_stays() {
        let mut response = BatchResponse::default();
        response.add_failure("m-1");
        assert_eq!(
            serde_json::to_string(&response).unwrap(),
            r#"{"batchItemFailures":[{"itemIdentifier":"m-1"}]}"#
        );
    }
}
