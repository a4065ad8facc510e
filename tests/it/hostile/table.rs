//! The table: how an endpoint misbehaves, how that is judged, how many requests it sees for the first attempt, and
//! where the event ends.

use hostile::{Fault, Flaw, HandshakeFault, Http1Fault, Http2Fault, Reason};

/// One kind of misbehaviour and what must come of it.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) endpoint: Endpoint,
    /// Outcome of the first attempt, and the status or the kind of error, as the function logs them.
    pub(super) judged: String,
    /// Requests that the endpoint sees for the first attempt.
    pub(super) calls: usize,
    pub(super) end: End,
}

#[derive(Debug)]
pub(super) enum Endpoint {
    Misbehaves(Fault),
    /// Nobody listens on the port.
    Refused,
    /// The name has no address.
    NoSuchHost,
}

/// Where an event ends.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The first attempt delivered it.
    Acknowledged,
    /// The retry queue brought it again, at least so many seconds later, and the second attempt delivered it.
    SecondAttempt { after_seconds: i64 },
    /// It lies in the dead-letter queue with this reason.
    DeadLetterQueue { reason: &'static str },
}

/// What `Retry-After` asks for in the table: longer than any timeout, so that nothing else explains the wait.
const RETRY_AFTER_SECONDS: u32 = 20;
const LATER: End = End::SecondAttempt { after_seconds: 0 };
/// Both times are cut to whole seconds, and a wait of less than a second counts as over.
const AFTER_RETRY_AFTER: End = End::SecondAttempt {
    after_seconds: RETRY_AFTER_SECONDS as i64 - 2,
};

impl Row {
    fn http1(fault: Http1Fault, judged: impl Into<String>, calls: usize, end: End) -> Self {
        Self::new(
            Endpoint::Misbehaves(Fault::Http1(fault)),
            judged,
            calls,
            end,
        )
    }

    fn new(endpoint: Endpoint, judged: impl Into<String>, calls: usize, end: End) -> Self {
        Self {
            endpoint,
            judged: judged.into(),
            calls,
            end,
        }
    }
}

/// All rows. `trap` is the URL of an endpoint to which redirects point.
pub(super) fn rows(trap: &str) -> Vec<Row> {
    let mut rows = statuses();
    rows.extend(redirects(trap));
    rows.extend(http1());
    rows.extend(http2());
    rows.extend(handshakes());
    rows.push(Row::new(Endpoint::Refused, "TryLater connect", 0, LATER));
    rows.push(Row::new(Endpoint::NoSuchHost, "TryLater dns", 0, LATER));
    rows
}

fn statuses() -> Vec<Row> {
    let gone = End::DeadLetterQueue { reason: "gone" };
    let mut rows = vec![
        Row::http1(Http1Fault::Status(410), "Gone 410", 1, gone),
        Row::http1(
            Http1Fault::StatusWithHeader(429, "retry-after", RETRY_AFTER_SECONDS.to_string()),
            "TryLater 429",
            1,
            AFTER_RETRY_AFTER,
        ),
        Row::http1(
            Http1Fault::RetryAfterDate(RETRY_AFTER_SECONDS),
            "TryLater 429",
            1,
            AFTER_RETRY_AFTER,
        ),
    ];
    for status in [200, 204] {
        let judged = format!("Delivered {status}");
        rows.push(Row::http1(
            Http1Fault::Status(status),
            judged,
            1,
            End::Acknowledged,
        ));
    }
    for status in [400, 401, 403, 404, 408, 425, 429, 500, 502, 503, 504] {
        let judged = format!("TryLater {status}");
        rows.push(Row::http1(Http1Fault::Status(status), judged, 1, LATER));
    }
    rows
}

fn redirects(trap: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    for status in [301, 302, 307, 308] {
        for target in ["/elsewhere", trap] {
            let fault = Http1Fault::StatusWithHeader(status, "location", target.to_owned());
            rows.push(Row::http1(fault, format!("TryLater {status}"), 1, LATER));
        }
    }
    rows
}

fn http1() -> Vec<Row> {
    use Http1Fault::*;
    let failed = [
        (Silence, "timeout", 1),
        (StalledBody, "timeout", 1),
        (TrickledHead, "timeout", 1),
        (TrickledBody, "timeout", 1),
        (EndlessInterim, "protocol", 1),
        (EndlessHead, "protocol", 1),
        (Reset, "protocol", 1),
        (Closed, "protocol", 1),
        (HalfClosed, "protocol", 1),
        (NotHttp, "protocol", 1),
        (ResetInBody, "body", 1),
        (TruncatedBody, "body", 1),
        // More headers than any client takes.
        (Headers(1_000, 100), "protocol", 1),
    ]
    .map(|(fault, error, calls)| Row::http1(fault, format!("TryLater {error}"), calls, LATER));
    // The answer is not needed beyond its head, so it is not read to its end.
    let delivered = [EndlessBody, Bomb, Headers(10, 10_000)]
        .map(|fault| Row::http1(fault, "Delivered 200", 1, End::Acknowledged));
    failed.into_iter().chain(delivered).collect()
}

/// What says that it was not processed is sent again at once (RFC 9113 section 8.7). GOAWAY names the last request that
/// may have been; one that was, and is not answered, has failed.
fn http2() -> Vec<Row> {
    use Http2Fault::*;
    let row = |fault, judged, calls, end| {
        let endpoint = Endpoint::Misbehaves(Fault::Http2(fault));
        Row::new(endpoint, judged, calls, end)
    };
    let delivered = [(GoAwayAtOnce, 1), (Reset(Reason::REFUSED_STREAM), 2)]
        .map(|(fault, calls)| row(fault, "Delivered 204", calls, End::Acknowledged));
    let failed = [
        (GoAway(Reason::NO_ERROR), 1),
        (GoAway(Reason::INTERNAL_ERROR), 1),
        (GoAway(Reason::ENHANCE_YOUR_CALM), 1),
        (Reset(Reason::INTERNAL_ERROR), 1),
        (LargeHead, 1),
        (EndlessInterim, 1),
    ]
    .map(|(fault, calls)| row(fault, "TryLater protocol", calls, LATER));
    delivered.into_iter().chain(failed).collect()
}

fn handshakes() -> Vec<Row> {
    use HandshakeFault::*;
    [
        (Reset, "connect"),
        (Closed, "connect"),
        (Silence, "timeout"),
        (Alert, "tls"),
        (PlainHttp, "tls"),
        (Certificate(Flaw::Expired), "tls"),
        (Certificate(Flaw::WrongName), "tls"),
        (Certificate(Flaw::SelfSigned), "tls"),
        (Certificate(Flaw::UnknownAuthority), "tls"),
    ]
    .map(|(fault, error)| {
        let endpoint = Endpoint::Misbehaves(Fault::Handshake(fault));
        Row::new(endpoint, format!("TryLater {error}"), 0, LATER)
    })
    .into()
}
