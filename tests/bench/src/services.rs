//! The AWS services: DynamoDB is dynoxide in this process, KMS and SQS are stand-ins that answer as the services do and
//! keep nothing, and Lambda invokes a function that the benchmark runs. They know the services' protocols (AWS JSON 1.0
//! and 1.1, and of Lambda its path), but nothing of the functions. Calls are counted.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context, Result};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use driver::{
    environment::{Answer, Environment},
    server::{Closed, Reply, answer},
};
use dynoxide::{Database, DynoxideError, types::Item};
use http::{HeaderValue, Request, StatusCode, header::CONTENT_TYPE};
use hyper::body::Bytes;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

/// The table of webhooks and switches.
pub const CONFIGURATIONS: &str = "configurations";
/// The table of the endpoints' health.
pub const FINDINGS: &str = "findings";

/// Longest time of an invocation that the configuration API waits for.
const INVOCATION_MAX: Duration = Duration::from_secs(20);

/// Answers the calls of both functions.
pub struct Services {
    database: Database,
    calls: Mutex<BTreeMap<String, u64>>,
    /// The function that Lambda invokes, whatever its name.
    function: tokio::sync::Mutex<Option<Environment>>,
}

impl std::fmt::Debug for Services {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Services")
    }
}

impl Services {
    /// Empty tables, as the template has them.
    ///
    /// # Errors
    /// Where the database refuses.
    pub fn new() -> Result<Self> {
        let database = Database::memory()?;
        for table in [CONFIGURATIONS, FINDINGS] {
            let request = json!({
                "TableName": table,
                "BillingMode": "PAY_PER_REQUEST",
                "AttributeDefinitions": [
                    {"AttributeName": "pk", "AttributeType": "S"},
                    {"AttributeName": "sk", "AttributeType": "S"},
                ],
                "KeySchema": [
                    {"AttributeName": "pk", "KeyType": "HASH"},
                    {"AttributeName": "sk", "KeyType": "RANGE"},
                ],
            });
            database.create_table(serde_json::from_value(request)?)?;
        }
        Ok(Self {
            database,
            calls: Mutex::default(),
            function: tokio::sync::Mutex::default(),
        })
    }

    /// The stored webhook of an organisation's sandbox.
    ///
    /// # Errors
    /// Where there is none.
    pub fn webhook(&self, org: &str, sandbox: &str) -> Result<Item> {
        let request = json!({
            "TableName": CONFIGURATIONS,
            "Key": {"pk": {"S": org}, "sk": {"S": format!("webhook#{sandbox}")}},
        });
        let found = self.database.get_item(serde_json::from_value(request)?)?;
        found.item.context("there is no such webhook")
    }

    /// Stores an item.
    ///
    /// # Errors
    /// Where the database refuses.
    pub fn put(&self, item: &Item) -> Result<()> {
        let request = json!({"TableName": CONFIGURATIONS, "Item": item});
        self.database.put_item(serde_json::from_value(request)?)?;
        Ok(())
    }

    /// Has Lambda invoke this function from now on; the one before it is returned.
    pub async fn invoke_with(&self, function: Option<Environment>) -> Option<Environment> {
        std::mem::replace(&mut *self.function.lock().await, function)
    }

    /// How often each operation was called since this was asked last.
    pub fn take_calls(&self) -> BTreeMap<String, u64> {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *calls)
    }

    fn count(&self, operation: &str) {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        *calls.entry(operation.to_owned()).or_default() += 1;
    }

    /// Answers a call.
    ///
    /// # Errors
    /// [`Closed`] where the function that was invoked gives no answer.
    pub async fn handle(&self, request: Request<Bytes>) -> Reply {
        let path = request.uri().path();
        if path.starts_with("/2015-03-31/functions/") && path.ends_with("/invocations") {
            return self.invoke(request.into_body()).await;
        }
        let target = request.headers().get("x-amz-target");
        let target = target.and_then(|target| target.to_str().ok());
        let (service, operation) = target
            .unwrap_or_default()
            .split_once('.')
            .unwrap_or_default();
        self.count(operation);
        let input = request.body();
        let (status, body) = match (service, operation) {
            ("AmazonSQS", "SendMessage") => with_json(input, send_message),
            ("AmazonSQS", "SendMessageBatch") => with_json(input, send_message_batch),
            ("TrentService", "Encrypt") => with_json(input, encrypt),
            ("TrentService", "Decrypt") => with_json(input, decrypt),
            (_, operation) => self.database(operation, input),
        };
        let mut reply = answer(status, body);
        let json = HeaderValue::from_static("application/x-amz-json-1.0");
        reply.headers_mut().insert(CONTENT_TYPE, json);
        Ok(reply)
    }

    async fn invoke(&self, payload: Bytes) -> Reply {
        let mut function = self.function.lock().await;
        let function = function.as_mut().ok_or(Closed)?;
        match function.invoke(payload, INVOCATION_MAX).await {
            Answer::Response(body) => Ok(answer(StatusCode::OK, body)),
            Answer::Error(_) | Answer::Crashed | Answer::TimedOut => Err(Closed),
        }
    }

    fn database(&self, operation: &str, input: &[u8]) -> (StatusCode, Vec<u8>) {
        let database = &self.database;
        match operation {
            "BatchGetItem" => call(input, |request| database.batch_get_item(request)),
            "BatchWriteItem" => call(input, |request| database.batch_write_item(request)),
            "DeleteItem" => call(input, |request| database.delete_item(request)),
            "GetItem" => call(input, |request| database.get_item(request)),
            "PutItem" => call(input, |request| database.put_item(request)),
            "Query" => call(input, |request| database.query(request)),
            "TransactWriteItems" => call(input, |request| database.transact_write_items(request)),
            "UpdateItem" => call(input, |request| database.update_item(request)),
            _ => refusal("UnknownOperationException"),
        }
    }
}

