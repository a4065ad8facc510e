//! A customer's HTTPS endpoint that misbehaves as real ones do, on this machine.
//!
//! It misbehaves towards the first attempt to deliver an event and takes every later one, so that each event comes to
//! an end. It knows of the product only the headers that every receiver gets.

mod certificates;
mod connection;
mod fault;
mod http1;
mod http2;
mod receiver;
mod script;

pub use certificates::{Authority, CertificateError};
pub use fault::{Fault, Flaw, HandshakeFault, Http1Fault, Http2Fault};
pub use h2::Reason;
pub use receiver::{Call, Receiver, StartError};
