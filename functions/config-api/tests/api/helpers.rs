//! The API under test and the requests that tests send.

use std::sync::{Arc, Mutex};

use aws_sdk_kms::{operation::encrypt::EncryptOutput, primitives::Blob};
use aws_sdk_lambda::operation::invoke::InvokeOutput;
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use config_api::{
    App, Store, access::AccessRules, delivery_function::DeliveryFunction, gateway::GatewayEvent,
    router,
};
use config_store::MemoryStore;
use domain::endpoint::EndpointPolicy;
use lambda_http::{Adapter, Context, LambdaEvent, Service as _};
use secrets::Sealer;
use serde_json::{Value, json};

/// An ES256 key would do as well; the shortest legal HS256 secret keeps requests readable.
pub(crate) const SECRET: &str = "0123456789abcdef0123456789abcdef";

/// Plaintexts that were encrypted, each with its organisation and sandbox.
pub(crate) type Encrypted = Arc<Mutex<Vec<(String, String, String)>>>;

/// Operations that the delivery function was asked for.
type Asked = Arc<Mutex<Vec<Value>>>;

pub(crate) struct Api {
    router: axum::Router,
    pub(crate) encrypted: Encrypted,
    asked: Asked,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    headers: Value,
}

impl Answer {
    /// A header's value, or an empty text.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].as_str().unwrap_or_default()
    }

    pub(crate) fn id(&self) -> &str {
        self.body["id"].as_str().unwrap()
    }

    /// The kind of problem, without the common beginning.
    pub(crate) fn problem(&self) -> (u16, &str) {
        let kind = self.body["type"].as_str().unwrap_or_default();
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.body["status"], self.status);
        (self.status, kind.trim_start_matches("/problems/"))
    }

    /// Each wrong field as `pointer code`, sorted.
    pub(crate) fn faults(&self) -> Vec<String> {
        assert_eq!(self.problem(), (400, "validation-failed"), "{self:?}");
        let mut faults: Vec<String> = self.body["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|fault| {
                let place = ["pointer", "header", "parameter"]
                    .iter()
                    .find_map(|place| fault[*place].as_str())
                    .unwrap();
                assert!(!fault["detail"].as_str().unwrap().is_empty());
                format!("{place} {}", fault["code"].as_str().unwrap())
            })
            .collect();
        faults.sort();
        faults
    }
}

