//! The whole API on an in-memory store and a stand-in for AWS KMS, called with the events that API Gateway sends.

mod bad_input;
mod campaigns;
mod faults;
mod helpers;
mod scope;
mod secrets;
mod webhooks;
