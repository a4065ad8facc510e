//! The event that API Gateway invokes the function with.
//!
//! API Gateway writes every claim as text. Should one come as another JSON type all the same, the request is answered by
//! what the claim says; the event's usual type would fail the invocation, which is a 500 without explanation.

use lambda_http::request::LambdaRequest;
use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::{Value, value::RawValue};

/// A request, whatever the JSON types of the token's claims.
#[derive(Debug)]
pub struct GatewayEvent(LambdaRequest);

impl From<GatewayEvent> for LambdaRequest {
    fn from(event: GatewayEvent) -> Self {
        event.0
    }
}

impl<'de> Deserialize<'de> for GatewayEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<RawValue>::deserialize(deserializer)?;
        if let Ok(request) = serde_json::from_str(text.get()) {
            return Ok(Self(request));
        }
        let mut event: Value = serde_json::from_str(text.get()).map_err(D::Error::custom)?;
        if let Some(jwt) = event.pointer_mut("/requestContext/authorizer/jwt") {
            let claims = jwt["claims"].take();
            *jwt = serde_json::json!({"claims": as_texts(claims)});
        }
        serde_json::from_value(event)
            .map(Self)
            .map_err(D::Error::custom)
    }
}

/// The claims with every value as API Gateway writes it; none, if they are no object.
fn as_texts(claims: Value) -> Value {
    let Value::Object(mut claims) = claims else {
        return Value::Null;
    };
    for claim in claims.values_mut() {
        *claim = Value::String(as_text(claim));
    }
    Value::Object(claims)
}

fn as_text(claim: &Value) -> String {
    match claim {
        Value::String(text) => text.clone(),
        // An object names no role and no organisation.
        Value::Null | Value::Object(_) => String::new(),
        Value::Array(entries) => {
            let entries: Vec<String> = entries.iter().map(as_text).collect();
            format!("[{}]", entries.join(" "))
        }
        other => other.to_string(),
    }
}
