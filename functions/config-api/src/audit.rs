//! The audit trail: one log line of the target `audit` for each change, with who, what and when, and the names of what
//! changed. Values are never in it, so neither are secrets.

use config_store::StoreError;
use domain::{config::Webhook, key::CampaignId};
use serde_json::Value;
use tracing::Level;
use tracing_subscriber::filter::{ParseError, Targets};

use crate::{caller::Tenant, wire::response::WebhookResponse};

/// The target of the lines. The log filter of a deployment cannot leave it out.
pub const TARGET: &str = "audit";
/// Members of an answer that differ without an administrator having changed them.
const NOT_CONFIGURED: [&str; 6] = [
    "id",
    "sandbox",
    "createdAt",
    "createdBy",
    "modifiedAt",
    "modifiedBy",
];

/// The filter of log lines that a deployment has chosen, and the trail in any case.
///
/// # Errors
/// [`ParseError`] for a text that is no filter.
pub fn log_filter(chosen: &str) -> Result<Targets, ParseError> {
    Ok(chosen.parse::<Targets>()?.with_target(TARGET, Level::INFO))
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    CreateWebhook,
    ReplaceWebhook,
    DeleteWebhook,
    PublishNextKey,
    ActivateNextKey,
    DeleteNextKey,
    SwitchCampaignOn,
    SwitchCampaignOff,
    TestWebhook,
    SendAgain,
}

impl Action {
    fn name(self) -> &'static str {
        match self {
            Self::CreateWebhook => "webhook.create",
            Self::ReplaceWebhook => "webhook.replace",
            Self::DeleteWebhook => "webhook.delete",
            Self::PublishNextKey => "webhook.publish-next-key",
            Self::ActivateNextKey => "webhook.activate-next-key",
            Self::DeleteNextKey => "webhook.delete-next-key",
            Self::SwitchCampaignOn => "campaign.switch-on",
            Self::SwitchCampaignOff => "campaign.switch-off",
            Self::TestWebhook => "webhook.test",
            Self::SendAgain => "webhook.send-again",
        }
    }
}

/// A change that a caller asked for, or a request to an endpoint that is made in the organisation's name.
#[derive(Debug)]
pub(crate) struct Change<'a> {
    caller: &'a Tenant,
    action: Action,
    /// The id of the webhook, or of the campaign.
    resource: String,
    old_version: Option<u64>,
    new_version: Option<u64>,
    changed: Vec<String>,
}

impl<'a> Change<'a> {
    /// Of a webhook, from what is stored to what shall be.
    pub(crate) fn of_webhook(
        caller: &'a Tenant,
        action: Action,
        old: Option<&Webhook>,
        new: Option<&Webhook>,
    ) -> Self {
        Self {
            caller,
            action,
            resource: new
                .or(old)
                .map(|webhook| webhook.id.to_string())
                .unwrap_or_default(),
            old_version: old.map(|webhook| webhook.version),
            new_version: new.map(|webhook| webhook.version),
            changed: old
                .zip(new)
                .map(|(old, new)| changed_fields(old, new))
                .unwrap_or_default(),
        }
    }

    /// Of nothing that is stored: an endpoint is sent something, with the configuration `used`. Where that differs from
    /// what is stored, it says so.
    pub(crate) fn of_nothing(
        caller: &'a Tenant,
        action: Action,
        stored: Option<&Webhook>,
        used: &Webhook,
    ) -> Self {
        let change = Self::of_webhook(caller, action, stored, Some(used));
        Self {
            resource: stored
                .map(|webhook| webhook.id.to_string())
                .unwrap_or_default(),
            new_version: None,
            ..change
        }
    }

    /// Of a campaign's switch.
    pub(crate) fn of_campaign(caller: &'a Tenant, action: Action, campaign: &CampaignId) -> Self {
        Self {
            caller,
            action,
            resource: campaign.to_string(),
            old_version: None,
            new_version: None,
            changed: Vec::new(),
        }
    }

    /// It was made.
    pub(crate) fn made(&self) {
        self.log("made");
    }

    /// It may have been made: the store's answer does not tell.
    pub(crate) fn perhaps_made(&self) {
        self.log("unknown");
    }

    /// The store refused it, or did not answer, and then it may have been made.
    pub(crate) fn failed(&self, error: &StoreError) {
        if matches!(error, StoreError::Unavailable(_)) {
            self.perhaps_made();
        }
    }

    fn log(&self, outcome: &'static str) {
        tracing::info!(
            target: TARGET,
            action = self.action.name(),
            outcome,
            actor = self.caller.actor,
            organisation = self.caller.key.org.as_str(),
            sandbox = self.caller.key.sandbox.as_str(),
            resource = self.resource,
            old_version = self.old_version,
            new_version = self.new_version,
            changed = self.changed.join(" "),
            request_id = self.caller.request_id,
            "change"
        );
    }
}

/// Names of the fields that differ, as the API answers them, with those of an object one by one. A secret that was
/// given again shows by the time when it was set.
fn changed_fields(old: &Webhook, new: &Webhook) -> Vec<String> {
    let answer = |webhook| serde_json::to_value(WebhookResponse::from(webhook)).unwrap_or_default();
    let (old, new) = (answer(old), answer(new));
    let mut names = Vec::new();
    for name in differences(&old, &new) {
        if NOT_CONFIGURED.contains(&name.as_str()) {
            continue;
        }
        let (old, new) = (&old[&name], &new[&name]);
        if old.is_object() && new.is_object() {
            let members = differences(old, new).into_iter();
            names.extend(members.map(|member| format!("{name}.{member}")));
        } else {
            names.push(name);
        }
    }
    names
}

/// Names of the members that only one of the objects has, or that differ.
fn differences(old: &Value, new: &Value) -> Vec<String> {
    let members = |object: &Value| object.as_object().cloned().unwrap_or_default();
    let (old, new) = (members(old), members(new));
    let mut names: Vec<String> = old
        .keys()
        .chain(new.keys().filter(|name| !old.contains_key(*name)))
        .filter(|name| old.get(*name) != new.get(*name))
        .cloned()
        .collect();
    names.sort();
    names
}

#[cfg(test)]
mod tests {
    use std::{
        io::{self, Write},
        sync::{Arc, Mutex},
    };

    use tracing_subscriber::{fmt, prelude::*};

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn no_log_filter_leaves_the_trail_out() {
        for chosen in ["info", "error", "off", "error,config_api=off", "audit=off"] {
            let lines = Lines::default();
            let writer = lines.clone();
            let layer = fmt::layer().with_writer(move || writer.clone());
            let subscriber = tracing_subscriber::registry()
                .with(layer)
                .with(log_filter(chosen).unwrap());
            tracing::subscriber::with_default(subscriber, || {
                tracing::info!(target: TARGET, "a change");
                tracing::debug!("something else");
            });
            let written = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
            assert_eq!(written.lines().count(), 1, "{chosen}: {written}");
            assert!(written.contains("a change"), "{chosen}: {written}");
        }
    }
}
