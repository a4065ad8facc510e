//! A request that is valid together with what is stored: everything but the encryption of new secrets is done.
//!
//! Faults between fields are found here, and also where other fields are wrong. No I/O.

mod client_credentials;
mod standard_webhooks;

use domain::{
    Refusal,
    config::{
        Authentication, CampaignScope, Channel, FeedbackStatus, Selection, TokenHeaderCollision,
        WebhookConfig, WebhookName,
    },
    endpoint::{EndpointPolicy, EndpointUrl},
    headers::{
        CustomHeaderName, CustomHeaderValue, check_total, duplicate_name, header_value,
        sealed_bytes,
    },
    jwt::{
        Algorithm, Audiences, ExtraClaims, JwtAuthentication, TokenLifetime, TokenPrefix, TokenText,
    },
    secret::SealedSecret,
};
use http::{HeaderName, HeaderValue, header::AUTHORIZATION};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

pub(crate) use client_credentials::ClientCredentialsDraft;
pub(crate) use standard_webhooks::{PreviousDraft, SignatureSecretDraft, StandardWebhooksDraft};

use crate::{
    invalid::{Invalid, required},
    key_draft::{KeyDraft, KeyRequest},
    wire::{
        fields::{Checked, HeaderList, Readable},
        jwt::JwtRequest,
        request::{Across, AuthenticationRequest, HeaderRequest, WebhookRequest},
    },
};

/// A webhook's configuration before its new secrets are encrypted.
#[derive(Debug)]
pub struct Draft {
    pub(crate) name: WebhookName,
    pub(crate) channels: Selection<Channel>,
    pub(crate) url: EndpointUrl,
    pub(crate) authentication: AuthenticationDraft,
    pub(crate) headers: Vec<HeaderDraft>,
    pub(crate) feedback_statuses: Selection<FeedbackStatus>,
    pub(crate) campaigns: CampaignScope,
    pub(crate) paused: bool,
}

/// A secret that comes with the request, or stays as it is stored.
#[derive(Debug)]
pub(crate) enum SecretDraft {
    Given(SecretString),
    Kept(SealedSecret),
}

#[derive(Debug)]
pub(crate) enum AuthenticationDraft {
    None,
    Jwt(Box<JwtDraft>),
    StandardWebhooks(Box<StandardWebhooksDraft>),
    ClientCredentials(Box<ClientCredentialsDraft>),
}

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

#[derive(Debug)]
pub(crate) struct HeaderDraft {
    pub(crate) name: CustomHeaderName,
    pub(crate) value: HeaderValueDraft,
}

impl HeaderDraft {
    /// Bytes of name and value.
    fn bytes(&self) -> usize {
        self.name.as_written().len()
            + match &self.value {
                HeaderValueDraft::Plain(value) => value.len(),
                HeaderValueDraft::Secret(SecretDraft::Given(secret)) => {
                    secret.expose_secret().len()
                }
                HeaderValueDraft::Secret(SecretDraft::Kept(sealed)) => sealed_bytes(sealed),
            }
    }
}

#[derive(Debug)]
pub(crate) enum HeaderValueDraft {
    Plain(HeaderValue),
    Secret(SecretDraft),
}

impl Draft {
    /// Reads a body. A replacement passes the `stored` configuration, whose secrets it keeps where the body has none.
    ///
    /// # Errors
    /// Everything that is wrong, not only the first.
    pub fn read(
        body: Value,
        policy: &EndpointPolicy,
        stored: Option<&WebhookConfig>,
    ) -> Result<Self, Invalid> {
        let across: Across = deserr::deserialize::<_, _, Invalid>(body.clone())?;
        let mut faults = Invalid::default();
        if let Some(Checked(url)) = &across.url.0
            && let Err(refusal) = policy.admit(url)
        {
            faults.push("/url", refusal);
        }
        if let Some(AuthenticationRequest::ClientCredentials(client)) = &across.authentication.0
            && let Err(refusal) = policy.admit(&client.token_url.0)
        {
            faults.push("/authentication/tokenUrl", refusal);
        }
        let token_header = across.authentication.0.as_ref().and_then(token_header);
        let authentication = across
            .authentication
            .0
            .and_then(|request| faults.note(authentication(request, stored)));
        let headers = across.headers.0.flatten().unwrap_or_default();
        let headers = header_drafts(headers, token_header.as_ref(), stored, &mut faults);
        match (deserr::deserialize(body), authentication) {
            (Ok(request), Some(authentication)) if faults.is_empty() => {
                let request: WebhookRequest = request;
                Ok(Self {
                    name: request.name.0,
                    channels: request.channels.0,
                    url: request.url.0,
                    authentication,
                    headers,
                    feedback_statuses: request
                        .feedback_statuses
                        .map_or_else(Selection::documented, |Checked(statuses)| statuses),
                    campaigns: or_default(request.campaigns),
                    paused: request.paused == Some(true),
                })
            }
            (Ok(_), _) => Err(faults),
            (Err(invalid), _) => {
                let mut all: Invalid = invalid;
                all.extend(faults);
                Err(all)
            }
        }
    }
}

fn or_default<T: Default>(field: Option<Checked<T>>) -> T {
    field.map(|Checked(value)| value).unwrap_or_default()
}

fn optional<T>(field: Option<Checked<T>>) -> Option<T> {
    field.map(|Checked(value)| value)
}

