//! One message of a batch, read: what it says, how far it has come, and what names it. Reading never fails for what a
//! message holds; an unreadable one is a record too.

use domain::{
    event::{FeedbackEvent, Unreadable},
    key::{CampaignId, ConfigKey},
};
use jiff::Timestamp;
use queue_message::event_id;

use crate::{attributes::Progress, message::Message, retry::queue_delay_seconds};

/// A message of the feedback or the retry queue.
#[derive(Debug)]
pub struct Record<'a> {
    /// The queue's id of the message.
    pub message_id: &'a str,
    /// The body as it came; it never changes.
    pub body: &'a str,
    /// The `MessageGroupId`, which keeps tenants apart; it travels along.
    pub group_id: Option<&'a str>,
    /// How far the event has come.
    pub progress: Progress,
    /// Whether the time of the next attempt had not come when the message was read.
    pub is_waiting: bool,
    /// The event, or why there is none.
    pub event: Result<FeedbackEvent<'a>, Unreadable>,
    /// The event's id, given or derived.
    pub event_id: String,
    /// The event's campaign, if it has one that can be switched on.
    pub campaign: Option<CampaignId>,
}

/// A message without an id came; it could not be reported as failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a message of the batch has no id")]
pub struct NoMessageId;

impl<'a> Record<'a> {
    /// Reads a message.
    ///
    /// # Errors
    /// [`NoMessageId`]; a blank id counts as none.
    pub fn read(message: Message<'a>, now: Timestamp) -> Result<Self, NoMessageId> {
        let message_id = message.id().ok_or(NoMessageId)?;
        let body = message.body();
        let event = FeedbackEvent::parse(body);
        let given_id = event
            .as_ref()
            .ok()
            .and_then(|event| event.event_id.as_deref());
        let event_id = event_id(given_id, body).into_owned();
        let campaign = event
            .as_ref()
            .ok()
            .and_then(|event| CampaignId::parse(event.campaign.as_deref()?).ok());
        let progress = Progress::read(|name| message.attribute(name), now);
        Ok(Self {
            message_id,
            body,
            group_id: message.group_id(),
            is_waiting: progress
                .retry_at
                .is_some_and(|retry_at| queue_delay_seconds(retry_at, now).is_some()),
            progress,
            event,
            event_id,
            campaign,
        })
    }

    /// What the event belongs to; `None` for an unreadable one.
    pub fn key(&self) -> Option<&ConfigKey> {
        self.event.as_ref().ok().map(|event| &event.key)
    }
}
