//! The AWS services within the process: each call is answered at once, without a socket. They answer what the workload
//! needs and nothing else.

use aws_smithy_runtime_api::{
    client::{
        http::{
            HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector,
            http_client_fn,
        },
        orchestrator::{HttpRequest, HttpResponse},
        result::ConnectorError,
    },
    http::StatusCode,
};
use aws_smithy_types::body::SdkBody;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::scenario::{CONFIGURATIONS, Scenario};

/// What is read of a `SendMessageBatch`: as little as possible, since this is counted, too.
#[derive(Deserialize)]
struct Batch<'a> {
    #[serde(rename = "Entries", borrow)]
    entries: Vec<Entry<'a>>,
}

#[derive(Deserialize)]
struct Entry<'a> {
    #[serde(rename = "Id")]
    id: &'a str,
}

/// Answers the calls of a scenario.
pub(crate) fn services(scenario: Scenario, secret: SecretString) -> SharedHttpClient {
    let connector = SharedHttpConnector::new(Services { scenario, secret });
    http_client_fn(move |_, _| connector.clone())
}

#[derive(Debug)]
struct Services {
    scenario: Scenario,
    secret: SecretString,
}

impl HttpConnector for Services {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let operation = target.rsplit('.').next().unwrap_or_default();
        let input = request.body().bytes().unwrap_or_default();
        let answer = self.answer(operation, input);
        HttpConnectorFuture::ready(match answer {
            Some(answer) => Ok(HttpResponse::new(
                StatusCode::try_from(200).expect("200 is a status"),
                SdkBody::from(answer.to_string()),
            )),
            None => Err(ConnectorError::user(
                format!("the workload has no answer to {target}").into(),
            )),
        })
    }
}

impl Services {
    fn answer(&self, operation: &str, input: &[u8]) -> Option<Value> {
        match operation {
            "BatchGetItem" => Some(self.items(&serde_json::from_slice(input).ok()?)),
            "Decrypt" => {
                let secret = BASE64_STANDARD.encode(self.secret.expose_secret());
                Some(json!({"KeyId": "key", "Plaintext": secret}))
            }
            "SendMessageBatch" => {
                let input: Batch<'_> = serde_json::from_slice(input).ok()?;
                let confirmed = input.entries.iter().map(
                    |entry| json!({"Id": entry.id, "MessageId": "new", "MD5OfMessageBody": ""}),
                );
                Some(json!({"Successful": confirmed.collect::<Vec<_>>(), "Failed": []}))
            }
            "BatchWriteItem" => Some(json!({"UnprocessedItems": {}})),
            "UpdateItem" => Some(json!({})),
            _ => None,
        }
    }

    /// Each tenant has a webhook; there is nothing else.
    fn items(&self, input: &Value) -> Value {
        let keys = input["RequestItems"][CONFIGURATIONS]["Keys"].as_array();
        let items = keys.into_iter().flatten().filter_map(|key| {
            let (org, sort_key) = (key["pk"]["S"].as_str()?, key["sk"]["S"].as_str()?);
            let sandbox = sort_key.strip_prefix("webhook#")?;
            Some(self.scenario.item(org, sandbox))
        });
        let items: Vec<Value> = items.collect();
        json!({"Responses": {CONFIGURATIONS: items}, "UnprocessedKeys": {}})
    }
}
