//! The same properties on inputs that are nearly right, which a fuzzer takes long to find.

use proptest::prelude::*;
use serde_json::{Value, json};

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,40}".prop_map(Value::from),
        prop::sample::select(vec![
            "",
            "none",
            "jwt",
            "HS256",
            "EdDSA",
            "email",
            "https://a.b/"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map("\\PC{0,9}|name|value|type|secret", inner, 0..6)
                .prop_map(Value::from_iter),
        ]
    })
}

/// The value with another one at each of the places.
fn changed(mut value: Value, changes: Vec<(&'static str, Value)>) -> String {
    for (pointer, replacement) in changes {
        let (parent, name) = pointer.rsplit_once('/').unwrap_or_default();
        match value.pointer_mut(parent) {
            Some(Value::Object(members)) => drop(members.insert(name.to_owned(), replacement)),
            Some(Value::Array(entries)) => entries.push(replacement),
            _ => {}
        }
    }
    value.to_string()
}

fn changes(places: &'static [&'static str]) -> impl Strategy<Value = Vec<(&'static str, Value)>> {
    prop::collection::vec((prop::sample::select(places), any_json()), 0..4)
}

fn configuration() -> Value {
    json!({
        "name": "n", "channels": ["email"], "url": "https://hooks.example.com/", "feedbackStatuses": ["sent"],
        "authentication": {
            "type": "jwt", "algorithm": "HS256", "secret": "0123456789abcdef0123456789abcdef",
            "audience": [], "claims": {},
        },
        "headers": [{"name": "X-A", "value": "a"}, {"name": "X-B", "value": "b", "secret": true}],
    })
}

fn event() -> Value {
    json!({
        "eventId": "e-1", "requestId": "r", "imsOrg": "o", "sandbox": {"name": "prod"}, "channel": "email",
        "messageExecution": {"campaignID": "c"}, "messageDeliveryFeedback": {"feedbackStatus": {"value": "sent"}},
        "identityMap": {},
    })
}

const CONFIGURATION_PLACES: &[&str] = &[
    "/name",
    "/channels",
    "/channels/0",
    "/url",
    "/authentication",
    "/authentication/type",
    "/authentication/algorithm",
    "/authentication/secret",
    "/authentication/privateKey",
    "/authentication/claims",
    "/authentication/claims/x",
    "/authentication/audience/0",
    "/authentication/lifetimeSeconds",
    "/authentication/headerName",
    "/headers",
    "/headers/0",
    "/headers/0/name",
    "/headers/1/value",
    "/headers/1/secret",
    "/feedbackStatuses",
    "/campaigns",
    "/paused",
    "/a~b/c",
    "/unknown",
];
const EVENT_PLACES: &[&str] = &[
    "/eventId",
    "/requestId",
    "/imsOrg",
    "/sandbox",
    "/sandbox/name",
    "/sandbox/x",
    "/channel",
    "/messageExecution",
    "/messageExecution/campaignID",
    "/messageDeliveryFeedback",
    "/messageDeliveryfeedback",
    "/messageDeliveryFeedback/feedbackStatus",
    "/messageDeliveryFeedback/offers",
    "/messageDeliveryFeedback/x",
    "/identityMap",
    "/eventType",
    "/occurredAt",
    "/unknown",
];

proptest! {
    #[test]
    fn configurations(changes in changes(CONFIGURATION_PLACES), other in any_json()) {
        fuzz::configuration(changed(configuration(), changes).as_bytes());
        fuzz::configuration(other.to_string().as_bytes());
    }

    #[test]
    fn events(changes in changes(EVENT_PLACES), other in any_json()) {
        fuzz::event(changed(event(), changes).as_bytes());
        fuzz::event(other.to_string().as_bytes());
    }

    #[test]
    fn headers(
        names in prop::collection::vec("[a-zA-Z0-9!#$%&'*+.^_`|~ -]{0,9}|Host|webhook-x|\\PC{0,9}", 0..25),
        value in "[ -~]{0,9}|x{2040,2050}|\\PC{0,9}",
    ) {
        let lines: Vec<_> = names.iter().map(|name| format!("{name}:{value}")).collect();
        fuzz::header(lines.join("\n").as_bytes());
    }

    #[test]
    fn retry_after_headers(
        text in "[0-9]{0,25}| *[0-9]{1,5} *|(Sun|Monday), 0?[0-9]{1,2}[ -](Nov|Feb)[ -][0-9]{2,4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT|\\PC*"
    ) {
        fuzz::retry_after(text.as_bytes());
    }

    #[test]
    fn urls(
        scheme in "https://|HTTPS://|https:|http://|\\PC{0,3}",
        userinfo in "([a-z:%]{0,4}@)?",
        host in "([a-z0-9_-]{0,8}[.。]){0,4}[a-z]{0,4}[.]?|(0x)?[0-9a-f０-９]{1,9}([.][0-9]{1,3}){0,4}|\\[[0-9a-f:.%]{0,20}\\]|xn--[a-z0-9-]{0,9}[.]com|\\PC{0,12}",
        port in "(:[0-9]{0,6})?",
        rest in "(/[ -~å]{0,20})?(\\?[ -~]{0,9})?(#[a-z]{0,3})?|\\PC{0,9}",
    ) {
        fuzz::url(format!("{scheme}{userinfo}{host}{port}{rest}").as_bytes());
    }

    #[test]
    fn bytes(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        fuzz::configuration(&bytes);
        fuzz::event(&bytes);
        fuzz::header(&bytes);
        fuzz::retry_after(&bytes);
        fuzz::url(&bytes);
    }
}
