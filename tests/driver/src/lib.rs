//! Runs a function's binary as Lambda would: a process and the Runtime API (`environment`), and servers on loopback for
//! what stands around it (`server`), each on its own processors where times are measured (`processors`). `provenance`
//! says where a report comes from.
//!
//! Fault runs, the isolation measurement and the benchmark build on it. It knows neither the product nor AWS services.

pub mod environment;
pub mod processors;
pub mod provenance;
pub mod server;

use jiff::Timestamp;

/// The time.
pub fn now() -> Timestamp {
    #[expect(
        clippy::disallowed_methods,
        reason = "the driver stands in for Lambda, which has a clock"
    )]
    Timestamp::now()
}
