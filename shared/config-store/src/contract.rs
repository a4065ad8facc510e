//! What every store must do.
//!
//! [`contract_tests!`](crate::contract_tests) makes a test of each function here. Each test uses an organisation of its
//! own, so that all can share one table with others.
#![expect(clippy::unwrap_used, reason = "this module is made of assertions")]

use domain::{
    config::{
        Audit, Authentication, CampaignScope, CampaignSwitch, Channel, Selection, Webhook,
        WebhookConfig, WebhookConfigParts, WebhookName,
    },
    endpoint::EndpointUrl,
    headers::{CustomHeader, CustomHeaderName, CustomHeaderValue, CustomHeaders, header_value},
    jwk::{PublicKey, PublishedKey},
    jwt::{
        Algorithm, Audiences, ExtraClaims, JwtAuthentication, TokenLifetime, TokenPrefix, TokenText,
    },
    key::{CampaignId, ConfigKey, OrgId, SandboxName, WebhookId},
    oauth::{ClientAuthentication, ClientCredentials, ClientId, Scope, TokenAudience},
    secret::SealedSecret,
    standard_webhooks::{PreviousSecret, SignaturePublicKey, SignatureSecret, StandardWebhooks},
    token_keys::{RetiredKey, TokenKey, TokenKeys},
};
use http::HeaderName;

use crate::{CampaignStore, ConfigLookup, ConfigStore, StoreError, Wanted};

/// Makes a test of every function of [`contract`](crate::contract); `$store` is an expression that awaits and yields
/// the store.
#[macro_export]
macro_rules! contract_tests {
    ($store:expr) => {
        $crate::contract_tests!($store;
            what_is_created_is_read_back_whole,
            every_kind_of_authentication_is_read_back_whole,
            second_create_for_a_sandbox_is_a_conflict,
            of_concurrent_creates_exactly_one_succeeds,
            a_replacement_needs_the_version_before_it,
            a_deleted_webhook_is_gone_and_its_key_free,
            a_webhook_of_another_id_is_never_replaced_or_deleted,
            pages_hold_every_webhook_of_the_organisation_once,
            a_switch_that_is_on_stays_as_it_was,
            a_switch_can_be_switched_off_twice,
            a_switch_outlives_the_webhook,
            pages_hold_every_switch_of_the_sandbox_once,
            a_look_up_finds_what_exists_and_nothing_else,
            a_look_up_may_want_more_than_one_call_can_fetch,
        );
        $crate::contract_tests!(health $store;
            a_record_is_read_back_whole_and_found_by_a_look_up,
            the_records_of_an_organisation_are_listed_and_no_others,
            of_concurrent_openings_exactly_one_succeeds,
            a_record_of_an_older_version_or_webhook_is_void,
            of_concurrent_probers_exactly_one_succeeds,
            only_who_saw_the_last_change_closes_a_circuit,
            an_endpoint_that_is_gone_stays_so,
        );
        $crate::contract_tests!(history $store;
            attempts_are_read_newest_first_in_parts,
            successes_and_failures_are_told_apart,
            a_success_among_many_failures_is_found,
            nobody_reads_the_attempts_of_another,
            counts_add_up_by_bucket,
        );
        $crate::contract_tests!(key_set $store;
            a_key_set_is_read_back_whole_without_its_organisation,
            a_key_set_follows_every_change_of_its_webhook,
            a_refused_write_leaves_the_key_set_as_it_was,
        );
    };
    (key_set $store:expr; $($name:ident,)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                $crate::key_set_contract::$name(&$store.await).await;
            }
        )*
    };
    (health $store:expr; $($name:ident,)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                $crate::health_contract::$name(&$store.await).await;
            }
        )*
    };
    (history $store:expr; $($name:ident,)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                $crate::history::contract::$name(&$store.await).await;
            }
        )*
    };
    ($store:expr; $($name:ident,)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                $crate::contract::$name(&$store.await).await;
            }
        )*
    };
}

/// A key in an organisation that nothing else uses.
pub fn fresh_key() -> ConfigKey {
    ConfigKey {
        org: OrgId::parse(&format!("{}@contract", uuid::Uuid::new_v4())).unwrap(),
        sandbox: SandboxName::parse("prod").unwrap(),
    }
}

fn sealed(ciphertext: &[u8]) -> SealedSecret {
    SealedSecret {
        ciphertext: ciphertext.to_vec(),
        set_at: "2026-01-02T03:04:05.678Z".parse().unwrap(),
    }
}

