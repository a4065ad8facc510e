//! One connection from its first byte on: what goes wrong before HTTP, then the protocol that the fault is about.

use std::{io, sync::Arc};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy, sink},
    net::TcpStream,
};
use tokio_rustls::TlsAcceptor;

use crate::{
    certificates::{Authority, CertificateError},
    fault::{Fault, HandshakeFault, Http1Fault, Http2Fault},
    http1, http2,
    receiver::Log,
};

/// A fatal `handshake_failure` in a record of its own (RFC 8446 sections 5.1 and 6).
const HANDSHAKE_FAILURE: [u8; 7] = [21, 3, 3, 0, 2, 2, 40];
/// Enough for any first flight of a client.
const CLIENT_HELLO_MAX_BYTES: usize = 16 * 1_024;

/// What all connections of an endpoint share.
pub(crate) struct Server {
    protocol: Protocol,
    /// What the first connection meets.
    first: First,
    acceptor: TlsAcceptor,
    log: Arc<Log>,
}

/// What is spoken after the handshake, and how.
enum Protocol {
    Http1(Option<Http1Fault>),
    Http2(Http2Fault),
}

/// What the first connection meets.
enum First {
    /// The same as all others.
    Nothing,
    /// The handshake fails.
    Fault(HandshakeFault),
    /// Another certificate.
    Certificate(TlsAcceptor),
}

impl Server {
    /// Makes the certificates that the fault needs.
    ///
    /// # Errors
    /// [`CertificateError`] where one cannot be made.
    pub(crate) fn new(
        authority: &Authority,
        fault: Option<Fault>,
        log: Arc<Log>,
    ) -> Result<Self, CertificateError> {
        let (first, protocol) = match fault {
            None => (First::Nothing, Protocol::Http1(None)),
            Some(Fault::Http1(fault)) => (First::Nothing, Protocol::Http1(Some(fault))),
            Some(Fault::Http2(fault)) => (First::Nothing, Protocol::Http2(fault)),
            Some(Fault::Handshake(HandshakeFault::Certificate(flaw))) => {
                let acceptor = authority.acceptor(Some(flaw), b"http/1.1")?;
                (First::Certificate(acceptor), Protocol::Http1(None))
            }
            Some(Fault::Handshake(fault)) => (First::Fault(fault), Protocol::Http1(None)),
        };
        let name: &[u8] = match protocol {
            Protocol::Http1(_) => b"http/1.1",
            Protocol::Http2(_) => b"h2",
        };
        Ok(Self {
            acceptor: authority.acceptor(None, name)?,
            protocol,
            first,
            log,
        })
    }
}

/// Serves a connection to its end.
///
/// # Errors
/// Those of the connection, which the client may have caused as well.
pub(crate) async fn serve(server: &Server, stream: TcpStream, number: usize) -> io::Result<()> {
    let acceptor = match (&server.first, number) {
        (First::Fault(fault), 0) => return break_off(stream, *fault).await,
        (First::Certificate(acceptor), 0) => acceptor,
        _ => &server.acceptor,
    };
    let stream = acceptor.accept(stream).await?;
    match &server.protocol {
        Protocol::Http1(fault) => http1::serve(stream, fault.as_ref(), number, &server.log).await,
        Protocol::Http2(fault) => http2::serve(stream, *fault, number, &server.log)
            .await
            .map_err(io::Error::other),
    }
}

async fn break_off(mut stream: TcpStream, fault: HandshakeFault) -> io::Result<()> {
    // Data that is left unread would turn every close into a reset.
    let mut client_hello = vec![0; CLIENT_HELLO_MAX_BYTES];
    let _ = stream.read(&mut client_hello).await?;
    match fault {
        HandshakeFault::Reset => return stream.set_zero_linger(),
        HandshakeFault::Silence | HandshakeFault::Certificate(_) => {}
        HandshakeFault::Closed => stream.shutdown().await?,
        HandshakeFault::Alert => stream.write_all(&HANDSHAKE_FAILURE).await?,
        HandshakeFault::PlainHttp => {
            let answer = b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n";
            stream.write_all(answer).await?;
        }
    }
    copy(&mut stream, &mut sink()).await.map(drop)
}
