//! Measures whether a tenant whose endpoint hangs delays the others.
//!
//! The real delivery binary runs as Lambda would run it (`mapping`), on queues of the local cloud. Ten tenants send
//! events (`traffic`), nine of which have an endpoint that answers (`tenants`); `deliveries` keeps the time from the
//! queue to the endpoint. A `scenario` is one such run; `report` compares them and judges.

pub mod deliveries;
pub mod mapping;
pub mod report;
pub mod scenario;
pub mod tenants;
pub mod traffic;
