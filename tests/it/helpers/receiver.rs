//! A customer's HTTPS endpoint: answers as it is told and keeps what it received.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
};

use http_body_util::{BodyExt, Full};
use hyper::{
    HeaderMap, Request, Response,
    body::{Bytes, Incoming},
    service::service_fn,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::{cloud::Cloud, eventually};

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .unwrap_or_else(|| panic!("no {name} in {self:?}"))
            .to_str()
            .unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// What the receiver answers to a request.
type Script = dyn Fn(&Received, usize) -> Response<Full<Bytes>> + Send + Sync;

/// A running endpoint; it stops with the test's runtime.
pub(crate) struct Receiver {
    url: String,
    received: Arc<Mutex<Vec<Received>>>,
}

impl Receiver {
    /// Starts an endpoint that answers 204 to everything.
    pub(crate) async fn start() -> Self {
        Self::scripted(|_, _| status(204)).await
    }

    /// Starts an endpoint that answers by `script`, which is told how many requests with the same `webhook-id` came
    /// before.
    pub(crate) async fn scripted(
        script: impl Fn(&Received, usize) -> Response<Full<Bytes>> + Send + Sync + 'static,
    ) -> Self {
        let script: Arc<Script> = Arc::new(script);
        let (chain, key) = Cloud::get().certificate();
        let chain = CertificateDer::pem_slice_iter(&chain)
            .collect::<Result<Vec<_>, _>>()
            .unwrap();
        let mut tls = rustls::ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(chain, PrivateKeyDer::from_pem_slice(&key).unwrap())
            .unwrap();
        tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(tls));
        // `localhost` may mean either family to the function, so both have to be listened on.
        let listener = TcpListener::bind(("::", 0)).await.unwrap();
        let url = format!(
            "https://localhost:{}/feedback?token=canary-query",
            listener.local_addr().unwrap().port()
        );
        let received = Arc::new(Mutex::new(Vec::new()));
        let log = received.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (acceptor, log, script) = (acceptor.clone(), log.clone(), script.clone());
                tokio::spawn(async move {
                    let Ok(stream) = acceptor.accept(stream).await else {
                        return;
                    };
                    let service =
                        service_fn(move |request| answer(request, log.clone(), script.clone()));
                    let server = auto::Builder::new(TokioExecutor::new());
                    // A client that goes away is none of the test's business.
                    let _ = server.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        Self { url, received }
    }

    /// Where the endpoint listens.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Everything received so far.
    pub(crate) fn so_far(&self) -> Vec<Received> {
        self.received.lock().unwrap().clone()
    }

    /// Waits until `count` requests have arrived.
    pub(crate) async fn received(&self, count: usize) -> Vec<Received> {
        eventually(&format!("{count} requests at the receiver"), async || {
            Some(self.so_far()).filter(|received| received.len() >= count)
        })
        .await
    }
}

/// An answer without body.
pub(crate) fn status(code: u16) -> Response<Full<Bytes>> {
    json(code, "")
}

/// An answer with this text, which may be JSON.
pub(crate) fn json(code: u16, text: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let body = Full::new(text.into());
    Response::builder().status(code).body(body).unwrap()
}

async fn answer(
    request: Request<Incoming>,
    log: Arc<Mutex<Vec<Received>>>,
    script: Arc<Script>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let body = body
        .collect()
        .await
        .map(|body| body.to_bytes())
        .unwrap_or_default();
    let received = Received {
        path: head.uri.path().to_owned(),
        headers: head.headers,
        body,
    };
    let mut log = log.lock().unwrap();
    let id = received.headers.get("webhook-id");
    let earlier = log
        .iter()
        .filter(|other| other.headers.get("webhook-id") == id)
        .count();
    let response = script(&received, earlier);
    log.push(received);
    Ok(response)
}
