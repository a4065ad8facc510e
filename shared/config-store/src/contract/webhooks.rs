//! What every store must do about webhooks.

use domain::{
    config::{Authentication, Webhook},
    endpoint::EndpointUrl,
    oauth::{ClientAuthentication, ClientCredentials, ClientId, Scope, TokenAudience},
    standard_webhooks::{PreviousSecret, SignaturePublicKey, SignatureSecret, StandardWebhooks},
};

use super::samples::{fresh_key, in_sandbox, sealed, switch, webhook, with_authentication};
use crate::{CampaignStore, ConfigStore, StoreError};

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
        let webhook = with_authentication(&webhook(&fresh_key()), authentication);
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
