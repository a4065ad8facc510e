//! Delivers feedback events from a queue to the HTTPS endpoints that organisations configured.
//!
//! `invocation` tells a batch from an operation that the configuration API asks for, which `operation` does.
//! `batch` takes a batch apart and settles it, `deliver` handles one event; `selection`, `excerpt`, `request`,
//! `outcome`, `retry`, `health` and `attributes` are pure. Only `send` talks to endpoints, only `settle` to queues, only `lookup`,
//! `circuits` and `recorder` to the store and only `auth` to the key service.

pub mod attributes;
pub mod auth;
pub mod batch;
pub mod causes;
pub mod circuits;
mod connection;
pub mod deliver;
pub mod egress;
pub mod excerpt;
pub mod exchange;
pub mod health;
pub mod invocation;
pub mod lookup;
pub mod message;
pub mod metrics;
pub mod oauth;
pub mod operation;
pub mod outcome;
mod probe;
pub mod record;
pub mod recorder;
pub mod request;
pub mod retry;
pub mod runtime;
pub mod selection;
pub mod send;
pub mod send_error;
pub mod settings;
pub mod settle;
mod signature;
mod test_event;
mod token;
mod ttl_cache;

use aws::SdkConfig;
use config_store::{ConfigLookup, DynamoStore, HealthStore, history::HistoryWriter};
use jiff::Timestamp;
use secrets::Opener;

use crate::{
    auth::Authenticator,
    batch::SETTLE_RESERVE,
    circuits::Circuits,
    deliver::Courier,
    health::CircuitPolicy,
    lookup::Lookup,
    recorder::Recorder,
    retry::RetryPolicy,
    send::{Sender, SenderError},
    settings::Settings,
    settle::Settler,
};

/// What delivery reads from and writes to.
pub trait Store: ConfigLookup + HealthStore + HistoryWriter {}

impl<S: ConfigLookup + HealthStore + HistoryWriter> Store for S {}

/// Everything that lives as long as the execution environment.
pub struct App<L> {
    /// Finds configurations.
    pub lookup: Lookup<L>,
    /// Sends events to endpoints.
    pub courier: Courier,
    /// Moves events to other queues.
    pub settler: Settler,
    /// Keeps what administrators see of deliveries.
    pub recorder: Recorder,
    /// Knows which endpoints must not be called.
    pub circuits: Circuits,
    /// Decides when an event is tried again.
    pub retry: RetryPolicy,
    /// The time; an argument, so that tests need no tolerance.
    pub clock: fn() -> Timestamp,
    /// A random number from 0 to 1; an argument for the same reason.
    pub jitter: fn() -> f64,
}

impl App<DynamoStore> {
    /// Builds every client once, as a deployment's settings say.
    ///
    /// # Errors
    /// [`SenderError`] where the development CA cannot be used.
    pub fn new(settings: &Settings, aws: &SdkConfig) -> Result<Self, SenderError> {
        let store = DynamoStore::new(aws_sdk_dynamodb::Client::new(aws), settings.tables.clone());
        let opener = Opener::new(aws_sdk_kms::Client::new(aws), &settings.secrets_key_id);
        let (policy, ca) = (&settings.endpoint_policy, &settings.development_ca);
        #[expect(
            clippy::disallowed_methods,
            reason = "the clock of everything below is set here"
        )]
        let clock = Timestamp::now;
        Ok(Self {
            lookup: Lookup::new(store, settings.config_cache),
            courier: Courier {
                authenticator: Authenticator::new(opener),
                sender: Sender::new(policy.clone(), ca.clone())?,
                timeout: settings.delivery_timeout,
            },
            settler: Settler::new(
                aws_sdk_sqs::Client::new(aws),
                &settings.retry_queue_url,
                &settings.dead_letter_queue_url,
            ),
            circuits: Circuits::new(CircuitPolicy {
                failure_threshold: settings.circuit_failure_threshold,
                first_probe_wait: settings.retry.first_delay,
                probe_lease: settings.delivery_timeout + SETTLE_RESERVE,
            }),
            recorder: Recorder::new(settings.keeps_events),
            retry: settings.retry,
            clock,
            jitter: fastrand::f64,
        })
    }
}
