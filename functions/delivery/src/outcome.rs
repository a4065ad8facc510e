//! What an endpoint's answer means for the event. Pure.

use crate::send::Answer;

/// What an attempt came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The endpoint took the event.
    Delivered,
    /// The event is tried again later.
    TryLater,
    /// The endpoint says that it is gone for good; the event is not tried again.
    Gone,
}

/// Judges an attempt.
///
/// Everything that is neither success nor "gone" is tried again, client errors and redirects included: the
/// administrator may correct the endpoint, the URL or the credentials within the retry window.
pub fn judge<E>(attempt: &Result<Answer, E>) -> Outcome {
    match attempt {
        Ok(answer) => match answer.status.as_u16() {
            200..=299 => Outcome::Delivered,
            410 => Outcome::Gone,
            _ => Outcome::TryLater,
        },
        Err(_) => Outcome::TryLater,
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, StatusCode};

    use super::*;
    use crate::send_error::{SendError, SendErrorKind};

    #[test]
    fn each_status_has_one_meaning() {
        for status in 100..=999_u16 {
            let expected = match status {
                200..=299 => Outcome::Delivered,
                410 => Outcome::Gone,
                _ => Outcome::TryLater,
            };
            let answer = Answer {
                status: StatusCode::from_u16(status).unwrap(),
                headers: HeaderMap::new(),
                body: Vec::new(),
                is_complete: true,
            };
            assert_eq!(judge::<SendError>(&Ok(answer)), expected, "{status}");
        }
    }

    #[test]
    fn every_error_is_tried_again() {
        for kind in SendErrorKind::ALL {
            assert_eq!(judge(&Err(SendError::from(kind))), Outcome::TryLater);
        }
    }
}
