//! A batch as Lambda hands it over, as far as it is read, and what Lambda is answered (AWS Lambda Developer Guide, "Using
//! Lambda with Amazon SQS").
//!
//! Texts are borrowed from the invocation's payload where they have no escapes. The crate of all of Lambda's events copies
//! each of a message's twelve members; reading a batch with it took longer than formatting its payloads.

use std::{
    borrow::{Borrow, Cow},
    collections::HashMap,
};

use serde::{Deserialize, Serialize};

/// The messages of one invocation.
#[derive(Debug, Default, Deserialize)]
pub struct Batch<'a> {
    /// In the order of the queue, as far as it has one.
    #[serde(borrow, rename = "Records")]
    pub records: Vec<Message<'a>>,
}

/// A message of SQS. Lambda may write null for whatever there is none of.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Message<'a> {
    #[serde(borrow)]
    message_id: Option<Text<'a>>,
    #[serde(borrow)]
    body: Option<Text<'a>>,
    #[serde(borrow)]
    attributes: Option<SystemAttributes<'a>>,
    #[serde(borrow)]
    message_attributes: Option<HashMap<Text<'a>, MessageAttribute<'a>>>,
}

/// What SQS itself says of a message.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct SystemAttributes<'a> {
    #[serde(borrow)]
    message_group_id: Option<Text<'a>>,
}

/// What a sender says of a message.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct MessageAttribute<'a> {
    #[serde(borrow)]
    string_value: Option<Text<'a>>,
}

/// Borrowed unless it has escapes; an optional `Cow` would always be owned.
#[derive(Debug, PartialEq, Eq, Hash, Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl Borrow<str> for Text<'_> {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl Message<'_> {
    /// The queue's id of the message; a blank one counts as none.
    pub fn id(&self) -> Option<&str> {
        text(&self.message_id).filter(|id| !id.trim().is_empty())
    }

    /// The body; empty where there is none.
    pub fn body(&self) -> &str {
        text(&self.body).unwrap_or_default()
    }

    /// The `MessageGroupId`.
    pub fn group_id(&self) -> Option<&str> {
        text(&self.attributes.as_ref()?.message_group_id)
    }

    /// The text of the attribute with this name.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        text(&self.message_attributes.as_ref()?.get(name)?.string_value)
    }
}

fn text<'m>(text: &'m Option<Text<'_>>) -> Option<&'m str> {
    text.as_ref().map(|Text(text)| text.as_ref())
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
        let batch: Batch<'_> = serde_json::from_str(batch).unwrap();
        let message = &batch.records[0];
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
            let message: Message<'_> = serde_json::from_str(message).unwrap();
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
