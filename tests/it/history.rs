//! What administrators see of deliveries, and what they do about it: attempts, counts, tests, and sending again.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::helpers::{
    events::{email_bounce, event, fresh_id},
    eventually,
    queues::put,
    receiver::{Receiver, json as answer, status},
    tenant::{Answer, HS256_SECRET, Tenant, VIEW, webhook, with_json},
};

/// Its recipient's address, and what is shown of it.
const ADDRESS: &str = "canary.recipient@example.com";
const SHOWN: &str = "c•••@example.com";

async fn put_bounce(tenant: &Tenant, id: &str) {
    let mut payload = email_bounce();
    payload["identityMap"] = json!({"email": [{"id": ADDRESS}]});
    let body = event(tenant, payload, id).to_string();
    put(&format!("{}/prod", tenant.org), &[body]).await;
}

/// Waits until the history has this many attempts.
async fn attempts(tenant: &Tenant, path: &str, count: usize) -> Vec<Value> {
    eventually(&format!("{count} attempts"), async || {
        let listed = tenant.get(&format!("{path}/attempts")).await;
        assert_eq!(listed.status, StatusCode::OK, "{listed:?}");
        let items = listed.body["items"].as_array().unwrap().clone();
        Some(items).filter(|items| items.len() >= count)
    })
    .await
}

async fn post(tenant: &Tenant, path: &str, body: Option<&Value>) -> Answer {
    let request = tenant.request(Method::POST, path);
    let request = match body {
        Some(body) => with_json(request, body),
        None => request,
    };
    tenant.send(request).await
}

/// Each stage with its outcome.
fn stages(report: &Value) -> Vec<(&str, &str)> {
    let stages = report["stages"].as_array().unwrap();
    let text = |stage: &'_ Value, name: &str| stage[name].as_str().unwrap().to_owned();
    stages
        .iter()
        .map(|stage| {
            let (name, outcome) = (text(stage, "stage"), text(stage, "outcome"));
            (&*name.leak(), &*outcome.leak())
        })
        .collect()
}

#[tokio::test]
async fn a_failed_attempt_is_shown_without_secrets_and_its_event_can_be_sent_again() {
    let tenant = Tenant::new().await;
    // Echoes the token, as error pages do, and takes the event at its second attempt.
    let receiver = Receiver::scripted(|request, earlier| match earlier {
        0 => answer(
            503,
            format!("busy; you sent {}", request.header("authorization")),
        ),
        _ => status(204),
    })
    .await;
    let jwt = json!({"type": "jwt", "algorithm": "HS256", "secret": HS256_SECRET});
    let created = tenant
        .webhook_to(&receiver, json!({"authentication": jwt}))
        .await;
    let path = created.header("location").to_owned();
    let id = fresh_id();
    put_bounce(&tenant, &id).await;
    let listed = attempts(&tenant, &path, 2).await;
    let brief = |attempt: &Value| {
        json!([
            attempt["eventId"],
            attempt["outcome"],
            attempt["httpStatus"],
            attempt["attempt"]
        ])
    };
    let brief: Vec<Value> = listed.iter().map(brief).collect();
    assert_eq!(
        brief,
        [
            json!([id, "delivered", 204, 2]),
            json!([id, "try-later", 503, 1])
        ],
        "newest first"
    );

    let failed = format!("{path}/attempts/{}", listed[1]["id"].as_str().unwrap());
    let read = tenant.get(&failed).await;
    let text = read.body.to_string();
    let token = receiver.so_far()[0].header("authorization").to_owned();
    assert!(
        !text.contains(token.trim_start_matches("Bearer ")),
        "{text}"
    );
    assert!(!text.contains(ADDRESS) && text.contains(SHOWN), "{text}");
    assert_eq!(read.body["answer"]["bodyExcerpt"], "busy; you sent •••");
    let headers = read.body["request"]["headers"].as_array().unwrap();
    let masked = |header: &&Value| header["masked"] == json!(true);
    let masked: Vec<&Value> = headers.iter().filter(masked).collect();
    assert_eq!(
        masked,
        [&json!({"name": "authorization", "value": "•••", "masked": true})]
    );

    let only_failed = tenant.get(&format!("{path}/attempts?outcome=failed")).await;
    assert_eq!(only_failed.body["_page"]["count"], 1);
    // They are written after the attempts.
    eventually("a success and a failure in the counts", async || {
        let counts = tenant.get(&format!("{path}/deliveries")).await;
        let items = counts.body["items"].as_array().unwrap();
        let sum =
            |name: &str| -> u64 { items.iter().map(|item| item[name].as_u64().unwrap()).sum() };
        ((sum("delivered"), sum("failed")) == (1, 1)).then_some(())
    })
    .await;

    let again = post(&tenant, &format!("{failed}/send-again"), None).await;
    assert_eq!(again.status, StatusCode::ACCEPTED, "{again:?}");
    assert_eq!(again.body, json!({"eventId": id}));
    let received = receiver.received(3).await;
    assert_eq!(received[2].header("webhook-id"), id);
    assert_eq!(received[2].body, received[0].body);
}

