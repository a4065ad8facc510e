//! A fixed workload of the delivery function, and the count of its instructions.

mod aws;
pub mod counts;
pub mod scenario;
