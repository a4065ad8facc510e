//! The scenarios: the template's settings, and what is changed in each.

use crate::{
    Millis,
    settings::{Assumed, Backoff, Breaker, Lane, Outage, Settings, Traffic, Waiting},
};

/// Time for the pollers to find their number before the outage.
pub const WARM_UP_MS: Millis = 120_000;

/// A circuit breaker as the product's design has it.
pub const BREAKER: Breaker = Breaker {
    failures: 5,
    probe_interval_ms: 30_000,
    cache_ms: 5_000,
};

/// A run with a name.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// Short, for legends.
    pub id: &'static str,
    /// What is special about it.
    pub title: &'static str,
    /// Its settings.
    pub settings: Settings,
}

/// The template's settings: a retry queue, and no circuit breaker.
pub fn template(seed: u64, traffic: Traffic, outage_ms: Millis) -> Settings {
    Settings {
        seed,
        traffic,
        outage: Outage {
            start_ms: WARM_UP_MS,
            end_ms: WARM_UP_MS + outage_ms,
        },
        feedback: Lane {
            batch_size: 50,
            batch_window_ms: 1_000,
            maximum_concurrency: 50,
            attempt_timeout_ms: 10_000,
        },
        retry: Lane {
            batch_size: 10,
            batch_window_ms: 0,
            maximum_concurrency: 10,
            attempt_timeout_ms: 10_000,
        },
        has_message_groups: true,
        waiting: Waiting::RetryQueue,
        backoff: Backoff {
            first_ms: 5_000,
            max_ms: 3_600_000,
            passed_max_ms: 3_600_000,
        },
        breaker: None,
        assumed: Assumed {
            receive_ms: 10,
            overhead_ms: 10,
            healthy_call_ms: 50,
            settle_ms: 20,
        },
        give_up_after_ms: outage_ms + 4 * 3_600_000,
    }
}

/// All scenarios, the one without an outage first.
pub fn all(template: &Settings) -> Vec<Scenario> {
    let scenario = |id, title, change: fn(&mut Settings)| {
        let mut settings = template.clone();
        change(&mut settings);
        Scenario {
            id,
            title,
            settings,
        }
    };
    vec![
        scenario("no outage", "every endpoint is healthy", |settings| {
            let traffic = &mut settings.traffic;
            traffic.healthy_events_per_second += traffic.failing_events_per_second;
            traffic.failing_events_per_second = 0;
        }),
        scenario("a", "retry queue, no circuit breaker", |_| ()),
        scenario("b", "retry queue and circuit breaker", |settings| {
            settings.breaker = Some(BREAKER);
        }),
        scenario("c", "visibility timeout, no circuit breaker", |settings| {
            settings.waiting = Waiting::VisibilityTimeout;
        }),
        scenario(
            "c+b",
            "visibility timeout and circuit breaker",
            |settings| {
                settings.waiting = Waiting::VisibilityTimeout;
                settings.breaker = Some(BREAKER);
            },
        ),
        scenario(
            "c+b, no groups",
            "the same, and producers set no MessageGroupId",
            |settings| {
                settings.waiting = Waiting::VisibilityTimeout;
                settings.breaker = Some(BREAKER);
                settings.has_message_groups = false;
            },
        ),
        scenario(
            "b, no groups",
            "retry queue and circuit breaker, no MessageGroupId",
            |settings| {
                settings.breaker = Some(BREAKER);
                settings.has_message_groups = false;
            },
        ),
        scenario(
            "recommended",
            "b with the settings that follow from this",
            recommend,
        ),
        scenario(
            "recommended, 2 s",
            "the same, and 2 s for an attempt from the feedback queue",
            |settings| {
                recommend(settings);
                settings.feedback.attempt_timeout_ms = 2_000;
            },
        ),
    ]
}

fn recommend(settings: &mut Settings) {
    settings.breaker = Some(BREAKER);
    settings.feedback.maximum_concurrency = 200;
    settings.retry.maximum_concurrency = 50;
    settings.backoff.passed_max_ms = 900_000;
}
