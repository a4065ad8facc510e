//! Connections to endpoints: TCP to a checked address, TLS, and a count of the bytes that come over each.
//!
//! The count tells a connection that had died before a request from an endpoint that gave up on one, and it ends an
//! endpoint that sends on and on without ever beginning its answer.

use std::{
    error::Error,
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll, ready},
};

use http::{Extensions, Uri};
use hyper_rustls::{HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::{
    client::legacy::connect::{Connected, Connection, HttpConnector, dns::Name},
    rt::TokioIo,
};
use reqwest::dns::Resolve;
use rustls::ClientConfig;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};
use tower::{ServiceExt, service_fn, util::BoxCloneSyncService};

use crate::egress::GuardedResolver;

/// Most bytes that may come over a connection after the latest answer on it began: what is read of as many answers as
/// are under way at once, and frames in between. Interim answers (1xx) have no limit of their own in HTTP.
const RECEIVED_MAX_BYTES: usize = 2 << 20;

/// Most bytes that come over a connection that the endpoint had given up before: a closing alert. A record of one has 5
/// bytes of header, up to 8 of nonce, 2 of alert and 16 of tag (RFC 5288 section 3; fewer in RFC 8446 section 5.2).
const ALERT_MAX_BYTES: usize = 31;

type BoxError = Box<dyn Error + Send + Sync>;

/// Opens connections.
pub(crate) type Connector =
    BoxCloneSyncService<Uri, MaybeHttpsStream<TokioIo<MeteredStream>>, BoxError>;

/// Opens HTTPS connections to what the resolver admits, and to nothing else.
pub(crate) fn connector(resolver: GuardedResolver, tls: ClientConfig) -> Connector {
    let resolver = service_fn(move |name: Name| {
        let resolver = resolver.clone();
        async move {
            let name = name.as_str().parse().map_err(NotResolved::new)?;
            resolver.resolve(name).await.map_err(NotResolved::new)
        }
    });
    let mut tcp = HttpConnector::new_with_resolver(resolver);
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    let metered = tcp.map_response(|stream| TokioIo::new(MeteredStream::new(stream.into_inner())));
    let https = HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_only()
        .enable_all_versions()
        .wrap_connector(metered);
    BoxCloneSyncService::new(https)
}

/// A host's name led to no address that may be used.
#[derive(Debug, thiserror::Error)]
#[error("the host's name was not resolved")]
pub(crate) struct NotResolved(#[source] BoxError);

impl NotResolved {
    fn new(cause: impl Into<BoxError>) -> Self {
        Self(cause.into())
    }
}

/// The endpoint sends more than all answers may have.
#[derive(Debug, thiserror::Error)]
#[error("the endpoint sent more than {RECEIVED_MAX_BYTES} bytes")]
struct TooMuchReceived;

/// What came over a connection.
#[derive(Debug, Clone, Default)]
pub(crate) struct Meter(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    bytes_since_answer: AtomicUsize,
    bytes_since_request: AtomicUsize,
    has_answered: AtomicBool,
    /// From a request's first bytes to the end of an answer.
    is_in_use: AtomicBool,
}

impl Meter {
    /// The meter of a connection that [`connector`] opened.
    pub(crate) fn of(connected: &Connected) -> Option<Self> {
        let mut extras = Extensions::new();
        connected.get_extras(&mut extras);
        extras.remove()
    }

    /// The head of an answer came.
    pub(crate) fn answered(&self) {
        self.0.has_answered.store(true, Ordering::Relaxed);
        self.0.bytes_since_answer.store(0, Ordering::Relaxed);
    }

    /// An answer is over; what is written next begins a request.
    pub(crate) fn done(&self) {
        self.0.is_in_use.store(false, Ordering::Relaxed);
    }

    /// Whether a connection that broke had been good for an earlier request, and was dead for the latest one from its
    /// begin on. It may have died while the execution environment was frozen.
    pub(crate) fn had_died(&self) -> bool {
        self.0.has_answered.load(Ordering::Relaxed)
            && self.0.bytes_since_request.load(Ordering::Relaxed) <= ALERT_MAX_BYTES
    }

    /// Something is written.
    fn written(&self) {
        if !self.0.is_in_use.swap(true, Ordering::Relaxed) {
            self.0.bytes_since_request.store(0, Ordering::Relaxed);
        }
    }

    /// Counts bytes; whether so many may come.
    fn received(&self, bytes: usize) -> bool {
        let add = |count: &AtomicUsize| count.fetch_add(bytes, Ordering::Relaxed);
        add(&self.0.bytes_since_request);
        add(&self.0.bytes_since_answer).saturating_add(bytes) <= RECEIVED_MAX_BYTES
    }
}

/// A TCP connection with its [`Meter`].
#[derive(Debug)]
pub(crate) struct MeteredStream {
    stream: TcpStream,
    meter: Meter,
}

impl MeteredStream {
    fn new(stream: TcpStream) -> Self {
        let meter = Meter::default();
        Self { stream, meter }
    }
}

impl Connection for MeteredStream {
    fn connected(&self) -> Connected {
        Connected::new().extra(self.meter.clone())
    }
}

impl AsyncRead for MeteredStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        let bytes = buffer.filled().len().saturating_sub(before);
        Poll::Ready(match self.meter.received(bytes) {
            true => Ok(()),
            false => Err(io::Error::other(TooMuchReceived)),
        })
    }
}

impl AsyncWrite for MeteredStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.meter.written();
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.meter.written();
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_used_connection_that_brought_nothing_had_died() {
        for (has_answered, bytes, had_died) in [
            (true, 0, true),
            (true, ALERT_MAX_BYTES, true),
            (true, ALERT_MAX_BYTES + 1, false),
            (false, 0, false),
        ] {
            let meter = Meter::default();
            meter.received(5_000);
            if has_answered {
                meter.answered();
                meter.done();
            }
            meter.written();
            meter.received(bytes);
            // Such as the acknowledgement of what came.
            meter.written();
            assert_eq!(meter.had_died(), had_died, "{has_answered} {bytes}");
        }
    }

    #[test]
    fn so_many_bytes_may_come_before_each_answer_whatever_is_written() {
        let meter = Meter::default();
        assert!(meter.received(RECEIVED_MAX_BYTES));
        meter.written();
        assert!(!meter.received(1));
        meter.answered();
        assert!(meter.received(RECEIVED_MAX_BYTES));
    }
}
