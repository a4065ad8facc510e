//! What each role may do, and what becomes of tokens whose claims are of other forms.

use config_store::{MemoryStore, history::AttemptOutcome};
use serde_json::{Value, json};

use crate::{
    helpers::{Api, SECRET, event, minimal, with_body, with_claim, with_header, with_token},
    recorded::{attempted, lately},
};

const GROUPS: &str = "cognito:groups";

fn viewer(event: Value) -> Value {
    with_claim(event, GROUPS, json!("[viewers]"))
}

/// An id as attempts have it, of none.
const NO_ATTEMPT: &str = "019a0000-0000-7000-8000-000000000000";

/// One request for each route and method that needs a token.
fn every_request(location: &str, attempt: &str) -> Vec<Value> {
    let document: Value = serde_json::from_str(include_str!("../../openapi.json")).unwrap();
    let mut requests = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        let id = location.rsplit('/').next().unwrap();
        let path = path
            .replace("{id}", id)
            .replace("{attemptId}", attempt)
            .replace("{campaignId}", "c");
        for (method, operation) in methods.as_object().unwrap() {
            if operation["security"].is_array() {
                let request = with_body(&method.to_uppercase(), &path, &minimal());
                requests.push(with_header(request, "if-match", "*"));
            }
        }
    }
    requests
}

fn is_change(request: &Value) -> bool {
    request["requestContext"]["http"]["method"] != "GET"
}

#[tokio::test]
async fn a_viewer_reads_everything_and_changes_nothing() {
    let store = MemoryStore::default();
    let api = Api::on(store.clone());
    let created = api.created(&with_token()).await;
    api.send(&event("PUT", "/campaigns/c/feedback-webhook"))
        .await;
    let attempt = attempted(&store, AttemptOutcome::TryLater, lately(&store).await).await;
    let requests = every_request(created.header("location"), &attempt.id.to_string());
    assert!(requests.iter().any(is_change) && !requests.iter().all(is_change));
    for request in requests {
        let answer = api.send(&viewer(request.clone())).await;
        if is_change(&request) {
            assert_eq!(answer.problem(), (403, "role-insufficient"), "{request}");
        } else {
            assert_eq!(answer.status, 200, "{request}");
            assert!(!answer.body.to_string().contains(SECRET));
        }
    }
    let read = api.read(created.id()).await;
    assert_eq!(read.header("etag"), created.header("etag"));
}

#[tokio::test]
async fn a_caller_without_role_may_do_nothing() {
    let api = Api::new();
    let created = api.created(&minimal()).await;
    for groups in [
        Value::Null,
        json!(""),
        json!("[staff]"),
        json!("managers-to-be"),
    ] {
        for request in every_request(created.header("location"), NO_ATTEMPT) {
            let answer = api.send(&with_claim(request, GROUPS, groups.clone())).await;
            assert_eq!(answer.problem(), (403, "role-missing"), "{groups}");
        }
    }
}

#[tokio::test]
async fn a_manager_passes_on_every_route() {
    let api = Api::new();
    let created = api.created(&minimal()).await;
    for request in every_request(created.header("location"), NO_ATTEMPT) {
        let answer = api.send(&request).await;
        assert!(
            ![401, 403].contains(&answer.status),
            "{request}: {answer:?}"
        );
    }
}

/// API Gateway hands claims on as text. Were one to come as another type, the invocation would fail without an answer.
#[tokio::test]
async fn claims_of_any_json_type_get_an_answer() {
    let api = Api::new();
    let list = event("GET", "/feedback-webhooks");
    for (groups, status) in [
        (json!(["staff", "viewers"]), 200),
        (json!(["staff"]), 403),
        (json!([]), 403),
        (json!([["viewers"], 1, null]), 403),
        (json!(7), 403),
        (json!(true), 403),
        (json!({"viewers": true}), 403),
    ] {
        let answer = api
            .send(&with_claim(list.clone(), GROUPS, groups.clone()))
            .await;
        assert_eq!(answer.status, status, "{groups}: {answer:?}");
    }
    for org in [
        json!(["org"]),
        json!(["org", "other"]),
        json!({}),
        json!(true),
    ] {
        let answer = api
            .send(&with_claim(list.clone(), "custom:org", org.clone()))
            .await;
        if org.is_boolean() {
            assert_eq!(
                answer.body["items"],
                json!([]),
                "an organisation of that name"
            );
        } else {
            assert_eq!(answer.problem(), (403, "organisation-missing"), "{org}");
        }
    }
    for claims in [json!("text"), json!([1]), json!(7)] {
        let mut event = list.clone();
        event["requestContext"]["authorizer"]["jwt"] = json!({"claims": claims, "scopes": "all"});
        let answer = api.send(&event).await;
        assert_eq!(answer.problem(), (403, "organisation-missing"), "{claims}");
    }
}

#[tokio::test]
async fn callers_are_told_who_they_are() {
    let api = Api::new();
    let me = event("GET", "/me");
    let manager = api.send(&me).await;
    assert_eq!(
        manager.body,
        json!({"organisation": "org", "actor": "admin@example.com", "role": "manage"})
    );
    let machine = with_claim(viewer(me), "email", Value::Null);
    assert_eq!(
        api.send(&machine).await.body,
        json!({"organisation": "org", "actor": "s-1", "role": "view"})
    );
}
