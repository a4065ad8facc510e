//! A real HTTPS endpoint on loopback, with a certificate of its own, that answers as a test tells it to.

use std::{
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU16, AtomicUsize, Ordering},
    },
};

use futures_util::{StreamExt, stream};
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, StreamBody};
use hyper::{
    body::{Bytes, Frame, Incoming},
    service::service_fn,
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

/// What the endpoint does with a request.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reply {
    /// Answers with this status.
    Status(u16),
    /// Answers with this status and header.
    WithHeader(u16, &'static str, &'static str),
    /// Answers with this status and body.
    WithBody(u16, &'static str),
    /// Answers 200 with a body that never ends.
    EndlessBody,
    /// Answers 200 with a body that stops in the middle, and keeps the connection open.
    StalledBody,
    /// Answers 200 with a body that stops in the middle, and closes the connection.
    TruncatedBody,
    /// Never answers.
    Silence,
    /// Closes the connection without an answer.
    Close,
}

/// What the endpoint speaks.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Protocol {
    Http1,
    Http2,
}

type Body = StreamBody<Pin<Box<dyn stream::Stream<Item = Result<Frame<Bytes>, Closed>> + Send>>>;

/// The connection is closed on purpose.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Closed;

impl std::fmt::Display for Closed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("closed on purpose")
    }
}

impl std::error::Error for Closed {}

pub(crate) struct Receiver {
    port: u16,
    ca: CertificateDer<'static>,
    state: Arc<State>,
}

/// Decides what the request of this number, from 0 on, is answered with.
type Decide = dyn Fn(usize, &Received) -> Reply + Send + Sync;

struct State {
    received: Mutex<Vec<Received>>,
    connections: AtomicUsize,
    reply: Box<Decide>,
}

impl Receiver {
    /// Answers every request with the same reply.
    pub(crate) async fn start(reply: Reply) -> Self {
        Self::with(Protocol::Http1, move |_, _| reply).await
    }

    /// Answers as told; requests are counted from 0.
    pub(crate) async fn with(
        protocol: Protocol,
        reply: impl Fn(usize, &Received) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let (ca, tls) = tls(protocol);
        let acceptor = TlsAcceptor::from(Arc::new(tls));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State {
            received: Mutex::default(),
            connections: AtomicUsize::default(),
            reply: Box::new(reply),
        });
        let served = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                served.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(serve(stream, acceptor.clone(), Arc::clone(&served)));
            }
        });
        Self { port, ca, state }
    }

    /// Answers with the status that was stored last; 503 at first.
    pub(crate) async fn switchable() -> (Self, Arc<AtomicU16>) {
        let status = Arc::new(AtomicU16::new(503));
        let current = Arc::clone(&status);
        let reply = move |_, _: &Received| Reply::Status(current.load(Ordering::SeqCst));
        (Self::with(Protocol::Http1, reply).await, status)
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.port)
    }

    pub(crate) fn ca(&self) -> CertificateDer<'static> {
        self.ca.clone()
    }

    pub(crate) fn received(&self) -> Vec<Received> {
        self.state.received.lock().unwrap().clone()
    }

    pub(crate) fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }
}

fn tls(protocol: Protocol) -> (CertificateDer<'static>, ServerConfig) {
    let ca_key = KeyPair::generate().unwrap();
    let mut ca = CertificateParams::new([]).unwrap();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca_certificate = ca.self_signed(&ca_key).unwrap().der().clone();
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["localhost".to_owned()])
        .unwrap()
        .signed_by(&key, &Issuer::new(ca, ca_key))
        .unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    config.alpn_protocols = vec![match protocol {
        Protocol::Http1 => b"http/1.1".to_vec(),
        Protocol::Http2 => b"h2".to_vec(),
    }];
    (ca_certificate, config)
}

async fn serve(stream: TcpStream, acceptor: TlsAcceptor, state: Arc<State>) {
    let Ok(stream) = acceptor.accept(stream).await else {
        return;
    };
    let service = service_fn(move |request| answer(request, Arc::clone(&state)));
    let server = auto::Builder::new(TokioExecutor::new());
    // A connection that ends in an error is what several tests ask for.
    drop(server.serve_connection(TokioIo::new(stream), service).await);
}

async fn answer(request: Request<Incoming>, state: Arc<State>) -> Result<Response<Body>, Closed> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(|_| Closed)?.to_bytes();
    let received = Received {
        method: head.method.to_string(),
        target: head.uri.path_and_query().unwrap().to_string(),
        headers: head.headers,
        body: String::from_utf8(body.to_vec()).unwrap(),
    };
    let reply = {
        let mut all = state.received.lock().unwrap();
        all.push(received.clone());
        (state.reply)(all.len() - 1, &received)
    };
    let frame = || Ok(Frame::data(Bytes::from_static(&[b'x'; 1_024])));
    let empty = stream::empty::<Result<_, Closed>>();
    match reply {
        Reply::Status(status) => Ok(response(status, empty)),
        Reply::WithHeader(status, name, value) => {
            let mut response = response(status, empty);
            response.headers_mut().insert(name, value.parse().unwrap());
            Ok(response)
        }
        Reply::WithBody(status, body) => {
            let frame = Ok(Frame::data(Bytes::from_static(body.as_bytes())));
            Ok(response(status, stream::iter([frame])))
        }
        Reply::EndlessBody => Ok(response(200, stream::repeat_with(frame))),
        Reply::StalledBody => Ok(response(
            200,
            stream::iter([frame()]).chain(stream::pending()),
        )),
        Reply::TruncatedBody => {
            // The server has to get a chance to send what it has.
            let end = stream::once(async {
                tokio::task::yield_now().await;
                Err(Closed)
            });
            Ok(response(200, stream::iter([frame()]).chain(end)))
        }
        Reply::Silence => std::future::pending().await,
        Reply::Close => Err(Closed),
    }
}

fn response(
    status: u16,
    body: impl stream::Stream<Item = Result<Frame<Bytes>, Closed>> + Send + 'static,
) -> Response<Body> {
    let mut response = Response::new(StreamBody::new(Box::pin(body) as Pin<Box<_>>));
    *response.status_mut() = status.try_into().unwrap();
    response
}
