//! The audit trail: one line for each change, and no line for anything else.

use config_store::{DynamoStore, MemoryStore, Tables};
use serde_json::{Value, json};

use crate::{
    captured,
    helpers::{Api, SECRET, event, minimal, with, with_claim, with_header, with_token},
};

/// The lines of the audit trail since the last call, without what every line has.
fn trail() -> Vec<Value> {
    captured::lines_of(&captured::text(), "audit")
        .into_iter()
        .map(|line| {
            assert!(line["timestamp"].is_string());
            let mut fields = line["fields"].clone();
            for (name, value) in [
                ("message", "change"),
                ("organisation", "org"),
                ("sandbox", "prod"),
                ("actor", "admin@example.com"),
                ("request_id", "request-1"),
            ] {
                let found = fields.as_object_mut().unwrap().remove(name);
                assert_eq!(found, Some(json!(value)), "{line}");
            }
            fields
        })
        .collect()
}

#[tokio::test]
async fn each_change_of_a_webhook_leaves_a_line_with_the_names_of_what_changed() {
    captured::start();
    let api = Api::new();
    let created = api.created(&with_token()).await;
    let id = created.id();
    assert_eq!(
        trail(),
        [json!({
            "action": "webhook.create", "outcome": "made", "resource": id, "new_version": 1, "changed": "",
        })]
    );

    let mut body = with(with_token(), "/url", json!("https://hunter2.example.com/"));
    body["authentication"]["issuer"] = json!("hunter2");
    body["headers"] = json!([{"name": "X-Key", "value": "hunter2", "secret": true}]);
    let replaced = api.replace(id, created.header("etag"), &body).await;
    assert_eq!(replaced.status, 200, "{replaced:?}");
    let text = captured::text();
    assert!(
        !text.contains(SECRET) && !text.contains("hunter2"),
        "{text}"
    );
    let line = &captured::lines_of(&text, "audit")[0]["fields"];
    assert_eq!(
        [&line["action"], &line["old_version"], &line["new_version"]],
        [&json!("webhook.replace"), &json!(1), &json!(2)]
    );
    let changed = line["changed"].as_str().unwrap();
    assert!(
        // The secret was set again, perhaps within the same millisecond.
        [
            "authentication.issuer authentication.secretSetAt headers url",
            "authentication.issuer headers url"
        ]
        .contains(&changed),
        "{changed}"
    );

    let delete = event("DELETE", created.header("location"));
    api.send(&with_header(delete, "if-match", "*")).await;
    assert_eq!(
        trail(),
        [json!({
            "action": "webhook.delete", "outcome": "made", "resource": id, "old_version": 2, "changed": "",
        })]
    );
}

#[tokio::test]
async fn a_campaign_leaves_a_line_when_it_is_switched_and_none_when_it_already_was() {
    captured::start();
    let api = Api::new();
    api.created(&minimal()).await;
    trail();
    for (method, action) in [
        ("PUT", "campaign.switch-on"),
        ("DELETE", "campaign.switch-off"),
    ] {
        for _ in 0..2 {
            api.send(&event(method, "/campaigns/c-1/feedback-webhook"))
                .await;
        }
        assert_eq!(
            trail(),
            [json!({"action": action, "outcome": "made", "resource": "c-1", "changed": ""})]
        );
    }
}

#[tokio::test]
async fn what_is_read_or_refused_leaves_no_line() {
    captured::start();
    let api = Api::on(MemoryStore::default());
    let created = api.created(&minimal()).await;
    trail();
    let path = created.header("location");
    api.read(created.id()).await;
    api.create(&minimal()).await;
    api.create(&json!({})).await;
    api.replace(created.id(), "\"old\"", &minimal()).await;
    api.send(&event("DELETE", path)).await;
    let viewer = with_claim(event("DELETE", path), "cognito:groups", json!("viewers"));
    api.send(&with_header(viewer, "if-match", "*")).await;
    assert_eq!(trail(), Vec::<Value>::new());
}

/// A store that does not answer may have done what it was asked.
#[tokio::test]
async fn a_change_of_unknown_outcome_leaves_a_line_that_says_so() {
    use aws_sdk_dynamodb::{
        Client, operation::transact_write_items::TransactWriteItemsError,
        types::error::InternalServerError,
    };
    use aws_smithy_mocks::{RuleMode, mock, mock_client};

    captured::start();
    let silent = mock!(Client::transact_write_items).then_error(|| {
        TransactWriteItemsError::InternalServerError(InternalServerError::builder().build())
    });
    let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, [&silent]);
    let tables = Tables {
        configurations: "table".to_owned(),
        findings: "findings".to_owned(),
    };
    let api = Api::on(DynamoStore::new(client, tables));
    assert_eq!(api.create(&minimal()).await.problem(), (503, "unavailable"));
    let lines = trail();
    assert_eq!(
        (lines.len(), &lines[0]["action"], &lines[0]["outcome"]),
        (1, &json!("webhook.create"), &json!("unknown"))
    );
}
