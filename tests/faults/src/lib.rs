//! Sends events through the real delivery binary while everything around it fails, and keeps a ledger of them.
//!
//! The driver is Lambda to the function (`launch`, `lane`), stands between it and the services (`proxy`), is the
//! endpoint (`receiver`), the producer and the administrator (`producer`, `changes`). What happens follows from one seed
//! (`dice`); what became of each event is in `ledger`, and what that adds up to in `verdict` and `report`. The function itself knows
//! nothing of all this. Whoever else wants to run the function as Lambda would, on the local cloud, finds `cloud`,
//! `launch`, `event_source` and `administrator` useful.

pub mod administrator;
pub mod changes;
pub mod cloud;
pub mod dice;
pub mod event_source;
pub mod events;
pub mod fault;
pub mod lane;
pub mod launch;
pub mod ledger;
pub mod producer;
pub mod proxy;
pub mod receiver;
pub mod report;
pub mod run;
pub mod verdict;

use std::time::Duration;

pub use run::Run;

/// The delivery function, as `make build` makes it.
pub const DELIVERY_BINARY: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../target/lambda/delivery/bootstrap"
);
/// The function's `DELIVERY_TIMEOUT_SECONDS`: short, so that silent endpoints cost a run little time.
pub const DELIVERY_TIMEOUT: Duration = Duration::from_secs(1);
/// The function's `RETRY_WINDOW_HOURS`: the smallest.
pub const RETRY_WINDOW: Duration = Duration::from_secs(3_600);
