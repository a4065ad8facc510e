//! What keeps an endpoint from answering, told apart so that an administrator knows where to look.
//!
//! Nothing here prints a URL, which may hold an endpoint's token.

use std::{error::Error, io};

use crate::egress::AddressRefused;

/// What kept an endpoint from answering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SendErrorKind {
    /// The deadline passed.
    Timeout,
    /// The host's name could not be resolved.
    Dns,
    /// The URL or one of its addresses is not admitted.
    AddressRefused,
    /// No connection was made.
    Connect,
    /// The certificate or the handshake was not accepted.
    Tls,
    /// The connection broke, or the answer is not HTTP.
    Protocol,
    /// The answer's body ended before its time.
    Body,
}

impl SendErrorKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Timeout,
        Self::Dns,
        Self::AddressRefused,
        Self::Connect,
        Self::Tls,
        Self::Protocol,
        Self::Body,
    ];

    /// The kind as it is shown to people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Dns => "dns",
            Self::AddressRefused => "address-refused",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Protocol => "protocol",
            Self::Body => "body",
        }
    }
}

/// The endpoint did not answer, or not completely.
#[derive(Debug, thiserror::Error)]
#[error("{}", .kind.as_str())]
pub struct SendError {
    /// What kind of error it was.
    pub kind: SendErrorKind,
    #[source]
    cause: Option<reqwest::Error>,
}

impl From<SendErrorKind> for SendError {
    fn from(kind: SendErrorKind) -> Self {
        Self { kind, cause: None }
    }
}

impl From<reqwest::Error> for SendError {
    fn from(error: reqwest::Error) -> Self {
        let error = error.without_url();
        Self {
            kind: classify(&error),
            cause: Some(error),
        }
    }
}

impl SendError {
    /// The error of an answer whose body did not come to its end.
    pub(crate) fn in_body(error: reqwest::Error) -> Self {
        Self {
            kind: SendErrorKind::Body,
            cause: Some(error.without_url()),
        }
    }

    /// The innermost cause, for the log.
    pub fn root_cause(&self) -> Option<String> {
        let innermost = causes(self.cause.as_ref()?).last()?;
        Some(innermost.to_string())
    }

    /// Whether the connection was closed before any answer came.
    pub(crate) fn is_closed_connection(&self) -> bool {
        self.kind == SendErrorKind::Protocol
            && self.cause.as_ref().is_some_and(|error| {
                causes(error).any(|cause| {
                    cause
                        .downcast_ref::<hyper::Error>()
                        .is_some_and(hyper::Error::is_incomplete_message)
                        || cause.downcast_ref::<io::Error>().is_some_and(|error| {
                            matches!(
                                error.kind(),
                                io::ErrorKind::ConnectionReset
                                    | io::ErrorKind::BrokenPipe
                                    | io::ErrorKind::UnexpectedEof
                            )
                        })
                })
            })
    }
}

fn classify(error: &reqwest::Error) -> SendErrorKind {
    let caused_by = |is: fn(&(dyn Error + 'static)) -> bool| causes(error).any(is);
    if caused_by(|cause| cause.is::<AddressRefused>()) {
        SendErrorKind::AddressRefused
    } else if error.is_timeout() {
        SendErrorKind::Timeout
    } else if error.is_dns() {
        SendErrorKind::Dns
    } else if caused_by(|cause| cause.is::<rustls::Error>()) {
        SendErrorKind::Tls
    } else if error.is_connect() {
        SendErrorKind::Connect
    } else {
        SendErrorKind::Protocol
    }
}

/// The error's causes, including what an I/O error wraps, which `source` leaves out.
fn causes<'e>(error: &'e reqwest::Error) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    let first: &'e (dyn Error + 'static) = error;
    std::iter::successors(Some(first), |&cause| {
        match cause
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
        {
            Some(wrapped) => Some(wrapped as &(dyn Error + 'static)),
            None => cause.source(),
        }
    })
}
