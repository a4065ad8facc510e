//! The configuration API: webhooks and the campaigns' switches, over HTTP.
//!
//! A request is authenticated by API Gateway, read by `wire`, judged by `draft`, stored by `config-store` and answered
//! by `wire` again. There is one file for each verb. Only `main` and `settings` know of the environment.

pub mod access;
pub mod answer;
pub mod attempts;
pub mod audit;
pub mod body;
pub mod caller;
pub mod campaigns;
pub mod console;
pub mod create;
pub mod delete;
pub mod deliveries;
pub mod delivery_function;
pub mod documents;
pub mod draft;
pub mod error;
pub mod gateway;
pub mod health;
pub mod invalid;
pub mod jwks;
mod key_draft;
pub mod list;
mod mask;
pub mod me;
pub mod next_key;
pub mod openapi;
mod page;
pub mod precondition;
pub mod problem;
mod protection;
mod query;
pub mod read;
pub mod replace;
pub mod seal;
pub mod send_again;
pub mod settings;
mod stored;
pub mod switch;
pub mod test_event;
pub mod wire;

use std::sync::Arc;

use access::AccessRules;
use axum::{Router, extract::DefaultBodyLimit, middleware};
use config_store::{CampaignStore, ConfigStore, HealthStore, KeySetStore, history::HistoryReader};
use delivery_function::DeliveryFunction;
use domain::endpoint::EndpointPolicy;
use error::ApiError;
use secrets::Sealer;

/// What the API keeps things in.
pub trait Store:
    ConfigStore + CampaignStore + HealthStore + HistoryReader + KeySetStore + 'static
{
}

impl<S: ConfigStore + CampaignStore + HealthStore + HistoryReader + KeySetStore + 'static> Store
    for S
{
}

/// What the handlers share.
#[derive(Debug)]
pub struct App<S> {
    /// Webhooks, their key sets, switches, the health of endpoints and the history of deliveries.
    pub store: S,
    /// Encrypts their secrets.
    pub sealer: Sealer,
    /// Sends test events, and events again.
    pub delivery: DeliveryFunction,
    /// Which endpoints the deployment admits.
    pub policy: EndpointPolicy,
    /// What a verified token lets its caller do.
    pub access: AccessRules,
}

/// The API as a service: its routes, and what every answer has.
pub fn router<S: Store>(app: App<S>) -> Router {
    let router = openapi::routes::<S>()
        .fallback(|| async { ApiError::NoSuchPath })
        .method_not_allowed_fallback(|| async { ApiError::NoSuchMethod })
        // `body` has the limit, and its own answer for a body that is over it.
        .layer(DefaultBodyLimit::disable())
        .layer(middleware::from_fn(answer::finish))
        .with_state(Arc::new(app));
    protection::protect(router)
}
