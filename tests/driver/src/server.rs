//! HTTP servers on loopback: the Runtime API, AWS services, proxies and endpoints differ only in their handlers.

use std::{io, sync::Arc};

use anyhow::{Context, Result};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::{
    body::{Bytes, Incoming},
    service::service_fn,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;

/// What a handler makes of a request.
pub type Reply = Result<Response<Full<Bytes>>, Closed>;

/// The connection is closed (HTTP/2: the stream is reset) instead of an answer.
#[derive(Debug, Clone, Copy)]
pub struct Closed;

impl std::fmt::Display for Closed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("closed on purpose")
    }
}

impl std::error::Error for Closed {}

/// A running server; it stops when this is dropped.
#[derive(Debug)]
pub struct Server {
    /// Its port on 127.0.0.1.
    pub port: u16,
    _accepting: JoinSet<()>,
}

impl Server {
    /// Answers requests on a free port, over TLS if there is an acceptor.
    ///
    /// # Errors
    /// The operating system's, if there is no port to listen on.
    pub async fn start<H, F>(tls: Option<TlsAcceptor>, handler: H) -> io::Result<Self>
    where
        H: Fn(Request<Bytes>) -> F + Send + Sync + 'static,
        F: Future<Output = Reply> + Send + 'static,
    {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = listener.local_addr()?.port();
        let handler = Arc::new(handler);
        let mut accepting = JoinSet::new();
        accepting.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                tokio::select! {
                    Some(_) = connections.join_next() => {}
                    accepted = listener.accept() => {
                        let Ok((stream, _)) = accepted else { continue };
                        // Small answers must not wait for the acknowledgement of others. It works without, too.
                        let _ = stream.set_nodelay(true);
                        let (tls, handler) = (tls.clone(), Arc::clone(&handler));
                        connections.spawn(async move {
                            match tls {
                                None => converse(stream, handler).await,
                                Some(tls) => {
                                    if let Ok(stream) = tls.accept(stream).await {
                                        converse(stream, handler).await;
                                    }
                                }
                            }
                        });
                    }
                }
            }
        });
        Ok(Self {
            port,
            _accepting: accepting,
        })
    }
}

async fn converse<S, H, F>(stream: S, handler: Arc<H>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    H: Fn(Request<Bytes>) -> F + Send + Sync + 'static,
    F: Future<Output = Reply> + Send + 'static,
{
    let service = service_fn(move |request: Request<Incoming>| {
        let handler = Arc::clone(&handler);
        async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await.map_err(|_| Closed)?.to_bytes();
            handler(Request::from_parts(head, body)).await
        }
    });
    let server = auto::Builder::new(TokioExecutor::new());
    // Connections that end in an error are what a fault run is about.
    drop(server.serve_connection(TokioIo::new(stream), service).await);
}

/// An answer with a body.
pub fn answer(status: StatusCode, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::new(body.into()));
    *answer.status_mut() = status;
    answer
}

/// TLS with this certificate chain and key, in PEM, speaking these protocols.
///
/// # Errors
/// Where they are no certificate and key.
pub fn tls(chain: &[u8], key: &[u8], protocols: &[&str]) -> Result<TlsAcceptor> {
    let chain = CertificateDer::pem_slice_iter(chain).collect::<Result<Vec<_>, _>>()?;
    let key = PrivateKeyDer::from_pem_slice(key).context("the certificate's key")?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = protocols
        .iter()
        .map(|name| name.as_bytes().to_vec())
        .collect();
    Ok(TlsAcceptor::from(Arc::new(config)))
}
