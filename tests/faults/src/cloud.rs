//! The local cloud, and the run's own queues in it. All calls here go to the cloud itself, never through the proxy.

use std::{collections::HashMap, env, fs, time::Duration};

use anyhow::{Context, Result, ensure};
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_sqs::{
    Client,
    types::{
        DeleteMessageBatchRequestEntry, Message, MessageSystemAttributeName, QueueAttributeName,
    },
};
use base64::{Engine, prelude::BASE64_STANDARD};
use rustls::pki_types::{CertificateDer, pem::PemObject};

/// Receives after which the queue itself moves a message to the dead-letter queue; the template's number.
const RECEIVES_MAX: u32 = 30;
/// Most messages that one receive returns (Amazon SQS API Reference).
const RECEIVE_MAX_MESSAGES: i32 = 10;
/// How long a receive waits for a message.
const RECEIVE_WAIT_SECONDS: i32 = 1;

/// What describes the cloud, as far as it is needed here.
#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Description {
    /// Base URL of every service.
    pub endpoint_url: String,
    /// Base URL of the deployed configuration API.
    pub api_url: String,
    /// The region of everything.
    pub region: String,
    outputs: HashMap<String, String>,
    ca_certificate: String,
    certificate: String,
    certificate_key: String,
}

impl Description {
    /// Reads the file that the variable `LOCAL_CLOUD` names.
    ///
    /// # Errors
    /// Where there is none, or of another form.
    pub fn of_environment() -> Result<Self> {
        #[expect(clippy::disallowed_methods, reason = "the only setting of a run")]
        let path = env::var("LOCAL_CLOUD").context(
            "LOCAL_CLOUD is not set: run this within python -m infra.local exec -- COMMAND",
        )?;
        let text = fs::read(&path).with_context(|| format!("cannot read {path}"))?;
        let description: Self = serde_json::from_slice(&text)?;
        ensure!(
            description.endpoint_url.starts_with("http://127.0.0.1:"),
            "this needs a cloud on this machine, not {}",
            description.endpoint_url
        );
        Ok(description)
    }

    /// An output of the deployed stack.
    ///
    /// # Errors
    /// Where the stack has none of this name.
    pub fn output(&self, name: &str) -> Result<&str> {
        let output = self.outputs.get(name).map(String::as_str);
        output.with_context(|| format!("the stack has no output {name}"))
    }

    /// Certificate chain and key for `localhost`, in PEM.
    ///
    /// # Errors
    /// Where the files cannot be read.
    pub fn certificate(&self) -> Result<(Vec<u8>, Vec<u8>)> {
        Ok((
            fs::read(&self.certificate)?,
            fs::read(&self.certificate_key)?,
        ))
    }

    /// The authority of that certificate, in the form of `DEVELOPMENT_CA`.
    ///
    /// # Errors
    /// Where the file is no certificate.
    pub fn authority(&self) -> Result<String> {
        let certificate = CertificateDer::from_pem_slice(&fs::read(&self.ca_certificate)?)?;
        Ok(BASE64_STANDARD.encode(&certificate))
    }
}

/// A queue of the run.
#[derive(Debug, Clone)]
pub struct Queue {
    /// Where it is.
    pub url: String,
    /// What it is called in policies and events.
    pub arn: String,
}

/// The messages of a queue.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Those that can be received.
    pub visible: u64,
    /// Those that were received, and not deleted yet.
    pub in_flight: u64,
    /// Those whose delay is not over.
    pub delayed: u64,
}

/// The run's queues.
#[derive(Debug)]
pub struct Queues {
    /// The SQS client.
    pub client: Client,
    /// Where the producer puts events.
    pub feedback: Queue,
    /// Where failed ones wait.
    pub retry: Queue,
    /// Where those go that are given up.
    pub dead_letter: Queue,
}

/// Endpoint and credentials of the driver's own clients; they are in the environment.
pub async fn aws() -> SdkConfig {
    aws_config::defaults(BehaviorVersion::latest()).load().await
}

impl Queues {
    /// Creates queues that nobody else uses. What was received comes back after `visibility_timeout`.
    ///
    /// # Errors
    /// Where the cloud refuses.
    pub async fn create(aws: &SdkConfig, name: &str, visibility_timeout: Duration) -> Result<Self> {
        let client = Client::new(aws);
        let create = async |lane, dead_letter| {
            let name = format!("{name}-{lane}");
            create(&client, &name, visibility_timeout, dead_letter).await
        };
        let dead_letter = create("dead-letter", None).await?;
        let feedback = create("feedback", Some(&dead_letter)).await?;
        let retry = create("retry", Some(&dead_letter)).await?;
        Ok(Self {
            client,
            feedback,
            retry,
            dead_letter,
        })
    }

