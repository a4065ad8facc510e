//! Which key signs tokens: given, made here, or the saved one.

use domain::{
    jwk::PublishedKey,
    jwt::{
        Algorithm, Audiences, ExtraClaims, JwtAuthentication, TokenLifetime, TokenPrefix, TokenText,
    },
};
use http::{HeaderName, header::AUTHORIZATION};
use jiff::Timestamp;

use super::{optional, or_default};
use crate::{
    invalid::{Invalid, required},
    key_draft::{KeyDraft, KeyRequest},
    wire::{
        across::AuthenticationMembers,
        fields::{Checked, TokenHeaderName},
        jwt::JwtRequest,
    },
};

/// JWT authentication before a new key is made and encrypted.
#[derive(Debug)]
pub(crate) struct JwtDraft {
    pub(crate) algorithm: Algorithm,
    pub(crate) key: KeyDraft,
    pub(crate) key_id: Option<TokenText>,
    /// What has signed so far; its public half is needed a while longer.
    pub(crate) previous: Option<Box<JwtAuthentication>>,
    pub(crate) issuer: Option<TokenText>,
    pub(crate) subject: Option<TokenText>,
    pub(crate) audience: Audiences,
    pub(crate) lifetime: TokenLifetime,
    pub(crate) claims: ExtraClaims,
    pub(crate) header_name: HeaderName,
    pub(crate) header_prefix: TokenPrefix,
    pub(crate) token_per_delivery: bool,
}

impl JwtDraft {
    pub(super) fn new(
        request: JwtRequest,
        key: KeyDraft,
        previous: Option<&JwtAuthentication>,
    ) -> Self {
        Self {
            algorithm: request.algorithm.0,
            key,
            key_id: optional(request.key_id),
            previous: previous.cloned().map(Box::new),
            issuer: optional(request.issuer),
            subject: optional(request.subject),
            audience: or_default(request.audience),
            lifetime: or_default(request.lifetime_seconds),
            claims: or_default(request.claims),
            header_name: header_name(request.header_name.as_ref()),
            header_prefix: or_default(request.header_prefix),
            token_per_delivery: request.token_per_delivery == Some(true),
        }
    }
}

/// The header that carries the token.
pub(super) fn header_name(given: Option<&Checked<TokenHeaderName>>) -> HeaderName {
    given.map_or(AUTHORIZATION, |Checked(name)| name.0.clone())
}

/// The secret or private key; `None` after what is wrong was added to `faults`.
pub(super) fn signing_key(
    members: AuthenticationMembers,
    stored: Option<&JwtAuthentication>,
    now: Timestamp,
    faults: &mut Invalid,
) -> Option<KeyDraft> {
    let key_id = members.key_id.0.flatten();
    let given = KeyRequest {
        secret: members.secret,
        private_key: members.private_key,
        generate: members.generate_key,
    };
    let Some(Checked(algorithm)) = members.algorithm.0 else {
        given.judge_without_algorithm("/authentication", stored.is_some(), faults);
        return None;
    };
    let kept = || match stored {
        Some(jwt) if jwt.algorithm == algorithm => Ok(KeyDraft::Kept(jwt.keys.current().clone())),
        // The saved key cannot be read back here, so whether it fits another algorithm cannot be told.
        Some(_) => Err(required(
            "The algorithm changes, so the key has to be given again.",
        )),
        None => Err(required("This algorithm needs its key here.")),
    };
    let key = given.read(algorithm, "/authentication", kept, faults)?;
    if let (Some(Checked(id)), Some(stored)) = (key_id, stored)
        && !algorithm.is_symmetric()
    {
        let public = key.public_key().cloned().map(|key| PublishedKey {
            id: id.clone(),
            algorithm,
            key,
        });
        let keeps_next = stored.algorithm == algorithm;
        let keys = &stored.keys;
        let admitted = keys.admit_id(&id, public.as_ref(), keeps_next, stored.lifetime, now);
        faults.note(admitted.map_err(|refusal| ("/authentication/keyId".to_owned(), refusal)));
    }
    Some(key)
}
