//! How a single JSON value becomes a value of the domain.

use std::marker::PhantomData;

use deserr::{
    Deserr, IntoValue, Sequence as _, Value, ValueKind, ValuePointerRef, take_cf_content,
};
use domain::{
    Refusal,
    config::{CampaignScope, Channel, FeedbackStatus, Selection, WebhookName},
    endpoint::EndpointUrl,
    headers::{CustomHeaderName, HEADERS_MAX, too_many},
    jwt::{Algorithm, Audiences, ExtraClaims, TokenLifetime, TokenPrefix, TokenText},
    oauth::{ClientAuthentication, ClientId, Scope, TokenAudience},
    standard_webhooks::SignatureScheme,
};
use http::HeaderName;
use secrecy::SecretString;
use serde_json::Map;

use crate::invalid::{Invalid, unknown_value};

/// A value of the domain that is made from a JSON value of another type.
pub trait Field: Sized {
    /// The JSON value's type.
    type Raw: Deserr<Invalid>;

    /// Makes the value.
    ///
    /// # Errors
    /// Why the JSON value is refused.
    fn check(raw: Self::Raw) -> Result<Self, Refused>;
}

/// Why a JSON value is refused: as a whole, or at these of its members.
pub struct Refused {
    /// Names of members; none for the whole.
    members: Vec<&'static str>,
    /// The reason.
    refusal: Refusal,
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self {
            members: Vec::new(),
            refusal,
        }
    }
}

/// A [`Field`] as deserr reads it.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked<T>(pub T);

impl<T: Field> Deserr<Invalid> for Checked<T> {
    fn deserialize_from_value<V: IntoValue>(
        value: Value<V>,
        location: ValuePointerRef<'_>,
    ) -> Result<Self, Invalid> {
        let raw = T::Raw::deserialize_from_value(value, location)?;
        T::check(raw)
            .map(Self)
            .map_err(|Refused { members, refusal }| {
                if members.is_empty() {
                    return Invalid::at(location, refusal);
                }
                let mut faults = Invalid::default();
                for member in members {
                    faults.extend(Invalid::at(location.push_key(member), refusal.clone()));
                }
                faults
            })
    }
}

/// A value that is looked at by itself, whatever is wrong with its neighbours; `None` where it cannot be read.
#[derive(Debug, Clone)]
pub struct Readable<T>(pub Option<T>);

impl<T> Default for Readable<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Deserr<Invalid>> Deserr<Invalid> for Readable<T> {
    fn deserialize_from_value<V: IntoValue>(
        value: Value<V>,
        location: ValuePointerRef<'_>,
    ) -> Result<Self, Invalid> {
        Ok(Self(T::deserialize_from_value(value, location).ok()))
    }
}

/// At most [`HEADERS_MAX`] entries; the ones after them are not read.
#[derive(Debug, Clone)]
pub struct HeaderList<T>(pub Vec<T>);

impl<T> Default for HeaderList<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Deserr<Invalid>> Deserr<Invalid> for HeaderList<T> {
    fn deserialize_from_value<V: IntoValue>(
        value: Value<V>,
        location: ValuePointerRef<'_>,
    ) -> Result<Self, Invalid> {
        let entries = match value {
            Value::Sequence(entries) => entries,
            other => return Err(wrong_type(other, &[ValueKind::Sequence], location)),
        };
        let mut faults = Invalid::default();
        if entries.len() > HEADERS_MAX {
            faults.extend(Invalid::at(location, too_many()));
        }
        let mut read = Vec::with_capacity(entries.len().min(HEADERS_MAX));
        for (index, entry) in entries.into_iter().take(HEADERS_MAX).enumerate() {
            match T::deserialize_from_value(entry.into_value(), location.push_index(index)) {
                Ok(entry) => read.push(entry),
                Err(invalid) => faults.extend(invalid),
            }
        }
        if faults.is_empty() {
            Ok(Self(read))
        } else {
            Err(faults)
        }
    }
}

/// The fault of a value of another JSON type.
pub(super) fn wrong_type<V: IntoValue>(
    actual: Value<V>,
    accepted: &[ValueKind],
    location: ValuePointerRef<'_>,
) -> Invalid {
    use deserr::{DeserializeError as _, ErrorKind};
    take_cf_content(Invalid::error::<V>(
        None,
        ErrorKind::IncorrectValueKind { actual, accepted },
        location,
    ))
}

/// A member that only responses have. A request may repeat it, so that what was read can be sent back changed.
pub type ReadOnly = PhantomData<()>;

/// Writes [`Field`] for a type that checks a JSON string.
macro_rules! text_field {
    ($($name:ty: $check:expr;)*) => {
        $(impl Field for $name {
            type Raw = String;

            fn check(text: String) -> Result<Self, Refused> {
                let check: fn(&str) -> Result<Self, Refusal> = $check;
                Ok(check(&text)?)
            }
        })*
    };
}

