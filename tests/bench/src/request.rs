//! Requests to the configuration API as API Gateway hands them on, and how webhooks are made for everything else.

use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use driver::environment::{Answer, Environment};
use serde_json::{Value, json};

/// The function's timeout; the template's.
const TIMEOUT: Duration = Duration::from_secs(29);

/// A request of an administrator.
#[derive(Debug, Clone)]
pub struct ApiRequest {
    method: &'static str,
    path: String,
    sandbox: String,
    body: Option<Value>,
}

impl ApiRequest {
    /// Without a body.
    pub fn new(method: &'static str, path: impl Into<String>, sandbox: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            sandbox: sandbox.into(),
            body: None,
        }
    }

    /// The same with this body.
    #[must_use]
    pub fn with(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    fn event(&self, org: &str) -> String {
        json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": self.path,
            "rawQueryString": "",
            "headers": {
                "authorization": "Bearer removed",
                "host": "api.example.com",
                "x-forwarded-proto": "https",
                "x-sandbox-name": self.sandbox,
                "content-type": "application/json",
                "if-match": "*",
            },
            "requestContext": {
                "accountId": "123456789012",
                "apiId": "api-id",
                "authorizer": {"jwt": {"claims": {
                    "cognito:groups": "[feedback-webhooks-manage]",
                    "custom:org": org,
                    "sub": "administrator",
                }, "scopes": null}},
                "domainName": "api.example.com",
                "domainPrefix": "api",
                "http": {
                    "method": self.method,
                    "path": self.path,
                    "protocol": "HTTP/1.1",
                    "sourceIp": "192.0.2.1",
                    "userAgent": "bench",
                },
                "requestId": "request",
                "routeKey": "$default",
                "stage": "$default",
                "time": "25/Nov/2026:09:00:00 +0000",
                "timeEpoch": 1_795_597_200_000_u64,
            },
            "isBase64Encoded": false,
            "body": self.body.as_ref().map(Value::to_string),
        })
        .to_string()
    }

    /// Sends the request as an administrator of this organisation; the answer's body.
    ///
    /// # Errors
    /// Where the answer is no success.
    pub async fn send(&self, environment: &mut Environment, org: &str) -> Result<Value> {
        let answer = environment.invoke(self.event(org), TIMEOUT).await;
        let (method, path) = (self.method, &self.path);
        let Answer::Response(response) = answer else {
            bail!("{method} {path}: {answer:?}");
        };
        let response: Value = serde_json::from_slice(&response)?;
        let status = response["statusCode"].as_u64().unwrap_or(0);
        ensure!((200..300).contains(&status), "{method} {path}: {response}");
        let body = response["body"].as_str().unwrap_or_default();
        Ok(serde_json::from_str(body).unwrap_or_default())
    }
}

/// A webhook as an administrator configures it; returns its id.
///
/// # Errors
/// Where the API does not create it.
pub async fn create(
    environment: &mut Environment,
    org: &str,
    sandbox: &str,
    webhook: Value,
) -> Result<String> {
    let request = ApiRequest::new("POST", "/feedback-webhooks", sandbox);
    let created = request.with(webhook).send(environment, org).await?;
    let id = created["id"].as_str().context("a webhook without id")?;
    Ok(id.to_owned())
}

/// Asks for the webhooks of an organisation that has none.
///
/// # Errors
/// Where the API does not answer.
pub async fn list(environment: &mut Environment) -> Result<()> {
    let request = ApiRequest::new("GET", "/feedback-webhooks", "prod");
    request.send(environment, "nobody").await.map(drop)
}

/// A webhook with this authentication that reports everything to the URL.
pub fn webhook(url: &str, authentication: Value) -> Value {
    json!({
        "name": "bench",
        "channels": ["email", "sms"],
        "url": url,
        "authentication": authentication,
        "headers": [{"name": "X-Source", "value": "bench"}],
        "campaigns": "all",
    })
}
