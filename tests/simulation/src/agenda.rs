//! What the pollers do next, and when.

use std::{
    cmp::{Ordering, Reverse},
    collections::BinaryHeap,
};

use crate::{Millis, mapping::Poller};

/// One of the two lanes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Name {
    Feedback,
    Retry,
}

/// What a poller does.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Action {
    /// It receives messages.
    Receive,
    /// The invocation with its batch ends.
    Finish,
}

/// Something that a poller will do.
#[derive(Debug)]
pub(crate) struct Planned {
    pub(crate) at: Millis,
    sequence: u64,
    pub(crate) lane: Name,
    pub(crate) action: Action,
    pub(crate) poller: Poller,
}

/// Everything that is planned, by time and, within a millisecond, by the order in which it was planned.
#[derive(Debug, Default)]
pub(crate) struct Agenda {
    planned: BinaryHeap<Reverse<Planned>>,
    sequence: u64,
}

impl Agenda {
    pub(crate) fn plan(&mut self, at: Millis, lane: Name, action: Action, poller: Poller) {
        self.sequence += 1;
        self.planned.push(Reverse(Planned {
            at,
            sequence: self.sequence,
            lane,
            action,
            poller,
        }));
    }

    /// The first thing that is due.
    pub(crate) fn next(&mut self, now: Millis) -> Option<Planned> {
        self.planned.peek().filter(|first| first.0.at <= now)?;
        self.planned.pop().map(|first| first.0)
    }
}

impl PartialEq for Planned {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Planned {}

impl PartialOrd for Planned {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Planned {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.at, self.sequence).cmp(&(other.at, other.sequence))
    }
}
