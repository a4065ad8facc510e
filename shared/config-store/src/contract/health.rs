//! What every store must do for the health of endpoints.

use domain::{
    health::{EndpointHealth, EndpointState},
    key::{SandboxName, WebhookId},
};
use jiff::Timestamp;

use super::samples::fresh_key;
use crate::{ConfigLookup, HealthStore, StoreError, Wanted};

fn at(second: i64) -> Timestamp {
    // Fractions have to survive: a prober is told from another by the exact time.
    Timestamp::new(1_700_000_000 + second, 123_456_789).unwrap()
}

/// The first record of an endpoint whose circuit has just opened.
fn open_circuit() -> EndpointHealth {
    EndpointHealth {
        key: fresh_key(),
        webhook: WebhookId::new(uuid::Uuid::new_v4()),
        version: 2,
        state: open_until(10),
        since: at(0),
        last_status: Some(503),
        last_error: None,
    }
}

fn open_until(second: i64) -> EndpointState {
    EndpointState::Open {
        failed_probes: 0,
        probe_at: at(second),
    }
}

fn with_state(health: &EndpointHealth, state: EndpointState) -> EndpointHealth {
    EndpointHealth {
        state,
        ..health.clone()
    }
}

/// The API shows it, and delivery finds it with the configuration.
pub async fn a_record_is_read_back_whole_and_found_by_a_look_up(
    store: &(impl HealthStore + ConfigLookup),
) {
    let open = open_circuit();
    let gone = EndpointHealth {
        state: EndpointState::Gone,
        last_status: None,
        last_error: Some("timeout".to_owned()),
        ..open_circuit()
    };
    let healthy = fresh_key();
    assert_eq!(store.read_health(&open.key).await.unwrap(), None);
    for health in [&open, &gone] {
        store.open(health).await.unwrap();
        let stored = store.read_health(&health.key).await.unwrap();
        assert_eq!(stored.as_ref(), Some(health));
    }
    let wanted = Wanted {
        webhooks: [open.key.clone(), gone.key.clone(), healthy].into(),
        ..Wanted::default()
    };
    let found = store.look_up(&wanted).await.unwrap();
    assert_eq!(
        found.health,
        [open, gone]
            .map(|health| (health.key.clone(), health))
            .into()
    );
}

/// An inventory shows all of them at once.
pub async fn the_records_of_an_organisation_are_listed_and_no_others(store: &impl HealthStore) {
    let open = open_circuit();
    let mut other_sandbox = open.clone();
    other_sandbox.key.sandbox = SandboxName::parse("other").unwrap();
    let neighbour = open_circuit();
    for health in [&open, &other_sandbox, &neighbour] {
        store.open(health).await.unwrap();
    }
    let mut listed = store.list_health(&open.key.org).await.unwrap();
    listed.sort_by_key(|health| health.key.sandbox != open.key.sandbox);
    assert_eq!(listed, [open, other_sandbox]);
    let nobody = store.list_health(&fresh_key().org).await.unwrap();
    assert_eq!(nobody, []);
}

/// Many environments see an endpoint fail at the same time.
pub async fn of_concurrent_openings_exactly_one_succeeds(store: &impl HealthStore) {
    let health = open_circuit();
    let openings = (0..20).map(|_| store.open(&health));
    let results = futures_util::future::join_all(openings).await;
    let winners = results.iter().filter(|result| result.is_ok()).count();
    assert_eq!(winners, 1, "{results:?}");
    let again = store.open(&health).await;
    assert!(matches!(again, Err(StoreError::AlreadyExists)), "{again:?}");
}

/// An edit, and a webhook in the place of a deleted one, begin healthy.
pub async fn a_record_of_an_older_version_or_webhook_is_void(store: &impl HealthStore) {
    let first = open_circuit();
    store.open(&first).await.unwrap();
    let edited = EndpointHealth {
        version: 3,
        ..first.clone()
    };
    store.open(&edited).await.unwrap();
    let late = store.open(&first).await;
    assert!(matches!(late, Err(StoreError::AlreadyExists)), "{late:?}");
    let recreated = EndpointHealth {
        webhook: WebhookId::new(uuid::Uuid::new_v4()),
        version: 1,
        ..first.clone()
    };
    store.open(&recreated).await.unwrap();
    let stored = store.read_health(&first.key).await.unwrap();
    assert_eq!(stored, Some(recreated));
}

/// One prober at a time, across all environments.
pub async fn of_concurrent_probers_exactly_one_succeeds(store: &impl HealthStore) {
    let seen = open_circuit();
    let absent = store.change(&seen, &seen).await;
    assert!(matches!(absent, Err(StoreError::Stale)), "{absent:?}");
    store.open(&seen).await.unwrap();
    let claims: Vec<_> = (20..40)
        .map(|second| with_state(&seen, open_until(second)))
        .collect();
    let attempts = claims.iter().map(|claim| store.change(&seen, claim));
    let results = futures_util::future::join_all(attempts).await;
    let winners: Vec<_> = results
        .iter()
        .zip(&claims)
        .filter(|(result, _)| result.is_ok())
        .collect();
    assert_eq!(winners.len(), 1, "{results:?}");
    let stored = store.read_health(&seen.key).await.unwrap();
    assert_eq!(stored.as_ref(), Some(winners[0].1));
}

/// A prober that took too long does not close what another one has found to be broken.
pub async fn only_who_saw_the_last_change_closes_a_circuit(store: &impl HealthStore) {
    let seen = open_circuit();
    store.open(&seen).await.unwrap();
    let changed = with_state(&seen, open_until(20));
    store.change(&seen, &changed).await.unwrap();
    let late = store.close(&seen).await;
    assert!(matches!(late, Err(StoreError::Stale)), "{late:?}");
    let edited = EndpointHealth {
        version: 3,
        ..changed.clone()
    };
    let of_another_version = store.close(&edited).await;
    assert!(matches!(of_another_version, Err(StoreError::Stale)));
    store.close(&changed).await.unwrap();
    assert_eq!(store.read_health(&seen.key).await.unwrap(), None);
}

/// Only an edit helps.
pub async fn an_endpoint_that_is_gone_stays_so(store: &impl HealthStore) {
    let open = open_circuit();
    store.open(&open).await.unwrap();
    let gone = with_state(&open, EndpointState::Gone);
    store.change(&open, &gone).await.unwrap();
    for result in [
        store.change(&gone, &open).await,
        store.change(&open, &open).await,
        store.close(&gone).await,
        store.close(&open).await,
    ] {
        assert!(matches!(result, Err(StoreError::Stale)), "{result:?}");
    }
    assert_eq!(store.read_health(&open.key).await.unwrap(), Some(gone));
}
