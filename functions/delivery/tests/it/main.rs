//! The function as a whole: batches in, requests at a real HTTPS endpoint on loopback, messages at simulated queues.
#![expect(clippy::unwrap_used, reason = "a failed assumption ends the test")]

mod access_tokens;
mod answers;
mod batches;
mod circuits;
mod egress;
mod endpoint;
mod helpers;
mod history;
mod holding;
mod logs;
mod misbehaviour;
mod settling;
mod signatures;
mod skipping;
mod test_events;
