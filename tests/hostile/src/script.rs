//! What each HTTP/1.1 fault puts on the wire. Nothing here touches a connection.

use std::{
    io::Write,
    time::{Duration, SystemTime},
};

use flate2::{Compression, write::GzEncoder};

use crate::fault::Http1Fault;

/// A head whose body is announced, so that its early end can be told.
const ANNOUNCED: &str = "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nbeginning";
/// How long a client has to read a beginning, which a reset takes away from it otherwise.
const PAUSE: Duration = Duration::from_secs(3);
/// Size of a part of what has no end.
const PART_BYTES: usize = 1_024;
/// What has no end ends after 10 GiB, which no client may take.
const ENDLESS_PARTS: usize = 10 << 20;
/// What one member of the bomb unpacks to.
const BOMB_MEMBER_BYTES: usize = 1 << 20;

/// What is sent, and how it goes on.
pub(crate) struct Script {
    /// What is sent first.
    pub(crate) beginning: Vec<u8>,
    /// What happens then.
    pub(crate) ending: Ending,
}

/// What happens after the beginning.
pub(crate) enum Ending {
    /// The next request is read.
    KeepAlive,
    /// The connection is closed, without TLS's closing alert.
    Close,
    /// Nothing, until the client closes the connection.
    Wait,
    /// The direction to the client is closed.
    HalfClose,
    /// The connection is reset after so long.
    Reset(Duration),
    /// These bytes follow, one per second.
    Trickle(Vec<u8>),
    /// This part follows so many times.
    Repeat {
        /// The part.
        part: Vec<u8>,
        /// How often it is sent.
        count: usize,
    },
}

impl Script {
    fn new(beginning: impl Into<Vec<u8>>, ending: Ending) -> Self {
        Self {
            beginning: beginning.into(),
            ending,
        }
    }

    /// The script of a fault; [`Http1Fault::ClosedWhenReused`] is none of an answer, and gets an ordinary one.
    pub(crate) fn of(fault: &Http1Fault) -> Self {
        match fault {
            Http1Fault::Status(status) => Self::answer(*status, ""),
            Http1Fault::StatusWithHeader(status, name, value) => {
                Self::answer(*status, &format!("{name}: {value}\r\n"))
            }
            Http1Fault::RetryAfterDate(seconds) => {
                let date = httpdate::fmt_http_date(now() + Duration::from_secs((*seconds).into()));
                Self::answer(429, &format!("retry-after: {date}\r\n"))
            }
            Http1Fault::Silence => Self::new("", Ending::Wait),
            Http1Fault::StalledBody => Self::new(ANNOUNCED, Ending::Wait),
            Http1Fault::TrickledHead => {
                let answer = Self::answer(200, "").beginning;
                Self::new("", Ending::Trickle(answer))
            }
            Http1Fault::TrickledBody => Self::new(ANNOUNCED, Ending::Trickle(vec![b'x'; 991])),
            Http1Fault::Reset => Self::new("", Ending::Reset(Duration::ZERO)),
            Http1Fault::ResetInBody => Self::new(ANNOUNCED, Ending::Reset(PAUSE)),
            Http1Fault::Closed => Self::new("", Ending::Close),
            Http1Fault::HalfClosed => Self::new("", Ending::HalfClose),
            Http1Fault::TruncatedBody => Self::new(ANNOUNCED, Ending::HalfClose),
            Http1Fault::NotHttp => Self::new("SSH-2.0-OpenSSH_9.9\r\n", Ending::Wait),
            Http1Fault::EndlessInterim => {
                let part = b"HTTP/1.1 103 Early Hints\r\n\r\n".repeat(PART_BYTES / 28);
                Self::new("", endless(part))
            }
            Http1Fault::EndlessHead => {
                let part = format!("x-endless: {}\r\n", "x".repeat(PART_BYTES));
                Self::new("HTTP/1.1 200 OK\r\n", endless(part.into_bytes()))
            }
            Http1Fault::EndlessBody => {
                let part = format!("{PART_BYTES:x}\r\n{}\r\n", "x".repeat(PART_BYTES));
                let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
                Self::new(head, endless(part.into_bytes()))
            }
            Http1Fault::Headers(count, bytes) => {
                let headers: String = (0..*count)
                    .map(|number| format!("x-header-{number}: {}\r\n", "x".repeat(*bytes)))
                    .collect();
                Self::answer(200, &headers)
            }
            Http1Fault::Bomb => {
                let head = "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\nconnection: close\r\n\r\n";
                Self::new(head, endless(bomb_member()))
            }
            Http1Fault::ClosedWhenReused => Self::answer(204, ""),
        }
    }

    /// A complete answer without body.
    fn answer(status: u16, headers: &str) -> Self {
        // A 204 has no content, and must not announce any (RFC 9110 section 8.6).
        let length = if status == 204 {
            ""
        } else {
            "content-length: 0\r\n"
        };
        let answer = format!("HTTP/1.1 {status} Status\r\n{length}{headers}\r\n");
        Self::new(answer, Ending::KeepAlive)
    }
}

fn endless(part: Vec<u8>) -> Ending {
    let count = ENDLESS_PARTS;
    Ending::Repeat { part, count }
}

/// A gzip file may have many members (RFC 1952 section 2.2), so one is enough to repeat.
fn bomb_member() -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder
        .write_all(&vec![0; BOMB_MEMBER_BYTES])
        .and_then(|()| encoder.finish())
        .expect("writing to memory cannot fail")
}

#[expect(
    clippy::disallowed_methods,
    reason = "an endpoint has a clock of its own"
)]
fn now() -> SystemTime {
    SystemTime::now()
}
