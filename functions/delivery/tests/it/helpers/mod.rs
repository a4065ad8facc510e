//! What the tests build on: the real application on an in-memory store, simulated AWS services, and a real endpoint.

mod aws;
mod receiver;
mod store;

use std::time::Duration;

use config_store::{CampaignStore, ConfigStore, MemoryStore};
use delivery::{
    App, Store,
    auth::Authenticator,
    batch::{self, Handled},
    circuits::Circuits,
    deliver::Courier,
    health::CircuitPolicy,
    invocation::Invocation,
    lookup::Lookup,
    record::NoMessageId,
    recorder::Recorder,
    retry::RetryPolicy,
    send::Sender,
    settle::Settler,
};
use domain::{
    config::{
        Audit, Authentication, CampaignScope, CampaignSwitch, Channel, Selection, Webhook,
        WebhookConfig, WebhookConfigParts, WebhookName,
    },
    endpoint::{EndpointPolicy, EndpointUrl},
    headers::CustomHeaders,
    key::{CampaignId, ConfigKey, OrgId, SandboxName, WebhookId},
};
use jiff::{SignedDuration, Timestamp};
use secrets::Opener;
use serde_json::{Value, json};
use tokio::time::Instant;

pub(crate) use aws::{Keys, Queues, Sent, UNAVAILABLE, sealed};
pub(crate) use receiver::{Protocol, Received, Receiver, Reply};
pub(crate) use store::{TestStore, unavailable};

pub(crate) const RETRY_QUEUE: &str = "https://sqs.test/retry";
pub(crate) const DEAD_LETTER_QUEUE: &str = "https://sqs.test/dead-letter";
pub(crate) const CAMPAIGN: &str = "16f24a15-7e21-477c-848a-d5695ca7f137";

/// The time of every test: 2023-11-14T22:13:20Z.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_second(1_700_000_000).unwrap()
}

/// The configuration key of [`event`].
pub(crate) fn key() -> ConfigKey {
    ConfigKey {
        org: OrgId::parse("myImsOrg").unwrap(),
        sandbox: SandboxName::parse("prod").unwrap(),
    }
}

/// A webhook that wants all documented feedback of both channels and of all campaigns, without authentication.
pub(crate) fn parts(url: &str) -> WebhookConfigParts {
    WebhookConfigParts {
        name: WebhookName::parse("test").unwrap(),
        channels: Selection::new([Channel::Email, Channel::Sms]).unwrap(),
        url: EndpointUrl::parse(url).unwrap(),
        authentication: Authentication::None,
        headers: CustomHeaders::default(),
        feedback_statuses: Selection::documented(),
        campaigns: CampaignScope::All,
        paused: false,
    }
}

pub(crate) async fn store_with(parts: WebhookConfigParts) -> MemoryStore {
    let store = MemoryStore::default();
    let webhook = Webhook {
        id: WebhookId::new(uuid::Uuid::new_v4()),
        key: key(),
        version: 1,
        config: WebhookConfig::new(parts).unwrap(),
        audit: Audit {
            created_at: now(),
            created_by: "admin".to_owned(),
            modified_at: now(),
            modified_by: "admin".to_owned(),
        },
    };
    store.create(&webhook).await.unwrap();
    store
}

pub(crate) async fn switch_on(store: &MemoryStore, campaign: &str) {
    let switch = CampaignSwitch {
        key: key(),
        campaign: CampaignId::parse(campaign).unwrap(),
        enabled_at: now(),
        enabled_by: "admin".to_owned(),
    };
    store.switch_on(&switch).await.unwrap();
}

/// The application with everything that a test may look at.
pub(crate) struct Stage<L> {
    pub(crate) app: App<L>,
    pub(crate) queues: Queues,
    pub(crate) keys: Keys,
}

impl<L: Store> Stage<L> {
    /// Trusts the receiver's certificate, and admits its host.
    pub(crate) fn new(store: L, receiver: &Receiver) -> Self {
        let policy = EndpointPolicy::with_development_hosts("localhost");
        Self::with_sender(store, Sender::new(policy, Some(receiver.ca())).unwrap())
    }

