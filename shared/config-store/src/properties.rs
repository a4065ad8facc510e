//! What holds for every item that a table can have, whoever wrote it: it is read as a value that can be written again, or
//! refused without repeating what is in it.

use std::collections::HashMap;

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use domain::{
    config::{CampaignSwitch, Webhook},
    health::{EndpointHealth, EndpointState},
    key::CampaignId,
};
use proptest::{prelude::*, sample::Index};

use crate::{
    UnreadableItem, contract,
    health_item::{health_from_item, health_to_item},
    item::{Attributes, switch_from_item, switch_to_item, webhook_from_item, webhook_to_item},
    key_set_item::{key_set_from_item, key_set_to_item},
};

/// Part of every text of a made-up item, so that it shows where one is repeated.
const CANARY: &str = "canary";

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(CANARY.to_owned()),
        "\\PC{0,9}".prop_map(|text| format!("{CANARY}{text}")),
        prop::sample::select(vec![
            "", "jwt", "none", "HS256", "{}", "gone", "open", "email"
        ])
        .prop_map(str::to_owned),
    ]
}

fn attribute() -> impl Strategy<Value = AttributeValue> {
    let number = prop_oneof![
        any::<i64>().prop_map(|number| number.to_string()),
        any::<f64>().prop_map(|number| number.to_string()),
        "[0-9]{1,40}|-?[0-9]{1,3}[.][0-9]{1,3}|NaN",
    ];
    let bytes = || prop::collection::vec(any::<u8>(), 0..9).prop_map(Blob::new);
    let leaf = prop_oneof![
        6 => text().prop_map(AttributeValue::S),
        1 => number.prop_map(AttributeValue::N),
        1 => any::<bool>().prop_map(AttributeValue::Bool),
        1 => any::<bool>().prop_map(AttributeValue::Null),
        1 => bytes().prop_map(AttributeValue::B),
        1 => prop::collection::vec(text(), 0..3).prop_map(AttributeValue::Ss),
        1 => prop::collection::vec("[0-9]{1,3}", 0..3).prop_map(AttributeValue::Ns),
        1 => prop::collection::vec(bytes(), 0..3).prop_map(AttributeValue::Bs),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(AttributeValue::L),
            prop::collection::hash_map("[a-z_]{0,9}|ciphertext|set_at", inner, 0..4)
                .prop_map(AttributeValue::M),
        ]
    })
}

/// Another value at a place of an item, or none at an attribute of it.
fn change() -> impl Strategy<Value = (Index, Option<AttributeValue>)> {
    (any::<Index>(), prop::option::weighted(0.9, attribute()))
}

fn changed(item: Attributes, changes: Vec<(Index, Option<AttributeValue>)>) -> Attributes {
    let mut item = AttributeValue::M(item);
    for (index, replacement) in changes {
        let count = places(&item);
        if let Some(replacement) = replacement {
            let mut place = 1 + index.index(count - 1);
            if let Some(value) = value_at(&mut item, &mut place) {
                *value = replacement;
            }
        } else if let AttributeValue::M(attributes) = &mut item {
            let mut names: Vec<_> = attributes.keys().cloned().collect();
            names.sort_unstable();
            attributes.remove(index.get(&names));
        }
    }
    item.as_m().cloned().unwrap_or_default()
}

/// How many values there are in a value, itself included.
fn places(value: &AttributeValue) -> usize {
    1 + match value {
        AttributeValue::M(members) => members.values().map(places).sum(),
        AttributeValue::L(entries) => entries.iter().map(places).sum(),
        _ => 0,
    }
}

/// The value at this place, counted from 0 in the order of names.
fn value_at<'a>(
    value: &'a mut AttributeValue,
    place: &mut usize,
) -> Option<&'a mut AttributeValue> {
    if *place == 0 {
        return Some(value);
    }
    *place -= 1;
    match value {
        AttributeValue::M(members) => {
            let mut members: Vec<_> = members.iter_mut().collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            members
                .into_iter()
                .find_map(|(_, value)| value_at(value, place))
        }
        AttributeValue::L(entries) => entries.iter_mut().find_map(|value| value_at(value, place)),
        _ => None,
    }
}

/// Reads an item. What is read is written and read again as the same; what is refused is not repeated.
fn holds<T: PartialEq + std::fmt::Debug>(
    item: Attributes,
    read: fn(Attributes) -> Result<T, UnreadableItem>,
    write: fn(&T) -> Result<Attributes, UnreadableItem>,
) {
    match read(item) {
        Ok(value) => assert_eq!(read(write(&value).unwrap()).unwrap(), value),
        Err(refused) => assert!(!refused.problem.contains(CANARY), "{refused}"),
    }
}

fn webhook() -> Webhook {
    contract::webhook(&contract::fresh_key())
}

fn switch() -> CampaignSwitch {
    CampaignSwitch {
        key: contract::fresh_key(),
        campaign: CampaignId::parse("c").unwrap(),
        enabled_at: webhook().audit.created_at,
        enabled_by: "somebody".to_owned(),
    }
}

fn health() -> EndpointHealth {
    let webhook = webhook();
    EndpointHealth {
        webhook: webhook.id,
        version: webhook.version,
        state: EndpointState::Open {
            failed_probes: 1,
            probe_at: webhook.audit.created_at,
        },
        since: webhook.audit.created_at,
        last_status: Some(503),
        last_error: Some("timeout".to_owned()),
        key: webhook.key,
    }
}

proptest! {
    #[test]
    fn no_item_is_too_odd(item in prop::collection::hash_map("[a-z_]{0,9}|pk|sk|sandbox|id|version", attribute(), 0..9)) {
        holds(item.clone(), webhook_from_item, webhook_to_item);
        holds(item.clone(), switch_from_item, switch_to_item);
        holds(item.clone(), health_from_item, health_to_item);
        holds(item, key_set_from_item, key_set_to_item);
    }

    #[test]
    fn a_damaged_item_is_refused_or_read_as_what_it_says(changes in prop::collection::vec(change(), 0..4)) {
        let damaged = |item: Result<Attributes, UnreadableItem>| changed(item.unwrap(), changes.clone());
        holds(damaged(webhook_to_item(&webhook())), webhook_from_item, webhook_to_item);
        holds(damaged(switch_to_item(&switch())), switch_from_item, switch_to_item);
        holds(damaged(health_to_item(&health())), health_from_item, health_to_item);
        let keys = webhook().key_set().unwrap();
        holds(damaged(key_set_to_item(&keys)), key_set_from_item, key_set_to_item);
    }
}

#[test]
fn every_place_of_an_item_can_be_changed() {
    let item = webhook_to_item(&webhook()).unwrap();
    let mut value = AttributeValue::M(HashMap::clone(&item));
    let count = places(&value);
    assert!(count > 2 * item.len());
    for place in 0..count {
        assert!(value_at(&mut value, &mut place.clone()).is_some());
    }
    assert!(value_at(&mut value, &mut count.clone()).is_none());
}

#[test]
fn a_webhook_that_was_copied_to_another_sandbox_cannot_be_read() {
    let mut item = webhook_to_item(&webhook()).unwrap();
    let elsewhere = AttributeValue::S("webhook#other".to_owned());
    item.insert("sk".to_owned(), elsewhere);
    assert!(webhook_from_item(item).is_err());
}
