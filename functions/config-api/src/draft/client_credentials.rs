//! Which client asks for access tokens, and with which secret.

use domain::{
    config::Authentication,
    endpoint::EndpointUrl,
    oauth::{ClientAuthentication, ClientId, Scope, TokenAudience},
};

use super::{SecretDraft, optional, or_default};
use crate::{
    invalid::{Invalid, required},
    wire::{
        across::AuthenticationMembers,
        client_credentials::{ClientCredentialsRequest, ClientSecret},
        fields::Checked,
    },
};

/// JSON pointer of the secret.
const POINTER: &str = "/authentication/clientSecret";

/// Client credentials before a new secret is encrypted.
#[derive(Debug)]
pub(crate) struct ClientCredentialsDraft {
    pub(crate) token_url: EndpointUrl,
    pub(crate) client_id: ClientId,
    pub(crate) client_secret: SecretDraft,
    pub(crate) client_authentication: ClientAuthentication,
    pub(crate) scope: Option<Scope>,
    pub(crate) audience: Option<TokenAudience>,
}

impl ClientCredentialsDraft {
    pub(super) fn new(request: ClientCredentialsRequest, client_secret: SecretDraft) -> Self {
        Self {
            token_url: request.token_url.0,
            client_id: request.client_id.0,
            client_secret,
            client_authentication: or_default(request.client_authentication),
            scope: optional(request.scope),
            audience: optional(request.audience),
        }
    }
}

/// The client's secret; `None` after what is wrong was added to `faults`.
pub(super) fn client_secret(
    members: AuthenticationMembers,
    stored: Option<&Authentication>,
    faults: &mut Invalid,
) -> Option<SecretDraft> {
    if let Some(Checked(ClientSecret(secret))) = members.client_secret.0? {
        return Some(SecretDraft::Given(secret));
    }
    let Some(Authentication::ClientCredentials(stored)) = stored else {
        faults.push(POINTER, required("The client's secret is needed here."));
        return None;
    };
    let token_url = members.token_url.0.map(|Checked(url)| url);
    let client_id = members.client_id.0.map(|Checked(id)| id);
    // Whoever may edit must not be able to send a secret that they do not know to a server of their own.
    if token_url
        .as_ref()
        .is_some_and(|url| *url != stored.token_url)
        || client_id.as_ref().is_some_and(|id| *id != stored.client_id)
    {
        let message =
            "The token URL or the client id changes, so the secret has to be given again.";
        faults.push(POINTER, required(message));
        return None;
    }
    // Where one of them cannot be read, it cannot be told to be the same.
    token_url?;
    client_id?;
    Some(SecretDraft::Kept(stored.client_secret.clone()))
}
