//! A poller with an execution environment of its own: takes batches from a queue, invokes the function, and deletes what
//! it acknowledged. It kills the function, repeats batches and forgets to delete, as the seed says.

use std::{sync::Arc, time::Duration};

use anyhow::Result;
use aws_sdk_sqs::types::Message;
use driver::environment::{Answer, Environment, Launch};
use serde_json::Value;
use tokio::time::sleep;

use crate::{
    Run,
    cloud::Queue,
    event_source::{acknowledged, event},
    fault::Fault,
    ledger::Cause,
};

/// The function's timeout. Above the delivery timeout and the time that the function keeps back to settle a batch.
const INVOCATION_TIMEOUT: Duration = Duration::from_secs(10);
/// A function is killed within this time after it got a batch; most batches take longer.
const KILL_WITHIN_MS: u64 = 250;
/// What may happen to a batch.
const FAULTS: [Fault; 3] = [Fault::Killed, Fault::DeliveredTwice, Fault::DeleteLost];

/// A poller.
#[derive(Debug)]
pub struct Lane {
    /// The queue that it takes batches from.
    pub queue: Queue,
    /// Most messages of a batch.
    pub batch_size: usize,
    /// How its function is started.
    pub launch: Launch,
}

impl Lane {
    /// Works until it is dropped.
    ///
    /// # Errors
    /// Where the cloud refuses, or the function cannot be started.
    pub async fn work(self, run: Arc<Run>) -> Result<()> {
        let mut environment = self.start(&run).await?;
        loop {
            let messages = run.queues.receive(&self.queue, self.batch_size).await?;
            if messages.is_empty() {
                continue;
            }
            environment = self.batch(&run, environment, &messages).await?;
        }
    }

    async fn start(&self, run: &Arc<Run>) -> Result<Environment> {
        let run = Arc::clone(run);
        Environment::start(&self.launch, move |line| read_log(&run, line)).await
    }

    /// Handles a batch; returns the environment for the next one.
    async fn batch(
        &self,
        run: &Arc<Run>,
        mut environment: Environment,
        messages: &[Message],
    ) -> Result<Environment> {
        let number = run.next_batch();
        let event = event(messages, &self.queue.arn, &run.region);
        let fault = run.dice.fault_of_call("batch", number, &FAULTS);
        let fault = fault.filter(|_| !run.is_calm());
        let answer = match fault {
            Some(Fault::Killed) => {
                let after_ms = run.dice.about("kill", number).u64(0..KILL_WITHIN_MS);
                tokio::select! {
                    answer = environment.invoke(event, INVOCATION_TIMEOUT) => answer,
                    () = sleep(Duration::from_millis(after_ms)) => {
                        note(run, messages, Fault::Killed, Cause::Killed);
                        environment.kill().await;
                        return self.start(run).await;
                    }
                }
            }
            Some(Fault::DeliveredTwice) => {
                note(run, messages, Fault::DeliveredTwice, Cause::DeliveredTwice);
                let first = environment.invoke(event.clone(), INVOCATION_TIMEOUT).await;
                if let Answer::Response(body) = &first {
                    run.queues
                        .delete(&self.queue, &acknowledged(messages, body))
                        .await?;
                }
                environment.invoke(event, INVOCATION_TIMEOUT).await
            }
            _ => environment.invoke(event, INVOCATION_TIMEOUT).await,
        };
        let mishap = match answer {
            Answer::Response(body) => {
                if fault == Some(Fault::DeleteLost) {
                    note(run, messages, Fault::DeleteLost, Cause::DeleteLost);
                } else {
                    run.queues
                        .delete(&self.queue, &acknowledged(messages, &body))
                        .await?;
                }
                return Ok(environment);
            }
            Answer::Error(body) => format!("error: {}", String::from_utf8_lossy(&body)),
            Answer::Crashed => "the process ended".to_owned(),
            Answer::TimedOut => "no answer in time".to_owned(),
        };
        run.mishap(&format!(
            "batch {number} of {} messages: {mishap}",
            messages.len()
        ));
        environment.kill().await;
        self.start(run).await
    }
}

fn note(run: &Run, messages: &[Message], fault: Fault, cause: Cause) {
    run.faults.add(fault);
    for body in messages.iter().filter_map(|message| message.body()) {
        if let Some(number) = run.ledger.events.number_in(body) {
            run.ledger.note(number, cause);
        }
    }
}

/// The function's log is the only place where it tells what it skipped, what it held, and that something panicked.
fn read_log(run: &Run, line: &str) {
    if !["Skipped", "Held", "panicked"]
        .iter()
        .any(|word| line.contains(word))
    {
        return;
    }
    let line: Value = serde_json::from_str(line).unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let id = text(&line["span"]["event.id"]);
    if text(&line["message"]).contains("panicked") {
        run.mishap(&format!("{}: {id}", text(&line["message"])));
    }
    let Some(number) = run.ledger.events.number_in(&id) else {
        return;
    };
    match (line["outcome"].as_str(), line["reason"].as_str()) {
        (Some("Skipped"), Some(reason)) => run.ledger.skipped(number, reason),
        (Some("Held"), Some("paused")) => run.ledger.held(number),
        _ => {}
    }
}
