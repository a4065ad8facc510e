//! A discrete-event simulation of what the local cloud does not emulate: the limits of SQS standard queues and of
//! Lambda event source mappings, and what one dead endpoint does to everybody else under them.
//!
//! It holds a model of the services and of the delivery function's decisions. It makes no calls, reads no clock, and
//! shares no code with the product: it is to answer for the design, not for the code.

mod agenda;
pub mod breaker;
mod delivery;
pub mod engine;
pub mod histogram;
pub mod limits;
mod mapping;
pub mod measures;
pub mod plot;
pub mod queue;
pub mod report;
pub mod scenarios;
pub mod settings;
pub mod studies;
mod tables;

/// Simulated time, in milliseconds since the start. 32 bits reach for 49 days.
pub type Millis = u32;
