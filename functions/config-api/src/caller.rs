//! Who calls, and on which organisation and sandbox: from what API Gateway verified, never from the body.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use config_store::history::AttemptId;
use domain::key::{CampaignId, ConfigKey, OrgId, SandboxName, WebhookId};
use http::request::Parts;
use jiff::{Timestamp, Unit};
use lambda_http::request::RequestContext;

use crate::{App, access::Role, answer, error::ApiError, invalid::required};

/// The header that may repeat the token's organisation.
const ORGANISATION_HEADER: &str = "x-gw-ims-org-id";
/// The header that names the sandbox.
const SANDBOX_HEADER: &str = "x-sandbox-name";
/// Claims that name the person or the application, best first: an address that people know, else the subject, else
/// the client of a machine's token.
const ACTOR_CLAIMS: [&str; 3] = ["email", "sub", "client_id"];

/// A verified caller whose role allows the request's method.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The organisation of the token.
    pub org: OrgId,
    /// Who it is, for audit fields.
    pub actor: String,
    /// What the token allows.
    pub role: Role,
}

/// A verified caller whose role allows the request's method, and the sandbox that the request is about.
#[derive(Debug, Clone)]
pub struct Tenant {
    /// Organisation and sandbox.
    pub key: ConfigKey,
    /// Who it is, for audit fields.
    pub actor: String,
    /// The id of the request, for the audit trail.
    pub request_id: String,
}

/// The time of the request, to the millisecond as JavaScript keeps it: the only place where the clock is read.
#[derive(Debug, Clone, Copy)]
pub struct Now(pub Timestamp);

/// The id in the path. What is no id is no webhook's id.
#[derive(Debug, Clone, Copy)]
pub struct WebhookPath(WebhookId);

impl WebhookPath {
    /// The id.
    pub fn id(self) -> WebhookId {
        self.0
    }

    fn parse(id: &str) -> Result<Self, ApiError> {
        WebhookId::parse(id)
            .map(Self)
            .ok_or(ApiError::NoSuchWebhook)
    }
}

/// The ids of an attempt and of its webhook in the path. What is no id is no attempt's id.
#[derive(Debug, Clone, Copy)]
pub struct AttemptPath {
    /// The webhook.
    pub webhook: WebhookPath,
    /// The attempt.
    pub attempt: AttemptId,
}

/// The campaign in the path.
#[derive(Debug, Clone)]
pub struct CampaignPath(pub CampaignId);

impl<S: Send + Sync> FromRequestParts<Arc<App<S>>> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App<S>>) -> Result<Self, ApiError> {
        let authorizer = match parts.extensions.get() {
            Some(RequestContext::ApiGatewayV2(context)) => context.authorizer.as_ref(),
            _ => None,
        };
        let claims = authorizer
            .and_then(|authorizer| authorizer.jwt.as_ref())
            .map(|jwt| &jwt.claims)
            .ok_or(ApiError::Unauthenticated)?;
        let org = app
            .access
            .organisation(claims)
            .ok_or(ApiError::NoOrganisation)?;
        if parts
            .headers
            .get_all(ORGANISATION_HEADER)
            .iter()
            .any(|repeated| repeated != org.as_str())
        {
            return Err(ApiError::OtherOrganisation);
        }
        let role = app.access.role(claims).ok_or(ApiError::NoRole)?;
        // The method decides, not the handler, so that no route that changes something can forget to ask.
        if role < Role::Manage && !parts.method.is_safe() {
            return Err(ApiError::MayOnlyView);
        }
        let actor = ACTOR_CLAIMS
            .iter()
            .find_map(|claim| claims.get(*claim))
            .filter(|actor| !actor.is_empty())
            .map_or("unknown", String::as_str)
            .to_owned();
        tracing::Span::current().record("config.org", org.as_str());
        Ok(Self { org, actor, role })
    }
}

impl<S: Send + Sync> FromRequestParts<Arc<App<S>>> for Tenant {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App<S>>) -> Result<Self, ApiError> {
        let Caller { org, actor, .. } = Caller::from_request_parts(parts, app).await?;
        let refused = |refusal| ApiError::header(SANDBOX_HEADER, refusal);
        let sandbox = parts
            .headers
            .get(SANDBOX_HEADER)
            .ok_or_else(|| refused(required("Name the sandbox in this header.")))?;
        let sandbox = SandboxName::parse(sandbox.to_str().unwrap_or_default()).map_err(refused)?;
        tracing::Span::current().record("config.sandbox", sandbox.as_str());
        Ok(Self {
            key: ConfigKey { org, sandbox },
            actor,
            request_id: answer::request_id(&parts.extensions),
        })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Now {
    type Rejection = std::convert::Infallible;

    #[expect(
        clippy::disallowed_methods,
        reason = "this is where handlers get the time from"
    )]
    async fn from_request_parts(_: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let now = Timestamp::now();
        Ok(Self(now.round(Unit::Millisecond).unwrap_or(now)))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for WebhookPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Path(id) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| ApiError::NoSuchWebhook)?;
        Self::parse(&id)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for AttemptPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Path((webhook, attempt)) = Path::<(String, String)>::from_request_parts(parts, state)
            .await
            .map_err(|_| ApiError::NoSuchAttempt)?;
        Ok(Self {
            webhook: WebhookPath::parse(&webhook)?,
            attempt: AttemptId::parse(&attempt).ok_or(ApiError::NoSuchAttempt)?,
        })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for CampaignPath {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let id = Path::<String>::from_request_parts(parts, state)
            .await
            .map(|Path(id)| id)
            .unwrap_or_default();
        CampaignId::parse(&id)
            .map(Self)
            .map_err(|refusal| ApiError::parameter("campaignId", refusal))
    }
}
