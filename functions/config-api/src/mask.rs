//! Masks the addresses of recipients in a payload, for people who look into deliveries. Pure.

use std::collections::BTreeSet;

use serde_json::Value;

/// What stands for the hidden part.
const MASK: &str = "•••";
/// Shorter addresses are masked only where they are the whole of a text; else a `7` would spoil every number.
const ANYWHERE_MIN_BYTES: usize = 5;

/// The payload's text with every address of its recipient masked, wherever in it that occurs.
///
/// Addresses are what `channelContext` and `identityMap` hold; failure reasons often repeat them. The rest of the text
/// stays as it is, so that the order of members survives.
pub(crate) fn mask_recipients(payload: &str) -> String {
    let Ok(parsed) = serde_json::from_str::<Value>(payload) else {
        return MASK.to_owned();
    };
    let mut addresses = BTreeSet::new();
    for member in ["profileAddress", "profileNumber"] {
        addresses.extend(parsed["channelContext"][member].as_str());
    }
    let identities = parsed["identityMap"].as_object().into_iter().flatten();
    for (_, identities) in identities {
        let identities = identities.as_array().into_iter().flatten();
        addresses.extend(identities.filter_map(|identity| identity["id"].as_str()));
    }
    // The longest first, since one address may be a part of another.
    let mut addresses: Vec<&str> = addresses
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect();
    addresses.sort_by_key(|address| std::cmp::Reverse(address.len()));
    let shown = addresses.iter().fold(payload.to_owned(), |text, address| {
        let (from, to) = (as_written(address), as_written(&masked(address)));
        if address.len() < ANYWHERE_MIN_BYTES {
            text.replace(&format!("\"{from}\""), &format!("\"{to}\""))
        } else {
            text.replace(&from, &to)
        }
    });
    // JSON can write a text in many ways. One that was not found above is found where texts are compared.
    let is_hidden = serde_json::from_str(&shown).is_ok_and(|value| !mentions(&value, &addresses));
    if is_hidden { shown } else { MASK.to_owned() }
}

/// Whether an address is still there.
fn mentions(value: &Value, addresses: &[&str]) -> bool {
    match value {
        Value::String(text) => addresses.iter().any(|address| {
            text == address || address.len() >= ANYWHERE_MIN_BYTES && text.contains(address)
        }),
        Value::Array(values) => values.iter().any(|value| mentions(value, addresses)),
        Value::Object(members) => members.values().any(|value| mentions(value, addresses)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The first character and the domain of an e-mail address, the last two characters of anything else.
fn masked(address: &str) -> String {
    if let Some((local, domain)) = address.rsplit_once('@') {
        let first = local.chars().next().map(String::from).unwrap_or_default();
        return format!("{first}{MASK}@{domain}");
    }
    let end = address
        .char_indices()
        .rev()
        .nth(1)
        .map_or(address.len(), |(index, _)| index);
    format!("{MASK}{}", &address[end..])
}

/// A text as it is between the quotes of JSON.
fn as_written(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_masked_wherever_they_occur() {
        let payload = r#"{"channelContext":{"profileAddress":"anna@example.com","profileNumber":"+46701234567"},"messageDeliveryFeedback":{"messageFailure":{"reason":"anna@example.com is unknown"}},"identityMap":{"email":[{"id":"anna@example.com"}],"crm":[{"id":"x\"1"}],"short":[{"id":"7"}]}}"#;
        assert_eq!(
            mask_recipients(payload),
            r#"{"channelContext":{"profileAddress":"a•••@example.com","profileNumber":"•••67"},"messageDeliveryFeedback":{"messageFailure":{"reason":"a•••@example.com is unknown"}},"identityMap":{"email":[{"id":"a•••@example.com"}],"crm":[{"id":"•••\"1"}],"short":[{"id":"•••"}]}}"#
        );
    }

    #[test]
    fn an_address_that_is_written_in_another_way_is_not_shown() {
        let payload = r#"{"identityMap":{"email":[{"id":"\u0061nna@example.com"}]}}"#;
        assert_eq!(mask_recipients(payload), MASK);
    }

    #[test]
    fn any_payload_can_be_masked() {
        for payload in [
            "",
            "[]",
            "{}",
            r#"{"identityMap":7}"#,
            r#"{"identityMap":{"a":[7,{"id":""}]}}"#,
        ] {
            mask_recipients(payload);
        }
    }
}
