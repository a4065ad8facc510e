//! End-to-end tests: the deployed functions, real queues, a real table, a real user pool and real TLS.
//!
//! `make test` brings the local cloud that they need and tells them about it by the variable `LOCAL_CLOUD`.
#![expect(clippy::unwrap_used, reason = "a failed assumption ends the test")]

mod access;
mod access_tokens;
mod addresses;
mod audit;
mod bad_input;
mod config_api;
mod delivery;
mod health;
mod helpers;
mod history;
mod hostile;
mod keys;
mod odd_messages;
mod redrive;
mod signatures;
mod store;
