//! Which secret signs: a given, a generated or the saved one, and whether the one before it goes on signing.

use domain::{
    Refusal,
    config::{Authentication, WebhookConfig},
    standard_webhooks::{PreviousSecret, SignaturePublicKey, SignatureScheme, SignatureSecret},
};
use secrecy::SecretString;

use crate::{
    invalid::{not_applicable, required},
    wire::{fields::Checked, standard_webhooks::StandardWebhooksRequest},
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
    pub(crate) fn read(
        request: StandardWebhooksRequest,
        stored: Option<&WebhookConfig>,
    ) -> Result<Self, (String, Refusal)> {
        let stored = match stored.map(WebhookConfig::authentication) {
            Some(Authentication::StandardWebhooks(stored)) => Some(stored.as_ref()),
            _ => None,
        };
        let keeps_previous = request.keep_previous != Some(false);
        let secret = secret(request, stored.map(|stored| &stored.secret))?;
        let previous = match (&secret, stored) {
            (_, None) => PreviousDraft::None,
            _ if !keeps_previous => PreviousDraft::None,
            (SignatureSecretDraft::Kept(_), Some(stored)) => stored
                .previous
                .clone()
                .map_or(PreviousDraft::None, PreviousDraft::Kept),
            (_, Some(stored)) => PreviousDraft::Replaced(stored.secret.clone()),
        };
        Ok(Self { secret, previous })
    }
}

fn secret(
    request: StandardWebhooksRequest,
    stored: Option<&SignatureSecret>,
) -> Result<SignatureSecretDraft, (String, Refusal)> {
    let at = |member: &str| format!("/authentication/{member}");
    let scheme = request.scheme.map(|Checked(scheme)| scheme);
    let generates = request.generate_secret == Some(true);
    match (request.secret, stored) {
        (Some(_), _) if generates => Err((
            at("generateSecret"),
            not_applicable("A secret is given, so none is generated; leave one of the two out."),
        )),
        (Some(Checked(given)), _) => {
            if scheme.is_some_and(|scheme| scheme != given.scheme) {
                return Err((
                    at("scheme"),
                    not_applicable(
                        "The secret is of the other scheme: 'whsec_' signs as v1, 'whsk_' as v1a.",
                    ),
                ));
            }
            Ok(SignatureSecretDraft::Given(given.text, given.public_key))
        }
        (None, _) if generates => Ok(SignatureSecretDraft::Generated(
            scheme.unwrap_or(SignatureScheme::V1),
        )),
        (None, Some(stored)) if scheme.is_none_or(|scheme| scheme == stored.scheme()) => {
            Ok(SignatureSecretDraft::Kept(stored.clone()))
        }
        (None, Some(_)) => Err((
            at("secret"),
            required(
                "The scheme changes, so a secret has to be given, or generated with 'generateSecret': true.",
            ),
        )),
        (None, None) => Err((
            at("secret"),
            required("Give a secret, or have one generated with 'generateSecret': true."),
        )),
    }
}
