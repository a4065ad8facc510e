//! The event source mapping's part: a batch of messages as the function's event, and its answer as what stays on the
//! queue (AWS Lambda Developer Guide, "Using Lambda with Amazon SQS"). Pure.

use std::collections::HashSet;

use aws_sdk_sqs::types::Message;
use serde_json::{Map, Value, json};

/// The event for a batch.
pub fn event(messages: &[Message], queue_arn: &str, region: &str) -> String {
    let records = messages.iter().map(|message| {
        let attributes = message.attributes.iter().flatten();
        let attributes: Map<String, Value> = attributes
            .map(|(name, value)| (name.as_str().to_owned(), json!(value)))
            .collect();
        let message_attributes = message.message_attributes.iter().flatten();
        let message_attributes: Map<String, Value> = message_attributes
            .map(|(name, value)| {
                let value = json!({
                    "stringValue": value.string_value,
                    "stringListValues": [],
                    "binaryListValues": [],
                    "dataType": value.data_type,
                });
                (name.clone(), value)
            })
            .collect();
        json!({
            "messageId": message.message_id,
            "receiptHandle": message.receipt_handle,
            "body": message.body,
            "attributes": attributes,
            "messageAttributes": message_attributes,
            "md5OfBody": message.md5_of_body,
            "eventSource": "aws:sqs",
            "eventSourceARN": queue_arn,
            "awsRegion": region,
        })
    });
    json!({"Records": records.collect::<Vec<_>>()}).to_string()
}

/// The messages that the function's answer acknowledges: all but the failed ones, and none if the answer is of another
/// form, or names a message that was not in the batch.
pub fn acknowledged<'m>(messages: &'m [Message], answer: &[u8]) -> Vec<&'m Message> {
    let Some(failed) = failed(answer) else {
        return Vec::new();
    };
    let ids: HashSet<&str> = messages
        .iter()
        .filter_map(|message| message.message_id())
        .collect();
    if !failed.iter().all(|id| ids.contains(id.as_str())) {
        return Vec::new();
    }
    let is_acknowledged =
        |message: &&Message| message.message_id().is_some_and(|id| !failed.contains(id));
    messages.iter().filter(is_acknowledged).collect()
}

fn failed(answer: &[u8]) -> Option<HashSet<String>> {
    let answer: Value = serde_json::from_slice(answer).ok()?;
    let failures = answer.get("batchItemFailures")?.as_array()?;
    let ids = failures
        .iter()
        .map(|failure| Some(failure["itemIdentifier"].as_str()?.to_owned()));
    ids.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn acknowledged_ids(answer: &str) -> Vec<String> {
        let message = |id: &str| Message::builder().message_id(id).build();
        let messages = [message("a"), message("b")];
        let kept = acknowledged(&messages, answer.as_bytes());
        kept.into_iter()
            .filter_map(|message| message.message_id.clone())
            .collect()
    }

    #[test]
    fn what_the_function_does_not_name_is_acknowledged() {
        let answer = r#"{"batchItemFailures": [{"itemIdentifier": "a"}]}"#;
        assert_eq!(acknowledged_ids(answer), ["b"]);
        assert_eq!(acknowledged_ids(r#"{"batchItemFailures": []}"#), ["a", "b"]);
    }

    #[test]
    fn an_answer_that_makes_no_sense_acknowledges_nothing() {
        for answer in [
            "",
            "null",
            r#"{"batchItemFailures": [{"itemIdentifier": ""}]}"#,
            r#"{"batchItemFailures": [{"itemIdentifier": "c"}]}"#,
            r#"{"batchItemFailures": [{}]}"#,
        ] {
            assert_eq!(acknowledged_ids(answer), Vec::<String>::new(), "{answer}");
        }
    }
}
