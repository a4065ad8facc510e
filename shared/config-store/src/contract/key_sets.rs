//! What every store must do about key sets.

use domain::config::{Authentication, Webhook};

use super::samples::{fresh_key, webhook, with_authentication};
use crate::{ConfigStore, KeySetStore};

/// The webhook's next version, with no authentication.
fn without_keys(webhook: &Webhook) -> Webhook {
    Webhook {
        version: webhook.version + 1,
        ..with_authentication(webhook, Authentication::None)
    }
}

/// Receivers know the webhook's id only.
pub async fn a_key_set_is_read_back_whole_without_its_organisation(
    store: &(impl ConfigStore + KeySetStore),
) {
    let webhook = webhook(&fresh_key());
    assert_eq!(store.read_key_set(webhook.id).await.unwrap(), None);
    store.create(&webhook).await.unwrap();
    let stored = store.read_key_set(webhook.id).await.unwrap();
    assert_eq!(stored, webhook.key_set());
    assert_eq!(stored.unwrap().keys.len(), 3);
}

/// Nobody is shown a key that does not sign, and everybody the one that does.
pub async fn a_key_set_follows_every_change_of_its_webhook(
    store: &(impl ConfigStore + KeySetStore),
) {
    let first = webhook(&fresh_key());
    store.create(&first).await.unwrap();
    let second = without_keys(&first);
    store.replace(&second).await.unwrap();
    assert_eq!(store.read_key_set(first.id).await.unwrap(), None);
    let third = Webhook {
        version: 3,
        ..first
    };
    store.replace(&third).await.unwrap();
    let stored = store.read_key_set(third.id).await.unwrap();
    assert_eq!(stored, third.key_set());
    store.delete(&third.key, third.id, 3).await.unwrap();
    assert_eq!(store.read_key_set(third.id).await.unwrap(), None);
}

/// A write that loses against another one changes neither of the two.
pub async fn a_refused_write_leaves_the_key_set_as_it_was(
    store: &(impl ConfigStore + KeySetStore),
) {
    let stored = webhook(&fresh_key());
    store.create(&stored).await.unwrap();
    let other = webhook(&stored.key);
    assert!(store.create(&other).await.is_err());
    assert_eq!(store.read_key_set(other.id).await.unwrap(), None);
    let stale = Webhook {
        version: 7,
        ..without_keys(&stored)
    };
    assert!(store.replace(&stale).await.is_err());
    assert!(store.delete(&stored.key, stored.id, 2).await.is_err());
    let key_set = store.read_key_set(stored.id).await.unwrap();
    assert_eq!(key_set, stored.key_set());
}
