//! The command that moves dead letters back, on the real queues. Each test has queues of its own, so that the dead
//! letters of others are left alone.

use std::collections::HashSet;

use aws_sdk_sqs::{
    Client as Sqs,
    types::{MessageAttributeValue, QueueAttributeName},
};
use clap::Parser;
use jiff::Timestamp;
use redrive::{arguments::Arguments, command::carry_out, summary::Summary};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::helpers::{
    cloud::Cloud,
    events::{email_bounce, event, fresh_id},
    eventually,
    queues::put,
    receiver::{Receiver, status},
    tenant::Tenant,
};

async fn sqs() -> Sqs {
    Sqs::new(&Cloud::get().aws().await)
}

/// Creates a queue that nothing else uses.
async fn new_queue() -> String {
    let created = sqs()
        .await
        .create_queue()
        .queue_name(format!("redrive-{}", uuid::Uuid::new_v4()))
        .send()
        .await
        .unwrap();
    created.queue_url.unwrap()
}

/// Sends a message with these attributes.
async fn send(queue_url: &str, body: &str, attributes: &[(&str, &str)]) {
    let mut message = sqs()
        .await
        .send_message()
        .queue_url(queue_url)
        .message_body(body);
    for (name, value) in attributes {
        let value = MessageAttributeValue::builder()
            .data_type("String")
            .string_value(*value);
        message = message.message_attributes(*name, value.build().unwrap());
    }
    message.send().await.unwrap();
}

/// Receives all that a queue holds; ends at `count` messages.
async fn bodies(queue_url: &str, count: usize) -> Vec<String> {
    let sqs = sqs().await;
    let mut bodies = Vec::new();
    while bodies.len() < count {
        let received = eventually("a message that is still missing", async || {
            let answer = sqs.receive_message().queue_url(queue_url);
            let messages = answer.max_number_of_messages(10).send().await.unwrap();
            messages.messages.filter(|messages| !messages.is_empty())
        })
        .await;
        bodies.extend(received.into_iter().filter_map(|message| message.body));
    }
    bodies
}

/// Messages that can be received.
async fn visible(queue_url: &str) -> usize {
    let name = QueueAttributeName::ApproximateNumberOfMessages;
    let answer = sqs()
        .await
        .get_queue_attributes()
        .queue_url(queue_url)
        .attribute_names(name.clone())
        .send()
        .await
        .unwrap();
    answer.attributes.unwrap()[&name].parse().unwrap()
}

/// Carries out a command line.
async fn redrive(arguments: &[&str], stop: &CancellationToken) -> Summary {
    let arguments = Arguments::parse_from([&["redrive"], arguments].concat());
    #[expect(clippy::disallowed_methods, reason = "the test is the handler")]
    let now = Timestamp::now();
    let outcome = carry_out(arguments, sqs().await, now, stop).await.unwrap();
    assert!(outcome.failure.is_none(), "{outcome:?}");
    outcome.summary
}

#[tokio::test]
async fn a_dead_letter_is_delivered_with_the_same_id_and_the_same_bytes_in_a_window_of_its_own() {
    let tenant = Tenant::new().await;
    let receiver =
        Receiver::scripted(|_, earlier| status(if earlier == 1 { 503 } else { 200 })).await;
    tenant.webhook_to(&receiver, json!({})).await;
    let mut event = event(&tenant, email_bounce(), "");
    event.as_object_mut().unwrap().remove("eventId");
    let body = event.to_string();
    put(&format!("{}/prod", tenant.org), std::slice::from_ref(&body)).await;
    let first = receiver.received(1).await.remove(0);

    let dead_letters = new_queue().await;
    let exhausted = [
        ("Reason", "attempts-exhausted"),
        ("EventId", first.header("webhook-id")),
        ("Attempts", "17"),
        ("FirstAttemptAt", "2026-01-01T00:00:00Z"),
        ("LastAttemptAt", "2026-01-02T00:00:00Z"),
        ("LastStatus", "503"),
        ("Organisation", tenant.org.as_str()),
        ("Sandbox", "prod"),
    ];
    send(&dead_letters, &body, &exhausted).await;
    send(&dead_letters, "garbage", &[("Reason", "unreadable")]).await;
    let feedback = Cloud::get().output("FeedbackQueueUrl");
    let arguments = [
        "move",
        "--from",
        &dead_letters,
        "--to",
        feedback,
        "--organisation",
        &tenant.org,
    ];
    let stop = CancellationToken::new();

    let dry = redrive(&arguments, &stop).await;
    assert_eq!((dry.looked_at, dry.chosen_count(), dry.moved), (2, 1, None));
    assert_eq!(visible(&dead_letters).await, 2, "a dry run gives all back");

    let summary = redrive(&[&arguments[..], &["--yes"]].concat(), &stop).await;
    assert_eq!(summary.moved, Some(1));
    let received = receiver.received(3).await;
    let attempts: Vec<&str> = received
        .iter()
        .map(|request| request.header("webhook-attempt"))
        .collect();
    assert_eq!(
        attempts,
        ["1", "1", "2"],
        "the redriven event is tried anew"
    );
    for request in &received {
        assert_eq!(request.header("webhook-id"), first.header("webhook-id"));
        assert_eq!(request.body, first.body);
    }
    assert_eq!(bodies(&dead_letters, 1).await, ["garbage"]);
}

#[tokio::test]
async fn an_interrupted_move_and_a_second_one_lose_nothing() {
    let (dead_letters, feedback) = (new_queue().await, new_queue().await);
    let sent: HashSet<String> = (0..60).map(|_| fresh_id()).collect();
    for body in &sent {
        send(&dead_letters, body, &[("Reason", "gone")]).await;
    }
    let arguments = ["move", "--from", &dead_letters, "--to", &feedback, "--yes"];
    let stop = CancellationToken::new();
    let interrupt = async {
        eventually("the first batch is moved", async || {
            (visible(&feedback).await > 0).then_some(())
        })
        .await;
        stop.cancel();
    };
    let slowly = [&arguments[..], &["--rate", "5"]].concat();
    let (first, ()) = tokio::join!(redrive(&slowly, &stop), interrupt);
    let moved = first.moved.unwrap();
    assert!(first.interrupted && moved < sent.len(), "{first:?}");
    assert_eq!(visible(&feedback).await, moved);
    assert_eq!(visible(&dead_letters).await, sent.len() - moved);

    let second = redrive(&arguments, &CancellationToken::new()).await;
    assert_eq!(second.moved, Some(sent.len() - moved));
    let arrived: HashSet<String> = bodies(&feedback, sent.len()).await.into_iter().collect();
    assert_eq!(arrived, sent);
    assert_eq!(visible(&dead_letters).await, 0);
}
