//! A key that signs tokens, before it is encrypted: pasted, to be made here, or kept. No I/O.

use domain::{Refusal, jwk::PublicKey, jwt::Algorithm, token_keys::TokenKey};
use secrecy::SecretString;
use signing::SigningKey;

/// What a request says about a key.
pub(crate) struct KeyRequest {
    pub(crate) secret: Option<SecretString>,
    pub(crate) private_key: Option<SecretString>,
    pub(crate) generate: bool,
}

/// A key that can sign.
#[derive(Debug)]
pub(crate) enum KeyDraft {
    /// It comes with the request.
    Given {
        secret: SecretString,
        public: Option<PublicKey>,
    },
    /// It is made here.
    Generated,
    /// It stays as it is stored.
    Kept(TokenKey),
}

impl KeyRequest {
    /// The key, given and usable or to be made; `None` if the request has neither. `parent` is the JSON pointer of the
    /// object that has the members.
    ///
    /// # Errors
    /// The pointer of a wrong member, and what is wrong with it.
    pub(crate) fn read(
        self,
        algorithm: Algorithm,
        parent: &str,
    ) -> Result<Option<KeyDraft>, (String, Refusal)> {
        let symmetric = algorithm.is_symmetric();
        let (name, given, other_name, other) = if symmetric {
            ("secret", self.secret, "privateKey", self.private_key)
        } else {
            ("privateKey", self.private_key, "secret", self.secret)
        };
        let not_applicable = |member: &str, message: String| {
            let refusal = Refusal::new("not-applicable", message);
            Err((format!("{parent}/{member}"), refusal))
        };
        if other.is_some() {
            let message = format!("{algorithm:?} signs with '{name}', not with '{other_name}'.");
            return not_applicable(other_name, message);
        }
        if self.generate {
            return if symmetric {
                let message = "Only key pairs are made here; a shared secret has to be given.";
                not_applicable("generateKey", message.to_owned())
            } else if given.is_some() {
                let message = "Give a private key, or let one be made, but not both.";
                not_applicable("generateKey", message.to_owned())
            } else {
                Ok(Some(KeyDraft::Generated))
            };
        }
        let Some(secret) = given else {
            return Ok(None);
        };
        let at_key = |refusal| (format!("{parent}/{name}"), refusal);
        let key = SigningKey::parse(algorithm, &secret).map_err(at_key)?;
        let public = key.public_key().map_err(at_key)?;
        Ok(Some(KeyDraft::Given { secret, public }))
    }
}
