//! When an event that could not be delivered is tried again.
//!
//! Pure: the time and the random number are arguments. Nothing here knows of queues but for the longest delay that
//! one allows.

use std::time::Duration;

use http::HeaderValue;
use jiff::Timestamp;

/// Longest delay between two attempts. From an hour on, waiting longer would not ease an endpoint's recovery, but would
/// delay its events.
const DELAY_MAX: Duration = Duration::from_secs(3_600);
/// Longest `Retry-After` that is honoured, for the same reason; an endpoint must not park events for days by a typo.
pub(crate) const RETRY_AFTER_MAX: Duration = Duration::from_secs(3_600);
/// Longest `DelaySeconds` of a message (Amazon SQS API Reference, `SendMessage`); longer waits are several hops.
const QUEUE_DELAY_MAX_SECONDS: u64 = 900;
/// Attempts after which the doubled delay is above [`DELAY_MAX`] for any first delay; keeps the power within range.
const DOUBLINGS_MAX: u32 = 12;

/// Exponential backoff with full jitter within a window.
///
/// Full jitter spreads the events of an endpoint that was down most evenly (AWS Architecture Blog, "Exponential
/// Backoff And Jitter").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Upper bound of the delay before the second attempt; it doubles with each further one.
    pub first_delay: Duration,
    /// How long after the first attempt the last one may take place.
    pub window: Duration,
    /// Most attempts, however much of the window is left.
    pub attempts_max: u32,
    /// How long an event is held for an endpoint that is out of service on purpose.
    pub hold: Duration,
}

impl RetryPolicy {
    /// The time after which an event is given up.
    pub fn deadline(&self, first_attempt_at: Timestamp) -> Timestamp {
        first_attempt_at
            .checked_add(self.window)
            .unwrap_or(Timestamp::MAX)
    }

    /// When the next attempt is due after `attempts` of them failed, the last one at `now`; `None` if that is after the
    /// window, or no attempt remains. `jitter` is a random number from 0 to 1, `retry_after` what the endpoint asked for.
    pub fn next_attempt(
        &self,
        attempts: u32,
        first_attempt_at: Timestamp,
        now: Timestamp,
        retry_after: Option<Duration>,
        jitter: f64,
    ) -> Option<Timestamp> {
        if attempts >= self.attempts_max {
            return None;
        }
        let doublings = attempts.saturating_sub(1).min(DOUBLINGS_MAX);
        let ceiling = self
            .first_delay
            .saturating_mul(2_u32.pow(doublings))
            .min(DELAY_MAX);
        // The jitter comes on top of what the endpoint asks for; else all of its events would come back at once.
        let delay = retry_after.unwrap_or_default().min(RETRY_AFTER_MAX)
            + ceiling.mul_f64(jitter.clamp(0.0, 1.0));
        // A queue counts whole seconds; none at all would be another attempt within milliseconds.
        let delay = Duration::from_secs(whole_seconds(delay).max(1));
        let due = now.checked_add(delay).ok()?;
        (due <= self.deadline(first_attempt_at)).then_some(due)
    }

    /// When an event comes back for which an invocation had no time: within the delay of a first retry.
    pub fn soon(&self, now: Timestamp, jitter: f64) -> Timestamp {
        let delay = self.first_delay.mul_f64(jitter.clamp(0.0, 1.0));
        let delay = Duration::from_secs(whole_seconds(delay).max(1));
        now.checked_add(delay).unwrap_or(now)
    }