    pub(crate) fn with_sender(store: L, sender: Sender) -> Self {
        let queues = Queues::default();
        let keys = Keys::default();
        let app = App {
            lookup: Lookup::new(store, Duration::from_secs(5)),
            courier: Courier {
                authenticator: Authenticator::new(Opener::new(keys.client(), "key")),
                sender,
                timeout: Duration::from_secs(10),
            },
            settler: Settler::new(queues.client(), RETRY_QUEUE, DEAD_LETTER_QUEUE),
            recorder: Recorder::new(true),
            retry: RetryPolicy {
                first_delay: Duration::from_secs(5),
                window: Duration::from_secs(24 * 3_600),
                attempts_max: 100,
                hold: Duration::from_secs(4 * 86_400),
            },
            circuits: Circuits::new(CircuitPolicy {
                failure_threshold: 5,
                first_probe_wait: Duration::from_secs(5),
                probe_lease: Duration::from_secs(15),
            }),
            clock: now,
            jitter: || 1.0,
        };
        Self { app, queues, keys }
    }

    pub(crate) async fn handle(&self, messages: Vec<Value>) -> Handled {
        let deadline = Instant::now() + Duration::from_secs(30);
        self.handle_until(messages, deadline).await.unwrap()
    }

    /// Handles a batch in an invocation that ends then.
    pub(crate) async fn handle_until(
        &self,
        messages: Vec<Value>,
        deadline: Instant,
    ) -> Result<Handled, NoMessageId> {
        let batch = json!({ "Records": messages }).to_string();
        let Ok(Invocation::Batch(batch)) = Invocation::read(&batch) else {
            panic!("a batch");
        };
        batch::handle(&self.app, &batch, deadline).await
    }

    /// Handles one message, and expects that it is moved to another queue.
    pub(crate) async fn handle_one(&self, message: Value) -> Sent {
        let handled = self.handle(vec![message]).await;
        assert_eq!(failed_ids(&handled), [""; 0]);
        let mut sent = self.queues.sent();
        assert_eq!(sent.len(), 1, "one message is moved");
        sent.remove(0)
    }
}

pub(crate) fn failed_ids(handled: &Handled) -> Vec<&str> {
    let failures = handled.response.batch_item_failures.iter();
    failures
        .map(|failure| failure.item_identifier.as_str())
        .collect()
}

/// A bounce of an e-mail, less the members whose value is null in `changes`, and with those that have one.
pub(crate) fn event(changes: Value) -> Value {
    let mut event = json!({
        "eventId": "e-1",
        "requestId": "8NoByJneShCdCGRnrGS1t1m3CdA73dhR",
        "imsOrg": "myImsOrg",
        "sandbox": {"id": "068abf40-575e-11ea-8512-9b1bfdb82603", "name": "prod"},
        "channel": "email",
        "messageExecution": {"messageExecutionID": "HUMA-26362805", "campaignID": CAMPAIGN},
        "messageDeliveryFeedback": {"feedbackStatus": "bounce"},
        "identityMap": {"email": [{"id": "john.doe@luma.com", "primary": true}]},
    });
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => drop(event.as_object_mut().unwrap().remove(name)),
            value => event[name] = value.clone(),
        }
    }
    event
}

/// A message with this id and body.
pub(crate) fn message(id: &str, body: impl ToString) -> Value {
    json!({
        "messageId": id,
        "receiptHandle": "handle",
        "body": body.to_string(),
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
    })
}

/// A message that comes back with the attributes that it was sent with.
pub(crate) fn received_again(sent: &Sent) -> Value {
    let mut message = message("again", &sent.body);
    for (name, value) in &sent.attributes {
        message["messageAttributes"][name] = json!({"stringValue": value, "dataType": "String"});
    }
    message
}

/// Half a minute after the time of the other tests: the first probe is due.
pub(crate) fn later() -> Timestamp {
    now() + SignedDuration::from_secs(30)
}

/// How often each thing happened, in the line that CloudWatch reads.
pub(crate) fn counts(handled: &Handled) -> Value {
    serde_json::to_value(handled.tally.embedded_metrics("", now())).unwrap()
}

/// How often this happened.
pub(crate) fn count(handled: &Handled, metric: &str) -> Value {
    counts(handled)[metric].clone()
}
