//! Small cases whose answer is known without a simulation.

use simulation::{
    limits::IN_FLIGHT_MAX,
    scenarios::{BREAKER, template},
    settings::{Settings, Traffic, Waiting},
    studies::{Outcome, outcome},
};

/// A dead endpoint at 500 events/s for six minutes, and three times as much for healthy ones.
fn six_minutes() -> Settings {
    let traffic = Traffic {
        healthy_tenants: 100,
        healthy_events_per_second: 1_500,
        failing_events_per_second: 500,
        transient_failure_rate: 0.0,
    };
    let mut settings = template(1, traffic, 6 * 60_000);
    settings.breaker = Some(BREAKER);
    settings
}

fn run(change: impl Fn(&mut Settings)) -> Outcome {
    let mut settings = six_minutes();
    change(&mut settings);
    outcome(&settings).expect("the settings are sound").0
}

#[test]
fn waiting_invisibly_stalls_an_ordinary_queue_after_four_minutes() {
    let outcome = run(|settings| {
        settings.waiting = Waiting::VisibilityTimeout;
        settings.has_message_groups = false;
    });
    // 120,000 messages at 500/s are 240 s.
    let limit_at_ms = outcome.in_flight_limit_at_ms.unwrap();
    assert!((225_000..=255_000).contains(&limit_at_ms), "{limit_at_ms}");
    let stalled_at_ms = outcome.stalled_at_ms.unwrap();
    assert!(
        (240_000..=300_000).contains(&stalled_at_ms),
        "{stalled_at_ms}"
    );
    assert!(outcome.healthy_settled_ms.p99 > Some(10_000));
}

#[test]
fn waiting_on_a_retry_queue_never_comes_near_the_limit() {
    for breaker in [None, Some(BREAKER)] {
        let outcome = run(|settings| settings.breaker = breaker);
        // 50 batches of 50.
        assert!(
            outcome.in_flight_peak <= 2_500,
            "{}",
            outcome.in_flight_peak
        );
        assert_eq!(outcome.in_flight_limit_at_ms, None);
    }
}

#[test]
fn in_a_fair_queue_the_limit_is_the_noisy_tenant_s_problem() {
    let outcome = run(|settings| settings.waiting = Waiting::VisibilityTimeout);
    assert!(outcome.in_flight_peak > IN_FLIGHT_MAX / 100 * 99);
    assert!(outcome.healthy_settled_ms.p99 < Some(1_000));
}

#[test]
fn hanging_calls_are_bounded_by_concurrency_times_batch_per_timeout() {
    let outcome = run(|settings| {
        settings.breaker = None;
        settings.traffic.healthy_events_per_second = 0;
        for lane in [&mut settings.feedback, &mut settings.retry] {
            lane.batch_size = 10;
            lane.batch_window_ms = 0;
            lane.maximum_concurrency = 2;
        }
    });
    // Two lanes of two batches of ten, each ten seconds and a little, for 360 s.
    let calls = outcome.hanging_calls;
    assert!((1_360..=1_440).contains(&calls), "{calls}");
}

#[test]
fn an_open_circuit_leaves_one_call_per_probe() {
    let outcome = run(|settings| settings.feedback.maximum_concurrency = 5);
    // Two rounds of five batches of 50 at most until everyone knows, then a probe of 10 s every 30 s.
    let calls = outcome.hanging_calls;
    assert!((9..=2 * 250 + 9).contains(&calls), "{calls}");
}

#[test]
fn healthy_events_take_what_their_steps_take_when_nothing_fails() {
    let outcome = run(|settings| settings.traffic.failing_events_per_second = 0);
    // At least one receive (10 ms), overhead (10 ms) and call (50 ms); at most a window of a second more.
    let latency = outcome.healthy_ms;
    assert!(latency.p50 >= Some(65), "{latency:?}");
    assert!(latency.max <= Some(1_100), "{latency:?}");
    assert_eq!(outcome.stalled_at_ms, None);
}

#[test]
fn everything_is_delivered_once_the_endpoint_is_back() {
    let outcome = run(|settings| settings.backoff.passed_max_ms = 60_000);
    let drained_after_ms = outcome.drained_after_ms.unwrap();
    // A probe every 30 s, caches of 5 s, and waits of a minute at most; the backlog itself is 180,000 events.
    assert!(drained_after_ms < 300_000, "{drained_after_ms}");
}

#[test]
fn a_seed_gives_one_result() {
    let json = |seed| {
        let outcome = run(|settings| {
            settings.seed = seed;
            settings.traffic.transient_failure_rate = 0.01;
        });
        serde_json::to_string(&outcome).unwrap()
    };
    assert_eq!(json(7), json(7));
    assert_ne!(json(7), json(8));
}

#[test]
fn settings_that_aws_or_the_product_would_refuse_are_refused() {
    let changes: [fn(&mut Settings); 5] = [
        |settings| settings.feedback.batch_window_ms = 0,
        |settings| settings.feedback.batch_size = 0,
        |settings| settings.retry.maximum_concurrency = 1,
        |settings| settings.retry.maximum_concurrency = 1_001,
        |settings| settings.feedback.attempt_timeout_ms = 30_000,
    ];
    for change in changes {
        let mut settings = six_minutes();
        change(&mut settings);
        assert!(settings.check().is_err(), "{settings:?}");
    }
    assert_eq!(six_minutes().check(), Ok(()));
}
