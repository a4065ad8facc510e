//! Which secret signs: a given, a generated or the saved one, and whether the one before it goes on signing.

use domain::{
    config::Authentication,
    standard_webhooks::{PreviousSecret, SignaturePublicKey, SignatureScheme, SignatureSecret},
};
use secrecy::SecretString;

use crate::{
    invalid::{Invalid, not_applicable, required},
    wire::{across::AuthenticationMembers, fields::Checked, standard_webhooks::GivenSecret},
};

/// A signature before its new secret is generated and encrypted.
#[derive(Debug)]
pub(crate) struct StandardWebhooksDraft {
    pub(crate) secret: SignatureSecretDraft,
    pub(crate) previous: PreviousDraft,
}

#[derive(Debug)]
pub(crate) enum SignatureSecretDraft {
    /// It comes with the request, and the public half of a key pair was taken from it.
    Given(SecretString, Option<SignaturePublicKey>),
    Generated(SignatureScheme),
    Kept(SignatureSecret),
}

/// The secret that goes on signing beside the current one.
#[derive(Debug)]
pub(crate) enum PreviousDraft {
    None,
    /// It is replaced now, and so begins its last hours.
    Replaced(SignatureSecret),
    /// It was replaced before.
    Kept(PreviousSecret),
}

impl StandardWebhooksDraft {
    /// `None` after what is wrong was added to `faults`.
    pub(super) fn read(
        members: AuthenticationMembers,
        stored: Option<&Authentication>,
        faults: &mut Invalid,
    ) -> Option<Self> {
        let stored = match stored {
            Some(Authentication::StandardWebhooks(stored)) => Some(stored.as_ref()),
            _ => None,
        };
        let keeps_previous = members.keep_previous.0 != Some(Some(false));
        let secret = secret(members, stored.map(|stored| &stored.secret), faults)?;
        let previous = match (&secret, stored) {
            (_, None) => PreviousDraft::None,
            _ if !keeps_previous => PreviousDraft::None,
            (SignatureSecretDraft::Kept(_), Some(stored)) => stored
                .previous
                .clone()
                .map_or(PreviousDraft::None, PreviousDraft::Kept),
            (_, Some(stored)) => PreviousDraft::Replaced(stored.secret.clone()),
        };
        Some(Self { secret, previous })
    }
}

fn secret(
    members: AuthenticationMembers,
    stored: Option<&SignatureSecret>,
    faults: &mut Invalid,
) -> Option<SignatureSecretDraft> {
    let at = |member: &str| format!("/authentication/{member}");
    let generates = members
        .generate_secret
        .0
        .map(|generates| generates == Some(true));
    if generates == Some(true) && !members.secret.is_left_out() {
        let message = "A secret is given, so none is generated; leave one of the two out.";
        faults.push(at("generateSecret"), not_applicable(message));
    }
    if let Some(Checked(text)) = members.secret.0? {
        // What is wrong with the secret itself is named where the request is read.
        let given = GivenSecret::parse(text).ok()?;
        if let Some(Some(Checked(scheme))) = members.scheme.0
            && scheme != given.scheme
        {
            let message =
                "The secret is of the other scheme: 'whsec_' signs as v1, 'whsk_' as v1a.";
            faults.push(at("scheme"), not_applicable(message));
        }
        return Some(SignatureSecretDraft::Given(given.text, given.public_key));
    }
    let scheme = members.scheme.0;
    let scheme = scheme.map(|given| given.map(|Checked(scheme)| scheme));
    if generates? {
        let scheme = scheme?.unwrap_or(SignatureScheme::V1);
        return Some(SignatureSecretDraft::Generated(scheme));
    }
    let message = match (stored, scheme) {
        (None, _) => "Give a secret, or have one generated with 'generateSecret': true.",
        // Whether the saved secret does for a scheme that cannot be read, nobody can tell.
        (Some(_), None) => return None,
        (Some(stored), Some(scheme)) if scheme.is_none_or(|scheme| scheme == stored.scheme()) => {
            return Some(SignatureSecretDraft::Kept(stored.clone()));
        }
        (Some(_), Some(_)) => {
            "The scheme changes, so a secret has to be given, or generated with 'generateSecret': true."
        }
    };
    faults.push(at("secret"), required(message));
    None
}
