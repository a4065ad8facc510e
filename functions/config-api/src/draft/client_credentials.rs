//! Which client asks for access tokens, and with which secret.

use domain::{
    Refusal,
    config::{Authentication, WebhookConfig},
    endpoint::EndpointUrl,
    oauth::{ClientAuthentication, ClientId, Scope, TokenAudience},
};

use super::{SecretDraft, optional, or_default};
use crate::{
    invalid::required,
    wire::{
        client_credentials::{ClientCredentialsRequest, ClientSecret},
        fields::Checked,
    },
};

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
    pub(crate) fn read(
        request: ClientCredentialsRequest,
        stored: Option<&WebhookConfig>,
    ) -> Result<Self, (String, Refusal)> {
        let Checked(token_url) = request.token_url;
        let Checked(client_id) = request.client_id;
        let pointer = || "/authentication/clientSecret".to_owned();
        let client_secret = match (
            request.client_secret,
            stored.map(WebhookConfig::authentication),
        ) {
            (Some(Checked(ClientSecret(secret))), _) => SecretDraft::Given(secret),
            // Whoever may edit must not be able to send a secret that they do not know to a server of their own.
            (None, Some(Authentication::ClientCredentials(stored))) => {
                if stored.token_url != token_url || stored.client_id != client_id {
                    return Err((
                        pointer(),
                        required(
                            "The token URL or the client id changes, so the secret has to be given again.",
                        ),
                    ));
                }
                SecretDraft::Kept(stored.client_secret.clone())
            }
            (None, _) => {
                return Err((pointer(), required("The client's secret is needed here.")));
            }
        };
        Ok(Self {
            token_url,
            client_id,
            client_secret,
            client_authentication: or_default(request.client_authentication),
            scope: optional(request.scope),
            audience: optional(request.audience),
        })
    }
}
