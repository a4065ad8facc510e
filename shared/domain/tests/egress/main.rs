//! The egress rule as a table: which URLs may be saved, and to which addresses a connection may go.
#![expect(clippy::unwrap_used, reason = "a failed assumption ends the test")]

mod addresses;
mod policy;
mod urls;
