//! The administrator of the run's organisation, who speaks to the deployed configuration API.

use anyhow::{Context, Result, ensure};
use aws_config::SdkConfig;
use aws_sdk_cognitoidentityprovider::{
    Client as Cognito,
    types::{AttributeType, AuthFlowType},
};
use http::{
    Method,
    header::{ETAG, LOCATION},
};
use serde_json::{Value, json};

use crate::{cloud::Description, events::CAMPAIGN};

const PASSWORD: &str = "Correct-horse-1-battery";

/// Somebody who may change the organisation's webhooks.
#[derive(Debug)]
pub struct Administrator {
    cognito: Cognito,
    pool: String,
    client: String,
    email: String,
    api_url: String,
    http: reqwest::Client,
}

/// What the administrator makes of a webhook.
#[derive(Debug, Clone, Copy)]
pub struct Edition<'a> {
    /// Its endpoint.
    pub url: &'a str,
    /// Distinguishes it, secrets included, from the other editions of the webhook.
    pub number: u64,
    /// Whether its events are held.
    pub paused: bool,
}

/// A webhook as it was last saved.
#[derive(Debug, Clone)]
pub struct Saved {
    path: String,
    etag: String,
}

impl Administrator {
    /// Creates the user.
    ///
    /// # Errors
    /// Where the user pool refuses.
    pub async fn new(cloud: &Description, aws: &SdkConfig, organisation: &str) -> Result<Self> {
        let administrator = Self {
            cognito: Cognito::new(aws),
            pool: cloud.output("UserPoolId")?.to_owned(),
            client: cloud.output("UserPoolClientId")?.to_owned(),
            email: format!("{organisation}.example.com"),
            api_url: cloud.api_url.clone(),
            http: reqwest::Client::builder().no_proxy().build()?,
        };
        let attribute =
            |name: &str, value: &str| AttributeType::builder().name(name).value(value).build();
        administrator
            .cognito
            .admin_create_user()
            .user_pool_id(&administrator.pool)
            .username(&administrator.email)
            .user_attributes(attribute("email", &administrator.email)?)
            .user_attributes(attribute("custom:org", organisation)?)
            .send()
            .await?;
        administrator
            .cognito
            .admin_set_user_password()
            .user_pool_id(&administrator.pool)
            .username(&administrator.email)
            .password(PASSWORD)
            .permanent(true)
            .send()
            .await?;
        administrator
            .cognito
            .admin_add_user_to_group()
            .user_pool_id(&administrator.pool)
            .username(&administrator.email)
            .group_name("feedback-webhooks-manage")
            .send()
            .await?;
        Ok(administrator)
    }

    /// Creates the sandbox's webhook, and switches the campaign on.
    ///
    /// # Errors
    /// Where the API refuses.
    pub async fn create(&self, sandbox: &str, url: &str) -> Result<Saved> {
        let first = Edition {
            url,
            number: 0,
            paused: false,
        };
        let body = first.body();
        let (headers, _) = self
            .call(
                Method::POST,
                "/feedback-webhooks",
                sandbox,
                None,
                Some(body),
            )
            .await?;
        let switch = format!("/campaigns/{CAMPAIGN}/feedback-webhook");
        self.call(Method::PUT, &switch, sandbox, None, None).await?;
        let text = |name| {
            headers
                .get(name)
                .and_then(|value: &http::HeaderValue| value.to_str().ok())
        };
        let location = text(LOCATION).context("no Location")?;
        let (_, id) = location.rsplit_once('/').context("no id in Location")?;
        Ok(Saved {
            path: format!("/feedback-webhooks/{id}"),
            etag: text(ETAG).context("no ETag")?.to_owned(),
        })
    }

    /// Replaces the webhook, with new secrets.
    ///
    /// # Errors
    /// Where the API refuses.
    pub async fn edit(&self, sandbox: &str, saved: &Saved, edition: Edition<'_>) -> Result<Saved> {
        let body = edition.body();
        let etag = Some(saved.etag.as_str());
        let (headers, _) = self
            .call(Method::PUT, &saved.path, sandbox, etag, Some(body))
            .await?;
        let etag = headers.get(ETAG).context("no ETag")?.to_str()?.to_owned();
        Ok(Saved {
            path: saved.path.clone(),
            etag,
        })
    }

    /// Makes the webhook so, whatever it is now. For after a call that failed, which may have made its change all the same.
    ///
    /// # Errors
    /// Where the API refuses.
    pub async fn restore(&self, sandbox: &str, edition: Edition<'_>) -> Result<Saved> {
        let inventory = "/feedback-webhooks";
        let (_, text) = self
            .call(Method::GET, inventory, sandbox, None, None)
            .await?;
        let inventory: Value = serde_json::from_str(&text)?;
        let items = inventory["items"].as_array().into_iter().flatten();
        let id = items
            .filter(|item| item["sandbox"] == sandbox)
            .find_map(|item| item["id"].as_str());
        let Some(id) = id else {
            return self.create(sandbox, edition.url).await;
        };
        let path = format!("/feedback-webhooks/{id}");
        let (headers, _) = self.call(Method::GET, &path, sandbox, None, None).await?;
        let etag = headers.get(ETAG).context("no ETag")?.to_str()?.to_owned();
        self.edit(sandbox, &Saved { path, etag }, edition).await
    }

    /// Deletes the webhook.
    ///
    /// # Errors
    /// Where the API refuses.
    pub async fn delete(&self, sandbox: &str, saved: &Saved) -> Result<()> {
        let etag = Some(saved.etag.as_str());
        self.call(Method::DELETE, &saved.path, sandbox, etag, None)
            .await?;
        Ok(())
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        sandbox: &str,
        if_match: Option<&str>,
        body: Option<Value>,
    ) -> Result<(http::HeaderMap, String)> {
        let mut request = self
            .http
            .request(method.clone(), format!("{}{path}", self.api_url))
            .bearer_auth(self.token().await?)
            .header("x-sandbox-name", sandbox);
        if let Some(etag) = if_match {
            request = request.header("if-match", etag);
        }
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(body.to_string());
        }
        let answer = request.send().await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let text = answer.text().await?;
        ensure!(
            status.is_success(),
            "{method} {path} in {sandbox}: {status} {text}"
        );
        Ok((headers, text))
    }

    /// A token of its own for each call: a long run outlives any of them.
    async fn token(&self) -> Result<String> {
        let signed_in = self
            .cognito
            .admin_initiate_auth()
            .user_pool_id(&self.pool)
            .client_id(&self.client)
            .auth_flow(AuthFlowType::AdminUserPasswordAuth)
            .auth_parameters("USERNAME", &self.email)
            .auth_parameters("PASSWORD", PASSWORD)
            .send()
            .await?;
        let result = signed_in.authentication_result;
        result
            .and_then(|result| result.id_token)
            .context("no token")
    }
}

impl Edition<'_> {
    /// With secrets, so that every delivery needs the key service.
    fn body(self) -> Value {
        let number = self.number;
        json!({
            "name": format!("Fault run, edition {number}"),
            "channels": ["email", "sms"],
            "url": self.url,
            "authentication": {
                "type": "jwt",
                "algorithm": "HS256",
                "secret": format!("a shared secret of the fault run, edition {number}"),
            },
            "headers": [{"name": "X-Api-Key", "value": format!("edition-{number}"), "secret": true}],
            "paused": self.paused,
        })
    }
}
