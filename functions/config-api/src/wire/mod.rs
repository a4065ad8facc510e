//! The JSON of requests and responses.
//!
//! Requests are read by deserr, which reports every fault; responses are written by serde. Neither has a secret's
//! value in a response. What a request means together with what is stored is decided in `draft`.

pub mod fields;
pub mod health;
pub mod request;
pub mod response;
