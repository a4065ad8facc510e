//! The only HTTP client that talks to endpoints: one POST, one deadline for all of it.
//!
//! HTTPS only, no redirects, no proxy, no decompression, addresses checked by `egress`, connections watched by
//! `connection`, answers read up to a cap. What an answer means is decided elsewhere.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use domain::endpoint::EndpointPolicy;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::{
    client::legacy::Client,
    rt::{TokioExecutor, TokioTimer},
};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::CertificateDer,
    version::{TLS12, TLS13},
};
use tokio::time::{Instant, timeout_at};

use crate::{
    connection::{Connector, Meter, connector},
    egress::GuardedResolver,
    request::WebhookRequest,
    send_error::{SendError, SendErrorKind},
};

/// Most bytes of an answer's body that are read. Nothing in it is needed; reading it lets the connection be used again,
/// and common answers and error pages are smaller.
const ANSWER_MAX_BYTES: usize = 8 * 1_024;
/// Most bytes of an answer's head in HTTP/1.1; what does not fit is no answer. In HTTP/2 it is 16 KiB, the client's default.
const HEAD_MAX_BYTES: usize = 128 * 1_024;
/// What an HTTP/2 endpoint may send of one body, and of all bodies of a connection, before it is read: little more than
/// is read anyway, so that the answers of a batch need little memory.
const STREAM_WINDOW_BYTES: u32 = 64 * 1_024;
const CONNECTION_WINDOW_BYTES: u32 = 1_024 * 1_024;
/// How long an unused connection is kept, in seconds: below the 60 of common load balancers and the 350 after which AWS
/// NAT gateways forget a connection, so that few requests meet one that is dead.
const IDLE_CONNECTION_SECONDS: u64 = 50;
/// Unused connections that are kept for one host. A burst opens more; afterwards these are enough to go on with.
const IDLE_CONNECTIONS_PER_HOST: usize = 16;

/// Sends requests to endpoints.
#[derive(Debug, Clone)]
pub struct Sender {
    client: Client<Connector, Full<Bytes>>,
    policy: EndpointPolicy,
    resolver: GuardedResolver,
    tls: ClientConfig,
}

/// An endpoint's answer.
#[derive(Clone)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, or the beginning of it.
    pub body: Vec<u8>,
    /// Whether the body is whole.
    pub is_complete: bool,
}

/// Its status alone: an endpoint may repeat secrets.
impl fmt::Debug for Answer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Answer({})", self.status)
    }
}

