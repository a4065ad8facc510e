//! One event: is it wanted, what is sent, and what came of it. It knows neither queues nor when to try again.

use std::{collections::HashMap, sync::Arc, time::Duration};

use bytes::Bytes;
use domain::{
    config::Webhook,
    event::FeedbackEvent,
    key::{CampaignId, ConfigKey},
    payload::payload,
};
use http::header::RETRY_AFTER;
use jiff::Timestamp;
use tokio::{
    sync::{OnceCell, Semaphore},
    time::Instant,
};

use crate::{
    App, Store,
    auth::{AuthError, Authenticator, Opened},
    causes::Causes,
    exchange::{ATTEMPT_MIN, ExchangeError, exchange},
    health::Verdict,
    lookup::{CampaignKey, Configuration, FoundWebhook},
    oauth::TokenClient,
    outcome::{Outcome, judge},
    recorder::Sent,
    request::{Attempt, WebhookRequest},
    retry::retry_after,
    selection::{Selection, Skip, selection},
    send::{Answer, Sender},
};

/// Calls to one endpoint that are under way at the same time: as many as connections are kept to it. A slow endpoint then
/// takes no more of an execution environment than that, and one that hangs is noticed before all of its events hang.
const CALLS_PER_ENDPOINT: usize = 16;

/// What the events of a batch share.
pub struct Shared {
    endpoints: HashMap<ConfigKey, Endpoint>,
    campaigns: HashMap<CampaignKey, bool>,
}

/// What the events of a batch for one endpoint share.
struct Endpoint {
    webhook: FoundWebhook,
    calls: Semaphore,
    opened: OnceCell<Arc<Opened>>,
}

impl Shared {
    /// Bounds the calls to each endpoint that is configured.
    pub fn new(configuration: Configuration) -> Self {
        let webhooks = configuration.webhooks.into_iter();
        let endpoints = webhooks.map(|(key, webhook)| {
            let endpoint = Endpoint {
                webhook,
                calls: Semaphore::new(CALLS_PER_ENDPOINT),
                opened: OnceCell::new(),
            };
            (key, endpoint)
        });
        Self {
            endpoints: endpoints.collect(),
            campaigns: configuration.campaigns,
        }
    }
}

