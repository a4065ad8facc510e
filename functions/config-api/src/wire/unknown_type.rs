//! What can be said of an authentication's members while nobody knows its type.

use deserr::{Deserr, IntoValue, Value, ValuePointerRef};
use serde_json::{Map, Value as Json};

use super::{
    client_credentials::ClientCredentialsRequest, fields::JsonObject, jwt::JwtRequest,
    standard_webhooks::StandardWebhooksRequest,
};
use crate::invalid::Invalid;

/// The faults of members that no type has, and of those that none of the types which have them would take.
pub(super) fn wrong_for_every_type<V: IntoValue>(
    members: Value<V>,
    location: ValuePointerRef<'_>,
) -> Invalid {
    let members = match JsonObject::deserialize_from_value(members, location) {
        Ok(JsonObject(members)) => members,
        Err(invalid) => return invalid,
    };
    let mut faults = Invalid::default();
    for (name, value) in members {
        let place = location.push_key(&name);
        let judged = [
            read_alone::<JwtRequest>,
            read_alone::<StandardWebhooksRequest>,
            read_alone::<ClientCredentialsRequest>,
        ]
        .map(|read| read(&name, &value, location).within(place));
        let mut known = judged
            .iter()
            .filter(|faults| !faults.is_unknown_field(place))
            .peekable();
        let wrong = if known.peek().is_none() {
            judged.first()
        } else if known.clone().all(|faults| !faults.is_empty()) {
            known.next()
        } else {
            None
        };
        faults.extend(wrong.cloned().unwrap_or_default());
    }
    faults
}

/// What is wrong with an authentication of this type that has one member alone.
fn read_alone<T: Deserr<Invalid>>(
    name: &str,
    value: &Json,
    location: ValuePointerRef<'_>,
) -> Invalid {
    let alone = Json::Object(Map::from_iter([(name.to_owned(), value.clone())]));
    T::deserialize_from_value(alone.into_value(), location)
        .err()
        .unwrap_or_default()
}
