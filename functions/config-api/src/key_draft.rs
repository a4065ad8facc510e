//! A key that signs tokens, before it is encrypted: pasted, to be made here, or kept. No I/O.

use domain::{Refusal, jwk::PublicKey, jwt::Algorithm, token_keys::TokenKey};
use secrecy::SecretString;
use signing::SigningKey;

use crate::{
    invalid::{Invalid, not_applicable},
    wire::{
        across::Optional,
        fields::{Checked, Readable},
    },
};

/// What a request says about a key.
pub(crate) struct KeyRequest {
    pub(crate) secret: Optional<Checked<SecretString>>,
    pub(crate) private_key: Optional<Checked<SecretString>>,
    pub(crate) generate: Optional<bool>,
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
    /// The key: given and usable, to be made here, or `otherwise` if the request has neither. `None` after everything that
    /// is wrong was added to `faults`; `parent` is the JSON pointer of the object that has the members.
    pub(crate) fn read(
        self,
        algorithm: Algorithm,
        parent: &str,
        otherwise: impl FnOnce() -> Result<KeyDraft, Refusal>,
        faults: &mut Invalid,
    ) -> Option<KeyDraft> {
        let at = |member: &str| format!("{parent}/{member}");
        let is_symmetric = algorithm.is_symmetric();
        let (name, given, other_name, other) = if is_symmetric {
            ("secret", self.secret, "privateKey", self.private_key)
        } else {
            ("privateKey", self.private_key, "secret", self.secret)
        };
        let has_other = matches!(other, Readable(Some(Some(_))));
        if has_other {
            let message = format!("{algorithm:?} signs with '{name}', not with '{other_name}'.");
            faults.push(at(other_name), not_applicable(message));
        }
        let generates = self.generate.0.map(|generates| generates == Some(true));
        if generates == Some(true) && is_symmetric {
            let message = "Only key pairs are made here; a shared secret has to be given.";
            faults.push(at("generateKey"), not_applicable(message));
        }
        let Some(Checked(secret)) = given.0? else {
            return match generates {
                Some(true) if !is_symmetric => Some(KeyDraft::Generated),
                Some(false) if !has_other => {
                    faults.note(otherwise().map_err(|refusal| (at(name), refusal)))
                }
                // What is wrong with the members that are there says what is needed instead.
                _ => None,
            };
        };
        if generates == Some(true) && !is_symmetric {
            let message = "Give a private key, or let one be made, but not both.";
            faults.push(at("generateKey"), not_applicable(message));
        }
        let key = SigningKey::parse(algorithm, &secret)
            .and_then(|key| key.public_key())
            .map_err(|refusal| (at(name), refusal));
        let public = faults.note(key)?;
        Some(KeyDraft::Given { secret, public })
    }
}
