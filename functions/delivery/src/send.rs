//! The only HTTP client that talks to endpoints: one POST, one deadline for all of it.
//!
//! HTTPS only, no redirects, no proxy, no decompression, addresses checked by `egress`, answers read up to a cap. What
//! an answer means is decided elsewhere.

use std::{sync::Arc, time::Duration};

use domain::endpoint::EndpointPolicy;
use http::{HeaderValue, StatusCode, header::RETRY_AFTER};
use reqwest::{Client, redirect};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::CertificateDer,
    version::{TLS12, TLS13},
};
use tokio::time::{Instant, timeout_at};

use crate::{
    egress::GuardedResolver,
    request::WebhookRequest,
    send_error::{SendError, SendErrorKind},
};

/// Most bytes of an answer's body that are read. Nothing in it is needed; reading it lets the connection be used again,
/// and common answers and error pages are smaller.
const ANSWER_MAX_BYTES: usize = 8 * 1_024;
/// How long an unused connection is kept, in seconds: below the 60 of common load balancers and the 350 after which AWS
/// NAT gateways forget a connection, so that few requests meet one that is dead.
const IDLE_CONNECTION_SECONDS: u64 = 50;
/// Unused connections that are kept for one host. A burst opens more; afterwards these are enough to go on with.
const IDLE_CONNECTIONS_PER_HOST: usize = 16;

/// Sends requests to endpoints.
#[derive(Debug, Clone)]
pub struct Sender {
    client: Client,
    policy: EndpointPolicy,
}

/// The head of an endpoint's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its `Retry-After` header.
    pub retry_after: Option<HeaderValue>,
}

/// The client could not be built; the development CA is no certificate, or the cryptographic library is not usable.
#[derive(Debug, thiserror::Error)]
pub enum SenderError {
    /// TLS could not be set up.
    #[error("TLS could not be set up")]
    Tls(#[from] rustls::Error),
    /// The HTTP client could not be set up.
    #[error("the HTTP client could not be set up")]
    Client(#[from] reqwest::Error),
}

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
        let mut tls = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_protocol_versions(&[&TLS13, &TLS12])?
            .with_root_certificates(roots)
            .with_no_client_auth();
        tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let client = Client::builder()
            .tls_backend_preconfigured(tls)
            .https_only(true)
            .redirect(redirect::Policy::none())
            .referer(false)
            .no_proxy()
            .dns_resolver(resolver)
            .pool_idle_timeout(Duration::from_secs(IDLE_CONNECTION_SECONDS))
            .pool_max_idle_per_host(IDLE_CONNECTIONS_PER_HOST)
            .build()?;
        Ok(Self { client, policy })
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
        let answer = self.send_and_read(request, ANSWER_MAX_BYTES, deadline);
        answer.await.map(|(answer, _)| answer)
    }

    /// Posts a request and reads the whole answer, until the deadline; `None` in place of a body that has more than
    /// `max_bytes`.
    ///
    /// # Errors
    /// [`SendError`] where there is no complete answer.
    pub async fn send_and_read(
        &self,
        request: &WebhookRequest,
        max_bytes: usize,
        deadline: Instant,
    ) -> Result<(Answer, Option<Vec<u8>>), SendError> {
        if self.policy.admit(&request.url).is_err() {
            return Err(SendErrorKind::AddressRefused.into());
        }
        let exchange = async {
            match self.exchange(request, max_bytes).await {
                // The connection may have died while the execution environment was frozen, which is no fault of the
                // endpoint's. Receivers tell duplicates by `webhook-id`, so sending again is safe (RFC 9110 section
                // 9.2.2).
                Err(error) if error.is_closed_connection() => {
                    self.exchange(request, max_bytes).await
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
        request: &WebhookRequest,
        max_bytes: usize,
    ) -> Result<(Answer, Option<Vec<u8>>), SendError> {
        let mut response = self
            .client
            .post(request.url.to_url())
            .headers(request.headers.clone())
            .body(request.body.clone())
            .send()
            .await?;
        let answer = Answer {
            status: response.status(),
            retry_after: response.headers().get(RETRY_AFTER).cloned(),
        };
        let mut body = Vec::new();
        while body.len() <= max_bytes {
            match response.chunk().await {
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => return Ok((answer, Some(body))),
                Err(error) => return Err(SendError::in_body(error)),
            }
        }
        Ok((answer, None))
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

    async fn error_at(sender: &Sender) -> SendErrorKind {
        let request = WebhookRequest {
            url: domain::endpoint::EndpointUrl::parse("https://localhost:1/").unwrap(),
            headers: HeaderMap::new(),
            body: Vec::new(),
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
