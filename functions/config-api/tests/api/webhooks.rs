//! A webhook's life: create, read, list, replace, delete.

use serde_json::{Value, json};

use crate::helpers::{Api, SECRET, event, minimal, with, with_body, with_header};

#[tokio::test]
async fn a_created_webhook_is_answered_and_read_without_its_secrets() {
    let api = Api::new();
    let body = json!({
        "name": "  Production ",
        "channels": ["sms", "email", "sms"],
        "url": "https://HOOKS.example.com:443/feedback",
        "authentication": {
            "type": "jwt", "algorithm": "HS256", "secret": SECRET, "keyId": "k1", "issuer": "i", "subject": "s",
            "audience": ["a", "b"], "lifetimeSeconds": 600, "claims": {"tenant": {"a": [1, null]}},
            "headerName": "X-Token", "headerPrefix": "",
        },
        "headers": [{"name": "X-Source", "value": "feedback"}, {"name": "X-Key", "value": "hidden", "secret": true}],
        "feedbackStatuses": ["bounce", "quarantined.v2"],
        "campaigns": "all",
    });
    let created = api.created(&body).await;
    let id = created.id().to_owned();
    let at = created.body["createdAt"].clone();
    assert_eq!(
        created.header("location"),
        format!("/feedback-webhooks/{id}")
    );
    assert_eq!(created.header("etag"), format!("\"{id}-1\""));
    assert_eq!(created.header("cache-control"), "no-store");
    assert_eq!(created.header("x-content-type-options"), "nosniff");
    assert_eq!(created.header("x-request-id"), "request-1");
    let expected = json!({
        "id": id,
        "sandbox": "prod",
        "name": "Production",
        "channels": ["email", "sms"],
        "url": "https://hooks.example.com/feedback",
        "authentication": {
            "type": "jwt", "algorithm": "HS256", "secretSetAt": at, "keyId": "k1", "issuer": "i", "subject": "s",
            "audience": ["a", "b"], "lifetimeSeconds": 600, "claims": {"tenant": {"a": [1, null]}},
            "headerName": "x-token", "headerPrefix": "", "tokenPerDelivery": false, "publicKeys": [],
        },
        "headers": [
            {"name": "X-Source", "value": "feedback", "secret": false},
            {"name": "X-Key", "secret": true, "valueSetAt": at},
        ],
        "feedbackStatuses": ["bounce", "quarantined.v2"],
        "campaigns": "all",
        "paused": false,
        "createdAt": at,
        "createdBy": "admin@example.com",
        "modifiedAt": at,
        "modifiedBy": "admin@example.com",
    });
    assert_eq!(created.body, expected);
    let read = api.read(&id).await;
    assert_eq!((read.status, &read.body), (200, &expected));
    assert_eq!(read.header("etag"), created.header("etag"));
}

#[tokio::test]
async fn what_is_left_out_has_the_documented_defaults() {
    let api = Api::new();
    let mut body = crate::helpers::with_token();
    body["headers"] = Value::Null;
    let created = api.created(&body).await;
    assert_eq!(
        created.body["feedbackStatuses"],
        json!(["bounce", "delivered", "error", "sent"])
    );
    assert_eq!(created.body["campaigns"], "switchedOn");
    assert_eq!(created.body["headers"], json!([]));
    let jwt = &created.body["authentication"];
    assert_eq!(
        (
            &jwt["lifetimeSeconds"],
            &jwt["headerName"],
            &jwt["headerPrefix"]
        ),
        (&json!(300), &json!("authorization"), &json!("Bearer"))
    );
}

#[tokio::test]
async fn second_create_for_a_sandbox_is_a_conflict_that_names_the_first() {
    let api = Api::new();
    let first = api.created(&minimal()).await;
    let second = api.create(&minimal()).await;
    assert_eq!(second.problem(), (409, "webhook-exists"));
    assert_eq!(second.body["webhookId"], first.body["id"]);
    assert_eq!(second.header("location"), first.header("location"));
    let elsewhere = with_body("POST", "/feedback-webhooks", &minimal());
    let elsewhere = api
        .send(&with_header(elsewhere, "x-sandbox-name", "dev"))
        .await;
    assert_eq!(elsewhere.status, 201);
}

