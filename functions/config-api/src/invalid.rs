//! What is wrong with a request, field by field.
//!
//! deserr reports every fault of a body through [`Invalid`], and the checks across fields add theirs. No message
//! repeats a value, which may be a secret. No HTTP here.

use std::{fmt::Write as _, ops::ControlFlow};

use deserr::{DeserializeError, ErrorKind, IntoValue, MergeWithError, ValueKind, ValuePointerRef};
use domain::Refusal;
use serde::Serialize;
use utoipa::ToSchema;

/// Most faults that one answer lists: enough for any honest mistake, and a hostile body gets no megabytes back.
const FAULTS_MAX: usize = 100;

/// Code of a member for which there is no field.
const UNKNOWN_FIELD: &str = "unknown-field";

/// Where a wrong value stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// In the body: a JSON pointer (RFC 6901); empty for the body as a whole.
    #[schema(example = "/headers/0/name")]
    Pointer(String),
    /// In the request's headers: the header's name.
    Header(&'static str),
    /// In the path or the query: the parameter's name.
    Parameter(&'static str),
}

/// One wrong value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Fault {
    /// Where it stands.
    #[serde(flatten)]
    pub place: Place,
    /// Machine-readable reason; stable.
    #[schema(example = "header-name-reserved")]
    pub code: &'static str,
    /// What an administrator has to change; may be reworded.
    #[schema(
        example = "This header is set by the service itself or belongs to the connection; choose another name."
    )]
    pub detail: String,
}

impl Fault {
    /// A refused value and its place.
    pub fn new(place: Place, refusal: Refusal) -> Self {
        Self {
            place,
            code: refusal.code,
            detail: refusal.message,
        }
    }
}

/// All that is wrong with a body.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Invalid(Vec<Fault>);

impl Invalid {
    /// A single fault in the body.
    pub fn at(location: ValuePointerRef<'_>, refusal: Refusal) -> Self {
        Self(vec![Fault::new(
            Place::Pointer(json_pointer(location)),
            refusal,
        )])
    }

    /// Adds the fault at this JSON pointer.
    pub fn push(&mut self, pointer: impl Into<String>, refusal: Refusal) {
        self.0
            .push(Fault::new(Place::Pointer(pointer.into()), refusal));
    }

    /// Adds all faults of `other`.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// The value, or `None` after what is wrong with it was added at its JSON pointer.
    pub fn note<T>(&mut self, result: Result<T, (String, Refusal)>) -> Option<T> {
        result
            .map_err(|(pointer, refusal)| self.push(pointer, refusal))
            .ok()
    }

    /// The faults at this place and below it.
    pub fn within(mut self, location: ValuePointerRef<'_>) -> Self {
        let place = json_pointer(location);
        self.0.retain(|fault| match &fault.place {
            Place::Pointer(pointer) => pointer
                .strip_prefix(&place)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
            Place::Header(_) | Place::Parameter(_) => false,
        });
        self
    }

