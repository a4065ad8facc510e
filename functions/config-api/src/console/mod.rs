//! The administrators' console: serves the files that its build left, and tells it where administrators sign in.
//!
//! Nothing here is secret or belongs to an organisation, so no token is needed. What the console shows, it asks the API
//! for with the administrator's own token.

mod files;
mod policy;

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::{Path, State},
    middleware,
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde::Serialize;
use url::Url;

use crate::{answer, protection};

/// Where administrators sign in.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// The issuer of their tokens.
    pub issuer: Url,
    /// The console's client: public, with the authorization-code flow.
    pub client_id: String,
    /// The scopes that it asks for, separated by spaces.
    pub scope: String,
    /// The base of a Cognito domain, whose paths are known. None for other providers, which publish theirs.
    pub cognito_domain: Option<Url>,
}

/// What the console reads at `/console/config.json` before it signs anyone in.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ConsoleConfig {
    version: &'static str,
    /// Null where the deployment names no client for the console.
    sign_in: Option<SignInConfig>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SignInConfig {
    issuer: String,
    client_id: String,
    scope: String,
    /// Which token the API takes: Cognito puts the organisation into the ID token only.
    api_token: &'static str,
    /// Null where the provider's discovery document has them.
    endpoints: Option<Endpoints>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Endpoints {
    authorization: String,
    token: String,
    sign_out: String,
    revocation: String,
}

impl From<&SignIn> for SignInConfig {
    fn from(sign_in: &SignIn) -> Self {
        let domain = sign_in.cognito_domain.as_ref();
        Self {
            issuer: sign_in.issuer.as_str().trim_end_matches('/').to_owned(),
            client_id: sign_in.client_id.clone(),
            scope: sign_in.scope.clone(),
            api_token: if domain.is_some() { "id" } else { "access" },
            endpoints: domain.map(|domain| {
                let base = domain.as_str().trim_end_matches('/');
                Endpoints {
                    authorization: format!("{base}/oauth2/authorize"),
                    token: format!("{base}/oauth2/token"),
                    sign_out: format!("{base}/logout"),
                    revocation: format!("{base}/oauth2/revoke"),
                }
            }),
        }
    }
}

#[derive(Debug)]
struct Console {
    config: ConsoleConfig,
    policy: HeaderValue,
}

/// The console's routes, complete with what every answer has.
pub fn router(sign_in: Option<&SignIn>) -> Router {
    let console = Console {
        config: ConsoleConfig {
            version: env!("CARGO_PKG_VERSION"),
            sign_in: sign_in.map(SignInConfig::from),
        },
        policy: policy::content_security(sign_in),
    };
    let router = Router::new()
        .route("/", get(|| async { Redirect::temporary("/console") }))
        .route("/console", get(page))
        .route("/console/", get(page))
        .route("/console/config.json", get(config))
        .route("/console/{*path}", get(file))
        .layer(middleware::from_fn(answer::finish))
        .with_state(Arc::new(console));
    protection::protect(router)
}

async fn config(State(console): State<Arc<Console>>) -> Response {
    ([NO_CACHE], Json(&console.config)).into_response()
}

async fn page(State(console): State<Arc<Console>>, headers: HeaderMap) -> Response {
    guarded(&console, files::page::<files::Built>(&headers))
}

async fn file(
    State(console): State<Arc<Console>>,
    Path(path): Path<String>,
    headers: HeaderMap,
) -> Response {
    guarded(&console, files::file::<files::Built>(&path, &headers))
}

/// Asked for anew each time; the ETag keeps that cheap.
const NO_CACHE: (HeaderName, HeaderValue) =
    (header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));

/// Adds what browsers are to hold against a page that is not ours.
fn guarded(console: &Console, mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, console.policy.clone());
    headers.insert(
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    );
    response
}