text_field! {
    WebhookName: Self::parse;
    FeedbackStatus: Self::parse;
    EndpointUrl: Self::parse;
    CustomHeaderName: Self::parse;
    TokenText: Self::parse;
    TokenPrefix: Self::parse;
    Channel: |text| word(text, &CHANNELS);
    CampaignScope: |text| word(text, &CAMPAIGN_SCOPES);
    Algorithm: |text| word(text, &algorithms());
    SecretString: |text| Ok(Self::from(text));
    TokenHeaderName: Self::parse;
    SignatureScheme: |text| word(text, &signature_schemes());
    ClientId: Self::parse;
    ClientAuthentication: |text| word(text, &CLIENT_AUTHENTICATIONS);
    Scope: Self::parse;
    TokenAudience: Self::parse;
}

const CHANNELS: [(&str, Channel); 2] = [("email", Channel::Email), ("sms", Channel::Sms)];
const CAMPAIGN_SCOPES: [(&str, CampaignScope); 2] = [
    ("switchedOn", CampaignScope::SwitchedOn),
    ("all", CampaignScope::All),
];

const CLIENT_AUTHENTICATIONS: [(&str, ClientAuthentication); 2] = [
    ("basic", ClientAuthentication::Basic),
    ("body", ClientAuthentication::Body),
];

fn signature_schemes() -> [(&'static str, SignatureScheme); 2] {
    SignatureScheme::ALL.map(|scheme| (scheme.as_str(), scheme))
}

fn algorithms() -> [(String, Algorithm); 12] {
    Algorithm::ALL.map(|algorithm| (format!("{algorithm:?}"), algorithm))
}

fn word<T: Copy>(text: &str, vocabulary: &[(impl AsRef<str>, T)]) -> Result<T, Refusal> {
    vocabulary
        .iter()
        .find(|(word, _)| word.as_ref() == text)
        .map(|(_, value)| *value)
        .ok_or_else(|| unknown_value(vocabulary.iter().map(|(word, _)| word.as_ref())))
}

/// The header that carries the token: any that a custom header may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenHeaderName(pub HeaderName);

impl TokenHeaderName {
    fn parse(text: &str) -> Result<Self, Refusal> {
        CustomHeaderName::parse(text).map(|name| Self(name.name().clone()))
    }
}

impl<T: Field + Ord> Field for Selection<T> {
    type Raw = Vec<Checked<T>>;

    fn check(values: Self::Raw) -> Result<Self, Refused> {
        Ok(Self::new(values.into_iter().map(|Checked(value)| value))?)
    }
}

impl Field for Audiences {
    type Raw = Vec<Checked<TokenText>>;

    fn check(audiences: Self::Raw) -> Result<Self, Refused> {
        let audiences = audiences.into_iter().map(|Checked(text)| text);
        Ok(Self::new(audiences.collect())?)
    }
}

impl Field for TokenLifetime {
    type Raw = u64;

    fn check(seconds: u64) -> Result<Self, Refused> {
        Ok(Self::from_seconds(seconds)?)
    }
}

impl Field for ExtraClaims {
    type Raw = JsonObject;

    fn check(JsonObject(claims): JsonObject) -> Result<Self, Refused> {
        Self::new(claims).map_err(|(members, refusal)| Refused { members, refusal })
    }
}

/// A JSON object with members of any type.
pub struct JsonObject(pub(super) Map<String, serde_json::Value>);

impl Deserr<Invalid> for JsonObject {
    fn deserialize_from_value<V: IntoValue>(
        value: Value<V>,
        location: ValuePointerRef<'_>,
    ) -> Result<Self, Invalid> {
        match <serde_json::Value as Deserr<Invalid>>::deserialize_from_value(value, location)? {
            serde_json::Value::Object(members) => Ok(Self(members)),
            other => Err(wrong_type(other.into_value(), &[ValueKind::Map], location)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_and_responses_use_the_same_words() {
        fn written<T: serde::Serialize>(value: T) -> String {
            serde_json::to_value(value)
                .unwrap()
                .as_str()
                .unwrap()
                .to_owned()
        }
        for (word, channel) in CHANNELS {
            assert_eq!(written(channel), word);
        }
        for (word, scope) in CAMPAIGN_SCOPES {
            assert_eq!(written(scope), word);
        }
        for (word, client_authentication) in CLIENT_AUTHENTICATIONS {
            assert_eq!(written(client_authentication), word);
        }
        for (word, scheme) in signature_schemes() {
            assert_eq!(written(scheme), word);
        }
        for (word, algorithm) in algorithms() {
            assert_eq!(written(algorithm), word);
        }
    }
}