/// TLS could not be set up: the development CA is no certificate, or the cryptographic library is not usable.
#[derive(Debug, thiserror::Error)]
#[error("TLS could not be set up")]
pub struct SenderError(#[from] rustls::Error);

impl Sender {
    /// Trusts the certificate authorities of the Mozilla root programme, and `development_ca` where the deployment has
    /// one.
    ///
    /// # Errors
    /// [`SenderError`] where the client cannot be built.
    pub fn new(
        policy: EndpointPolicy,
        development_ca: Option<CertificateDer<'static>>,
    ) -> Result<Self, SenderError> {
        let resolver = GuardedResolver::new(policy.clone());
        Self::with_resolver(policy, development_ca, resolver)
    }

    /// The same with another resolver, so that tests decide what a name leads to.
    ///
    /// # Errors
    /// [`SenderError`] where the client cannot be built.
    pub fn with_resolver(
        policy: EndpointPolicy,
        development_ca: Option<CertificateDer<'static>>,
        resolver: GuardedResolver,
    ) -> Result<Self, SenderError> {
        let mut roots = RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        if let Some(certificate) = development_ca {
            roots.add(certificate)?;
        }
        // TLS sessions are resumed: rustls remembers the latest 256 servers by default.
        let tls = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(&[&TLS13, &TLS12])?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let client = Client::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(IDLE_CONNECTION_SECONDS))
            .pool_max_idle_per_host(IDLE_CONNECTIONS_PER_HOST)
            .http1_max_buf_size(HEAD_MAX_BYTES)
            .http2_initial_stream_window_size(STREAM_WINDOW_BYTES)
            .http2_initial_connection_window_size(CONNECTION_WINDOW_BYTES)
            .build(connector(resolver.clone(), tls.clone()));
        Ok(Self {
            client,
            policy,
            resolver,
            tls,
        })
    }

    /// Which addresses a host has at the moment, and which of them are admitted.
    pub(crate) fn resolver(&self) -> &GuardedResolver {
        &self.resolver
    }

    /// Which URLs are admitted.
    pub(crate) fn policy(&self) -> &EndpointPolicy {
        &self.policy
    }

    /// How connections are encrypted, and which certificates are trusted.
    pub(crate) fn tls(&self) -> &ClientConfig {
        &self.tls
    }

    /// Posts a request and waits for the whole answer, or its first 8 KiB, until the deadline.
    ///
    /// # Errors
    /// [`SendError`] where there is no complete answer.
    pub async fn send(
        &self,
        request: &WebhookRequest,
        deadline: Instant,
    ) -> Result<Answer, SendError> {
        self.send_and_read(request, ANSWER_MAX_BYTES, deadline)
            .await
    }

    /// Posts a request and reads the whole answer, until the deadline, or the first `max_bytes` of its body.
    ///
    /// # Errors
    /// [`SendError`] where there is no complete answer.
    pub async fn send_and_read(
        &self,
        request: &WebhookRequest,
        max_bytes: usize,
        deadline: Instant,
    ) -> Result<Answer, SendError> {
        if self.policy.admit(&request.url).is_err() {
            return Err(SendErrorKind::AddressRefused.into());
        }
        let exchange = async {
            match self.exchange(to_http(request), max_bytes).await {
                // Receivers tell duplicates by `webhook-id`, so sending again is safe (RFC 9110 section 9.2.2).
                Err(error) if error.is_no_attempt() => {
                    self.exchange(to_http(request), max_bytes).await
                }
                answered => answered,
            }
        };
        timeout_at(deadline, exchange)
            .await
            .unwrap_or_else(|_| Err(SendErrorKind::Timeout.into()))
    }

    async fn exchange(
        &self,
        request: Request<Full<Bytes>>,
        max_bytes: usize,
    ) -> Result<Answer, SendError> {
        let response = self.client.request(request).await?;
        let (head, body) = response.into_parts();
        let meter = head.extensions.get::<Meter>().cloned().unwrap_or_default();
        meter.answered();
        let (body, is_complete) = read(body, max_bytes).await?;
        meter.done();
        Ok(Answer {
            status: head.status,
            headers: head.headers,
            body,
            is_complete,
        })
    }
}

/// Reads a body, or its first `max_bytes`. Returns whether it is whole.
async fn read(mut body: Incoming, max_bytes: usize) -> Result<(Vec<u8>, bool), SendError> {
    let mut bytes = Vec::new();
    while bytes.len() <= max_bytes {
        match body.frame().await {
            Some(Ok(frame)) => bytes.extend(frame.into_data().unwrap_or_default()),
            Some(Err(error)) => return Err(SendError::in_body(error)),
            None => return Ok((bytes, true)),
        }
    }
    bytes.truncate(max_bytes);
    Ok((bytes, false))
}

/// The request as the client takes it.
fn to_http(request: &WebhookRequest) -> Request<Full<Bytes>> {
    let mut sent = Request::new(Full::new(request.body.clone()));
    *sent.method_mut() = Method::POST;
    *sent.uri_mut() = request.url.as_uri().clone();
    *sent.headers_mut() = request.headers.clone();
    sent
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

    async fn error_at(sender: &Sender) -> SendErrorKind {
        let request = WebhookRequest {
            url: domain::endpoint::EndpointUrl::parse("https://localhost:1/").unwrap(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
        };
        let deadline = Instant::now() + Duration::from_secs(60);
        sender.send(&request, deadline).await.unwrap_err().kind
    }

    #[tokio::test]
    async fn private_hosts_are_refused_by_their_url_and_again_by_their_address() {
        let production = EndpointPolicy::default();
        let development = EndpointPolicy::with_development_hosts("localhost");
        // As after a change of the deployment: the URL was admitted when it was saved.
        let mut sender = Sender::new(development.clone(), None).unwrap();
        assert_eq!(error_at(&sender).await, SendErrorKind::Connect);
        sender.policy = production.clone();
        assert_eq!(error_at(&sender).await, SendErrorKind::AddressRefused);
        // As for a public name that has a private address: the URL passes.
        let mut sender = Sender::new(production, None).unwrap();
        sender.policy = development;
        assert_eq!(error_at(&sender).await, SendErrorKind::AddressRefused);
    }
}
