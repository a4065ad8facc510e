//! An administrator's day at the deployed API.

use futures_util::future::join_all;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::helpers::tenant::{HS256_SECRET, Tenant, merge, webhook, with_json};

const URL: &str = "https://hooks.example.com/feedback";

#[tokio::test]
async fn of_fifty_concurrent_creates_one_succeeds_and_the_others_conflict() {
    let tenant = Tenant::new().await;
    let webhook = webhook(URL);
    let answers = join_all((0..50).map(|_| tenant.create(&webhook))).await;
    let count = |status| {
        answers
            .iter()
            .filter(|answer| answer.status == status)
            .count()
    };
    assert_eq!(
        (count(StatusCode::CREATED), count(StatusCode::CONFLICT)),
        (1, 49)
    );
    let list = tenant.get("/feedback-webhooks").await;
    assert_eq!(list.body["_page"]["count"], 1, "{list:?}");
}

#[tokio::test]
async fn a_webhook_is_created_read_edited_and_deleted() {
    let tenant = Tenant::new().await;
    let created = tenant.create(&webhook(URL)).await;
    assert_eq!(created.status, StatusCode::CREATED, "{created:?}");
    let path = created.header("location").to_owned();
    let first = created.header("etag").to_owned();

    let read = tenant.get(&path).await;
    assert_eq!(
        (read.status, read.header("etag"), &read.body),
        (StatusCode::OK, first.as_str(), &created.body)
    );
    assert_eq!(
        read.body["feedbackStatuses"],
        json!(["bounce", "delivered", "error", "sent"])
    );
    assert!(
        read.body["createdBy"]
            .as_str()
            .unwrap()
            .ends_with("@example.com"),
        "{read:?}"
    );

    let mut edited = webhook(URL);
    merge(
        &mut edited,
        json!({"name": "Edited", "channels": ["sms"], "feedbackStatuses": ["read", "not-yet-invented"]}),
    );
    let replaced = tenant.replace(&path, &first, &edited).await;
    assert_eq!(replaced.status, StatusCode::OK, "{replaced:?}");
    let second = replaced.header("etag").to_owned();
    assert_ne!(first, second);
    assert_eq!(replaced.body["name"], "Edited");
    assert_eq!(replaced.body["createdAt"], created.body["createdAt"]);

    let blind = tenant
        .send(with_json(tenant.request(Method::PUT, &path), &edited))
        .await;
    assert_eq!(blind.status, StatusCode::PRECONDITION_REQUIRED, "{blind:?}");
    let stale = tenant.replace(&path, &first, &webhook(URL)).await;
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED, "{stale:?}");
    let blind = tenant.send(tenant.request(Method::DELETE, &path)).await;
    assert_eq!(blind.status, StatusCode::PRECONDITION_REQUIRED, "{blind:?}");
    let stale = tenant.delete(&path, &first).await;
    assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED, "{stale:?}");
    assert_eq!(
        tenant.get(&path).await.body,
        replaced.body,
        "nothing that was refused has changed anything"
    );

    assert_eq!(
        tenant.delete(&path, &second).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(tenant.get(&path).await.status, StatusCode::NOT_FOUND);
    let again = tenant.create(&webhook(URL)).await;
    assert_eq!(again.status, StatusCode::CREATED, "{again:?}");
    assert_ne!(again.body["id"], created.body["id"]);
}

#[tokio::test]
async fn of_concurrent_edits_of_one_version_exactly_one_succeeds() {
    let tenant = Tenant::new().await;
    let created = tenant.create(&webhook(URL)).await;
    let (path, etag) = (created.header("location"), created.header("etag"));
    // All of them different: the same edit by the same person in the same millisecond is one edit, answered twice.
    let edits: Vec<Value> = (0..20)
        .map(|number| {
            let mut edit = webhook(URL);
            merge(&mut edit, json!({"name": format!("Edit {number}")}));
            edit
        })
        .collect();
    let answers = join_all(edits.iter().map(|edit| tenant.replace(path, etag, edit))).await;
    let count = |status| {
        answers
            .iter()
            .filter(|answer| answer.status == status)
            .count()
    };
    assert_eq!(
        (
            count(StatusCode::OK),
            count(StatusCode::PRECONDITION_FAILED)
        ),
        (1, 19)
    );
}

