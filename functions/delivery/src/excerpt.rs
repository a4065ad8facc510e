//! The beginning of an endpoint's answer as people may see it. Pure.
//!
//! Endpoints echo what they were sent, in error pages above all, so the secrets of the request are taken out.

use std::{cmp::Reverse, collections::BTreeSet};

use http::HeaderMap;

/// Longest excerpt, in bytes: an error message and its surroundings.
pub const EXCERPT_MAX_BYTES: usize = 1_024;
/// What stands for a secret.
const MASK: &str = "•••";
/// Shorter values are no secrets that could be told from other text.
const SECRET_MIN_BYTES: usize = 4;
/// Shorter parts of a value are words, such as `token` in `token=…`.
const PART_MIN_BYTES: usize = 8;

/// The beginning of a body as text, without the secret header values of the request that it answers; `None` for an empty
/// body. The body may be cut within a secret.
pub fn excerpt(body: &[u8], request: &HeaderMap) -> Option<String> {
    let mut text = without_secrets(body, request).replace(
        |character: char| character.is_control() && character != '\n',
        " ",
    );
    text.truncate(text.floor_char_boundary(EXCERPT_MAX_BYTES));
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// A part of an answer as text, without the secret header values of the request that it answers.
pub fn without_secrets(answer: &[u8], request: &HeaderMap) -> String {
    let mut text = String::from_utf8_lossy(answer).into_owned();
    for secret in secrets(request) {
        text = text.replace(&secret, MASK);
        let cut = (SECRET_MIN_BYTES..secret.len())
            .rev()
            .filter_map(|length| secret.get(..length))
            .find(|beginning| text.ends_with(beginning));
        if let Some(beginning) = cut {
            text.truncate(text.len() - beginning.len());
            text.push_str(MASK);
        }
    }
    text
}

/// The secret values, their parts, and both as JSON writes them; the longest first, since one may be a part of another.
fn secrets(request: &HeaderMap) -> Vec<String> {
    let values = request
        .values()
        .filter(|value| value.is_sensitive())
        .filter_map(|value| value.to_str().ok());
    let mut secrets = BTreeSet::new();
    for value in values {
        let after_first_word = value.split_ascii_whitespace().skip(1);
        let longer_parts = value
            .split([' ', ',', '=', ':', ';', '"'])
            .filter(|part| part.len() >= PART_MIN_BYTES);
        for secret in [value]
            .into_iter()
            .chain(after_first_word)
            .chain(longer_parts)
        {
            let escaped = secret.replace('\\', r"\\").replace('"', "\\\"");
            secrets.extend([secret.to_owned(), escaped.replace('/', r"\/"), escaped]);
        }
    }
    let mut secrets: Vec<String> = secrets
        .into_iter()
        .filter(|secret| secret.len() >= SECRET_MIN_BYTES)
        .collect();
    secrets.sort_by_key(|secret| Reverse(secret.len()));
    secrets
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, header::AUTHORIZATION};

    use super::*;

    fn request() -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            (AUTHORIZATION.as_str(), "Bearer abc.def.ghi"),
            ("x-key", r#"key="one/two-three""#),
        ] {
            let mut secret = HeaderValue::from_str(value).unwrap();
            secret.set_sensitive(true);
            headers.insert(http::HeaderName::try_from(name).unwrap(), secret);
        }
        headers.insert("x-source", HeaderValue::from_static("crm-system"));
        headers
    }

    #[test]
    fn an_echoed_secret_is_masked_with_and_without_what_is_around_it() {
        for (answer, shown) in [
            (
                r#"{"Authorization":"Bearer abc.def.ghi","token":"abc.def.ghi","from":"crm-system"}"#,
                r#"{"Authorization":"•••","token":"•••","from":"crm-system"}"#,
            ),
            (r#"{"key":"key=\"one/two-three\""}"#, r#"{"key":"•••"}"#),
            (r#"{"key":"one\/two-three"}"#, r#"{"key":"•••"}"#),
        ] {
            assert_eq!(excerpt(answer.as_bytes(), &request()).unwrap(), shown);
        }
    }

    #[test]
    fn a_secret_across_the_end_of_the_excerpt_is_masked_before_it_is_cut() {
        let body = format!("{}abc.def.ghi", "x".repeat(EXCERPT_MAX_BYTES - 5));
        let shown = excerpt(body.as_bytes(), &request()).unwrap();
        assert!(!shown.contains("abc"), "{shown}");
    }

    #[test]
    fn a_secret_that_is_cut_at_the_end_of_the_body_is_masked() {
        let body = format!("{}abc.def", "abc.def.ghi ".repeat(100));
        let shown = excerpt(body.as_bytes(), &request()).unwrap();
        assert!(!shown.contains("abc"), "{shown}");
    }

    #[test]
    fn any_bytes_become_text() {
        assert_eq!(excerpt(b"", &request()), None);
        assert_eq!(excerpt(b" \r\n", &request()), None);
        assert_eq!(
            excerpt(b"\xff\x00busy", &request()).unwrap(),
            "\u{fffd} busy"
        );
        let long = "å".repeat(EXCERPT_MAX_BYTES);
        assert_eq!(excerpt(long.as_bytes(), &request()).unwrap().len(), 1_024);
    }
}
