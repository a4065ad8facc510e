//! A webhook as JSON, in the form of its stored item, for the way from one function to the other. Secrets stay sealed.

use domain::{Refusal, config::Webhook};
use serde_json::{Map, Value};

use crate::{
    UnreadableItem,
    item::{self, WebhookItem},
};

/// Writes a webhook.
///
/// # Errors
/// [`UnreadableItem`] for one that JSON has no form for; there is none.
pub fn write(webhook: &Webhook) -> Result<Map<String, Value>, UnreadableItem> {
    match serde_json::to_value(WebhookItem::from(webhook)) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(unreadable("a webhook is an object")),
        Err(error) => Err(unreadable(error)),
    }
}

/// Reads what [`write()`] wrote, through the domain's own constructors.
///
/// # Errors
/// [`UnreadableItem`] for anything else.
pub fn read(object: Map<String, Value>) -> Result<Webhook, UnreadableItem> {
    let item: WebhookItem =
        serde_path_to_error::deserialize(Value::Object(object)).map_err(|error| {
            // The message of serde may repeat what it cannot read, so only the place is told.
            unreadable(format!(
                "`{}` is of another form, or lacks a part",
                error.path()
            ))
        })?;
    item.try_into()
        .map_err(|refusal: Refusal| unreadable(refusal.message))
}

fn unreadable(problem: impl ToString) -> UnreadableItem {
    UnreadableItem {
        sort_key: item::WEBHOOK_PREFIX.to_owned(),
        problem: problem.to_string(),
    }
}
