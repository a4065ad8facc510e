//! A key that signs tokens, before it is encrypted: pasted, to be made here, or kept. No I/O.

use domain::{Refusal, jwk::PublicKey, jwt::Algorithm, token_keys::TokenKey};
use secrecy::SecretString;
use signing::SigningKey;

use crate::{
    invalid::{Invalid, not_applicable, required},
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

impl KeyDraft {
    /// The public half of a key pair, unless that is still to be made.
    pub(crate) fn public_key(&self) -> Option<&PublicKey> {
        match self {
            Self::Given { public, .. } => public.as_ref(),
            Self::Generated => None,
            Self::Kept(key) => key.public.as_ref().map(|public| &public.key),
        }
    }
}

impl KeyRequest {
    /// Adds what is wrong with the members whichever the algorithm is, because that cannot be told. `may_be_kept` says
    /// that a stored key may do; `parent` is the JSON pointer of the object that has the members.
    pub(crate) fn judge_without_algorithm(
        &self,
        parent: &str,
        may_be_kept: bool,
        faults: &mut Invalid,
    ) {
        let Readable(Some(generates)) = self.generate else {
            return;
        };
        let generates = generates == Some(true);
        if generates && !self.private_key.is_left_out() {
            faults.push(format!("{parent}/generateKey"), given_and_generated());
        }
        let has_none = self.secret.is_left_out() && self.private_key.is_left_out() && !generates;
        if has_none && !may_be_kept {
            let message = "Every algorithm needs its key: HS* a 'secret', the others a 'privateKey', or 'generateKey'.";
            faults.push(parent, required(message));
        }
    }

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
        } else if generates == Some(true) && !given.is_left_out() {
            faults.push(at("generateKey"), given_and_generated());
        }
        let Some(Checked(secret)) = given.0? else {
            return match generates {
                Some(true) if !is_symmetric => Some(KeyDraft::Generated),
                // A member that cannot be read may have asked for a key pair.
                None if !is_symmetric => None,
                // What is wrong with the members that are there says what is needed instead.
                Some(true) => None,
                _ if has_other => None,
                Some(false) | None => {
                    faults.note(otherwise().map_err(|refusal| (at(name), refusal)))
                }
            };
        };
        let key = SigningKey::parse(algorithm, &secret)
            .and_then(|key| key.public_key())
            .map_err(|refusal| (at(name), refusal));
        let public = faults.note(key)?;
        Some(KeyDraft::Given { secret, public })
    }
}

fn given_and_generated() -> Refusal {
    not_applicable("Give a private key, or let one be made, but not both.")
}
