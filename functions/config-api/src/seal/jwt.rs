//! JWT authentication: the key that signs from now on, and the keys that stay published.

use domain::{
    jwk::PublicKey,
    jwt::{Algorithm, JwtAuthentication, TokenText},
    token_keys::{TokenKey, TokenKeys},
};
use secrecy::SecretString;
use signing::SigningKey;

use super::Seal;
use crate::{draft::JwtDraft, error::ApiError, key_draft::KeyDraft};

impl Seal<'_> {
    /// Encrypts a key that signs tokens, or makes one, and finds what is published of it.
    pub(crate) async fn token_key(
        &self,
        draft: KeyDraft,
        algorithm: Algorithm,
        id: Option<TokenText>,
    ) -> Result<TokenKey, ApiError> {
        let (secret, public) = match draft {
            KeyDraft::Kept(key) => (key.secret, key.public.map(|public| public.key)),
            KeyDraft::Given { secret, public } => {
                let sealed = self.sealer.seal(self.key, &secret, self.now).await?;
                (sealed, public)
            }
            KeyDraft::Generated => {
                let (secret, public) = generate(algorithm)?;
                let sealed = self.sealer.seal(self.key, &secret, self.now).await?;
                (sealed, public)
            }
        };
        let public = public
            .map(|key| signing::publish(algorithm, key, id.clone()))
            .transpose()
            .map_err(|refusal| ApiError::KeyNotGenerated(Box::new(refusal)))?;
        Ok(TokenKey { secret, id, public })
    }

    pub(super) async fn jwt(&self, draft: JwtDraft) -> Result<JwtAuthentication, ApiError> {
        let algorithm = draft.algorithm;
        let key = self.token_key(draft.key, algorithm, draft.key_id).await?;
        let keys = match draft.previous {
            None => TokenKeys::new(key),
            Some(previous) => {
                let keeps_next = previous.algorithm == algorithm;
                previous
                    .keys
                    .replaced(key, keeps_next, previous.lifetime, self.now)
                    .map_err(|refusal| ApiError::at("/authentication/keyId", refusal))?
            }
        };
        Ok(JwtAuthentication {
            algorithm,
            keys,
            issuer: draft.issuer,
            subject: draft.subject,
            audience: draft.audience,
            lifetime: draft.lifetime,
            claims: draft.claims,
            header_name: draft.header_name,
            header_prefix: draft.header_prefix,
            token_per_delivery: draft.token_per_delivery,
        })
    }
}

/// A new private key, with its public half.
fn generate(algorithm: Algorithm) -> Result<(SecretString, Option<PublicKey>), ApiError> {
    let failed = ApiError::KeyNotGenerated;
    let secret = signing::generate(algorithm).map_err(|error| failed(Box::new(error)))?;
    let public = SigningKey::parse(algorithm, &secret)
        .and_then(|key| key.public_key())
        .map_err(|refusal| failed(Box::new(refusal)))?;
    Ok((secret, public))
}
