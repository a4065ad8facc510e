//! What every history must do.

use domain::key::WebhookId;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::samples::fresh_key;
use crate::history::{
    Attempt, AttemptId, AttemptOutcome, AttemptQuery, Bucket, Count, HistoryReader, HistoryWriter,
    SentHeader, Subject,
};

/// A webhook that no other test has.
pub fn fresh_subject() -> Subject {
    Subject {
        key: fresh_key(),
        webhook: WebhookId::new(Uuid::from_u128(7)),
    }
}

/// A minute before an hour ends, so that the tests cross into the next.
fn noon() -> Timestamp {
    "2026-11-25T11:59:00Z".parse().unwrap()
}

fn at(seconds: i64) -> Timestamp {
    noon() + SignedDuration::from_secs(seconds)
}

fn attempt(subject: &Subject, at: Timestamp, outcome: AttemptOutcome) -> Attempt {
    Attempt {
        id: AttemptId::new(at),
        subject: subject.clone(),
        webhook_version: 3,
        event_id: "evt_1".to_owned(),
        request_id: Some("request".to_owned()),
        channel: "email".to_owned(),
        feedback_status: "bounce".to_owned(),
        campaign: None,
        number: 2,
        outcome,
        http_status: Some(503),
        error: None,
        duration_ms: 17,
        url: "https://example.com/".to_owned(),
        headers: vec![
            SentHeader {
                name: "x-source".to_owned(),
                value: Some("crm".to_owned()),
            },
            SentHeader {
                name: "authorization".to_owned(),
                value: None,
            },
        ],
        answer_excerpt: Some("busy".to_owned()),
        event: Some("{}".to_owned()),
        group_id: Some("org/prod".to_owned()),
    }
}

fn count(subject: &Subject, at: Timestamp, delivered: u64, failed: u64) -> Count {
    Count {
        subject: subject.clone(),
        bucket: Bucket::of(at),
        delivered,
        failed,
        last_delivery: (delivered > 0).then_some(at),
    }
}

fn newest(limit: usize) -> AttemptQuery {
    AttemptQuery {
        delivered: None,
        before: None,
        limit,
    }
}

/// An administrator looks at single attempts, also across the end of an hour.
pub async fn attempts_are_read_newest_first_in_parts(
    history: &(impl HistoryReader + HistoryWriter),
) {
    let subject = fresh_subject();
    let attempts: Vec<Attempt> = (0..30)
        .map(|index| attempt(&subject, at(index * 4), AttemptOutcome::TryLater))
        .collect();
    let counts = [
        count(&subject, at(0), 0, 15),
        count(&subject, at(116), 0, 15),
    ];
    history.record(&attempts, &counts).await.unwrap();
    let mut expected = attempts;
    expected.reverse();
    let mut read = Vec::new();
    let mut query = newest(7);
    loop {
        let page = history.attempts(&subject, query, at(3_600)).await.unwrap();
        assert!(page.attempts.len() <= 7);
        read.extend(page.attempts);
        query.before = page.next;
        if query.before.is_none() {
            break;
        }
    }
    assert_eq!(read, expected);
    let first = history.attempt(&subject, expected[29].id).await.unwrap();
    assert_eq!(first.as_ref(), Some(&expected[29]));
}

/// Failures are what people look for.
pub async fn successes_and_failures_are_told_apart(history: &(impl HistoryReader + HistoryWriter)) {
    let subject = fresh_subject();
    let delivered = attempt(&subject, at(0), AttemptOutcome::Delivered);
    let failed = attempt(&subject, at(1), AttemptOutcome::TryLater);
    let given_up = attempt(&subject, at(2), AttemptOutcome::GivenUp);
    let attempts = [delivered.clone(), failed.clone(), given_up.clone()];
    let counts = [count(&subject, at(0), 1, 2)];
    history.record(&attempts, &counts).await.unwrap();
    for (wanted, expected) in [(true, vec![delivered]), (false, vec![given_up, failed])] {
        let query = AttemptQuery {
            delivered: Some(wanted),
            ..newest(10)
        };
        let page = history.attempts(&subject, query, at(60)).await.unwrap();
        assert_eq!(page.attempts, expected);
        assert_eq!(page.next, None);
    }
}

/// The one success of a bad day is found, although a store may need several parts for that.
pub async fn a_success_among_many_failures_is_found(
    history: &(impl HistoryReader + HistoryWriter),
) {
    let subject = fresh_subject();
    let delivered = attempt(&subject, at(0), AttemptOutcome::Delivered);
    let failures = (1..250).map(|index| attempt(&subject, at(index / 5), AttemptOutcome::TryLater));
    let attempts: Vec<Attempt> = [delivered.clone()].into_iter().chain(failures).collect();
    let counts = [count(&subject, at(0), 1, 249)];
    history.record(&attempts, &counts).await.unwrap();
    let mut query = AttemptQuery {
        delivered: Some(true),
        ..newest(10)
    };
    let mut found = Vec::new();
    loop {
        let page = history.attempts(&subject, query, at(60)).await.unwrap();
        found.extend(page.attempts);
        query.before = page.next;
        if query.before.is_none() {
            break;
        }
    }
    assert_eq!(found, [delivered]);
}

/// The id of a neighbour's attempt leads nowhere, and neither does that of a webhook that was there before.
pub async fn nobody_reads_the_attempts_of_another(history: &(impl HistoryReader + HistoryWriter)) {
    let subject = fresh_subject();
    let attempt = attempt(&subject, at(0), AttemptOutcome::TryLater);
    let counts = [count(&subject, at(0), 0, 1)];
    history
        .record(std::slice::from_ref(&attempt), &counts)
        .await
        .unwrap();
    let successor = Subject {
        webhook: WebhookId::new(Uuid::from_u128(8)),
        ..subject
    };
    for other in [fresh_subject(), successor] {
        assert_eq!(history.attempt(&other, attempt.id).await.unwrap(), None);
        let page = history.attempts(&other, newest(10), at(60)).await.unwrap();
        assert_eq!(page.attempts, []);
        assert_eq!(history.counts(&other, at(-600), at(600)).await.unwrap(), []);
        assert_eq!(history.last_delivery(&other, at(60)).await.unwrap(), None);
    }
}

/// Several execution environments count at the same time.
pub async fn counts_add_up_by_bucket(history: &(impl HistoryReader + HistoryWriter)) {
    let subject = fresh_subject();
    for (second, delivered, failed) in [(0, 3, 0), (10, 4, 1), (60, 0, 2)] {
        let counts = [count(&subject, at(second), delivered, failed)];
        history.record(&[], &counts).await.unwrap();
    }
    let counts = history.counts(&subject, at(-600), at(600)).await.unwrap();
    let sums: Vec<_> = counts
        .iter()
        .map(|count| (count.bucket, count.delivered, count.failed))
        .collect();
    assert_eq!(
        sums,
        [(Bucket::of(at(0)), 7, 1), (Bucket::of(at(60)), 0, 2)]
    );
    // The end of the range does not belong to it.
    let start = Bucket::of(at(60)).start();
    let earlier = history.counts(&subject, at(-600), start).await.unwrap();
    assert_eq!(earlier.len(), 1);
    assert_eq!(
        history.last_delivery(&subject, at(90)).await.unwrap(),
        Some(at(10))
    );
}
