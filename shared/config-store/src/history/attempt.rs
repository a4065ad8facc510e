//! One attempt to deliver an event, as it is kept.

use jiff::Timestamp;
use uuid::{NoContext, Uuid};

use super::Subject;

/// Names an attempt and tells when it was made: a UUID of version 7 (RFC 9562 section 5.7), so that ids sort by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AttemptId(Uuid);

impl AttemptId {
    /// A new id for an attempt that is made `at` this time; the rest of it is random.
    pub fn new(at: Timestamp) -> Self {
        let seconds = u64::try_from(at.as_second()).unwrap_or_default();
        let nanoseconds = u32::try_from(at.subsec_nanosecond()).unwrap_or_default();
        let time = uuid::Timestamp::from_unix(NoContext, seconds, nanoseconds);
        Self(Uuid::new_v7(time))
    }

    /// Reads a hyphenated UUID of version 7; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let uuid: Uuid = text.parse().ok()?;
        let is_usable = uuid.get_version_num() == 7 && Self(uuid).read_time().is_some();
        is_usable.then_some(Self(uuid))
    }

    /// When the attempt was made, to the millisecond.
    pub fn at(self) -> Timestamp {
        self.read_time().unwrap_or(Timestamp::UNIX_EPOCH)
    }

    fn read_time(self) -> Option<Timestamp> {
        let (seconds, nanoseconds) = self.0.get_timestamp()?.to_unix();
        let seconds = i64::try_from(seconds).ok()?;
        Timestamp::new(seconds, i32::try_from(nanoseconds).ok()?).ok()
    }
}

impl std::fmt::Display for AttemptId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

/// What an attempt meant for its event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AttemptOutcome {
    /// The endpoint took it.
    Delivered,
    /// It is tried again.
    TryLater,
    /// It went to the dead-letter queue.
    GivenUp,
}

impl AttemptOutcome {
    /// Every outcome.
    pub const ALL: [Self; 3] = [Self::Delivered, Self::TryLater, Self::GivenUp];

    /// The outcome as it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::TryLater => "try-later",
            Self::GivenUp => "given-up",
        }
    }

    /// Reads what [`AttemptOutcome::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|outcome| outcome.as_str() == text)
    }
}

/// A header of the request as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentHeader {
    /// Its name.
    pub name: String,
    /// Its value; `None` where that is a secret.
    pub value: Option<String>,
}

/// One attempt.
#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    /// Its id, with the time at which it was made.
    pub id: AttemptId,
    /// The webhook.
    pub subject: Subject,
    /// The version of the webhook's configuration that was used.
    pub webhook_version: u64,
    /// The event's id, which the endpoint saw as `webhook-id`.
    pub event_id: String,
    /// The event's `requestId`, if it has one, cut to 256 bytes.
    pub request_id: Option<String>,
    /// The event's channel.
    pub channel: String,
    /// The event's feedback status.
    pub feedback_status: String,
    /// The event's campaign, if it has one.
    pub campaign: Option<String>,
    /// 1 for the event's first attempt.
    pub number: u32,
    /// What it meant for the event.
    pub outcome: AttemptOutcome,
    /// The status of the answer, if there was one.
    pub http_status: Option<u16>,
    /// What went wrong instead of an answer.
    pub error: Option<String>,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The endpoint.
    pub url: String,
    /// The headers of the request.
    pub headers: Vec<SentHeader>,
    /// The beginning of a failed answer's body as text, without the request's secrets.
    pub answer_excerpt: Option<String>,
    /// The event as it was on the queue, unless it is too large to be kept or the deployment keeps none.
    pub event: Option<String>,
    /// The `MessageGroupId` of the event's message.
    pub group_id: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_tells_the_time_and_sorts_by_it() {
        let at = |millisecond| Timestamp::from_millisecond(millisecond).unwrap();
        let (earlier, later) = (
            AttemptId::new(at(1_700_000_000_123)),
            AttemptId::new(at(1_700_000_000_124)),
        );
        assert_eq!(earlier.at(), at(1_700_000_000_123));
        assert!(earlier.to_string() < later.to_string());
        assert_eq!(AttemptId::parse(&earlier.to_string()), Some(earlier));
    }

    #[test]
    fn other_ids_are_none() {
        for text in ["", "x", "16f24a15-7e21-477c-848a-d5695ca7f137"] {
            assert_eq!(AttemptId::parse(text), None, "{text:?}");
        }
        // The latest time that a version 7 UUID can hold is beyond any calendar's use, but must not panic.
        assert!(
            AttemptId::parse("ffffffff-ffff-7fff-bfff-ffffffffffff")
                .is_none_or(|id| id.at() > Timestamp::UNIX_EPOCH)
        );
    }
}
