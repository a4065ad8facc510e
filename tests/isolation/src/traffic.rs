//! The messaging backend's part: puts the events of all tenants on the queue, evenly.

use std::{sync::Arc, time::Duration};

use anyhow::{Result, ensure};
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use fastrand::Rng;
use faults::{cloud::Queues, events::CAMPAIGN};
use serde_json::{Value, json};
use tokio::{
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval},
};

use crate::{
    deliveries::Deliveries,
    tenants::{HEALTHY, SANDBOX, Tenant},
};

/// What the tenant with the hanging endpoint sends for each event of all the others together.
pub const SHARE: usize = 10;
const SAMPLE: &str = include_str!("../../samples/payload-email-bounce.json");
/// Most messages of one `SendMessageBatch` (Amazon SQS API Reference).
const BATCH: usize = 10;
/// Time between two calls of the backend.
const TICK: Duration = Duration::from_millis(50);
/// Which tenant's turn it is; the same in each run.
const SEED: u64 = 1;

/// When events are sent.
#[derive(Debug, Clone, Copy)]
pub struct Traffic {
    /// Events per second of each healthy tenant.
    pub healthy_per_second: u32,
    /// When the healthy ones begin.
    pub begin: Instant,
    /// When the tenant with the hanging endpoint begins; `None` for never.
    pub hanging_begin: Option<Instant>,
    /// When all of them end.
    pub end: Instant,
}

/// Puts events on the queue until the traffic ends.
///
/// # Errors
/// Where the cloud refuses.
pub async fn send(
    traffic: Traffic,
    run: &str,
    queues: &Arc<Queues>,
    deliveries: &Arc<Deliveries>,
) -> Result<()> {
    let mut rng = Rng::with_seed(SEED);
    let mut turns = Vec::new();
    let cycle = Duration::from_secs(1) / traffic.healthy_per_second;
    let gap = cycle / u32::try_from(HEALTHY * (1 + SHARE))?;
    let mut due = traffic.begin;
    let mut calls = JoinSet::new();
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Burst);
    while due < traffic.end {
        let now = ticks.tick().await;
        let mut batch = Vec::new();
        while due <= now && due < traffic.end {
            if turns.is_empty() {
                turns = one_cycle(&mut rng);
            }
            let tenant = turns.pop().unwrap_or(Tenant::Hanging);
            let is_silent =
                tenant == Tenant::Hanging && traffic.hanging_begin.is_none_or(|begin| due < begin);
            if !is_silent {
                batch.push(tenant);
            }
            due += gap;
        }
        for tenants in batch.chunks(BATCH) {
            calls.spawn(put(
                run.to_owned(),
                tenants.to_vec(),
                Arc::clone(queues),
                Arc::clone(deliveries),
            ));
        }
        while let Some(ended) = calls.try_join_next() {
            ended??;
        }
    }
    while let Some(ended) = calls.join_next().await {
        ended??;
    }
    Ok(())
}

/// The turns in which each healthy tenant sends one event.
fn one_cycle(rng: &mut Rng) -> Vec<Tenant> {
    let hanging = std::iter::repeat_n(Tenant::Hanging, HEALTHY * SHARE);
    let mut turns: Vec<_> = (0..HEALTHY).map(Tenant::Healthy).chain(hanging).collect();
    rng.shuffle(&mut turns);
    turns
}

async fn put(
    run: String,
    tenants: Vec<Tenant>,
    queues: Arc<Queues>,
    deliveries: Arc<Deliveries>,
) -> Result<()> {
    let now = Instant::now();
    let entries = tenants.iter().enumerate().map(|(index, tenant)| {
        let id = match tenant {
            Tenant::Healthy(_) => deliveries.sent(now).to_string(),
            Tenant::Hanging => format!("hanging-{}", fastrand::u64(..)),
        };
        let organisation = tenant.organisation(&run);
        Ok(SendMessageBatchRequestEntry::builder()
            .id(index.to_string())
            .message_group_id(format!("{organisation}/{SANDBOX}"))
            .message_body(message(&organisation, &id)?)
            .build()?)
    });
    let entries = entries.collect::<Result<Vec<_>>>()?;
    let sending = queues
        .client
        .send_message_batch()
        .queue_url(&queues.feedback.url);
    let answer = sending.set_entries(Some(entries)).send().await?;
    ensure!(
        answer.failed.is_empty(),
        "the queue refused {:?}",
        answer.failed
    );
    Ok(())
}

/// The sample as the backend would put it on the queue for this organisation.
fn message(organisation: &str, id: &str) -> Result<String> {
    let mut event: Value = serde_json::from_str(SAMPLE)?;
    if let Some(fields) = event.as_object_mut() {
        fields.remove("eventType");
    }
    event["eventId"] = json!(id);
    event["imsOrg"] = json!(organisation);
    event["sandbox"]["name"] = json!(SANDBOX);
    event["messageExecution"]["campaignID"] = json!(CAMPAIGN);
    Ok(event.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hanging_tenant_sends_ten_times_what_all_others_send() {
        let turns = one_cycle(&mut Rng::with_seed(1));
        let of = |tenant| turns.iter().filter(|turn| **turn == tenant).count();
        assert!((0..HEALTHY).all(|number| of(Tenant::Healthy(number)) == 1));
        assert_eq!(of(Tenant::Hanging), 10 * HEALTHY);
    }
}
