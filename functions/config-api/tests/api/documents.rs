//! The public documents, and whether the schema of feedback events says what the delivery function reads.

use domain::event::FeedbackEvent;
use serde_json::{Value, json};

use crate::helpers::{Api, event};

/// A request without any token, as API Gateway passes it on a public route.
fn public(path: &str) -> Value {
    let mut event = event("GET", path);
    event["requestContext"]["authorizer"] = Value::Null;
    event
}

/// A sample payload less what delivery adds.
fn sample(text: &str) -> Value {
    let mut sample: Value = serde_json::from_str(text).unwrap();
    sample.as_object_mut().unwrap().remove("eventType");
    sample
}

fn samples() -> [Value; 2] {
    [
        sample(include_str!(
            "../../../../tests/samples/payload-email-bounce.json"
        )),
        sample(include_str!(
            "../../../../tests/samples/payload-sms-delivered.json"
        )),
    ]
}

#[tokio::test]
async fn the_openapi_document_is_public_and_names_every_route() {
    let answer = Api::new().send(&public("/openapi.json")).await;
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, "application/json")
    );
    assert_eq!(answer.header("cache-control"), "public, max-age=3600");
    let paths: Vec<&str> = answer.body["paths"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        paths,
        [
            "/campaigns",
            "/campaigns/{campaignId}/feedback-webhook",
            "/feedback-event.schema.json",
            "/feedback-webhooks",
            "/feedback-webhooks/test",
            "/feedback-webhooks/{id}",
            "/feedback-webhooks/{id}/attempts",
            "/feedback-webhooks/{id}/attempts/{attemptId}",
            "/feedback-webhooks/{id}/attempts/{attemptId}/send-again",
            "/feedback-webhooks/{id}/deliveries",
            "/feedback-webhooks/{id}/health",
            "/feedback-webhooks/{id}/jwks.json",
            "/feedback-webhooks/{id}/next-key",
            "/feedback-webhooks/{id}/next-key/activate",
            "/feedback-webhooks/{id}/test",
            "/me",
            "/openapi.json",
        ]
    );
    assert!(answer.body["webhooks"]["feedback"]["post"].is_object());
}

#[tokio::test]
async fn the_openapi_document_describes_what_is_sent_and_answered() {
    let api = Api::new();
    let document = api.send(&public("/openapi.json")).await.body;
    let valid = |name: &str, answer: &Value| {
        let schema = json!({
            "$ref": format!("#/components/schemas/{name}"),
            "components": document["components"],
        });
        let schema = jsonschema::draft202012::new(&schema).unwrap();
        if let Err(fault) = schema.validate(answer) {
            panic!("{name}: {fault} at {}", fault.instance_path());
        }
    };
    let example = &document["components"]["schemas"]["WebhookRequest"]["examples"][0];
    valid("WebhookRequest", example);
    let created = api.created(example).await;
    valid("Webhook", &created.body);
    for authentication in [
        json!({"type": "none"}),
        json!({"type": "standardWebhooks", "generateSecret": true}),
        json!({"type": "standardWebhooks", "scheme": "v1a", "generateSecret": true}),
        json!({
            "type": "oauth2ClientCredentials", "tokenUrl": "https://login.example.com/", "clientId": "a",
            "clientSecret": "b", "scope": "c", "audience": "d",
        }),
    ] {
        let body = crate::helpers::with(example.clone(), "/authentication", authentication);
        valid("WebhookRequest", &body);
        let replaced = api.replace(created.id(), "*", &body).await;
        assert_eq!(replaced.status, 200, "{replaced:?}");
        valid("Webhook", &replaced.body);
    }
    valid("Problem", &api.create(example).await.body);
    valid("Problem", &api.create(&json!({})).await.body);
    let list = api.send(&event("GET", "/feedback-webhooks")).await;
    valid("WebhookPage", &list.body);
    valid("Me", &api.send(&event("GET", "/me")).await.body);
    let campaign = event("PUT", "/campaigns/c/feedback-webhook");
    valid("CampaignSwitch", &api.send(&campaign).await.body);
    for (schema, path) in [
        ("CampaignSwitchPage", "/campaigns".to_owned()),
        (
            "EndpointHealth",
            format!("{}/health", created.header("location")),
        ),
        (
            "AttemptPage",
            format!("{}/attempts", created.header("location")),
        ),
        (
            "Deliveries",
            format!("{}/deliveries", created.header("location")),
        ),
    ] {
        valid(schema, &api.send(&event("GET", &path)).await.body);
    }
    let delivered = &document["components"]["schemas"]["Feedback"]["examples"][0];
    valid("Feedback", delivered);
}

#[tokio::test]
async fn the_schema_and_the_delivery_function_agree_on_what_an_event_is() {
    let answer = Api::new()
        .send(&public("/feedback-event.schema.json"))
        .await;
    assert_eq!(answer.header("content-type"), "application/schema+json");
    let schema = jsonschema::draft202012::new(&answer.body).unwrap();
    let agree = |event: &Value, readable: bool| {
        assert_eq!(schema.is_valid(event), readable, "schema: {event}");
        let text = event.to_string();
        assert_eq!(FeedbackEvent::parse(&text).is_ok(), readable, "{text}");
    };
    for sample in samples() {
        agree(&sample, true);
        for member in sample.as_object().unwrap().keys() {
            let mut without = sample.clone();
            without.as_object_mut().unwrap().remove(member);
            agree(&without, member == "channelContext");
        }
        for (pointer, value, readable) in [
            ("/eventId", json!("e-1"), true),
            ("/eventId", json!(null), true),
            ("/eventId", json!(""), false),
            ("/eventId", json!(7), false),
            ("/eventId", json!("a b"), false),
            ("/occurredAt", json!("2026-10-06T18:22:41.512Z"), true),
            ("/unknown", json!([null]), true),
            ("/requestId", json!(7), false),
            ("/imsOrg", json!(""), false),
            ("/imsOrg", json!("a#b"), false),
            ("/sandbox", json!("prod"), false),
            ("/sandbox", json!({"id": "x"}), false),
            ("/sandbox", json!({"name": "Prod"}), false),
            ("/sandbox", json!({"name": "prod", "more": 1}), true),
            ("/channel", json!("push"), true),
            ("/channel", json!(null), false),
            ("/messageExecution", json!({}), true),
            ("/messageExecution", json!(null), false),
            ("/identityMap", json!([]), false),
            ("/messageDeliveryFeedback", json!({}), false),
            (
                "/messageDeliveryFeedback",
                json!({"feedbackStatus": "newer"}),
                true,
            ),
            (
                "/messageDeliveryFeedback",
                json!({"feedbackStatus": {}}),
                false,
            ),
            (
                "/messageDeliveryfeedback",
                json!({"feedbackStatus": "twice"}),
                false,
            ),
        ] {
            agree(
                &crate::helpers::with(sample.clone(), pointer, value),
                readable,
            );
        }
        let text = sample.to_string();
        let xdm = text.replace("messageDeliveryFeedback", "messageDeliveryfeedback");
        agree(&serde_json::from_str(&xdm).unwrap(), true);
    }
}