#[tokio::test]
async fn secrets_go_in_and_never_come_out() {
    let tenant = Tenant::new().await;
    let mut secretive = webhook(URL);
    merge(
        &mut secretive,
        json!({
            "authentication": {"type": "jwt", "algorithm": "HS256", "secret": HS256_SECRET, "issuer": "issuer"},
            "headers": [{"name": "X-Plain", "value": "canary-plain"}, {"name": "X-Key", "value": "canary-header", "secret": true}],
        }),
    );
    let created = tenant.create(&secretive).await;
    assert_eq!(created.status, StatusCode::CREATED, "{created:?}");
    let set_at = created.body["authentication"]["secretSetAt"]
        .as_str()
        .unwrap();
    assert_eq!(
        created.body["headers"][0],
        json!({"name": "X-Plain", "value": "canary-plain", "secret": false})
    );
    assert!(created.body["headers"][1]["valueSetAt"].is_string());

    secretive["authentication"]
        .as_object_mut()
        .unwrap()
        .remove("secret");
    secretive["headers"][1]
        .as_object_mut()
        .unwrap()
        .remove("value");
    let (path, etag) = (created.header("location"), created.header("etag"));
    let kept = tenant.replace(path, etag, &secretive).await;
    assert_eq!(kept.status, StatusCode::OK, "{kept:?}");
    assert_eq!(
        kept.body["authentication"]["secretSetAt"], set_at,
        "a secret that is left out is kept"
    );

    for answer in [
        &created,
        &kept,
        &tenant.get(path).await,
        &tenant.get("/feedback-webhooks").await,
    ] {
        let text = answer.body.to_string();
        assert!(
            !text.contains(HS256_SECRET) && !text.contains("canary-header"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn nobody_sees_or_changes_anything_of_another_organisation() {
    let (mine, other) = (Tenant::new().await, Tenant::new().await);
    let created = mine.create(&webhook(URL)).await;
    let (path, etag) = (created.header("location"), created.header("etag"));
    assert_eq!(other.get(path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        other.replace(path, etag, &webhook(URL)).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(other.delete(path, etag).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        other.get("/feedback-webhooks").await.body["items"],
        json!([])
    );
    let pretended = other
        .request(Method::GET, path)
        .header("x-gw-ims-org-id", &mine.org);
    assert_eq!(other.send(pretended).await.status, StatusCode::FORBIDDEN);
    assert_eq!(mine.get(path).await.body, created.body);
}

#[tokio::test]
async fn the_inventory_is_paged() {
    let tenant = Tenant::new().await;
    for sandbox in ["dev", "prod", "stage"] {
        let request = tenant.request(Method::POST, "/feedback-webhooks");
        let mut request = with_json(request, &webhook(URL)).build().unwrap();
        request
            .headers_mut()
            .insert("x-sandbox-name", sandbox.parse().unwrap());
        assert_eq!(
            reqwest::Client::new()
                .execute(request)
                .await
                .unwrap()
                .status(),
            StatusCode::CREATED
        );
    }
    let mut sandboxes = Vec::new();
    let mut path = "/feedback-webhooks?limit=2".to_owned();
    loop {
        let page = tenant.get(&path).await;
        assert_eq!(page.status, StatusCode::OK, "{page:?}");
        let items = page.body["items"].as_array().unwrap();
        sandboxes.extend(
            items
                .iter()
                .map(|item| item["sandbox"].as_str().unwrap().to_owned()),
        );
        match &page.body["_page"]["next"] {
            Value::String(cursor) => path = format!("/feedback-webhooks?limit=2&cursor={cursor}"),
            _ => break,
        }
    }
    assert_eq!(sandboxes, ["dev", "prod", "stage"]);
}

#[tokio::test]
async fn a_campaign_can_be_switched_on_once_a_webhook_is_configured() {
    let tenant = Tenant::new().await;
    let path = "/campaigns/campaign-1/feedback-webhook";
    assert_eq!(
        tenant.switch_on("campaign-1").await.status,
        StatusCode::CONFLICT
    );
    tenant.create(&webhook(URL)).await;
    assert_eq!(tenant.get(path).await.status, StatusCode::NOT_FOUND);
    assert_eq!(
        tenant.switch_on("campaign-1").await.status,
        StatusCode::CREATED
    );
    assert_eq!(tenant.switch_on("campaign-1").await.status, StatusCode::OK);
    let on = tenant.get(path).await;
    assert_eq!(
        (on.status, &on.body["campaignId"]),
        (StatusCode::OK, &json!("campaign-1"))
    );
    let off = tenant.send(tenant.request(Method::DELETE, path)).await;
    assert_eq!(off.status, StatusCode::NO_CONTENT);
    assert_eq!(tenant.get(path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_documents_are_public_and_those_of_the_repository() {
    let tenant = Tenant::new().await;
    for (path, document) in [
        (
            "/openapi.json",
            include_str!("../../functions/config-api/openapi.json"),
        ),
        ("/feedback-event.schema.json", domain::event::SCHEMA),
    ] {
        let mut request = tenant.request(Method::GET, path).build().unwrap();
        request.headers_mut().remove("authorization");
        let response = reqwest::Client::new().execute(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        let served: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
        assert_eq!(
            served,
            serde_json::from_str::<Value>(document).unwrap(),
            "{path}"
        );
    }
}
