//! Looks at the dead-letter queue and moves chosen events back to the feedback queue.
//!
//! `dead_letter`, `filter`, `selection`, `batches` and `summary` are pure. Only `queue` talks to SQS; `scan` sees each
//! message once and gives it back, `target` moves, `run` and `command` put them together. Bodies are personal data: they travel from queue to queue, and nothing prints them.

pub mod arguments;
pub mod batches;
pub mod command;
pub mod dead_letter;
pub mod filter;
pub mod progress;
pub mod queue;
pub mod run;
pub mod scan;
pub mod selection;
pub mod summary;
mod table;
pub mod target;

#[cfg(test)]
mod fake;