/// What AWS Lambda answers where the function panics; its message repeats what the function was given.
fn failed_invocation() -> Rule {
    mock!(aws_sdk_lambda::Client::invoke).then_output(|| {
        InvokeOutput::builder()
            .function_error("Unhandled")
            .payload(Blob::new(r#"{"errorMessage":"internal words"}"#))
            .build()
    })
}

impl Api {
    /// An API on an empty store.
    pub(crate) fn new() -> Self {
        Self::on(MemoryStore::default())
    }

    pub(crate) fn on(store: impl Store) -> Self {
        Self::with_delivery(store, &json!({"reply": "unavailable"}))
    }

    /// An API whose delivery function answers every operation with this reply.
    pub(crate) fn with_delivery(store: impl Store, reply: &Value) -> Self {
        let asked = Asked::default();
        let (heard, reply) = (Arc::clone(&asked), reply.to_string());
        let invoke = mock!(aws_sdk_lambda::Client::invoke).then_compute_output(move |request| {
            let operation = request.payload().unwrap().as_ref();
            let operation = serde_json::from_slice(operation).unwrap();
            heard.lock().unwrap().push(operation);
            InvokeOutput::builder()
                .payload(Blob::new(reply.as_bytes()))
                .build()
        });
        let encrypted = Encrypted::default();
        let seen = Arc::clone(&encrypted);
        let encrypt = mock!(aws_sdk_kms::Client::encrypt).then_compute_output(move |request| {
            let context = request.encryption_context().unwrap();
            let plaintext = request.plaintext().unwrap().as_ref().to_vec();
            seen.lock().unwrap().push((
                context["organisation"].clone(),
                context["sandbox"].clone(),
                String::from_utf8(plaintext).unwrap(),
            ));
            EncryptOutput::builder()
                .ciphertext_blob(Blob::new("sealed"))
                .build()
        });
        Self {
            router: Self::router(store, &encrypt, &invoke),
            encrypted,
            asked,
        }
    }

    /// An API whose key service answers as the rule says.
    pub(crate) fn with_key_service(rule: &Rule) -> Self {
        let failed = failed_invocation();
        Self {
            router: Self::router(MemoryStore::default(), rule, &failed),
            encrypted: Encrypted::default(),
            asked: Asked::default(),
        }
    }

    /// What the delivery function was asked for since the last call.
    pub(crate) fn asked(&self) -> Vec<Value> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    fn router(store: impl Store, encrypt: &Rule, invoke: &Rule) -> axum::Router {
        let kms = mock_client!(aws_sdk_kms, RuleMode::MatchAny, [encrypt]);
        let lambda = mock_client!(aws_sdk_lambda, RuleMode::MatchAny, [invoke]);
        router(App {
            store,
            sealer: Sealer::new(kms, "key"),
            delivery: DeliveryFunction::new(lambda, "delivery"),
            policy: EndpointPolicy::with_development_hosts("receiver.internal"),
            access: AccessRules::new("custom:org", "cognito:groups", "viewers", "managers"),
        })
    }

    /// Sends an event of API Gateway, payload format 2.0, through the adapter that the function runs.
    pub(crate) async fn send(&self, event: &Value) -> Answer {
        let request: GatewayEvent = serde_json::from_value(event.clone()).unwrap();
        let event = LambdaEvent::new(request.into(), Context::default());
        let response = Adapter::from(self.router.clone())
            .call(event)
            .await
            .unwrap();
        let response = serde_json::to_value(response).unwrap();
        let body = response["body"].as_str().unwrap_or_default();
        Answer {
            status: u16::try_from(response["statusCode"].as_u64().unwrap()).unwrap(),
            body: serde_json::from_str(body).unwrap_or(Value::Null),
            headers: response["headers"].clone(),
        }
    }

    pub(crate) async fn create(&self, body: &Value) -> Answer {
        self.send(&with_body("POST", "/feedback-webhooks", body))
            .await
    }

    /// Creates a webhook that must be accepted.
    pub(crate) async fn created(&self, body: &Value) -> Answer {
        let answer = self.create(body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer
    }

    pub(crate) async fn read(&self, id: &str) -> Answer {
        self.send(&event("GET", &format!("/feedback-webhooks/{id}")))
            .await
    }

    /// Replaces the webhook, with the ETag of an earlier answer.
    pub(crate) async fn replace(&self, id: &str, etag: &str, body: &Value) -> Answer {
        let path = format!("/feedback-webhooks/{id}");
        self.send(&with_header(
            with_body("PUT", &path, body),
            "if-match",
            etag,
        ))
        .await
    }

    /// How many webhooks the organisation has.
    pub(crate) async fn count(&self) -> Value {
        let list = self.send(&event("GET", "/feedback-webhooks")).await;
        assert_eq!(list.status, 200, "{list:?}");
        list.body["_page"]["count"].clone()
    }
}

/// A verified request of an administrator of `org` for the sandbox `prod`.
pub(crate) fn event(method: &str, path: &str) -> Value {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {"host": "api.example.com", "x-sandbox-name": "prod"},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api",
            "authorizer": {"jwt": {"claims": {
                "custom:org": "org", "cognito:groups": "[staff managers]", "email": "admin@example.com", "sub": "s-1",
            }, "scopes": null}},
            "domainName": "api.example.com",
            "domainPrefix": "api",
            "http": {"method": method, "path": path, "protocol": "HTTP/1.1", "sourceIp": "192.0.2.1", "userAgent": "test"},
            "requestId": "request-1",
            "routeKey": "$default",
            "stage": "$default",
            "time": "25/Nov/2026:09:00:00 +0000",
            "timeEpoch": 1_795_597_200_000_i64,
        },
        "isBase64Encoded": false,
    })
}

/// The event with another claim of the token, or without it for null.
pub(crate) fn with_claim(mut event: Value, name: &str, value: Value) -> Value {
    let claims = &mut event["requestContext"]["authorizer"]["jwt"]["claims"];
    if value.is_null() {
        claims.as_object_mut().unwrap().remove(name);
    } else {
        claims[name] = value;
    }
    event
}

pub(crate) fn with_body(method: &str, path: &str, body: &Value) -> Value {
    with_text(method, path, &body.to_string())
}

pub(crate) fn with_text(method: &str, path: &str, body: &str) -> Value {
    let mut event = with_header(event(method, path), "content-type", "application/json");
    event["body"] = body.into();
    event
}

pub(crate) fn with_header(mut event: Value, name: &str, value: &str) -> Value {
    event["headers"][name] = value.into();
    event
}

/// The smallest legal configuration.
pub(crate) fn minimal() -> Value {
    json!({
        "name": "n",
        "channels": ["email"],
        "url": "https://hooks.example.com/",
        "authentication": {"type": "none"},
    })
}

/// The smallest legal configuration with a token.
pub(crate) fn with_token() -> Value {
    json!({
        "name": "n",
        "channels": ["email"],
        "url": "https://hooks.example.com/",
        "authentication": {"type": "jwt", "algorithm": "HS256", "secret": SECRET},
    })
}

/// `body` with this member replaced, or added; the name is that of its JSON pointer.
pub(crate) fn with(mut body: Value, pointer: &str, value: Value) -> Value {
    body[pointer.trim_start_matches('/')] = value;
    body
}
