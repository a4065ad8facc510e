//! What the function is invoked with: a batch of a queue, or an operation that the configuration API asks for.

use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use operations::Operation;
use serde::{
    Deserialize, Deserializer,
    de::{Error, IgnoredAny, MapAccess, Visitor},
};
use serde_json::{Map, Value};

/// An invocation's payload.
pub enum Invocation {
    /// A batch of the feedback or the retry queue.
    Batch(SqsEvent),
    /// An operation.
    Operation(Box<Operation>),
}

impl<'de> Deserialize<'de> for Invocation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

/// A batch is read as it comes; only the rare operation is kept in memory as a whole to be told from others.
struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Invocation;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a batch of SQS or an operation")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Invocation, A::Error> {
        let mut others = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            if name == "Records" {
                let mut event = SqsEvent::default();
                event.records = map.next_value::<Vec<SqsMessage>>()?;
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                return Ok(Invocation::Batch(event));
            }
            others.insert(name, map.next_value()?);
        }
        // The message names what is missing, and repeats no value.
        serde_json::from_value(Value::Object(others))
            .map(|operation| Invocation::Operation(Box::new(operation)))
            .map_err(|_| A::Error::custom("neither a batch of SQS nor an operation"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn batches_and_operations_are_told_apart() {
        let batch = json!({"Records": [{"messageId": "m", "body": "{}"}]});
        let Ok(Invocation::Batch(event)) = serde_json::from_value(batch) else {
            panic!("a batch");
        };
        assert_eq!(event.records.len(), 1);
        let operation = json!({"operation": "test-event", "webhook": {}});
        assert!(matches!(
            serde_json::from_value(operation),
            Ok(Invocation::Operation(_))
        ));
    }

    #[test]
    fn anything_else_is_an_error_that_repeats_nothing() {
        for payload in [json!({}), json!({"operation": "secret"}), json!(["secret"])] {
            let error = serde_json::from_value::<Invocation>(payload).err().unwrap();
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }
}
