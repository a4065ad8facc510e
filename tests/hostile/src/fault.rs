//! The ways in which an endpoint misbehaves. Names only; what they do on the wire stands beside each protocol.

use h2::Reason;

/// How an endpoint misbehaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// Towards the first connection, before a request can be read.
    Handshake(HandshakeFault),
    /// Towards the first attempt, in HTTP/1.1.
    Http1(Http1Fault),
    /// Towards the first attempt, in HTTP/2.
    Http2(Http2Fault),
}

/// What goes wrong before a request can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HandshakeFault {
    /// Resets the connection.
    Reset,
    /// Closes the connection.
    Closed,
    /// Says nothing.
    Silence,
    /// Refuses the handshake by an alert.
    Alert,
    /// Speaks HTTP without TLS.
    PlainHttp,
    /// Shows a certificate that must not be accepted.
    Certificate(Flaw),
}

/// What is wrong with a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// It was valid until 2020.
    Expired,
    /// It is for another host.
    WrongName,
    /// No authority signed it.
    SelfSigned,
    /// An authority signed it that nobody knows.
    UnknownAuthority,
}

/// How an HTTP/1.1 request is answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Http1Fault {
    /// A complete answer with this status and without body.
    Status(u16),
    /// The same with one header.
    StatusWithHeader(u16, &'static str, String),
    /// Status 429 with a date so many seconds ahead as `Retry-After`.
    RetryAfterDate(u32),
    /// No answer, and the connection stays open.
    Silence,
    /// The body stops in the middle, and the connection stays open.
    StalledBody,
    /// The head comes at one byte per second.
    TrickledHead,
    /// The body comes at one byte per second.
    TrickledBody,
    /// The connection is reset instead of an answer.
    Reset,
    /// The connection is reset in the middle of the body.
    ResetInBody,
    /// The connection is closed instead of an answer, without a word.
    Closed,
    /// The connection is closed instead of an answer in the direction to the client only.
    HalfClosed,
    /// The connection is closed in the middle of the body.
    TruncatedBody,
    /// The answer belongs to another protocol.
    NotHttp,
    /// Interim answers (103) without end.
    EndlessInterim,
    /// A head without end.
    EndlessHead,
    /// A body without end.
    EndlessBody,
    /// A complete answer with so many headers of so many bytes each.
    Headers(usize, usize),
    /// A body that unpacks to a thousand times its size, 10 GiB in all.
    Bomb,
    /// Every request is answered, but a second one on the same connection finds it closed.
    ClosedWhenReused,
}

/// How an HTTP/2 request is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Http2Fault {
    /// The connection is ended by GOAWAY. [`Reason::NO_ERROR`] is said to the first request only.
    GoAway(Reason),
    /// The first connection is ended by GOAWAY before a request is read.
    GoAwayAtOnce,
    /// The stream is ended by RST_STREAM. [`Reason::REFUSED_STREAM`] is said to the first request only.
    Reset(Reason),
    /// 100 KiB of headers, more than the client said that it takes.
    LargeHead,
    /// Interim answers (103) without end.
    EndlessInterim,
}

impl Http2Fault {
    /// Whether the client is asked to send the request again at once, so that only the first one may be refused.
    pub(crate) fn invites_another_request(self) -> bool {
        matches!(
            self,
            Self::GoAway(Reason::NO_ERROR) | Self::Reset(Reason::REFUSED_STREAM)
        )
    }
}
