//! What is counted: batches of the delivery function whose endpoints cannot be resolved.
//!
//! Such a batch does everything but talk: messages are read, webhooks looked up, payloads formatted, tokens signed,
//! requests built and handed to the HTTP client, failures judged, retries planned and messages sent on. All of it is the
//! product's own code under fixed inputs, so a run executes the same instructions each time.

use std::{
    io,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use aws_lc_rs::digest;
use aws_smithy_types::timeout::TimeoutConfig;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use config_store::DynamoStore;
use delivery::{
    App, batch, egress::GuardedResolver, invocation::Invocation, send::Sender, settings::Settings,
};
use domain::jwt::Algorithm;
use jiff::Timestamp;
use logging::{JsonLine, JsonMembers};
use secrecy::SecretString;
use serde_json::{Value, json};
use tracing_subscriber::{filter::Targets, fmt, prelude::*};

use crate::aws::services;

/// The table of the webhooks.
pub const CONFIGURATIONS: &str = "configurations";

const SAMPLES: [&str; 2] = [
    include_str!("../../samples/payload-email-bounce.json"),
    include_str!("../../samples/payload-sms-delivered.json"),
];
const SHARED_SECRET: &str = "a shared secret of the workload, 32 bytes or more";
/// Longer than a run takes.
const DEADLINE: Duration = Duration::from_secs(86_400);

/// A kind of batch.
#[derive(Debug, Clone, Copy)]
pub struct Scenario {
    /// What it is called.
    pub name: &'static str,
    /// Its messages.
    pub events: usize,
    /// The organisations that they belong to, one after the other.
    pub tenants: usize,
    authentication: Token,
    /// Batches of the longer of two runs, less those of the shorter one.
    pub batches: usize,
}

#[derive(Debug, Clone, Copy)]
enum Token {
    None,
    Shared,
    /// For each delivery, with this algorithm.
    Own(Algorithm),
}

/// What is counted.
pub const SCENARIOS: [Scenario; 5] = [
    Scenario {
        name: "10 events, no token",
        events: 10,
        tenants: 1,
        authentication: Token::None,
        batches: 5,
    },
    Scenario {
        name: "100 events, shared token",
        events: 100,
        tenants: 1,
        authentication: Token::Shared,
        batches: 1,
    },
    Scenario {
        name: "100 events of 100 tenants, shared tokens",
        events: 100,
        tenants: 100,
        authentication: Token::Shared,
        batches: 1,
    },
    Scenario {
        name: "10 events, HS256 for each",
        events: 10,
        tenants: 1,
        authentication: Token::Own(Algorithm::HS256),
        batches: 5,
    },
    Scenario {
        name: "10 events, ES256 for each",
        events: 10,
        tenants: 1,
        authentication: Token::Own(Algorithm::ES256),
        batches: 5,
    },
];

impl Scenario {
    /// The secret of its webhooks: fixed, or a private key that is made for the run.
    ///
    /// # Errors
    /// Where the cryptographic library makes no key.
    fn secret(self) -> Result<SecretString> {
        match self.authentication {
            Token::Own(Algorithm::ES256) => Ok(signing::generate(Algorithm::ES256)?),
            Token::None | Token::Shared | Token::Own(_) => Ok(SHARED_SECRET.into()),
        }
    }

    /// The webhook of an organisation and sandbox, as it is stored.
    pub fn item(self, org: &str, sandbox: &str) -> Value {
        let text = |text: &str| json!({"S": text});
        let nothing = || json!({"NULL": true});
        let (kind, jwt) = match self.authentication {
            Token::None => ("none", nothing()),
            Token::Shared => ("jwt", jwt(Algorithm::HS256, false)),
            Token::Own(algorithm) => ("jwt", jwt(algorithm, true)),
        };
        let channels = ["email", "sms"].map(text);
        let statuses = ["sent", "delivered", "bounce", "error"].map(text);
        json!({
            "pk": text(org),
            "sk": text(&format!("webhook#{sandbox}")),
            "sandbox": text(sandbox),
            "id": text("0b1f7a0e-6a5c-4f0e-9d3c-5f3d2f6f7a10"),
            "version": {"N": "1"},
            "name": text("workload"),
            "channels": {"L": channels},
            "url": text("https://hooks.example.com/feedback"),
            "authentication": text(kind),
            "jwt": jwt,
            "headers": {"L": [
                {"M": {"name": text("X-Source"), "value": text("feedback"), "secret": nothing()}},
            ]},
            "feedback_statuses": {"L": statuses},
            "campaigns": text("all"),
            "paused": {"BOOL": false},
            "created_at": text("2026-01-01T00:00:00Z"),
            "created_by": text("administrator"),
            "modified_at": text("2026-01-01T00:00:00Z"),
            "modified_by": text("administrator"),
        })
    }

    /// The event that Lambda invokes the function with.
    fn batch(self) -> String {
        let records = (0..self.events).map(|number| {
            json!({
                "messageId": format!("message-{number}"),
                "receiptHandle": "handle",
                "body": self.body(number),
                "attributes": {"ApproximateReceiveCount": "1", "MessageGroupId": "group"},
                "messageAttributes": {},
                "md5OfBody": "",
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:feedback",
                "awsRegion": "us-east-1",
            })
        });
        json!({"Records": records.collect::<Vec<_>>()}).to_string()
    }

    fn body(self, number: usize) -> String {
        let mut event: Value =
            serde_json::from_str(SAMPLES[number % SAMPLES.len()]).expect("the samples are JSON");
        event["imsOrg"] = json!(format!("org-{}", number % self.tenants));
        event["eventId"] = json!(format!("event-{number}"));
        event.to_string()
    }
}

/// Carries out batches of a scenario.
///
/// # Errors
/// Where the function does anything else than to try all events later.
pub async fn run(scenario: Scenario, batches: usize) -> Result<()> {
    let app = app(scenario)?;
    let batch = scenario.batch();
    let expected = json!(scenario.events);
    for _ in 0..batches {
        let Invocation::Batch(event) = Invocation::read(&batch)? else {
            bail!("no batch");
        };
        let deadline = tokio::time::Instant::from_std(Instant::now() + DEADLINE);
        let handled = batch::handle(&app, &event, deadline).await?;
        let metrics = serde_json::to_string(&handled.tally.embedded_metrics("delivery", now()))?;
        let metrics: Value = serde_json::from_str(&metrics)?;
        ensure!(
            metrics["TriedLater"] == expected,
            "not all events were tried: {metrics}"
        );
        serde_json::to_vec(&handled.response)?;
    }
    Ok(())
}

/// What the counts are compared with: the simplest program that does something alike with the same bytes. It parses each
/// message, writes it again and hashes it. A compiler or processor that changes both changes their ratio little.
///
/// # Errors
/// Where a sample is not JSON.
pub fn reference(batches: usize) -> Result<()> {
    let [scenario, ..] = SCENARIOS;
    let bodies: Vec<String> = (0..scenario.events).map(|n| scenario.body(n)).collect();
    for _ in 0..batches {
        for body in &bodies {
            let value: Value = serde_json::from_str(body)?;
            let written = serde_json::to_vec(&value)?;
            std::hint::black_box(digest::digest(&digest::SHA256, &written));
        }
    }
    Ok(())
}

/// The function with stand-ins for everything outside of the process, and with a clock that stands still.
fn app(scenario: Scenario) -> Result<App<DynamoStore>> {
    let settings = Settings::read(|name| {
        let value = match name {
            "TABLE_NAME" => CONFIGURATIONS,
            // Nothing is read again, and no circuit opens.
            "CONFIG_CACHE_SECONDS" | "CIRCUIT_FAILURE_THRESHOLD" => "86400",
            "FINDINGS_TABLE_NAME" | "SECRETS_KEY_ID" => name,
            "RETRY_QUEUE_URL" | "DEAD_LETTER_QUEUE_URL" => "https://sqs.test/queue",
            _ => return None,
        };
        Some(value.to_owned())
    })?;
    let lines = fmt::layer()
        .event_format(JsonLine)
        .fmt_fields(JsonMembers)
        .with_writer(io::sink);
    tracing_subscriber::registry()
        .with(lines)
        .with(settings.log_filter.parse::<Targets>()?)
        .init();
    let aws = ::aws::Environment::of_process()?
        .config(TimeoutConfig::disabled())?
        .into_builder()
        .http_client(services(scenario, scenario.secret()?))
        .build();
    let mut app = App::new(&settings, &aws)?;
    let nowhere = GuardedResolver::with(
        |_| Box::pin(async { Err(io::Error::from(io::ErrorKind::NotFound)) }),
        |_, _| Ok(()),
    );
    app.courier.sender = Sender::with_resolver(settings.endpoint_policy, None, nowhere)?;
    app.clock = now;
    app.jitter = || 0.5;
    Ok(app)
}

/// 2023-11-14T22:13:20Z, at all times.
fn now() -> Timestamp {
    Timestamp::from_second(1_700_000_000).expect("the second is within range")
}

fn jwt(algorithm: Algorithm, token_per_delivery: bool) -> Value {
    let text = |text: &str| json!({"S": text});
    json!({"M": {
        "algorithm": {"S": algorithm},
        "key": {"M": {
            "ciphertext": {"B": BASE64_STANDARD.encode("sealed")},
            "set_at": text("2026-01-01T00:00:00Z"),
        }},
        "key_id": text("2026-01"),
        "public_key": {"NULL": true},
        "next_key": {"NULL": true},
        "retired_keys": {"L": []},
        "issuer": text("feedback-webhooks"),
        "subject": {"NULL": true},
        "audience": {"L": [text("hooks.example.com")]},
        "lifetime_seconds": {"N": "300"},
        "claims": text(r#"{"tenant":"luma"}"#),
        "header_name": text("authorization"),
        "header_prefix": text("Bearer"),
        "token_per_delivery": {"BOOL": token_per_delivery},
    }})
}

/// The scenario of this name.
///
/// # Errors
/// Where there is none.
pub fn named(name: &str) -> Result<Scenario> {
    let found = SCENARIOS.into_iter().find(|scenario| scenario.name == name);
    found.with_context(|| format!("there is no scenario {name:?}"))
}