    /// When an event that was not tried comes by again: not before `until`, and not after `end`; `None` once that has come.
    ///
    /// The wait grows with the event's age, from `since` on, as if it had been tried: a million events that wait for one
    /// endpoint would otherwise come by hundreds of thousands of times a second. It is at most one hop, because whoever
    /// waits is to be there soon after the endpoint recovers.
    pub fn next_pass(
        &self,
        since: Timestamp,
        until: Timestamp,
        end: Timestamp,
        now: Timestamp,
        jitter: f64,
    ) -> Option<Timestamp> {
        let hop_max = Duration::from_secs(QUEUE_DELAY_MAX_SECONDS);
        let age = Duration::try_from(now.duration_since(since)).unwrap_or_default();
        let backoff = age.max(self.first_delay).mul_f64(jitter.clamp(0.0, 1.0));
        let wait = Duration::try_from(until.duration_since(now))
            .unwrap_or_default()
            .saturating_add(backoff)
            .min(hop_max);
        let wait = Duration::from_secs(whole_seconds(wait).max(1));
        let due = now.checked_add(wait).ok()?.min(end);
        queue_delay_seconds(due, now).map(|_| due)
    }
}

/// The seconds that a message that is due at `retry_at` still has to wait in a queue, at most 900; `None` once it is
/// due. A time that no policy gives, because it is too far away, counts as due: the event is tried rather than parked.
pub fn queue_delay_seconds(retry_at: Timestamp, now: Timestamp) -> Option<u32> {
    let wait = Duration::try_from(retry_at.duration_since(now)).ok()?;
    // Queues and clocks are not exact; a wait of less than a second is over.
    if wait < Duration::from_secs(1) || wait > DELAY_MAX + RETRY_AFTER_MAX {
        return None;
    }
    u32::try_from(whole_seconds(wait).min(QUEUE_DELAY_MAX_SECONDS)).ok()
}

/// Reads a `Retry-After` header (RFC 9110 section 10.2.3), in seconds or as a date; `None` for anything else.
pub fn retry_after(header: &HeaderValue, now: Timestamp) -> Option<Duration> {
    let text = header.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // A number beyond any range still means "very long".
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let date = Timestamp::try_from(httpdate::parse_http_date(text).ok()?).ok()?;
    Some(Duration::try_from(date.duration_since(now)).unwrap_or_default())
}

