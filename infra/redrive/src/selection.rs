//! Which of the messages that were looked at are chosen, up to a number.

use jiff::Timestamp;

use crate::{dead_letter::DeadLetter, filter::Filter};

/// A filter and a limit.
#[derive(Debug, Clone)]
pub struct Selection {
    filter: Filter,
    now: Timestamp,
    left: Option<usize>,
}

impl Selection {
    /// Chooses what the filter means at the time `now`, and at most `max` of it.
    pub fn new(filter: Filter, now: Timestamp, max: Option<usize>) -> Self {
        Self {
            filter,
            now,
            left: max,
        }
    }

    /// The chosen ones among these; the others remain with the scan, which gives them back.
    pub fn choose(&mut self, letters: Vec<DeadLetter>) -> Vec<DeadLetter> {
        let mut chosen: Vec<DeadLetter> = letters
            .into_iter()
            .filter(|letter| self.filter.matches(letter, self.now))
            .collect();
        if let Some(left) = &mut self.left {
            chosen.truncate(*left);
            *left -= chosen.len();
        }
        chosen
    }

    /// Whether as many were chosen as may be.
    pub fn is_full(&self) -> bool {
        self.left == Some(0)
    }
}