    /// Up to `count` messages; fewer, or none, if that is all there is within a second.
    ///
    /// # Errors
    /// Where the cloud refuses.
    pub async fn receive(&self, queue: &Queue, count: usize) -> Result<Vec<Message>> {
        self.gather(queue, count, RECEIVE_WAIT_SECONDS).await
    }

    /// Up to `count` messages; fewer, or none, if that is all there is at the moment.
    ///
    /// # Errors
    /// Where the cloud refuses.
    pub async fn receive_at_once(&self, queue: &Queue, count: usize) -> Result<Vec<Message>> {
        self.gather(queue, count, 0).await
    }

    async fn gather(&self, queue: &Queue, count: usize, wait_seconds: i32) -> Result<Vec<Message>> {
        let mut received = Vec::new();
        while received.len() < count {
            let room = i32::try_from(count - received.len()).unwrap_or(i32::MAX);
            let answer = self
                .client
                .receive_message()
                .queue_url(&queue.url)
                .max_number_of_messages(room.min(RECEIVE_MAX_MESSAGES))
                .wait_time_seconds(if received.is_empty() { wait_seconds } else { 0 })
                .message_attribute_names("All")
                .message_system_attribute_names(MessageSystemAttributeName::All)
                .send()
                .await?;
            let messages = answer.messages.unwrap_or_default();
            let is_last = messages.len() < 10;
            received.extend(messages);
            if is_last {
                break;
            }
        }
        Ok(received)
    }

    /// Acknowledges messages.
    ///
    /// # Errors
    /// Where the cloud refuses.
    pub async fn delete(&self, queue: &Queue, messages: &[&Message]) -> Result<()> {
        for chunk in messages.chunks(10) {
            let entries = chunk.iter().enumerate().map(|(index, message)| {
                DeleteMessageBatchRequestEntry::builder()
                    .id(index.to_string())
                    .set_receipt_handle(message.receipt_handle.clone())
                    .build()
            });
            self.client
                .delete_message_batch()
                .queue_url(&queue.url)
                .set_entries(Some(entries.collect::<Result<_, _>>()?))
                .send()
                .await?;
        }
        Ok(())
    }

    /// How many messages the queue has.
    ///
    /// # Errors
    /// Where the cloud refuses.
    pub async fn size(&self, queue: &Queue) -> Result<Size> {
        let answer = self
            .client
            .get_queue_attributes()
            .queue_url(&queue.url)
            .attribute_names(QueueAttributeName::All)
            .send()
            .await?;
        let attributes = answer.attributes.unwrap_or_default();
        let count =
            |name| -> Result<u64> { Ok(attributes.get(&name).context("no count")?.parse()?) };
        Ok(Size {
            visible: count(QueueAttributeName::ApproximateNumberOfMessages)?,
            in_flight: count(QueueAttributeName::ApproximateNumberOfMessagesNotVisible)?,
            delayed: count(QueueAttributeName::ApproximateNumberOfMessagesDelayed)?,
        })
    }
}

async fn create(
    client: &Client,
    name: &str,
    visibility_timeout: Duration,
    dead_letter: Option<&Queue>,
) -> Result<Queue> {
    let timeout = visibility_timeout.as_secs().to_string();
    let redrive = dead_letter.map(|queue| {
        serde_json::json!({"deadLetterTargetArn": queue.arn, "maxReceiveCount": RECEIVES_MAX})
            .to_string()
    });
    let attributes = [
        (QueueAttributeName::VisibilityTimeout, Some(timeout)),
        (QueueAttributeName::RedrivePolicy, redrive),
    ];
    let attributes = attributes
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)));
    let created = client
        .create_queue()
        .queue_name(name)
        .set_attributes(Some(attributes.collect()))
        .send()
        .await?;
    let url = created.queue_url.context("a queue without URL")?;
    let answer = client
        .get_queue_attributes()
        .queue_url(&url)
        .attribute_names(QueueAttributeName::QueueArn)
        .send()
        .await?;
    let arn = answer
        .attributes
        .and_then(|mut all| all.remove(&QueueAttributeName::QueueArn));
    Ok(Queue {
        url,
        arn: arn.context("a queue without ARN")?,
    })
}
