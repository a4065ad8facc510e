//! Whether anybody wants an event. Pure.

use domain::{
    config::{CampaignScope, Channel, Webhook},
    event::FeedbackEvent,
};

/// Why an event is not delivered to anyone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skip {
    /// The organisation's sandbox has no webhook.
    NoConfiguration,
    /// The webhook does not report the event's channel.
    Channel,
    /// The webhook does not report the event's status.
    Status,
    /// The event's campaign is not switched on.
    Campaign,
}

impl Skip {
    /// The reason as it is logged.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoConfiguration => "no-configuration",
            Self::Channel => "channel-not-selected",
            Self::Status => "status-not-selected",
            Self::Campaign => "campaign-not-switched-on",
        }
    }
}

/// Whether a webhook wants an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Selection {
    /// It does.
    Wanted,
    /// It does not, for this reason.
    Skipped(Skip),
    /// The campaign's switch could not be read.
    Unknown,
}

/// Compares an event with what a webhook reports; `campaign_is_on` is `None` where the switch could not be read.
pub(crate) fn selection(
    webhook: &Webhook,
    event: &FeedbackEvent<'_>,
    campaign_is_on: Option<bool>,
) -> Selection {
    let config = &webhook.config;
    let channel = Channel::parse(&event.channel);
    if !channel.is_some_and(|channel| config.channels().contains(&channel)) {
        return Selection::Skipped(Skip::Channel);
    }
    if !config.feedback_statuses().contains(&*event.status) {
        return Selection::Skipped(Skip::Status);
    }
    match (config.campaigns(), campaign_is_on) {
        (CampaignScope::All, _) | (CampaignScope::SwitchedOn, Some(true)) => Selection::Wanted,
        (CampaignScope::SwitchedOn, Some(false)) => Selection::Skipped(Skip::Campaign),
        (CampaignScope::SwitchedOn, None) => Selection::Unknown,
    }
}
