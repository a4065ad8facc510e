//! What every store must do about the campaigns' switches.

use super::samples::{fresh_key, in_sandbox, switch, webhook};
use crate::{CampaignStore, ConfigStore};

/// Switching on twice tells who did it first.
pub async fn a_switch_that_is_on_stays_as_it_was(store: &impl CampaignStore) {
    let key = fresh_key();
    let first = switch(&key, "campaign", "first");
    assert_eq!(
        store.read_switch(&key, &first.campaign).await.unwrap(),
        None
    );
    assert_eq!(
        store.switch_on(&first).await.unwrap(),
        (first.clone(), true)
    );
    assert_eq!(
        store
            .switch_on(&switch(&key, "campaign", "second"))
            .await
            .unwrap(),
        (first.clone(), false)
    );
    assert_eq!(
        store.read_switch(&key, &first.campaign).await.unwrap(),
        Some(first.clone())
    );
    assert_eq!(
        store
            .read_switch(&in_sandbox(&key, "other"), &first.campaign)
            .await
            .unwrap(),
        None
    );
}

/// Switching off is idempotent.
pub async fn a_switch_can_be_switched_off_twice(store: &impl CampaignStore) {
    let switch = switch(&fresh_key(), "campaign", "someone");
    store.switch_on(&switch).await.unwrap();
    assert!(
        store
            .switch_off(&switch.key, &switch.campaign)
            .await
            .unwrap()
    );
    assert!(
        !store
            .switch_off(&switch.key, &switch.campaign)
            .await
            .unwrap()
    );
    assert_eq!(
        store
            .read_switch(&switch.key, &switch.campaign)
            .await
            .unwrap(),
        None
    );
}

/// A sandbox may have thousands of campaigns; a neighbour whose name begins alike has its own.
pub async fn pages_hold_every_switch_of_the_sandbox_once(store: &impl CampaignStore) {
    let key = fresh_key();
    let campaigns = ["a", "b", "c", "d", "e"];
    for campaign in campaigns {
        store.switch_on(&switch(&key, campaign, "x")).await.unwrap();
    }
    let neighbour = in_sandbox(&key, &format!("{}-2", key.sandbox));
    store
        .switch_on(&switch(&neighbour, "f", "x"))
        .await
        .unwrap();
    for limit in [1, 2, 5, 100] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = store
                .list_switches(&key, after.as_ref(), limit)
                .await
                .unwrap();
            assert!(page.switches.len() <= limit.into());
            seen.extend(
                page.switches
                    .iter()
                    .map(|switch| switch.campaign.to_string()),
            );
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, campaigns, "limit {limit}");
    }
}

/// The switch belongs to the campaign: replacing the webhook by a new one does not silence it.
pub async fn a_switch_outlives_the_webhook(store: &(impl ConfigStore + CampaignStore)) {
    let webhook = webhook(&fresh_key());
    let switch = switch(&webhook.key, "campaign", "someone");
    store.create(&webhook).await.unwrap();
    store.switch_on(&switch).await.unwrap();
    store.delete(&webhook.key, webhook.id, 1).await.unwrap();
    assert_eq!(
        store
            .read_switch(&switch.key, &switch.campaign)
            .await
            .unwrap(),
        Some(switch)
    );
}