fn token_header(authentication: &AuthenticationRequest) -> Option<HeaderName> {
    match authentication {
        AuthenticationRequest::None | AuthenticationRequest::StandardWebhooks(_) => None,
        AuthenticationRequest::ClientCredentials(_) => Some(AUTHORIZATION),
        AuthenticationRequest::Jwt(jwt) => Some(match &jwt.header_name {
            Some(Checked(name)) => name.0.clone(),
            None => AUTHORIZATION,
        }),
    }
}

fn authentication(
    request: AuthenticationRequest,
    stored: Option<&WebhookConfig>,
) -> Result<AuthenticationDraft, (String, Refusal)> {
    let header_name = token_header(&request).unwrap_or(AUTHORIZATION);
    match request {
        AuthenticationRequest::None => Ok(AuthenticationDraft::None),
        AuthenticationRequest::StandardWebhooks(request) => {
            StandardWebhooksDraft::read(*request, stored)
                .map(|draft| AuthenticationDraft::StandardWebhooks(Box::new(draft)))
        }
        AuthenticationRequest::ClientCredentials(request) => {
            ClientCredentialsDraft::read(*request, stored)
                .map(|draft| AuthenticationDraft::ClientCredentials(Box::new(draft)))
        }
        AuthenticationRequest::Jwt(request) => {
            let mut request = *request;
            let previous = match stored.map(WebhookConfig::authentication) {
                Some(Authentication::Jwt(jwt)) => Some(jwt),
                _ => None,
            };
            Ok(AuthenticationDraft::Jwt(Box::new(JwtDraft {
                key: signing_key(&mut request, previous.map(Box::as_ref))?,
                previous: previous.cloned(),
                algorithm: request.algorithm.0,
                key_id: optional(request.key_id),
                issuer: optional(request.issuer),
                subject: optional(request.subject),
                audience: or_default(request.audience),
                lifetime: or_default(request.lifetime_seconds),
                claims: or_default(request.claims),
                header_name,
                header_prefix: or_default(request.header_prefix),
                token_per_delivery: request.token_per_delivery == Some(true),
            })))
        }
    }
}

/// The secret or private key: given and usable, made here, or kept.
fn signing_key(
    request: &mut JwtRequest,
    previous: Option<&JwtAuthentication>,
) -> Result<KeyDraft, (String, Refusal)> {
    let algorithm = request.algorithm.0;
    let given = KeyRequest {
        secret: optional(request.secret.take()),
        private_key: optional(request.private_key.take()),
        generate: request.generate_key == Some(true),
    };
    if let Some(key) = given.read(algorithm, "/authentication")? {
        return Ok(key);
    }
    let name = if algorithm.is_symmetric() {
        "secret"
    } else {
        "privateKey"
    };
    let missing = |message| Err((format!("/authentication/{name}"), required(message)));
    match previous {
        Some(jwt) if jwt.algorithm == algorithm => Ok(KeyDraft::Kept(jwt.keys.current().clone())),
        // The saved key cannot be read back here, so whether it fits another algorithm cannot be told.
        Some(_) => missing("The algorithm changes, so the key has to be given again."),
        None => missing("This algorithm needs its key here."),
    }
}

fn header_drafts(
    requests: HeaderList<Readable<HeaderRequest>>,
    token_header: Option<&HeaderName>,
    stored: Option<&WebhookConfig>,
    faults: &mut Invalid,
) -> Vec<HeaderDraft> {
    let mut drafts: Vec<HeaderDraft> = Vec::with_capacity(requests.0.len());
    let mut names: Vec<CustomHeaderName> = Vec::with_capacity(requests.0.len());
    for (index, request) in requests.0.into_iter().enumerate() {
        let Readable(Some(request)) = request else {
            continue;
        };
        let Checked(name) = request.name;
        if names.contains(&name) {
            faults.push(format!("/headers/{index}/name"), duplicate_name());
        } else if token_header == Some(name.name()) {
            faults.push(
                format!("/headers/{index}/name"),
                TokenHeaderCollision(index).refusal(),
            );
        }
        names.push(name.clone());
        let value = header_draft(
            &name,
            optional(request.value),
            request.secret == Some(true),
            stored,
        )
        .map_err(|refusal| (format!("/headers/{index}/value"), refusal));
        if let Some(value) = faults.note(value) {
            drafts.push(HeaderDraft { name, value });
        }
    }
    let total = check_total(drafts.iter().map(HeaderDraft::bytes));
    faults.note(total.map_err(|refusal| ("/headers".to_owned(), refusal)));
    drafts
}

fn header_draft(
    name: &CustomHeaderName,
    given: Option<SecretString>,
    is_secret: bool,
    stored: Option<&WebhookConfig>,
) -> Result<HeaderValueDraft, Refusal> {
    if let Some(text) = given {
        let value = header_value(text.expose_secret())?;
        return Ok(if is_secret {
            HeaderValueDraft::Secret(SecretDraft::Given(text))
        } else {
            HeaderValueDraft::Plain(value)
        });
    }
    let saved = stored.and_then(|config| {
        let headers = config.headers();
        let index = headers.position(name.name())?;
        headers.iter().nth(index)
    });
    match saved.map(|header| &header.value) {
        Some(CustomHeaderValue::Secret(sealed)) if is_secret => {
            Ok(HeaderValueDraft::Secret(SecretDraft::Kept(sealed.clone())))
        }
        _ => Err(required("This header needs a value.")),
    }
}