/// A webhook that uses every field that can be stored.
pub fn webhook(key: &ConfigKey) -> Webhook {
    let text = |text| TokenText::parse(text).unwrap();
    let claims =
        serde_json::from_str(r#"{"tenant": {"number": 12345678901234567, "flags": [true, null]}}"#)
            .unwrap();
    let config = WebhookConfig::new(WebhookConfigParts {
        name: WebhookName::parse("Återkoppling").unwrap(),
        channels: Selection::new([Channel::Sms, Channel::Email]).unwrap(),
        url: EndpointUrl::parse("https://hooks.example.com/feedback?x=1").unwrap(),
        authentication: Authentication::Jwt(Box::new(JwtAuthentication {
            algorithm: Algorithm::RS256,
            keys: TokenKeys::from_parts(
                TokenKey {
                    secret: sealed(&[0, 1, 254, 255]),
                    id: Some(text("k1")),
                    public: Some(rsa_key("k1")),
                },
                Some(TokenKey {
                    secret: sealed(b"next"),
                    id: None,
                    public: Some(rsa_key("k2")),
                }),
                vec![RetiredKey {
                    key: rsa_key("k0"),
                    published_at: "2026-01-01T00:00:00Z".parse().unwrap(),
                    until: "2026-01-03T00:00:00Z".parse().unwrap(),
                }],
            )
            .unwrap(),
            issuer: Some(text("issuer")),
            subject: None,
            audience: Audiences::new(vec![text("a"), text("b")]).unwrap(),
            lifetime: TokenLifetime::from_seconds(600).unwrap(),
            claims: ExtraClaims::new(claims).unwrap(),
            header_name: HeaderName::from_static("x-token"),
            header_prefix: TokenPrefix::parse("").unwrap(),
            token_per_delivery: true,
        })),
        headers: CustomHeaders::new(vec![
            CustomHeader {
                name: CustomHeaderName::parse("X-Plain").unwrap(),
                value: CustomHeaderValue::Plain(header_value("value").unwrap()),
            },
            CustomHeader {
                name: CustomHeaderName::parse("X-Secret").unwrap(),
                value: CustomHeaderValue::Secret(sealed(b"sealed")),
            },
        ])
        .unwrap(),
        feedback_statuses: Selection::documented(),
        campaigns: CampaignScope::All,
        paused: true,
    })
    .unwrap();
    Webhook {
        id: WebhookId::new(uuid::Uuid::new_v4()),
        key: key.clone(),
        version: 1,
        config,
        audit: Audit {
            created_at: "2026-01-02T03:04:05.678Z".parse().unwrap(),
            created_by: "creator@example.com".to_owned(),
            modified_at: "2026-02-03T04:05:06Z".parse().unwrap(),
            modified_by: "modifier@example.com".to_owned(),
        },
    }
}

fn rsa_key(id: &str) -> PublishedKey {
    PublishedKey {
        id: TokenText::parse(id).unwrap(),
        algorithm: Algorithm::RS256,
        key: PublicKey::Rsa {
            n: format!("modulus-{id}"),
            e: "AQAB".to_owned(),
        },
    }
}

fn switch(key: &ConfigKey, campaign: &str, by: &str) -> CampaignSwitch {
    CampaignSwitch {
        key: key.clone(),
        campaign: CampaignId::parse(campaign).unwrap(),
        enabled_at: "2026-03-04T05:06:07Z".parse().unwrap(),
        enabled_by: by.to_owned(),
    }
}

fn in_sandbox(key: &ConfigKey, sandbox: &str) -> ConfigKey {
    ConfigKey {
        org: key.org.clone(),
        sandbox: SandboxName::parse(sandbox).unwrap(),
    }
}

/// The API shows what was saved, down to the order of headers and the digits of numbers.
pub async fn what_is_created_is_read_back_whole(store: &impl ConfigStore) {
    let webhook = webhook(&fresh_key());
    assert_eq!(store.read(&webhook.key).await.unwrap(), None);
    store.create(&webhook).await.unwrap();
    assert_eq!(store.read(&webhook.key).await.unwrap(), Some(webhook));
}

/// Each kind is stored in a form of its own.
pub async fn every_kind_of_authentication_is_read_back_whole(store: &impl ConfigStore) {
    let public_key = SignaturePublicKey::parse(&format!("whpk_{}=", "A".repeat(43))).unwrap();
    let symmetric = SignatureSecret::Symmetric(sealed(&[0, 255]));
    let asymmetric = SignatureSecret::Asymmetric(sealed(&[1]), public_key);
    let previous = PreviousSecret {
        secret: symmetric.clone(),
        expires_at: "2026-01-03T03:04:05.678Z".parse().unwrap(),
    };
    let client = |client_authentication, scope, audience| {
        Authentication::ClientCredentials(Box::new(ClientCredentials {
            token_url: EndpointUrl::parse("https://login.example.com/token?tenant=1").unwrap(),
            client_id: ClientId::parse("a client: 100%").unwrap(),
            client_secret: sealed(&[2]),
            client_authentication,
            scope,
            audience,
        }))
    };
    for authentication in [
        Authentication::None,
        Authentication::StandardWebhooks(Box::new(StandardWebhooks {
            secret: symmetric,
            previous: None,
        })),
        Authentication::StandardWebhooks(Box::new(StandardWebhooks {
            secret: asymmetric,
            previous: Some(previous),
        })),
        client(ClientAuthentication::Basic, None, None),
        client(
            ClientAuthentication::Body,
            Some(Scope::parse("hooks:write openid").unwrap()),
            Some(TokenAudience::parse("https://hooks.example.com/å").unwrap()),
        ),
    ] {
        let mut webhook = webhook(&fresh_key());
        webhook.config = WebhookConfig::new(WebhookConfigParts {
            name: webhook.config.name().clone(),
            channels: webhook.config.channels().clone(),
            url: webhook.config.url().clone(),
            authentication,
            headers: CustomHeaders::default(),
            feedback_statuses: Selection::documented(),
            campaigns: CampaignScope::All,
            paused: false,
        })
        .unwrap();
        store.create(&webhook).await.unwrap();
        assert_eq!(store.read(&webhook.key).await.unwrap(), Some(webhook));
    }
}

/// One configuration per organisation + sandbox.
pub async fn second_create_for_a_sandbox_is_a_conflict(store: &impl ConfigStore) {
    let first = webhook(&fresh_key());
    store.create(&first).await.unwrap();
    let second = store.create(&webhook(&first.key)).await;
    assert!(
        matches!(second, Err(StoreError::AlreadyExists)),
        "{second:?}"
    );
    assert_eq!(store.read(&first.key).await.unwrap(), Some(first.clone()));
    store
        .create(&webhook(&in_sandbox(&first.key, "stage")))
        .await
        .unwrap();
}

/// The rule holds under concurrency.
pub async fn of_concurrent_creates_exactly_one_succeeds(store: &impl ConfigStore) {
    let key = fresh_key();
    let webhooks: Vec<Webhook> = (0..20).map(|_| webhook(&key)).collect();
    let results =
        futures_util::future::join_all(webhooks.iter().map(|webhook| store.create(webhook))).await;
    let winners: Vec<_> = results
        .iter()
        .zip(&webhooks)
        .filter(|(result, _)| result.is_ok())
        .collect();
    assert_eq!(winners.len(), 1);
    assert_eq!(store.read(&key).await.unwrap().as_ref(), Some(winners[0].1));
}

/// A lost update is impossible.
pub async fn a_replacement_needs_the_version_before_it(store: &impl ConfigStore) {
    let mut webhook = webhook(&fresh_key());
    let absent = store
        .replace(&Webhook {
            version: 2,
            ..webhook.clone()
        })
        .await;
    assert!(matches!(absent, Err(StoreError::Stale)), "{absent:?}");
    store.create(&webhook).await.unwrap();
    webhook.version = 2;
    webhook.audit.modified_by = "second".to_owned();
    store.replace(&webhook).await.unwrap();
    for stale in [1, 2, 4] {
        let result = store
            .replace(&Webhook {
                version: stale,
                ..webhook.clone()
            })
            .await;
        assert!(
            matches!(result, Err(StoreError::Stale)),
            "{stale}: {result:?}"
        );
    }
    assert_eq!(store.read(&webhook.key).await.unwrap(), Some(webhook));
}

/// A sandbox can get a new webhook after the old one was deleted.
pub async fn a_deleted_webhook_is_gone_and_its_key_free(store: &impl ConfigStore) {
    let old = webhook(&fresh_key());
    store.create(&old).await.unwrap();
    let stale = store.delete(&old.key, old.id, 2).await;
    assert!(matches!(stale, Err(StoreError::Stale)), "{stale:?}");
    store.delete(&old.key, old.id, 1).await.unwrap();
    assert_eq!(store.read(&old.key).await.unwrap(), None);
    let again = store.delete(&old.key, old.id, 1).await;
    assert!(matches!(again, Err(StoreError::Stale)), "{again:?}");
    store.create(&webhook(&old.key)).await.unwrap();
}

/// Versions start anew with each webhook; the id tells two of the same version apart.
pub async fn a_webhook_of_another_id_is_never_replaced_or_deleted(store: &impl ConfigStore) {
    let stored = webhook(&fresh_key());
    store.create(&stored).await.unwrap();
    let other = Webhook {
        version: 2,
        ..webhook(&stored.key)
    };
    assert!(matches!(
        store.replace(&other).await,
        Err(StoreError::Stale)
    ));
    assert!(matches!(
        store.delete(&stored.key, other.id, 1).await,
        Err(StoreError::Stale)
    ));
    assert_eq!(store.read(&stored.key).await.unwrap(), Some(stored));
}

/// The inventory is complete, and nobody else's.
pub async fn pages_hold_every_webhook_of_the_organisation_once(
    store: &(impl ConfigStore + CampaignStore),
) {
    let key = fresh_key();
    store.create(&webhook(&fresh_key())).await.unwrap();
    let sandboxes = ["a", "b", "c", "d", "e"];
    for sandbox in sandboxes {
        store
            .create(&webhook(&in_sandbox(&key, sandbox)))
            .await
            .unwrap();
        store
            .switch_on(&switch(&in_sandbox(&key, sandbox), "campaign", "x"))
            .await
            .unwrap();
    }
    for limit in [1, 2, 5, 100] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = store.list(&key.org, after.as_ref(), limit).await.unwrap();
            assert!(page.webhooks.len() <= limit.into());
            seen.extend(
                page.webhooks
                    .iter()
                    .map(|webhook| webhook.key.sandbox.to_string()),
            );
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, sandboxes, "limit {limit}");
    }
}

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