    /// Whether there is no field of this name.
    pub fn is_unknown_field(&self, location: ValuePointerRef<'_>) -> bool {
        let place = Place::Pointer(json_pointer(location));
        self.0
            .iter()
            .any(|fault| fault.place == place && fault.code == UNKNOWN_FIELD)
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The faults, each once, at most 100 of them.
    pub fn into_faults(mut self) -> Vec<Fault> {
        let mut seen = Vec::with_capacity(self.0.len().min(FAULTS_MAX));
        self.0.retain(|fault| {
            let is_new = seen.len() < FAULTS_MAX && !seen.contains(fault);
            if is_new {
                seen.push(fault.clone());
            }
            is_new
        });
        self.0
    }
}

impl MergeWithError<Invalid> for Invalid {
    fn merge(
        earlier: Option<Self>,
        other: Self,
        _location: ValuePointerRef<'_>,
    ) -> ControlFlow<Self, Self> {
        let mut all = earlier.unwrap_or_default();
        all.extend(other);
        if all.0.len() < FAULTS_MAX {
            ControlFlow::Continue(all)
        } else {
            ControlFlow::Break(all)
        }
    }
}

impl DeserializeError for Invalid {
    fn error<V: IntoValue>(
        earlier: Option<Self>,
        error: ErrorKind<'_, V>,
        location: ValuePointerRef<'_>,
    ) -> ControlFlow<Self, Self> {
        let fault = match error {
            ErrorKind::IncorrectValueKind { accepted, .. } => Self::at(
                location,
                Refusal::new(
                    "wrong-type",
                    format!("This must be {}.", kind_name(accepted)),
                ),
            ),
            ErrorKind::MissingField { field } => Self::at(
                location.push_key(field),
                required("This field is required."),
            ),
            ErrorKind::UnknownKey { key, .. } => Self::at(
                location.push_key(key),
                Refusal::new(UNKNOWN_FIELD, "There is no such field."),
            ),
            ErrorKind::UnknownValue { accepted, .. } => {
                Self::at(location, unknown_value(accepted.iter().copied()))
            }
            ErrorKind::BadSequenceLen { expected, .. } => Self::at(
                location,
                Refusal::new(
                    "wrong-type",
                    format!("This must be a list of {expected} values."),
                ),
            ),
            ErrorKind::Unexpected { .. } => Self::at(
                location,
                Refusal::new("wrong-type", "This value cannot be used here."),
            ),
        };
        Self::merge(earlier, fault, location)
    }
}

/// A value that has to be there and is not.
pub fn required(message: &str) -> Refusal {
    Refusal::new("required", message)
}

/// A value that has no meaning beside the others.
pub fn not_applicable(message: impl Into<String>) -> Refusal {
    Refusal::new("not-applicable", message)
}

/// A word outside a closed vocabulary.
pub fn unknown_value<'a>(accepted: impl Iterator<Item = &'a str>) -> Refusal {
    let accepted: Vec<&str> = accepted.collect();
    Refusal::new(
        "unknown-value",
        format!("This must be one of: {}.", accepted.join(", ")),
    )
}

fn kind_name(accepted: &[ValueKind]) -> &'static str {
    match accepted.first() {
        Some(ValueKind::Boolean) => "true or false",
        Some(ValueKind::Integer | ValueKind::NegativeInteger) => "a whole number",
        Some(ValueKind::Float) => "a number",
        Some(ValueKind::String) => "a text",
        Some(ValueKind::Sequence) => "a list",
        Some(ValueKind::Map) => "an object",
        Some(ValueKind::Null) | None => "another value",
    }
}

/// The location as a JSON pointer, with `~` and `/` escaped (RFC 6901 section 3).
fn json_pointer(location: ValuePointerRef<'_>) -> String {
    match location {
        ValuePointerRef::Origin => String::new(),
        ValuePointerRef::Key { key, prev } => {
            json_pointer(*prev) + "/" + &key.replace('~', "~0").replace('/', "~1")
        }
        ValuePointerRef::Index { index, prev } => {
            let mut pointer = json_pointer(*prev);
            // Writing to a String cannot fail.
            let _ = write!(pointer, "/{index}");
            pointer
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn member_names_are_escaped_in_pointers() {
        let origin = ValuePointerRef::Origin;
        let claims = origin.push_key("claims");
        assert_eq!(json_pointer(origin), "");
        assert_eq!(json_pointer(claims.push_key("a/b~c")), "/claims/a~1b~0c");
        assert_eq!(json_pointer(claims.push_index(7)), "/claims/7");
    }

    #[test]
    fn the_list_of_faults_is_bounded_and_names_each_once() {
        let mut invalid = Invalid::default();
        for n in 0..1_000 {
            invalid.push(format!("/{}", n / 2), required("This field is required."));
        }
        let faults = invalid.into_faults();
        assert_eq!(faults.len(), FAULTS_MAX);
        assert_eq!(faults[99].place, Place::Pointer("/99".to_owned()));
    }
}
