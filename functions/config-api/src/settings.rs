//! The only reads of the environment.

use std::env;

use anyhow::Context as _;
use domain::endpoint::EndpointPolicy;

use crate::access::AccessRules;

/// What a deployment decides.
#[derive(Debug)]
pub struct Settings {
    /// `TABLE_NAME`: the table of webhooks and switches.
    pub table_name: String,
    /// `SECRETS_KEY_ID`: the KMS key that encrypts secrets.
    pub secrets_key_id: String,
    /// `ORGANISATION_CLAIM` (`custom:org` unless set), `ROLE_CLAIM` (`cognito:groups`), and the words of that claim which
    /// give a role, `VIEW_ROLES` (`feedback-webhooks-view`) and `MANAGE_ROLES` (`feedback-webhooks-manage`).
    pub access: AccessRules,
    /// `DEVELOPMENT_HOSTS`: host names that may be private; none unless set.
    pub policy: EndpointPolicy,
    /// `RUST_LOG`: which log lines are written; `info` unless set.
    pub log_filter: String,
}

impl Settings {
    /// Reads the environment.
    ///
    /// # Errors
    /// Names the variable that is missing.
    pub fn from_env() -> anyhow::Result<Self> {
        let or = |name, default: &str| variable(name).unwrap_or_else(|| default.to_owned());
        Ok(Self {
            table_name: variable("TABLE_NAME").context("TABLE_NAME is not set")?,
            secrets_key_id: variable("SECRETS_KEY_ID").context("SECRETS_KEY_ID is not set")?,
            access: AccessRules::new(
                &or("ORGANISATION_CLAIM", "custom:org"),
                &or("ROLE_CLAIM", "cognito:groups"),
                &or("VIEW_ROLES", "feedback-webhooks-view"),
                &or("MANAGE_ROLES", "feedback-webhooks-manage"),
            ),
            policy: EndpointPolicy::with_development_hosts(
                &variable("DEVELOPMENT_HOSTS").unwrap_or_default(),
            ),
            log_filter: or("RUST_LOG", "info"),
        })
    }
}

/// A variable's value; an empty one counts as not set, since a template cannot leave a variable out.
#[expect(
    clippy::disallowed_methods,
    reason = "this is where the environment is read"
)]
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