fn call<I: DeserializeOwned, O: Serialize>(
    input: &[u8],
    method: impl FnOnce(I) -> Result<O, DynoxideError>,
) -> (StatusCode, Vec<u8>) {
    let Ok(request) = serde_json::from_slice(input) else {
        return refusal("SerializationException");
    };
    match method(request) {
        Ok(output) => match serde_json::to_vec(&output) {
            Ok(body) => (StatusCode::OK, body),
            Err(_) => refusal("InternalServerError"),
        },
        Err(error) => {
            let status = StatusCode::from_u16(error.status_code());
            let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            (status, error.to_json().into_bytes())
        }
    }
}

fn with_json(
    input: &[u8],
    operation: impl FnOnce(&Value) -> Option<Value>,
) -> (StatusCode, Vec<u8>) {
    let input = serde_json::from_slice(input).unwrap_or_default();
    match operation(&input) {
        Some(output) => (StatusCode::OK, output.to_string().into_bytes()),
        None => refusal("ValidationException"),
    }
}

fn refusal(kind: &str) -> (StatusCode, Vec<u8>) {
    let body = json!({"__type": kind, "message": kind});
    (StatusCode::BAD_REQUEST, body.to_string().into_bytes())
}

fn send_message(input: &Value) -> Option<Value> {
    let digest = md5::compute(input["MessageBody"].as_str()?);
    Some(json!({"MessageId": "sent", "MD5OfMessageBody": format!("{digest:x}")}))
}

fn send_message_batch(input: &Value) -> Option<Value> {
    let entries = input["Entries"].as_array()?;
    let confirmed: Option<Vec<Value>> = entries
        .iter()
        .map(|entry| {
            let digest = md5::compute(entry["MessageBody"].as_str()?);
            let (id, digest) = (entry["Id"].as_str()?, format!("{digest:x}"));
            Some(json!({"Id": id, "MessageId": format!("sent-{id}"), "MD5OfMessageBody": digest}))
        })
        .collect();
    Some(json!({"Successful": confirmed?, "Failed": []}))
}

/// The ciphertext is the plaintext with its context, so that another context does not open it.
fn encrypt(input: &Value) -> Option<Value> {
    let sealed = json!({"context": input["EncryptionContext"], "plaintext": input["Plaintext"]});
    let ciphertext = BASE64_STANDARD.encode(sealed.to_string());
    Some(json!({"KeyId": input["KeyId"], "CiphertextBlob": ciphertext}))
}

/// A ciphertext of `encrypt` as it would be if it had been made for another organisation.
///
/// # Errors
/// Where it is none.
pub fn sealed_for(ciphertext: &str, org: &str) -> Result<String> {
    let mut sealed: Value = serde_json::from_slice(&BASE64_STANDARD.decode(ciphertext)?)?;
    sealed["context"]["organisation"] = json!(org);
    Ok(BASE64_STANDARD.encode(sealed.to_string()))
}

fn decrypt(input: &Value) -> Option<Value> {
    let sealed = BASE64_STANDARD
        .decode(input["CiphertextBlob"].as_str()?)
        .ok()?;
    let sealed: Value = serde_json::from_slice(&sealed).ok()?;
    let is_same = sealed["context"] == input["EncryptionContext"];
    is_same.then(|| json!({"KeyId": input["KeyId"], "Plaintext": sealed["plaintext"]}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_for_one_context_is_not_opened_for_another() {
        let context = |org: &str| json!({"organisation": org});
        let sealed = encrypt(&json!({
            "KeyId": "key", "Plaintext": "c2VjcmV0", "EncryptionContext": context("a"),
        }))
        .unwrap();
        let open = |org| {
            decrypt(&json!({
                "KeyId": "key", "CiphertextBlob": sealed["CiphertextBlob"], "EncryptionContext": context(org),
            }))
        };
        assert_eq!(open("a").unwrap()["Plaintext"], "c2VjcmV0");
        assert_eq!(open("b"), None);
    }
}
