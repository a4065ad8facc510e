use std::time::Duration;

use delivery::retry::{self, RetryPolicy, queue_delay_seconds};
use http::HeaderValue;
use jiff::Timestamp;

/// The `Retry-After` header of an endpoint's answer. Whatever it asks for, the next attempt is within the window, and the
/// event waits for it in a queue no longer than one allows.
///
/// # Panics
/// If that does not hold.
pub fn retry_after(bytes: &[u8]) {
    let Ok(header) = HeaderValue::from_bytes(bytes) else {
        return;
    };
    let now = Timestamp::UNIX_EPOCH;
    let asked = retry::retry_after(&header, now);
    let text = bytes.trim_ascii();
    if !text.is_empty() && text.iter().all(u8::is_ascii_digit) {
        let seconds = text.iter().try_fold(0_u64, |seconds, digit| {
            seconds
                .checked_mul(10)?
                .checked_add(u64::from(digit - b'0'))
        });
        let seconds = Duration::from_secs(seconds.unwrap_or(u64::MAX));
        assert_eq!(asked, Some(seconds));
    }
    let policy = RetryPolicy {
        first_delay: Duration::from_secs(5),
        window: Duration::from_secs(24 * 3_600),
        attempts_max: 100,
        hold: Duration::from_secs(24 * 3_600),
    };
    for jitter in [0.0, 1.0] {
        let due = policy.next_attempt(1, now, now, asked, jitter);
        let due = due.expect("an event is not given up after its first attempt");
        assert!(now < due && due <= policy.deadline(now));
        let hop = queue_delay_seconds(due, now).expect("it has to wait");
        assert!((1..=900).contains(&hop));
        let least = asked.unwrap_or_default().min(Duration::from_secs(3_600));
        let waits = Duration::try_from(due.duration_since(now));
        assert!(waits.is_ok_and(|waits| waits >= least));
    }
}
