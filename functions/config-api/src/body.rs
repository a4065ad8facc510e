//! From a request's bytes to JSON: media type, size, syntax. What the JSON means is not looked at here.

use axum::{
    body::HttpBody as _,
    extract::{FromRequest, Request},
};
use headers::{ContentType, HeaderMapExt as _};
use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::error::ApiError;

/// Longest body, in bytes. The longest legal configuration has about 64 KiB; escapes and spaces may blow it up.
pub const BODY_MAX_BYTES: usize = 256 * 1_024;

/// The body as JSON whose objects have distinct member names.
#[derive(Debug)]
pub struct JsonBody(pub Value);

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        let is_json = request
            .headers()
            .typed_get::<ContentType>()
            .is_some_and(|kind| is_json(&kind.to_string()));
        if !is_json {
            return Err(ApiError::NotJson);
        }
        let bytes = axum::body::to_bytes(request.into_body(), BODY_MAX_BYTES)
            .await
            .map_err(|_| ApiError::BodyTooLarge)?;
        parse(&bytes).map(Self)
    }
}

/// Reads JSON whose objects have distinct member names.
///
/// # Errors
/// [`ApiError::UnreadableJson`] for anything else.
pub fn parse(bytes: &[u8]) -> Result<Value, ApiError> {
    // serde_json refuses more than 128 levels, so depth cannot exhaust the stack.
    serde_json::from_slice(bytes)
        .map(|Distinct(value)| value)
        .map_err(|error| ApiError::UnreadableJson {
            reason: describe(&error),
        })
}

/// No body at all, or one as [`JsonBody`] takes it.
#[derive(Debug)]
pub struct OptionalJsonBody(pub Option<Value>);

impl<S: Send + Sync> FromRequest<S> for OptionalJsonBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        if request.body().is_end_stream() {
            return Ok(Self(None));
        }
        let JsonBody(value) = JsonBody::from_request(request, state).await?;
        Ok(Self(Some(value)))
    }
}

/// `application/json`, or a type built on it (RFC 6839 section 3.1), with any parameters.
fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"))
}

/// Where the JSON ends to be JSON. The parser's own words could repeat a part of the body.
fn describe(error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    let what = match error.classify() {
        serde_json::error::Category::Eof => "The JSON ends too early",
        serde_json::error::Category::Data => "An object has a member twice",
        serde_json::error::Category::Syntax | serde_json::error::Category::Io => {
            "The JSON cannot be read"
        }
    };
    format!("{what} at line {line}, column {column}.")
}

/// Any JSON value. Two equal names in one object are an error: readers differ in which one counts (RFC 8259 section 4).
struct Distinct(Value);

impl<'de> Deserialize<'de> for Distinct {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        AnyValue.deserialize(deserializer).map(Self)
    }
}

struct AnyValue;

impl<'de> DeserializeSeed<'de> for AnyValue {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("a number out of range"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(entry) = entries.next_element_seed(AnyValue)? {
            list.push(entry);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let value = members.next_value_seed(AnyValue)?;
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("a member occurs twice"));
            }
        }
        Ok(Value::Object(object))
    }
}
