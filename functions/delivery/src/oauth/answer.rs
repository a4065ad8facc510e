//! What a token endpoint's answer means (RFC 6749 sections 5.1 and 5.2). Pure.

use http::{HeaderValue, StatusCode};
use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::Value;

use crate::send_error::SendErrorKind;

/// How long a token is used whose answer does not say how long it lives; RFC 6749 section 5.1 leaves that to other means.
/// The token endpoint of anyone who is asked this often can bear it.
const UNKNOWN_LIFETIME: SignedDuration = SignedDuration::from_mins(5);
/// Longest token, in bytes: with the other headers it stays below the 16 KiB that common servers accept.
const TOKEN_MAX_BYTES: usize = 8 * 1_024;

/// What kept a token from being issued, told apart so that an administrator knows where to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenErrorKind {
    /// There was no complete answer.
    Send(SendErrorKind),
    /// The server is overloaded or broken: 408, 429, 5xx.
    Unavailable,
    /// The server does not know the client, or the secret is wrong.
    InvalidClient,
    /// The server does not grant this scope.
    InvalidScope,
    /// The server does not let this client have tokens in this way.
    UnauthorizedClient,
    /// The server refuses for another reason, or answers with a redirect.
    Refused,
    /// The server says that it has issued a token, but it cannot be read or is no bearer token.
    Answer,
}

impl TokenErrorKind {
    /// The kind as it is shown to people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Send(SendErrorKind::Timeout) => "token-endpoint-timeout",
            Self::Send(SendErrorKind::Dns) => "token-endpoint-dns",
            Self::Send(SendErrorKind::AddressRefused) => "token-endpoint-address-refused",
            Self::Send(SendErrorKind::Connect) => "token-endpoint-connect",
            Self::Send(SendErrorKind::Tls) => "token-endpoint-tls",
            Self::Send(SendErrorKind::Protocol) => "token-endpoint-protocol",
            Self::Send(SendErrorKind::Body) => "token-endpoint-body",
            Self::Unavailable => "token-endpoint-unavailable",
            Self::InvalidClient => "token-endpoint-invalid-client",
            Self::InvalidScope => "token-endpoint-invalid-scope",
            Self::UnauthorizedClient => "token-endpoint-unauthorized-client",
            Self::Refused => "token-endpoint-refused",
            Self::Answer => "token-endpoint-answer",
        }
    }
}

/// A token that was issued. Not `Debug`: it is a secret.
pub(crate) struct Issued {
    /// The value of the header `Authorization` (RFC 6750 section 2.1).
    pub(crate) header: HeaderValue,
    /// How long it lives from now on; zero or more.
    pub(crate) lifetime: SignedDuration,
}

/// Not `Debug`: it holds a secret.
#[derive(Deserialize)]
struct Success {
    access_token: String,
    token_type: String,
    /// A number by RFC 6749; some servers send it as a text.
    expires_in: Option<Value>,
}

#[derive(Deserialize)]
struct Failure {
    error: String,
}

impl Issued {
    /// Reads an answer; the body is `None` where it is longer than any honest one.
    ///
    /// # Errors
    /// What kept the token from being issued.
    pub(crate) fn read(status: StatusCode, body: Option<&[u8]>) -> Result<Self, TokenErrorKind> {
        match status.as_u16() {
            200 => body
                .and_then(Self::from_success)
                .ok_or(TokenErrorKind::Answer),
            408 | 429 | 500..=599 => Err(TokenErrorKind::Unavailable),
            status => Err(failure(status, body)),
        }
    }

    fn from_success(body: &[u8]) -> Option<Self> {
        let success: Success = serde_json::from_slice(body).ok()?;
        let token = success.access_token;
        let is_token = (1..=TOKEN_MAX_BYTES).contains(&token.len())
            && token.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_token || !success.token_type.eq_ignore_ascii_case("bearer") {
            return None;
        }
        let mut header = HeaderValue::try_from(format!("Bearer {token}")).ok()?;
        header.set_sensitive(true);
        Some(Self {
            header,
            lifetime: success.expires_in.map_or(UNKNOWN_LIFETIME, lifetime),
        })
    }
}

/// One that cannot be read counts as unknown: the token itself may be good.
fn lifetime(expires_in: Value) -> SignedDuration {
    let seconds = match &expires_in {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    seconds
        .filter(|seconds: &f64| seconds.is_finite())
        .map_or(UNKNOWN_LIFETIME, |seconds| {
            // A cast from a float ends at the type's bounds.
            #[expect(
                clippy::cast_possible_truncation,
                reason = "a lifetime is counted in whole seconds"
            )]
            SignedDuration::from_secs(seconds.max(0.0) as i64)
        })
}

