//! What every store must find for delivery.

use domain::key::{CampaignId, ConfigKey};

use super::samples::{fresh_key, switch, webhook};
use crate::{CampaignStore, ConfigLookup, ConfigStore, Wanted};

/// Delivery learns what applies to its events, and of nobody else's configuration.
pub async fn a_look_up_finds_what_exists_and_nothing_else(
    store: &(impl ConfigStore + CampaignStore + ConfigLookup),
) {
    let (mine, other, none) = (webhook(&fresh_key()), webhook(&fresh_key()), fresh_key());
    store.create(&mine).await.unwrap();
    store.create(&other).await.unwrap();
    let on = switch(&mine.key, "on", "someone");
    store.switch_on(&on).await.unwrap();
    let campaign = |key: &ConfigKey, id| (key.clone(), CampaignId::parse(id).unwrap());
    let found = store
        .look_up(&Wanted {
            webhooks: [mine.key.clone(), none.clone()].into(),
            campaigns: [
                campaign(&mine.key, "on"),
                campaign(&mine.key, "off"),
                campaign(&other.key, "on"),
            ]
            .into(),
        })
        .await
        .unwrap();
    assert_eq!(found.campaigns, [campaign(&mine.key, "on")].into());
    assert_eq!(found.webhooks.len(), 1);
    assert_eq!(found.webhooks[&mine.key].as_ref().unwrap(), &mine);
    let nothing = store.look_up(&Wanted::default()).await.unwrap();
    assert!(nothing.webhooks.is_empty() && nothing.campaigns.is_empty());
}

/// `BatchGetItem` fetches 100 items; a batch of events may want more.
pub async fn a_look_up_may_want_more_than_one_call_can_fetch(
    store: &(impl CampaignStore + ConfigLookup),
) {
    let key = fresh_key();
    let ids: Vec<CampaignId> = (0..130)
        .map(|n| CampaignId::parse(&format!("c{n}")).unwrap())
        .collect();
    for id in &ids {
        store
            .switch_on(&switch(&key, id.as_str(), "someone"))
            .await
            .unwrap();
    }
    let campaigns = ids.into_iter().map(|id| (key.clone(), id)).collect();
    let wanted = Wanted {
        campaigns,
        ..Wanted::default()
    };
    assert_eq!(
        store.look_up(&wanted).await.unwrap().campaigns,
        wanted.campaigns
    );
}
