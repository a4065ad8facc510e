//! The only reads of the environment.

use std::env;

use anyhow::Context as _;
use config_store::Tables;
use domain::endpoint::EndpointPolicy;
use url::Url;

use crate::{access::AccessRules, console::SignIn};

/// What a deployment decides.
#[derive(Debug)]
pub struct Settings {
    /// `TABLE_NAME` and `FINDINGS_TABLE_NAME`: the tables of webhooks and switches, and of the endpoints' health.
    pub tables: Tables,
    /// `SECRETS_KEY_ID`: the KMS key that encrypts secrets.
    pub secrets_key_id: String,
    /// `DELIVERY_FUNCTION`: the name of the function that delivers.
    pub delivery_function: String,
    /// `ORGANISATION_CLAIM` (`custom:org` unless set), `ROLE_CLAIM` (`cognito:groups`), and the words of that claim which
    /// give a role, `VIEW_ROLES` (`feedback-webhooks-view`) and `MANAGE_ROLES` (`feedback-webhooks-manage`).
    pub access: AccessRules,
    /// `DEVELOPMENT_HOSTS`: host names that may be private; none unless set.
    pub policy: EndpointPolicy,
    /// `CONSOLE_CLIENT_ID`, `CONSOLE_ISSUER`, `CONSOLE_SCOPE` (`openid email` unless set), `CONSOLE_COGNITO_DOMAIN`:
    /// where the console signs administrators in; nowhere without a client.
    pub sign_in: Option<SignIn>,
    /// `RUST_LOG`: which log lines are written; `info` unless set.
    pub log_filter: String,
}

impl Settings {
    /// Reads the environment.
    ///
    /// # Errors
    /// Names the variable that is missing.
    pub fn from_env() -> anyhow::Result<Self> {
        let required = |name| variable(name).with_context(|| format!("{name} is not set"));
        let or = |name, default: &str| variable(name).unwrap_or_else(|| default.to_owned());
        Ok(Self {
            tables: Tables {
                configurations: required("TABLE_NAME")?,
                findings: required("FINDINGS_TABLE_NAME")?,
            },
            secrets_key_id: required("SECRETS_KEY_ID")?,
            delivery_function: required("DELIVERY_FUNCTION")?,
            access: AccessRules::new(
                &or("ORGANISATION_CLAIM", "custom:org"),
                &or("ROLE_CLAIM", "cognito:groups"),
                &or("VIEW_ROLES", "feedback-webhooks-view"),
                &or("MANAGE_ROLES", "feedback-webhooks-manage"),
            ),
            policy: EndpointPolicy::with_development_hosts(
                &variable("DEVELOPMENT_HOSTS").unwrap_or_default(),
            ),
            sign_in: sign_in()?,
            log_filter: or("RUST_LOG", "info"),
        })
    }
}

fn sign_in() -> anyhow::Result<Option<SignIn>> {
    let Some(client_id) = variable("CONSOLE_CLIENT_ID") else {
        return Ok(None);
    };
    let url = |name: &str| {
        variable(name)
            .map(|text| Url::parse(&text).with_context(|| format!("{name} is no URL")))
            .transpose()
    };
    Ok(Some(SignIn {
        issuer: url("CONSOLE_ISSUER")?
            .context("CONSOLE_ISSUER is needed with CONSOLE_CLIENT_ID")?,
        client_id,
        scope: variable("CONSOLE_SCOPE").unwrap_or_else(|| "openid email".to_owned()),
        cognito_domain: url("CONSOLE_COGNITO_DOMAIN")?,
    }))
}

/// A variable's value; an empty one counts as not set, since a template cannot leave a variable out.
#[expect(
    clippy::disallowed_methods,
    reason = "this is where the environment is read"
)]
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