fn failure(status: u16, body: Option<&[u8]>) -> TokenErrorKind {
    let error = body.and_then(|body| serde_json::from_slice::<Failure>(body).ok());
    match error.as_ref().map(|failure| failure.error.as_str()) {
        Some("invalid_client") => TokenErrorKind::InvalidClient,
        Some("invalid_scope") => TokenErrorKind::InvalidScope,
        Some("unauthorized_client") => TokenErrorKind::UnauthorizedClient,
        // RFC 6749 section 5.2 allows this status for a client that failed to authenticate, and for nothing else.
        None if status == 401 => TokenErrorKind::InvalidClient,
        Some(_) | None => TokenErrorKind::Refused,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn any_member() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            "Bearer|bearer|invalid_client|[!-~]{0,9}|\\PC{0,9}|[0-9.e-]{0,9}".prop_map(Value::from),
            prop::collection::vec("\\PC{0,3}", 0..3).prop_map(Value::from),
        ]
    }

    proptest! {
        #[test]
        fn any_answer_is_a_token_or_a_reason(
            status in prop_oneof![Just(200), 100_u16..1_000],
            members in prop::collection::btree_map(
                "access_token|token_type|expires_in|error|[a-z]{0,3}", any_member(), 0..5),
            bytes in prop::collection::vec(any::<u8>(), 0..40),
        ) {
            let status = StatusCode::from_u16(status).unwrap();
            let body = json!(members).to_string().into_bytes();
            let broken = &body[..body.len() / 2];
            for body in [Some(&body[..]), Some(broken), Some(&bytes[..]), None] {
                if let Ok(issued) = Issued::read(status, body) {
                    prop_assert_eq!(status, StatusCode::OK);
                    prop_assert!(issued.header.is_sensitive());
                    let text = issued.header.to_str().unwrap();
                    let token = text.strip_prefix("Bearer ").unwrap();
                    prop_assert!(!token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()));
                    prop_assert!(!issued.lifetime.is_negative());
                }
            }
        }
    }

    fn read(status: u16, body: &str) -> Result<(String, i64), &'static str> {
        let status = StatusCode::from_u16(status).unwrap();
        Issued::read(status, Some(body.as_bytes()))
            .map(|issued| {
                assert!(issued.header.is_sensitive());
                let header = issued.header.to_str().unwrap().to_owned();
                (header, issued.lifetime.as_secs())
            })
            .map_err(TokenErrorKind::as_str)
    }

    #[test]
    fn a_token_is_read_with_its_lifetime() {
        for (expires_in, seconds) in [
            (json!(3_600), 3_600),
            (json!("3600"), 3_600),
            (json!(59.9), 59),
            (json!(0), 0),
            (json!(-1), 0),
            (json!(1e300), i64::MAX),
            (json!(null), 300),
            (json!("soon"), 300),
            (json!([]), 300),
        ] {
            let body = json!({"access_token": "abc", "token_type": "bearer", "expires_in": expires_in, "scope": "x"});
            let issued = read(200, &body.to_string());
            assert_eq!(issued, Ok(("Bearer abc".to_owned(), seconds)), "{body}");
        }
        let without = r#"{"access_token": "abc", "token_type": "Bearer"}"#;
        assert_eq!(read(200, without), Ok(("Bearer abc".to_owned(), 300)));
    }

    #[test]
    fn what_is_no_bearer_token_is_no_token() {
        let long = "x".repeat(TOKEN_MAX_BYTES + 1);
        for body in [
            json!({"access_token": "abc"}),
            json!({"access_token": "abc", "token_type": "mac"}),
            json!({"access_token": "abc", "token_type": "DPoP"}),
            json!({"access_token": "", "token_type": "Bearer"}),
            json!({"access_token": "a\r\nx: y", "token_type": "Bearer"}),
            json!({"access_token": "a b", "token_type": "Bearer"}),
            json!({"access_token": 1, "token_type": "Bearer"}),
            json!({"access_token": long, "token_type": "Bearer"}),
            json!(["abc"]),
        ] {
            assert_eq!(read(200, &body.to_string()), Err("token-endpoint-answer"));
        }
        assert_eq!(read(200, "<html>"), Err("token-endpoint-answer"));
        let endless = Issued::read(StatusCode::OK, None).err();
        assert_eq!(endless, Some(TokenErrorKind::Answer));
    }

    #[test]
    fn an_administrator_learns_why_there_is_no_token() {
        for (status, body, error) in [
            (400, r#"{"error": "invalid_client"}"#, "invalid-client"),
            (401, r#"{"error": "invalid_client"}"#, "invalid-client"),
            (401, "", "invalid-client"),
            (400, r#"{"error": "invalid_scope"}"#, "invalid-scope"),
            (
                400,
                r#"{"error": "unauthorized_client"}"#,
                "unauthorized-client",
            ),
            (400, r#"{"error": "invalid_request"}"#, "refused"),
            (400, "<html>", "refused"),
            (403, "{}", "refused"),
            (302, "", "refused"),
            (
                201,
                r#"{"access_token": "a", "token_type": "bearer"}"#,
                "refused",
            ),
            (408, "", "unavailable"),
            (429, "", "unavailable"),
            (500, r#"{"error": "server_error"}"#, "unavailable"),
            (503, "", "unavailable"),
        ] {
            let expected = format!("token-endpoint-{error}");
            assert_eq!(
                read(status, body),
                Err(expected.as_str()),
                "{status} {body}"
            );
        }
    }
}