/// What came of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// It is not wanted.
    Skipped(Skip),
    /// It was tried.
    Attempted(Attempted),
    /// What has to be known of it could not be read. Asking again is best left to the queue, which waits longer than we.
    Impossible,
    /// The invocation is about to end.
    NoTime,
    /// The endpoint's circuit is open, and there is no use in coming back before this time.
    Passed(Timestamp),
    /// The endpoint is out of service until an administrator acts, for this reason.
    Held(&'static str),
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempted {
    /// When it was made.
    pub at: Timestamp,
    /// What it means for the event.
    pub outcome: Outcome,
    /// The status of the answer, if there was one.
    pub status: Option<u16>,
    /// What went wrong, if there was no answer.
    pub error: Option<&'static str>,
    /// How long the endpoint asks to wait.
    pub retry_after: Option<Duration>,
    /// What the history keeps of it; `None` for a success that is no part of the sample.
    pub sent: Option<Box<Sent>>,
}

impl Attempted {
    fn new(answer: &Result<Answer, ExchangeError>, at: Timestamp) -> Self {
        let outcome = judge(answer);
        match answer {
            Ok(answer) => Self {
                at,
                outcome,
                status: Some(answer.status.as_u16()),
                error: None,
                retry_after: answer
                    .headers
                    .get(RETRY_AFTER)
                    .and_then(|header| retry_after(header, at)),
                sent: None,
            },
            Err(error) => Self {
                at,
                outcome,
                status: None,
                error: Some(error.kind()),
                retry_after: error.retry_after(),
                sent: None,
            },
        }
    }

    /// An attempt that ended before a request was sent, because an administrator has to correct something.
    fn failed(error: &'static str, at: Timestamp) -> Self {
        Self {
            at,
            outcome: Outcome::TryLater,
            status: None,
            error: Some(error),
            retry_after: None,
            sent: None,
        }
    }
}

/// What is needed to send.
#[derive(Clone)]
pub struct Courier {
    /// Authenticates requests.
    pub authenticator: Authenticator,
    /// Sends them.
    pub sender: Sender,
    /// Longest time for one attempt.
    pub timeout: Duration,
}

/// A request that needs no more than its token.
struct Prepared {
    request: WebhookRequest,
    token_client: Option<Arc<TokenClient>>,
}

/// Delivers an event, or finds out why not. An attempt ends at `latest_end` at the latest.
pub async fn deliver<S: Store>(
    app: &App<S>,
    shared: &Shared,
    event: &FeedbackEvent<'_>,
    campaign: Option<&CampaignId>,
    attempt: Attempt<'_>,
    latest_end: Instant,
) -> Delivery {
    let (webhook, endpoint) = match select(shared, event, campaign, attempt.at) {
        Ok(selected) => selected,
        Err(delivery) => return delivery,
    };
    if webhook.config.is_paused() {
        return Delivery::Held("paused");
    }
    // Held until the attempt is over. The semaphore is never closed, so there always is a permit in the end.
    let _permit = endpoint.calls.acquire().await;
    // Waiting for the permit may have taken as long as other attempts.
    let attempt = Attempt {
        at: (app.clock)(),
        ..attempt
    };
    match app.circuits.verdict(webhook, attempt.at) {
        Verdict::Call | Verdict::Probe(_) => {}
        Verdict::Pass(until) => return Delivery::Passed(until),
        Verdict::Hold(reason) => return Delivery::Held(reason),
    }
    let mut prepared = match app.courier.prepare(webhook, endpoint, event, attempt).await {
        Ok(prepared) => prepared,
        Err(Delivery::Attempted(mut attempted)) => {
            if app.recorder.note(webhook, false, attempt.at) {
                let sent = Sent::new(webhook, None, None, Duration::ZERO);
                attempted.sent = Some(Box::new(sent));
            }
            return Delivery::Attempted(attempted);
        }
        Err(delivery) => return delivery,
    };
    let started = Instant::now();
    let deadline = latest_end.min(started + app.courier.timeout);
    if deadline < started + ATTEMPT_MIN {
        tracing::warn!("the invocation has no time left for the event");
        return Delivery::NoTime;
    }
    let store = app.lookup.store();
    // Claimed by an event that is sent now, whatever happens; else a claim would keep the circuit open for nothing.
    let permission = match app.circuits.claim(store, webhook, attempt.at).await {
        Ok(permission) => permission,
        Err(Verdict::Hold(reason)) => return Delivery::Held(reason),
        Err(Verdict::Pass(until)) => return Delivery::Passed(until),
        // Another event has claimed the probe meanwhile.
        Err(Verdict::Call | Verdict::Probe(_)) => return Delivery::Passed(attempt.at),
    };
    let (mut attempted, answer) = app.courier.send(&mut prepared, attempt, deadline).await;
    let is_delivered = attempted.outcome == Outcome::Delivered;
    if app.recorder.note(webhook, is_delivered, attempt.at) {
        let failure = answer.filter(|_| !is_delivered);
        let request = Some(&prepared.request);
        let sent = Sent::new(webhook, request, failure.as_deref(), started.elapsed());
        attempted.sent = Some(Box::new(sent));
    }
    let now = (app.clock)();
    let concluded = app
        .circuits
        .conclude(store, webhook, permission, &attempted, now);
    concluded.await;
    Delivery::Attempted(attempted)
}

impl Courier {
    /// The request for an attempt.
    async fn prepare(
        &self,
        webhook: &Webhook,
        endpoint: &Endpoint,
        event: &FeedbackEvent<'_>,
        attempt: Attempt<'_>,
    ) -> Result<Prepared, Delivery> {
        let body = Bytes::from(payload(event));
        let opened = endpoint
            .opened
            .get_or_try_init(|| self.authenticator.opened(webhook, attempt.at));
        let authenticated = opened
            .await
            .and_then(|opened| opened.authenticate(webhook, attempt, &body));
        match authenticated {
            Ok(authenticated) => {
                let url = webhook.config.url().clone();
                Ok(Prepared {
                    request: WebhookRequest::new(url, authenticated.headers, attempt, body),
                    token_client: authenticated.token_client,
                })
            }
            Err(AuthError::Refused) => {
                tracing::warn!("a secret of the webhook cannot be used");
                Err(Delivery::Attempted(Attempted::failed(
                    "secret-refused",
                    attempt.at,
                )))
            }
            Err(error @ AuthError::Unavailable(_)) => {
                tracing::error!(error = %Causes(&error), "the key service is not available");
                Err(Delivery::Impossible)
            }
        }
    }

    /// Makes an attempt. Returns what came of it, and the body of the answer.
    async fn send(
        &self,
        prepared: &mut Prepared,
        attempt: Attempt<'_>,
        deadline: Instant,
    ) -> (Attempted, Option<Vec<u8>>) {
        let started = Instant::now();
        let answer = exchange(
            &self.sender,
            &mut prepared.request,
            prepared.token_client.as_deref(),
            attempt.at,
            deadline,
        )
        .await;
        let attempted = Attempted::new(&answer, attempt.at);
        tracing::info!(
            attempt = attempt.number,
            outcome = ?attempted.outcome,
            http.status = attempted.status,
            error.kind = attempted.error,
            error.cause = answer.as_ref().err().and_then(ExchangeError::root_cause),
            duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            "the delivery was attempted"
        );
        (attempted, answer.ok().map(|answer| answer.body))
    }
}

/// The webhook that wants the event, or what becomes of the event without one.
fn select<'s>(
    shared: &'s Shared,
    event: &FeedbackEvent<'_>,
    campaign: Option<&CampaignId>,
    at: Timestamp,
) -> Result<(&'s Webhook, &'s Endpoint), Delivery> {
    let Some(endpoint) = shared.endpoints.get(&event.key) else {
        return Err(Delivery::Impossible);
    };
    let webhook = match &endpoint.webhook {
        Ok(None) => return Err(Delivery::Skipped(Skip::NoConfiguration)),
        Ok(Some(webhook)) => webhook,
        Err(unreadable) => {
            tracing::error!(error = %unreadable, "a stored configuration cannot be read");
            return Err(Delivery::Attempted(Attempted::failed(
                "configuration-unreadable",
                at,
            )));
        }
    };
    let campaign_is_on = campaign.map_or(Some(false), |campaign| {
        let key = (event.key.clone(), campaign.clone());
        shared.campaigns.get(&key).copied()
    });
    match selection(webhook, event, campaign_is_on) {
        Selection::Wanted => Ok((webhook, endpoint)),
        Selection::Skipped(skip) => Err(Delivery::Skipped(skip)),
        Selection::Unknown => Err(Delivery::Impossible),
    }
}