/// Rounded up.
fn whole_seconds(duration: Duration) -> u64 {
    duration.as_secs() + u64::from(duration.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: RetryPolicy = RetryPolicy {
        first_delay: Duration::from_secs(5),
        window: Duration::from_secs(24 * 3_600),
        attempts_max: u32::MAX,
        hold: Duration::from_secs(4 * 24 * 3_600),
    };

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn delay_seconds(attempts: u32, retry_after_seconds: Option<u64>, jitter: f64) -> i64 {
        let retry_after = retry_after_seconds.map(Duration::from_secs);
        POLICY
            .next_attempt(attempts, at(0), at(0), retry_after, jitter)
            .unwrap()
            .as_second()
    }

    #[test]
    fn the_delay_doubles_up_to_an_hour() {
        for (attempts, ceiling) in [
            (0, 5),
            (1, 5),
            (2, 10),
            (3, 20),
            (10, 2_560),
            (11, 3_600),
            (u32::MAX - 1, 3_600),
        ] {
            assert_eq!(delay_seconds(attempts, None, 1.0), ceiling, "{attempts}");
        }
    }

    #[test]
    fn jitter_spreads_the_whole_delay_but_never_to_nothing() {
        assert_eq!(delay_seconds(3, None, 0.5), 10);
        assert_eq!(delay_seconds(3, None, 0.51), 11);
        assert_eq!(delay_seconds(3, None, 0.0), 1);
        assert_eq!(delay_seconds(3, None, f64::NAN.max(2.0)), 20);
    }

    #[test]
    fn what_the_endpoint_asks_for_is_the_least_delay_up_to_an_hour() {
        assert_eq!(delay_seconds(1, Some(120), 0.0), 120);
        assert_eq!(delay_seconds(1, Some(120), 1.0), 125);
        assert_eq!(delay_seconds(1, Some(u64::MAX), 0.0), 3_600);
    }

    #[test]
    fn nothing_is_tried_after_the_window() {
        let end = 24 * 3_600;
        let next = |now| POLICY.next_attempt(1, at(0), at(now), None, 1.0);
        assert_eq!(next(end - 5), Some(at(end)));
        assert_eq!(next(end - 4), None);
        assert_eq!(
            POLICY.next_attempt(1, Timestamp::MIN, at(0), None, 1.0),
            None
        );
        assert_eq!(
            POLICY.next_attempt(1, Timestamp::MAX, Timestamp::MAX, None, 1.0),
            None
        );
    }

    #[test]
    fn nothing_is_tried_after_the_last_attempt_that_is_allowed() {
        let policy = RetryPolicy {
            attempts_max: 3,
            ..POLICY
        };
        let next = |attempts| policy.next_attempt(attempts, at(0), at(0), None, 1.0);
        assert_eq!(next(2), Some(at(10)));
        assert_eq!(next(3), None);
        assert_eq!(next(u32::MAX), None);
    }

    #[test]
    fn who_had_no_time_comes_back_within_the_first_delay() {
        for (jitter, due) in [(0.0, 1), (0.5, 3), (1.0, 5), (f64::INFINITY, 5)] {
            assert_eq!(POLICY.soon(at(0), jitter), at(due), "{jitter}");
        }
        assert_eq!(POLICY.soon(Timestamp::MAX, 1.0), Timestamp::MAX);
    }

    #[test]
    fn who_waits_for_others_comes_by_less_and_less_often() {
        let next = |age: i64, until, jitter| {
            let (since, end) = (at(-age), at(100_000));
            POLICY.next_pass(since, at(until), end, at(0), jitter)
        };
        for (age, until, jitter, due) in [
            (0, 0, 1.0, 5),
            (60, 0, 1.0, 60),
            (60, 0, 0.5, 30),
            (60, 300, 0.5, 330),
            (60, -300, 0.5, 30),
            (60, 0, 0.0, 1),
            (-60, 0, 1.0, 5),
            (80_000, 300, 1.0, 900),
        ] {
            assert_eq!(next(age, until, jitter), Some(at(due)), "{age} {until}");
        }
    }

    #[test]
    fn who_waits_for_others_waits_until_the_end_and_no_longer() {
        let next = |end| POLICY.next_pass(at(-3_600), at(0), at(end), at(0), 1.0);
        assert_eq!(next(10), Some(at(10)));
        assert_eq!(next(0), None);
        assert_eq!(next(-1), None);
    }

    #[test]
    fn a_long_wait_is_taken_in_hops_of_at_most_15_minutes() {
        for (retry_at, hop) in [
            (at(-1), None),
            (at(0), None),
            (at(1), Some(1)),
            (at(900), Some(900)),
            (at(901), Some(900)),
            (at(7_200), Some(900)),
            (at(7_201), None),
            (Timestamp::MAX, None),
            (Timestamp::MIN, None),
            (Timestamp::from_millisecond(999).unwrap(), None),
            (Timestamp::from_millisecond(1_001).unwrap(), Some(2)),
        ] {
            assert_eq!(queue_delay_seconds(retry_at, at(0)), hop, "{retry_at}");
        }
    }

    #[test]
    fn every_delay_of_the_policy_is_waited_for() {
        let due = POLICY
            .next_attempt(99, at(0), at(0), Some(Duration::MAX), 1.0)
            .unwrap();
        assert_eq!(queue_delay_seconds(due, at(0)), Some(900));
    }

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let now = at(784_111_777);
        for (header, seconds) in [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("99999999999999999999999", Some(u64::MAX)),
            ("Sun, 06 Nov 1994 08:50:37 GMT", Some(60)),
            ("Sunday, 06-Nov-94 08:50:37 GMT", Some(60)),
            ("Sun Nov  6 08:50:37 1994", Some(60)),
            ("Sun, 06 Nov 1994 08:49:00 GMT", Some(0)),
            ("", None),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
        ] {
            assert_eq!(
                retry_after(&HeaderValue::from_static(header), now),
                seconds.map(Duration::from_secs),
                "{header:?}"
            );
        }
        assert_eq!(
            retry_after(&HeaderValue::from_bytes(b"\xff").unwrap(), now),
            None
        );
    }
}
