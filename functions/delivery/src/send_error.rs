//! What keeps an endpoint from answering, told apart so that an administrator knows where to look.
//!
//! Nothing here prints a URL, which may hold an endpoint's token.

use std::{error::Error, io};

use hyper_util::client::legacy;

use crate::{
    connection::{Meter, NotResolved},
    egress::AddressRefused,
};

type BoxError = Box<dyn Error + Send + Sync>;

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
    cause: Option<BoxError>,
    is_no_attempt: bool,
}

impl From<SendErrorKind> for SendError {
    fn from(kind: SendErrorKind) -> Self {
        Self {
            kind,
            cause: None,
            is_no_attempt: false,
        }
    }
}

impl From<legacy::Error> for SendError {
    fn from(error: legacy::Error) -> Self {
        let kind = classify(&error);
        Self {
            kind,
            is_no_attempt: kind == SendErrorKind::Protocol
                && (is_not_processed(&error) || had_died(&error)),
            cause: Some(error.into()),
        }
    }
}

impl SendError {
    fn new(kind: SendErrorKind, cause: impl Into<BoxError>) -> Self {
        Self {
            cause: Some(cause.into()),
            ..kind.into()
        }
    }

    /// The error of an answer whose body did not come to its end.
    pub(crate) fn in_body(error: hyper::Error) -> Self {
        Self::new(SendErrorKind::Body, error)
    }

    /// The innermost cause, for the log.
    pub fn root_cause(&self) -> Option<String> {
        let innermost = causes(self.cause.as_deref()?).last()?;
        Some(innermost.to_string())
    }

    /// Whether the endpoint never had the request, for no fault of its own, so that it may be sent again at once: the
    /// connection had died before, or the endpoint was about to close it.
    pub(crate) fn is_no_attempt(&self) -> bool {
        self.is_no_attempt
    }
}

/// Whether the endpoint says that it did not look at the request, and asks for no less load (RFC 9113 section 8.7).
fn is_not_processed(error: &legacy::Error) -> bool {
    let mut causes = causes(error).filter_map(|cause| cause.downcast_ref::<h2::Error>());
    causes.any(|error| {
        error.is_remote()
            && match error.reason() {
                Some(h2::Reason::NO_ERROR) => error.is_go_away(),
                Some(h2::Reason::REFUSED_STREAM) => error.is_reset(),
                _ => false,
            }
    })
}

/// Whether the connection was closed, and had been before the request.
fn had_died(error: &legacy::Error) -> bool {
    let is_closed = causes(error).any(|cause| {
        let is_incomplete = cause
            .downcast_ref::<hyper::Error>()
            .is_some_and(hyper::Error::is_incomplete_message);
        let is_broken = cause.downcast_ref().is_some_and(|error: &io::Error| {
            matches!(
                error.kind(),
                io::ErrorKind::ConnectionReset
                    | io::ErrorKind::BrokenPipe
                    | io::ErrorKind::UnexpectedEof
            )
        });
        is_incomplete || is_broken
    });
    let meter = error.connect_info().and_then(Meter::of);
    is_closed && meter.is_some_and(|meter| meter.had_died())
}

fn classify(error: &legacy::Error) -> SendErrorKind {
    let caused_by = |is: fn(&(dyn Error + 'static)) -> bool| causes(error).any(is);
    if caused_by(|cause| cause.is::<AddressRefused>()) {
        SendErrorKind::AddressRefused
    } else if caused_by(|cause| cause.is::<NotResolved>()) {
        SendErrorKind::Dns
    } else if caused_by(is_timeout) {
        SendErrorKind::Timeout
    } else if caused_by(|cause| cause.is::<rustls::Error>()) {
        SendErrorKind::Tls
    } else if error.is_connect() {
        SendErrorKind::Connect
    } else {
        SendErrorKind::Protocol
    }
}

/// The operating system gives up a connection before our deadline where nothing acknowledges it.
fn is_timeout(cause: &(dyn Error + 'static)) -> bool {
    cause
        .downcast_ref()
        .is_some_and(|error: &io::Error| error.kind() == io::ErrorKind::TimedOut)
}

/// The error's causes, including what an I/O error wraps, which `source` leaves out.
fn causes<'e>(first: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
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
