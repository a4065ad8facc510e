//! An organisation of a test's own, with an administrator who speaks to the deployed API.

use aws_sdk_cognitoidentityprovider::{
    Client as Cognito,
    types::{AttributeType, AuthFlowType},
};
use reqwest::{Method, StatusCode, header::HeaderMap};
use serde_json::{Value, json};

use super::{cloud::Cloud, receiver::Receiver};

// What must never be logged has the word `canary` in it; the run ends with a search for it in all logs.
const PASSWORD: &str = "Canary-horse-1-battery";
/// Groups of the stack's user pool.
pub(crate) const MANAGE: &str = "feedback-webhooks-manage";
pub(crate) const VIEW: &str = "feedback-webhooks-view";
pub(crate) const HS256_SECRET: &str = "a shared canary secret of the end-to-end tests";

/// An organisation with the sandbox `prod`.
pub(crate) struct Tenant {
    pub(crate) org: String,
    email: String,
    token: Option<String>,
    http: reqwest::Client,
}

/// What the API answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// JSON, or null for an empty body.
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .unwrap_or_else(|| panic!("no {name} in {self:?}"))
            .to_str()
            .unwrap()
    }

    /// The codes of a problem's field errors by pointer, in the order in which they came.
    pub(crate) fn errors(&self) -> Vec<(&str, &str)> {
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{self:?}"
        );
        let errors = self.body["errors"]
            .as_array()
            .unwrap_or_else(|| panic!("no errors in {self:?}"));
        errors
            .iter()
            .map(|error| {
                (
                    error["pointer"].as_str().unwrap(),
                    error["code"].as_str().unwrap(),
                )
            })
            .collect()
    }
}

impl Tenant {
    /// An organisation that nothing else uses, with a signed-in administrator.
    pub(crate) async fn new() -> Self {
        let org = format!("{}@TestOrg", uuid::Uuid::new_v4().simple());
        Self::signed_up(org, Some(MANAGE)).await
    }

    /// Another user of this organisation, who is in `group`, if any.
    pub(crate) async fn colleague(&self, group: Option<&str>) -> Self {
        Self::signed_up(self.org.clone(), group).await
    }

    async fn signed_up(org: String, group: Option<&str>) -> Self {
        let email = sign_up(&org, group).await;
        let client = Cloud::get().output("UserPoolClientId");
        let token = sign_in(&email, client).await;
        Self {
            email,
            ..Self::with_token(org, Some(token))
        }
    }

    /// Someone of the organisation who has this token.
    pub(crate) fn with_token(org: String, token: Option<String>) -> Self {
        Self {
            org,
            email: String::new(),
            token,
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
        }
    }

    /// A token for another client of the user pool.
    pub(crate) async fn sign_in_to(&self, client: &str) -> String {
        sign_in(&self.email, client).await
    }

    /// The token of the administrator.
    pub(crate) fn token(&self) -> &str {
        self.token.as_deref().unwrap()
    }

    /// A request to the API as the administrator, in the sandbox `prod`.
    pub(crate) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self
            .http
            .request(method, format!("{}{path}", Cloud::get().api_url))
            .header("x-sandbox-name", "prod");
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a request.
    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let text = response.text().await.unwrap();
        let body = if text.is_empty() {
            Value::Null
        } else {
            serde_json::from_str(&text).unwrap_or_else(|_| panic!("no JSON: {status} {text}"))
        };
        Answer {
            status,
            headers,
            body,
        }
    }

    /// Reads a resource.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// Creates a webhook from JSON.
    pub(crate) async fn create(&self, webhook: &Value) -> Answer {
        self.send(with_json(
            self.request(Method::POST, "/feedback-webhooks"),
            webhook,
        ))
        .await
    }

    /// Replaces a webhook that has this ETag.
    pub(crate) async fn replace(&self, path: &str, etag: &str, webhook: &Value) -> Answer {
        self.send(with_json(
            self.request(Method::PUT, path).header("if-match", etag),
            webhook,
        ))
        .await
    }

    /// Deletes a webhook that has this ETag.
    pub(crate) async fn delete(&self, path: &str, etag: &str) -> Answer {
        self.send(self.request(Method::DELETE, path).header("if-match", etag))
            .await
    }

    /// Creates the webhook that delivers to `receiver`, with `changes` merged into the usual one.
    pub(crate) async fn webhook_to(&self, receiver: &Receiver, changes: Value) -> Answer {
        let mut webhook = webhook(receiver.url());
        merge(&mut webhook, changes);
        let created = self.create(&webhook).await;
        assert_eq!(created.status, StatusCode::CREATED, "{created:?}");
        created
    }

    /// Switches *Enable webhooks* on for a campaign.
    pub(crate) async fn switch_on(&self, campaign: &str) -> Answer {
        self.send(self.request(
            Method::PUT,
            &format!("/campaigns/{campaign}/feedback-webhook"),
        ))
        .await
    }
}

/// The address of a new user of the organisation, who is in this group of the user pool.
async fn sign_up(org: &str, group: Option<&str>) -> String {
    let cloud = Cloud::get();
    let cognito = Cognito::new(&cloud.aws().await);
    let pool = cloud.output("UserPoolId");
    let email = format!("{}@example.com", uuid::Uuid::new_v4().simple());
    let attribute = |name: &str, value: &str| {
        AttributeType::builder()
            .name(name)
            .value(value)
            .build()
            .unwrap()
    };
    cognito
        .admin_create_user()
        .user_pool_id(pool)
        .username(&email)
        .user_attributes(attribute("email", &email))
        .user_attributes(attribute("custom:org", org))
        .send()
        .await
        .unwrap();
    cognito
        .admin_set_user_password()
        .user_pool_id(pool)
        .username(&email)
        .password(PASSWORD)
        .permanent(true)
        .send()
        .await
        .unwrap();
    if let Some(group) = group {
        cognito
            .admin_add_user_to_group()
            .user_pool_id(pool)
            .username(&email)
            .group_name(group)
            .send()
            .await
            .unwrap();
    }
    email
}

/// An ID token for this client.
async fn sign_in(email: &str, client: &str) -> String {
    let cloud = Cloud::get();
    let signed_in = Cognito::new(&cloud.aws().await)
        .admin_initiate_auth()
        .user_pool_id(cloud.output("UserPoolId"))
        .client_id(client)
        .auth_flow(AuthFlowType::AdminUserPasswordAuth)
        .auth_parameters("USERNAME", email)
        .auth_parameters("PASSWORD", PASSWORD)
        .send()
        .await
        .unwrap();
    signed_in
        .authentication_result
        .and_then(|result| result.id_token)
        .unwrap()
}

/// A valid webhook without authentication that reports all campaigns.
pub(crate) fn webhook(url: &str) -> Value {
    json!({
        "name": "End to end",
        "channels": ["email", "sms"],
        "url": url,
        "authentication": {"type": "none"},
        "campaigns": "all",
    })
}

/// Puts JSON into a request.
pub(crate) fn with_json(request: reqwest::RequestBuilder, body: &Value) -> reqwest::RequestBuilder {
    request
        .header("content-type", "application/json")
        .body(body.to_string())
}

/// Lays the members of `changes` over those of `base`.
pub(crate) fn merge(base: &mut Value, changes: Value) {
    let (Some(base), Value::Object(changes)) = (base.as_object_mut(), changes) else {
        panic!("only objects can be merged");
    };
    base.extend(changes);
}