#[tokio::test]
async fn a_replacement_changes_the_version_and_the_audit_fields() {
    let api = Api::new();
    let created = api.created(&minimal()).await;
    let mut event = with_body(
        "PUT",
        created.header("location"),
        &with(minimal(), "/name", json!("m")),
    );
    event["requestContext"]["authorizer"]["jwt"]["claims"] =
        json!({"custom:org": "org", "cognito:groups": "managers", "sub": "s-2"});
    let replaced = api
        .send(&with_header(event, "if-match", created.header("etag")))
        .await;
    assert_eq!(replaced.status, 200, "{replaced:?}");
    assert_eq!(replaced.header("etag"), format!("\"{}-2\"", created.id()));
    assert_eq!(replaced.body["name"], "m");
    assert_eq!(replaced.body["createdBy"], "admin@example.com");
    assert_eq!(replaced.body["createdAt"], created.body["createdAt"]);
    assert_eq!(replaced.body["modifiedBy"], "s-2");
    assert_eq!(api.read(created.id()).await.body, replaced.body);
}

#[tokio::test]
async fn what_was_read_can_be_changed_and_sent_back() {
    let api = Api::new();
    let mut body = crate::helpers::with_token();
    body["headers"] = json!([{"name": "X-Key", "value": "hidden", "secret": true}]);
    let created = api.created(&body).await;
    let changed = with(created.body.clone(), "/name", json!("m"));
    let replaced = api
        .replace(created.id(), created.header("etag"), &changed)
        .await;
    assert_eq!(replaced.status, 200, "{replaced:?}");
    assert_eq!(replaced.body["name"], "m");
}

#[tokio::test]
async fn a_change_must_name_the_current_version() {
    let api = Api::new();
    let created = api.created(&minimal()).await;
    let (id, first) = (created.id(), created.header("etag"));
    let path = format!("/feedback-webhooks/{id}");
    let second = api.replace(id, first, &minimal()).await;
    let second = second.header("etag");
    for method in ["PUT", "DELETE"] {
        let change = || with_body(method, &path, &minimal());
        let without = api.send(&change()).await;
        assert_eq!(without.problem(), (428, "precondition-required"));
        for other in [
            first,
            &format!("W/{second}"),
            "\"x\"",
            &second.replace('"', ""),
            "garbage, \"",
            "",
        ] {
            let refused = api.send(&with_header(change(), "if-match", other)).await;
            assert_eq!(refused.problem(), (412, "precondition-failed"), "{other}");
            assert_eq!(refused.header("etag"), second);
        }
    }
    let listed = api
        .replace(id, &format!("{first}, {second}"), &minimal())
        .await;
    assert_eq!(listed.status, 200);
    let any = with_header(event("DELETE", &path), "if-match", "*");
    assert_eq!(api.send(&any).await.status, 204);
}

#[tokio::test]
async fn a_deleted_webhook_is_gone_and_the_next_one_is_another() {
    let api = Api::new();
    let created = api.created(&minimal()).await;
    let delete = with_header(
        event("DELETE", created.header("location")),
        "if-match",
        created.header("etag"),
    );
    let deleted = api.send(&delete).await;
    assert_eq!((deleted.status, deleted.body), (204, Value::Null));
    assert_eq!(
        api.send(&delete).await.problem(),
        (404, "webhook-not-found")
    );
    assert_eq!(
        api.read(created.id()).await.problem(),
        (404, "webhook-not-found")
    );
    let next = api.created(&minimal()).await;
    assert_ne!(next.header("etag"), created.header("etag"));
    assert_eq!(api.send(&delete).await.status, 404);
}

#[tokio::test]
async fn a_known_version_is_not_sent_again() {
    let api = Api::new();
    let created = api.created(&minimal()).await;
    let read = event("GET", created.header("location"));
    let known = with_header(read, "if-none-match", created.header("etag"));
    let answer = api.send(&known).await;
    assert_eq!((answer.status, &answer.body), (304, &Value::Null));
    api.replace(created.id(), "*", &minimal()).await;
    assert_eq!(api.send(&known).await.status, 200);
}

#[tokio::test]
async fn a_list_is_read_in_parts_until_its_end() {
    let api = Api::new();
    for sandbox in ["c", "a", "b"] {
        let create = with_body("POST", "/feedback-webhooks", &minimal());
        api.send(&with_header(create, "x-sandbox-name", sandbox))
            .await;
    }
    let mut sandboxes = Vec::new();
    let mut path = "/feedback-webhooks?limit=2".to_owned();
    loop {
        let page = api.send(&event("GET", &path)).await;
        assert_eq!(page.status, 200, "{page:?}");
        let items = page.body["items"].as_array().unwrap();
        assert_eq!(page.body["_page"]["count"], items.len());
        sandboxes.extend(items.iter().map(|item| item["sandbox"].clone()));
        match page.body["_page"]["next"].as_str() {
            Some(next) => path = format!("/feedback-webhooks?limit=2&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(sandboxes, ["a", "b", "c"]);
}
