//! What the function is invoked with: a batch of a queue, or an operation that the configuration API asks for.

use operations::Operation;
use serde::{
    Deserializer as _,
    de::{Error, IgnoredAny, MapAccess, Visitor},
};
use serde_json::{Map, Value};

use crate::message::Batch;

/// An invocation's payload.
pub enum Invocation {
    /// A batch of the feedback or the retry queue.
    Batch(Batch),
    /// An operation.
    Operation(Box<Operation>),
}

impl Invocation {
    /// Reads a payload.
    ///
    /// # Errors
    /// For what is neither, in words that repeat no value.
    pub fn read(payload: &str) -> Result<Self, serde_json::Error> {
        let mut deserializer = serde_json::Deserializer::from_str(payload);
        let bytes = payload.len();
        let invocation = deserializer.deserialize_map(Members { bytes })?;
        deserializer.end()?;
        Ok(invocation)
    }
}

/// A batch is read as it comes; only the rare operation is kept in memory as a whole to be told from others.
struct Members {
    /// How many bytes there are in all.
    bytes: usize,
}

impl<'de> Visitor<'de> for Members {
    type Value = Invocation;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a batch of SQS or an operation")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut others = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            if name == "Records" {
                let mut batch = Batch::with_room(self.bytes);
                map.next_value_seed(&mut batch)?;
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                return Ok(Invocation::Batch(batch));
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
    use super::*;

    #[test]
    fn batches_and_operations_are_told_apart() {
        let batch = r#"{"Records": [{"messageId": "m", "body": "{}"}], "Other": 1}"#;
        let Ok(Invocation::Batch(batch)) = Invocation::read(batch) else {
            panic!("a batch");
        };
        assert_eq!(batch.messages().len(), 1);
        let operation = r#"{"operation": "test-event", "webhook": {}}"#;
        assert!(matches!(
            Invocation::read(operation),
            Ok(Invocation::Operation(_))
        ));
    }

    #[test]
    fn anything_else_is_an_error_that_repeats_nothing() {
        for payload in ["{}", r#"{"operation": "secret"}"#, r#"["secret"]"#] {
            let error = Invocation::read(payload).err().unwrap();
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }
}
