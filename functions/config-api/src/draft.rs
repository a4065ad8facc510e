//! A request that is valid together with what is stored: everything but the encryption of new secrets is done.
//!
//! Faults between fields are found here, and also where other fields are wrong. No I/O.

mod client_credentials;
mod headers;
mod jwt;
mod standard_webhooks;

use domain::{
    config::{
        Authentication, CampaignScope, Channel, FeedbackStatus, Selection, WebhookConfig,
        WebhookName,
    },
    endpoint::{EndpointPolicy, EndpointUrl},
    jwt::JwtAuthentication,
    secret::SealedSecret,
};
use http::{HeaderName, header::AUTHORIZATION};
use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::Value;

use headers::header_drafts;

pub(crate) use client_credentials::ClientCredentialsDraft;
pub(crate) use headers::{HeaderDraft, HeaderValueDraft};
pub(crate) use jwt::JwtDraft;
pub(crate) use standard_webhooks::{PreviousDraft, SignatureSecretDraft, StandardWebhooksDraft};

use crate::{
    invalid::Invalid,
    key_draft::KeyDraft,
    wire::{
        across::{Across, AuthenticationMembers},
        fields::{Checked, Readable},
        request::{AuthenticationRequest, AuthenticationType, WebhookRequest},
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

impl Draft {
    /// Reads a body. A replacement passes the `stored` configuration, whose secrets it keeps where the body has none.
    ///
    /// # Errors
    /// Everything that is wrong, not only the first.
    pub fn read(
        body: Value,
        policy: &EndpointPolicy,
        stored: Option<&WebhookConfig>,
        now: Timestamp,
    ) -> Result<Self, Invalid> {
        let across: Across = deserr::deserialize::<_, _, Invalid>(body.clone())?;
        let (request, mut faults) = match deserr::deserialize(body) {
            Ok(request) => (Some::<WebhookRequest>(request), Invalid::default()),
            Err(invalid) => (None, invalid),
        };
        let members = across.authentication.0.unwrap_or_default();
        let mut admit = |pointer: &str, url: &Readable<Checked<EndpointUrl>>| {
            if let Readable(Some(Checked(url))) = url
                && let Err(refusal) = policy.admit(url)
            {
                faults.push(pointer, refusal);
            }
        };
        admit("/url", &across.url);
        // While the type cannot be told, it may be the one that has a token endpoint.
        if matches!(
            members.kind.0,
            Some(AuthenticationType::ClientCredentials) | None
        ) {
            admit("/authentication/tokenUrl", &members.token_url);
        }
        let token_header = token_header(&members);
        let credentials = Credentials::read(
            members,
            stored.map(WebhookConfig::authentication),
            now,
            &mut faults,
        );
        let headers = across.headers.0.flatten().unwrap_or_default();
        let headers = header_drafts(headers, token_header.as_ref(), stored, &mut faults);
        match (request, credentials) {
            (Some(request), Some(credentials)) if faults.is_empty() => Ok(Self {
                name: request.name.0,
                channels: request.channels.0,
                url: request.url.0,
                authentication: credentials.complete(request.authentication).ok_or(faults)?,
                headers,
                feedback_statuses: request
                    .feedback_statuses
                    .map_or_else(Selection::documented, |Checked(statuses)| statuses),
                campaigns: or_default(request.campaigns),
                paused: request.paused == Some(true),
            }),
            _ => Err(faults),
        }
    }
}

/// What authenticates, which several members and the stored configuration decide together.
enum Credentials<'a> {
    None,
    Jwt(KeyDraft, Option<&'a JwtAuthentication>),
    StandardWebhooks(StandardWebhooksDraft),
    Client(SecretDraft),
}

impl<'a> Credentials<'a> {
    /// `None` where the type cannot be told, or after what is wrong was added to `faults`.
    fn read(
        members: AuthenticationMembers,
        stored: Option<&'a Authentication>,
        now: Timestamp,
        faults: &mut Invalid,
    ) -> Option<Self> {
        match members.kind.0? {
            AuthenticationType::None => Some(Self::None),
            AuthenticationType::Jwt => {
                let stored = match stored {
                    Some(Authentication::Jwt(jwt)) => Some(jwt.as_ref()),
                    _ => None,
                };
                jwt::signing_key(members, stored, now, faults).map(|key| Self::Jwt(key, stored))
            }
            AuthenticationType::StandardWebhooks => {
                StandardWebhooksDraft::read(members, stored, faults).map(Self::StandardWebhooks)
            }
            AuthenticationType::ClientCredentials => {
                client_credentials::client_secret(members, stored, faults).map(Self::Client)
            }
        }
    }

    /// With everything else that the request says; `None` if that is of another type, which it is not, because both were
    /// read from one body.
    fn complete(self, request: AuthenticationRequest) -> Option<AuthenticationDraft> {
        Some(match (self, request) {
            (Self::None, AuthenticationRequest::None) => AuthenticationDraft::None,
            (Self::Jwt(key, previous), AuthenticationRequest::Jwt(request)) => {
                AuthenticationDraft::Jwt(Box::new(JwtDraft::new(*request, key, previous)))
            }
            (Self::StandardWebhooks(draft), AuthenticationRequest::StandardWebhooks(_)) => {
                AuthenticationDraft::StandardWebhooks(Box::new(draft))
            }
            (Self::Client(secret), AuthenticationRequest::ClientCredentials(request)) => {
                AuthenticationDraft::ClientCredentials(Box::new(ClientCredentialsDraft::new(
                    *request, secret,
                )))
            }
            _ => return None,
        })
    }
}

fn or_default<T: Default>(field: Option<Checked<T>>) -> T {
    field.map(|Checked(value)| value).unwrap_or_default()
}

fn optional<T>(field: Option<Checked<T>>) -> Option<T> {
    field.map(|Checked(value)| value)
}

/// The header that carries the token, as far as it can be told.
fn token_header(members: &AuthenticationMembers) -> Option<HeaderName> {
    match members.kind.0? {
        AuthenticationType::None | AuthenticationType::StandardWebhooks => None,
        AuthenticationType::ClientCredentials => Some(AUTHORIZATION),
        AuthenticationType::Jwt => {
            let given = members.header_name.0.as_ref()?;
            Some(jwt::header_name(given.as_ref()))
        }
    }
}
