//! The id under which an endpoint knows an event.

use std::borrow::Cow;

use aws_lc_rs::digest;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};

/// Bytes of the digest that make an id: 128 bits, as many as a UUID has.
const DIGEST_BYTES: usize = 16;

/// The producer's id, or one that is derived from the message.
///
/// The derived one needs no state and no message attribute: duplicates, retries and redrives of a message have the
/// same body, and so the same id.
pub fn event_id<'a>(given: Option<&'a str>, body: &str) -> Cow<'a, str> {
    given.map_or_else(
        || {
            let digest = digest::digest(&digest::SHA256, body.as_bytes());
            let prefix = &digest.as_ref()[..DIGEST_BYTES];
            format!("evt_{}", BASE64_URL_SAFE_NO_PAD.encode(prefix)).into()
        },
        Cow::Borrowed,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_producers_id_wins() {
        assert_eq!(event_id(Some("e-1"), "{}"), "e-1");
    }

    #[test]
    fn without_one_the_id_depends_on_the_body_alone() {
        assert_eq!(event_id(None, "{}"), event_id(None, "{}"));
        assert_ne!(event_id(None, "{}"), event_id(None, "{ }"));
        assert_eq!(event_id(None, "{}"), "evt_RBNvo1WzZ4oRRq0W9-hkng");
    }
}
