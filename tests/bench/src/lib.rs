//! Measures what the functions cost, against programs that do the least that could be done.
//!
//! The release binaries run as Lambda would run them (`driver`). Around them are stand-ins that answer correctly:
//! DynamoDB (dynoxide), KMS, SQS and Lambda (`services`), and the endpoint (`endpoint`). Programs of `tests/reference`
//! POST the same bytes to the same endpoint in the same run. `load`, `memory`, `allocations`, `cold` and `api` measure
//! one thing each, `run` puts them in order, `targets` judges, `report` writes it down.

pub mod allocations;
pub mod api;
pub mod batches;
pub mod certificates;
pub mod cold;
pub mod endpoint;
pub mod explanations;
pub mod figures;
pub mod load;
pub mod memory;
pub mod process;
pub mod program;
pub mod quota;
pub mod reference;
pub mod report;
pub mod request;
pub mod routes;
pub mod run;
pub mod scenario;
pub mod services;
pub mod stage;
pub mod targets;
pub mod tenants;
