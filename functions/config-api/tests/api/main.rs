//! The whole API on an in-memory store and a stand-in for AWS KMS, called with the events that API Gateway sends.
#![expect(clippy::unwrap_used, reason = "this crate is made of assertions")]

mod attempts;
mod audit;
mod bad_authentication;
mod bad_fields;
mod bad_requests;
mod campaigns;
mod captured;
mod client_credentials;
mod deliveries;
mod documents;
mod faults;
mod health;
mod helpers;
mod keys;
mod logs;
mod properties;
mod protection;
mod recorded;
mod roles;
mod scope;
mod secrets;
mod signatures;
mod test_events;
mod webhooks;
