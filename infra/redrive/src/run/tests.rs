//! Runs over queues in memory, where everything can go wrong.

use jiff::SignedDuration;

use super::*;
use crate::{
    fake::{EVENT, Fake, STARTED_AT, message, message_sent_at},
    filter::Filter,
};

const GONE: [(&str, &str); 2] = [("Reason", "gone"), ("EventId", "e")];

async fn run_over<'a>(
    fake: &Fake,
    filter: Filter,
    max: Option<usize>,
    stop: &'a CancellationToken,
    progress: &'a Progress,
) -> Run<'a> {
    let scan = Scan::begin(fake.queue(), STARTED_AT, 900).await.unwrap();
    Run::new(
        scan,
        Selection::new(filter, STARTED_AT, max),
        stop,
        progress,
    )
}

async fn listed(fake: &Fake) -> Summary {
    let (stop, progress) = (CancellationToken::new(), Progress::new(0));
    let mut run = run_over(fake, Filter::default(), None, &stop, &progress).await;
    run.list().await.unwrap();
    run.finish().await
}

async fn moved(
    fake: &Fake,
    filter: Filter,
    max: Option<usize>,
) -> (Result<(), QueueError>, Summary) {
    let (stop, progress) = (CancellationToken::new(), Progress::new(0));
    let mut run = run_over(fake, filter, max, &stop, &progress).await;
    let result = run.redrive(&Target::new(fake.queue(), None)).await;
    (result, run.finish().await)
}

fn gone() -> Filter {
    Filter {
        reason: vec!["gone".to_owned()],
        ..Filter::default()
    }
}

/// As many messages as need several rounds, with the bodies `body 100` and on.
fn many(count: usize) -> impl Iterator<Item = aws_sdk_sqs::types::Message> {
    (100..100 + count).map(|id| message(&id.to_string(), &format!("body {id}"), &GONE))
}

#[tokio::test]
async fn listing_sees_each_message_once_and_leaves_all_where_they_are() {
    let fake = Fake::with(many(205));
    let summary = listed(&fake).await;
    assert_eq!(
        (summary.looked_at, summary.chosen_count(), summary.complete),
        (205, 205, true)
    );
    assert_eq!(fake.visible().len(), 205);
    assert_eq!(fake.sent(), [""; 0]);
}

#[tokio::test]
async fn listing_ends_although_messages_come_back_before_all_were_seen() {
    let fake = Fake::with(many(205));
    fake.state().hides_nothing = true;
    assert_eq!(listed(&fake).await.looked_at, 205);
}

#[tokio::test]
async fn chosen_messages_are_moved_and_the_others_given_back() {
    let fake = Fake::with([
        message("1", EVENT, &GONE),
        message("2", "garbage", &[("Reason", "unreadable")]),
    ]);
    let (result, summary) = moved(&fake, gone(), None).await;
    result.unwrap();
    assert_eq!((summary.moved.unwrap(), summary.looked_at), (1, 2));
    assert_eq!(fake.sent(), [EVENT]);
    assert_eq!(fake.visible(), ["2"]);
    assert_eq!(fake.state().hidden, []);
}

#[tokio::test]
async fn a_large_queue_is_moved_without_loss_or_duplicate() {
    let fake = Fake::with(many(205));
    moved(&fake, gone(), None).await.0.unwrap();
    let bodies: Vec<String> = (100..305).map(|id| format!("body {id}")).collect();
    assert_eq!(fake.sent(), bodies);
    assert_eq!(fake.visible(), [""; 0]);
}

#[tokio::test]
async fn no_more_than_the_maximum_is_moved() {
    let fake = Fake::with(many(205));
    let (_, summary) = moved(&fake, gone(), Some(101)).await;
    assert_eq!((summary.moved.unwrap(), summary.complete), (101, false));
    assert_eq!((fake.sent().len(), fake.visible().len()), (101, 104));
}

#[tokio::test]
async fn a_message_that_the_feedback_queue_refuses_remains_a_dead_letter() {
    let fake = Fake::with([message("1", "bad", &GONE), message("2", "good", &GONE)]);
    fake.state().refused = vec!["bad".to_owned()];
    let (result, summary) = moved(&fake, gone(), None).await;
    result.unwrap();
    assert_eq!(
        (summary.moved.unwrap(), summary.refused, summary.is_clean()),
        (1, 1, false)
    );
    assert_eq!(
        (fake.sent(), fake.visible()),
        (vec!["good".to_owned()], vec!["1".to_owned()])
    );
}

#[tokio::test]
async fn a_message_that_cannot_be_deleted_is_reported_to_be_in_both_queues() {
    let fake = Fake::with([message("1", "a", &GONE), message("2", "b", &GONE)]);
    fake.state().undeletable = vec!["1".to_owned()];
    let (result, summary) = moved(&fake, gone(), None).await;
    result.unwrap();
    assert_eq!(
        (
            summary.moved.unwrap(),
            summary.undeleted,
            summary.is_clean()
        ),
        (1, 1, false)
    );
    assert_eq!(
        (fake.sent(), fake.visible()),
        (vec!["a".to_owned(), "b".to_owned()], vec!["1".to_owned()])
    );
}

#[tokio::test]
async fn a_queue_that_fails_altogether_ends_the_run_and_nothing_is_lost() {
    for (send_fails, delete_fails) in [(true, false), (false, true)] {
        let fake = Fake::with(many(205));
        fake.state().send_fails = send_fails;
        fake.state().delete_fails = delete_fails;
        let (result, summary) = moved(&fake, gone(), None).await;
        assert!(result.is_err());
        assert_eq!((summary.moved.unwrap(), fake.visible().len()), (0, 205));
        assert_eq!(fake.sent().len(), summary.undeleted);
        assert!(summary.undeleted < 205, "the first round is the last");
    }
}

#[tokio::test]
async fn an_event_that_fails_again_at_once_is_not_moved_again() {
    let since = STARTED_AT + SignedDuration::from_millis(1);
    let fake = Fake::with([
        message("1", "a", &GONE),
        message_sent_at("2", "a", &GONE, since),
    ]);
    let (_, summary) = moved(&fake, gone(), None).await;
    assert_eq!(
        (
            summary.moved.unwrap(),
            summary.looked_at,
            summary.arrived_since
        ),
        (1, 1, 1)
    );
    assert_eq!(fake.visible(), ["2"]);
}

#[tokio::test]
async fn an_interrupted_run_moves_nothing_more_and_gives_all_back() {
    let fake = Fake::with(many(205));
    let (stop, progress) = (CancellationToken::new(), Progress::new(0));
    let mut run = run_over(&fake, gone(), None, &stop, &progress).await;
    // The first message takes its turn at once, the second would have to wait.
    let target = Target::new(fake.queue(), Some(std::num::NonZeroU32::MIN));
    let stop_later = async { stop.cancel() };
    let (result, ()) = tokio::join!(run.redrive(&target), stop_later);
    result.unwrap();
    let summary = run.finish().await;
    assert!(summary.interrupted);
    assert_eq!(
        (
            summary.moved.unwrap(),
            fake.sent().len(),
            fake.visible().len()
        ),
        (0, 0, 205)
    );
    // Once more, and to the end.
    moved(&fake, gone(), None).await.0.unwrap();
    assert_eq!((fake.sent().len(), fake.visible().len()), (205, 0));
}
