//! A Lambda event source mapping: pollers that gather a batch, wait while the function handles it, and start again.
//!
//! It knows how many pollers there are and what they do, not what a batch holds or what becomes of it.

use crate::{
    Millis,
    breaker::Remembered,
    delivery::Item,
    limits::{POLLERS_AT_START, POLLERS_PER_SECOND},
    settings::Lane,
};

/// Seconds of idleness after which a poller is given up. AWS says that it scales back, not when.
const IDLE_SECONDS: u32 = 60;

/// One batch at a time, and the execution environment that handles it.
#[derive(Debug, Default)]
pub(crate) struct Poller {
    /// What was received.
    pub(crate) batch: Vec<Item>,
    /// When the batch got its first message.
    pub(crate) gathering_since: Millis,
    /// What the execution environment remembers of the circuit.
    pub(crate) remembered: Remembered,
}

/// The pollers of a queue.
#[derive(Debug)]
pub(crate) struct Mapping {
    pub(crate) lane: Lane,
    idle: Vec<Poller>,
    gathering: u32,
    invoking: u32,
    least_idle: u32,
    seconds: u32,
}

impl Mapping {
    /// A mapping with the pollers that AWS starts with.
    pub(crate) fn new(lane: Lane) -> Self {
        let pollers = POLLERS_AT_START.min(lane.maximum_concurrency);
        Self {
            lane,
            idle: (0..pollers).map(|_| Poller::default()).collect(),
            gathering: 0,
            invoking: 0,
            least_idle: 0,
            seconds: 0,
        }
    }

    /// Pollers, whatever they do.
    pub(crate) fn pollers(&self) -> u32 {
        self.idle() + self.gathering + self.invoking
    }

    /// Invocations that are running.
    pub(crate) fn invoking(&self) -> u32 {
        self.invoking
    }

    /// A poller that may start to gather, if there is work for one more than gather already.
    pub(crate) fn start(&mut self, receives_wanted: u64) -> Option<Poller> {
        if u64::from(self.gathering) >= receives_wanted {
            return None;
        }
        let poller = self.idle.pop()?;
        self.gathering += 1;
        Some(poller)
    }

    /// The poller found nothing.
    pub(crate) fn stop(&mut self, poller: Poller) {
        self.gathering -= 1;
        self.idle.push(poller);
    }

    /// A batch was handed to the function.
    pub(crate) fn invoked(&mut self) {
        self.gathering -= 1;
        self.invoking += 1;
    }

    /// The function answered, and the poller gathers again.
    pub(crate) fn answered(&mut self) {
        self.invoking -= 1;
        self.gathering += 1;
    }

    /// To be called once a second: adds pollers while all are busy and messages are available, and gives up those that
    /// nobody needed for a minute.
    pub(crate) fn scale(&mut self, messages_are_available: bool) {
        self.least_idle = self.least_idle.min(self.idle());
        self.seconds += 1;
        if self.idle.is_empty() && messages_are_available {
            let room = self.lane.maximum_concurrency - self.pollers();
            let added = POLLERS_PER_SECOND.min(room);
            self.idle.extend((0..added).map(|_| Poller::default()));
        }
        if self.seconds == IDLE_SECONDS {
            let spare = self.pollers().saturating_sub(POLLERS_AT_START);
            let given_up = self.least_idle.min(spare);
            self.idle.truncate((self.idle() - given_up) as usize);
            self.seconds = 0;
            self.least_idle = self.idle();
        }
    }

    fn idle(&self) -> u32 {
        self.idle.len() as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping(maximum_concurrency: u32) -> Mapping {
        Mapping::new(Lane {
            batch_size: 10,
            batch_window_ms: 0,
            maximum_concurrency,
            attempt_timeout_ms: 10_000,
        })
    }

    fn occupy_all(mapping: &mut Mapping) -> Vec<Poller> {
        std::iter::from_fn(|| mapping.start(u64::MAX)).collect()
    }

    #[test]
    fn five_pollers_become_three_hundred_more_within_a_minute() {
        let mut mapping = mapping(1_000);
        assert_eq!(mapping.pollers(), 5);
        for _ in 0..60 {
            occupy_all(&mut mapping);
            mapping.scale(true);
        }
        assert_eq!(mapping.pollers(), 305);
    }

    #[test]
    fn the_maximum_concurrency_is_never_exceeded() {
        let mut mapping = mapping(12);
        for _ in 0..60 {
            occupy_all(&mut mapping);
            mapping.scale(true);
        }
        assert_eq!(mapping.pollers(), 12);
    }

    #[test]
    fn idle_pollers_are_given_up_down_to_five() {
        let mut mapping = mapping(100);
        let mut busy = Vec::new();
        for _ in 0..10 {
            busy.extend(occupy_all(&mut mapping));
            mapping.scale(true);
        }
        for poller in busy {
            mapping.stop(poller);
        }
        for _ in 0..3 * IDLE_SECONDS {
            mapping.scale(false);
        }
        assert_eq!(mapping.pollers(), 5);
    }
}
