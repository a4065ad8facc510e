//! Why an event is on the dead-letter queue.

/// Why an event is on the dead-letter queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeadLetterReason {
    /// It is no feedback event.
    Unreadable,
    /// The endpoint answered 410.
    Gone,
    /// The retry window is over, or as many attempts were made as are allowed.
    AttemptsExhausted,
    /// Its endpoint was paused or gone for as long as events are held.
    HeldTooLong,
    /// It cannot wait for another attempt, because its message has no room for how far it has come.
    TooLarge,
}

impl DeadLetterReason {
    /// What stands for the reason of a message without one: SQS itself moved it, because the delivery function could
    /// not settle it.
    pub const NOT_SETTLED: &'static str = "not-settled";

    /// Every reason.
    pub const ALL: [Self; 5] = [
        Self::Unreadable,
        Self::Gone,
        Self::AttemptsExhausted,
        Self::HeldTooLong,
        Self::TooLarge,
    ];

    /// The value of the attribute `Reason`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Gone => "gone",
            Self::AttemptsExhausted => "attempts-exhausted",
            Self::HeldTooLong => "held-too-long",
            Self::TooLarge => "too-large",
        }
    }
}