#[tokio::test]
async fn nobody_else_sees_attempts_or_sends_again() {
    let (tenant, receiver) = (Tenant::new().await, Receiver::start().await);
    let created = tenant.webhook_to(&receiver, json!({})).await;
    let path = created.header("location").to_owned();
    put_bounce(&tenant, &fresh_id()).await;
    let listed = attempts(&tenant, &path, 1).await;
    let attempt = format!("{path}/attempts/{}", listed[0]["id"].as_str().unwrap());
    let stranger = Tenant::new().await;
    stranger.webhook_to(&receiver, json!({})).await;
    for path in [
        format!("{path}/attempts"),
        format!("{path}/deliveries"),
        attempt.clone(),
    ] {
        assert_eq!(
            stranger.get(&path).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    let again = format!("{attempt}/send-again");
    let refused = post(&stranger, &again, None).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    let viewer = tenant.colleague(Some(VIEW)).await;
    assert_eq!(viewer.get(&attempt).await.status, StatusCode::OK);
    let refused = post(&viewer, &again, None).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_test_event_tells_stage_by_stage_how_it_went() {
    let (tenant, receiver) = (Tenant::new().await, Receiver::start().await);
    let jwt = json!({"type": "jwt", "algorithm": "HS256", "secret": HS256_SECRET});
    let mut draft = webhook(receiver.url());
    draft["authentication"] = jwt;
    let tested = post(&tenant, "/feedback-webhooks/test", Some(&draft)).await;
    assert_eq!(tested.status, StatusCode::OK, "{tested:?}");
    assert_eq!(tested.body["outcome"], "delivered", "{tested:?}");
    assert_eq!(
        stages(&tested.body),
        [
            "dns",
            "address-check",
            "connect",
            "tls",
            "authentication",
            "answer"
        ]
        .map(|stage| (stage, "passed"))
    );
    assert_eq!(tested.body["answer"]["status"], 204);
    let received = receiver.received(1).await;
    assert_eq!(received[0].header("webhook-test"), "true");
    assert_eq!(received[0].header("webhook-id"), tested.body["eventId"]);
    let token = received[0].header("authorization").to_owned();
    assert!(!tested.body.to_string().contains(&token[7..]), "{tested:?}");
    assert_eq!(
        tenant.get("/feedback-webhooks").await.body["_page"]["count"],
        0,
        "nothing was saved"
    );
}

#[tokio::test]
async fn a_test_of_a_saved_webhook_uses_its_secret_and_leaves_no_trace() {
    let tenant = Tenant::new().await;
    let receiver = Receiver::scripted(|_, _| answer(401, "who are you?")).await;
    let jwt = json!({"type": "jwt", "algorithm": "HS256", "secret": HS256_SECRET});
    let created = tenant
        .webhook_to(&receiver, json!({"authentication": jwt}))
        .await;
    let path = created.header("location").to_owned();
    let tested = post(&tenant, &format!("{path}/test"), None).await;
    assert_eq!(tested.body["outcome"], "failed", "{tested:?}");
    assert_eq!(tested.body["advice"]["code"], "check-credentials");
    assert_eq!(tested.body["answer"]["bodyExcerpt"], "who are you?");
    assert!(receiver.so_far()[0].headers.contains_key("authorization"));
    // An edit that is not saved yet, with the saved secret.
    let mut edit = webhook("https://localhost:1/");
    edit["authentication"] = json!({"type": "jwt", "algorithm": "HS256"});
    let tested = post(&tenant, &format!("{path}/test"), Some(&edit)).await;
    assert_eq!(
        stages(&tested.body)[1..4],
        [
            ("address-check", "passed"),
            ("connect", "failed"),
            ("tls", "not-reached")
        ]
    );
    assert_eq!(tested.body["advice"]["code"], "open-port");
    let bad = post(
        &tenant,
        &format!("{path}/test"),
        Some(&json!({"url": "http://x"})),
    )
    .await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST, "{bad:?}");
    let listed = tenant.get(&format!("{path}/attempts")).await;
    assert_eq!(listed.body["_page"]["count"], 0);
    let health = tenant.get(&format!("{path}/health")).await;
    assert_eq!(health.body["state"], "healthy");
}

#[tokio::test]
async fn switched_on_campaigns_are_listed_in_parts() {
    let (tenant, receiver) = (Tenant::new().await, Receiver::start().await);
    tenant.webhook_to(&receiver, json!({})).await;
    for campaign in ["b", "a", "c"] {
        tenant.switch_on(campaign).await;
    }
    let first = tenant.get("/campaigns?limit=2").await;
    let next = first.body["_page"]["next"].as_str().unwrap();
    let second = tenant
        .get(&format!("/campaigns?limit=2&cursor={next}"))
        .await;
    let ids = |page: &Answer| -> Vec<String> {
        let items = page.body["items"].as_array().unwrap();
        let id = |item: &Value| item["campaignId"].as_str().unwrap().to_owned();
        items.iter().map(id).collect()
    };
    assert_eq!(ids(&first), ["a", "b"]);
    assert_eq!(ids(&second), ["c"]);
    assert_eq!(second.body["_page"]["next"], Value::Null);
}
