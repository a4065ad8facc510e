//! The events of a scenario, as batches that Lambda invokes the function with.

use hyper::body::Bytes;
use serde_json::{Value, json};

use crate::{
    scenario::Scenario,
    tenants::{SANDBOX, WITH_CAMPAIGNS, campaign, organisation},
};

const SAMPLE: &str = include_str!("../../samples/payload-email-bounce.json");

/// Different batches of a scenario, enough for every tenant to have an event in one of them.
pub fn batches(scenario: &Scenario) -> Vec<Bytes> {
    let org = |number| match scenario.campaigns {
        0 => organisation(scenario.auth, scenario.is_http2, number % scenario.tenants),
        _ => WITH_CAMPAIGNS.to_owned(),
    };
    (0..scenario.distinct_batches())
        .map(|number| batch(scenario, number, org))
        .collect()
}

/// A batch of a scenario, but of this organisation's events.
pub fn batch_of(scenario: &Scenario, org: &str) -> Bytes {
    batch(scenario, 0, |_| org.to_owned())
}

fn batch(scenario: &Scenario, batch: usize, org: impl Fn(usize) -> String) -> Bytes {
    let records = (0..scenario.batch).map(|index| {
        let number = batch * scenario.batch + index;
        json!({
            "messageId": format!("message-{number}"),
            "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
            "body": body(scenario, number, org(number)),
            "attributes": {
                "ApproximateReceiveCount": "1",
                "SentTimestamp": "1795597200000",
                "SenderId": "AIDAIENQZJOLO23YVJ4VO",
                "ApproximateFirstReceiveTimestamp": "1795597200001",
                "MessageGroupId": "group",
            },
            "messageAttributes": {},
            "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:us-east-1:123456789012:feedback",
            "awsRegion": "us-east-1",
        })
    });
    let event = json!({"Records": records.collect::<Vec<_>>()});
    Bytes::from(event.to_string())
}

/// An event whose message has about the scenario's size.
fn body(scenario: &Scenario, number: usize, org: String) -> String {
    let mut event: Value = serde_json::from_str(SAMPLE).expect("the sample is JSON");
    event["imsOrg"] = json!(org);
    event["sandbox"]["name"] = json!(SANDBOX);
    event["eventId"] = json!(format!("event-{number}"));
    if scenario.campaigns > 0 {
        event["messageExecution"]["campaignID"] = json!(campaign(number % scenario.campaigns));
    }
    let padding = scenario
        .payload_bytes
        .saturating_sub(event.to_string().len() + 15);
    event["padding"] = json!("x".repeat(padding));
    event.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_have_the_size_and_tenants_of_the_scenario() {
        let scenario = Scenario {
            batch: 10,
            tenants: 25,
            payload_bytes: 10 * 1_024,
            ..Scenario::default()
        };
        let batches = batches(&scenario);
        assert_eq!(batches.len(), 3);
        let batch: Value = serde_json::from_slice(&batches[2]).unwrap();
        assert_eq!(batch["Records"].as_array().unwrap().len(), 10);
        let body = batch["Records"][0]["body"].as_str().unwrap();
        assert!(
            body.len().abs_diff(scenario.payload_bytes) < 16,
            "{}",
            body.len()
        );
        let event: Value = serde_json::from_str(body).unwrap();
        assert_eq!(event["imsOrg"], organisation(scenario.auth, false, 20));
    }
}
