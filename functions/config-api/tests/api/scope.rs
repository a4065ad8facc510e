//! Who may see and change what.

use serde_json::{Value, json};

use crate::helpers::{Api, event, minimal, with_body, with_header};

fn of_organisation(mut event: Value, org: &str) -> Value {
    event["requestContext"]["authorizer"]["jwt"]["claims"]["custom:org"] = org.into();
    event
}

#[tokio::test]
async fn another_organisation_or_sandbox_neither_sees_nor_changes_a_webhook() {
    let api = Api::new();
    let created = api.created(&minimal()).await;
    let path = created.header("location");
    for method in ["GET", "PUT", "DELETE"] {
        let request = with_header(with_body(method, path, &minimal()), "if-match", "*");
        let foreign = of_organisation(request.clone(), "other");
        let elsewhere = with_header(request, "x-sandbox-name", "dev");
        for request in [foreign, elsewhere] {
            assert_eq!(
                api.send(&request).await.problem(),
                (404, "webhook-not-found"),
                "{method}"
            );
        }
    }
    let list = of_organisation(event("GET", "/feedback-webhooks"), "other");
    assert_eq!(api.send(&list).await.body["items"], json!([]));
    assert_eq!(api.read(created.id()).await.status, 200);
}

#[tokio::test]
async fn a_request_without_organisation_is_forbidden_and_one_without_token_is_unauthenticated() {
    let api = Api::new();
    for path in ["/feedback-webhooks", "/campaigns/c/feedback-webhook"] {
        for org in ["", "a#b"] {
            let answer = api.send(&of_organisation(event("GET", path), org)).await;
            assert_eq!(answer.problem(), (403, "organisation-missing"));
        }
        let mut without_claim = event("GET", path);
        without_claim["requestContext"]["authorizer"]["jwt"]["claims"] = json!({"sub": "s"});
        assert_eq!(
            api.send(&without_claim).await.problem(),
            (403, "organisation-missing")
        );
        let mut without_token = event("GET", path);
        without_token["requestContext"]["authorizer"] = Value::Null;
        let answer = api.send(&without_token).await;
        assert_eq!(answer.problem(), (401, "unauthenticated"));
        assert_eq!(answer.header("www-authenticate"), "Bearer");
    }
}

#[tokio::test]
async fn a_header_may_repeat_the_organisation_but_not_change_it() {
    let api = Api::new();
    for (org, status) in [("org", 200), ("other", 403), ("", 403)] {
        let list = event("GET", "/feedback-webhooks");
        let answer = api.send(&with_header(list, "x-gw-ims-org-id", org)).await;
        assert_eq!(answer.status, status, "{org:?}");
    }
}

#[tokio::test]
async fn the_sandbox_is_named_by_its_header() {
    let api = Api::new();
    let requests = [
        with_body("POST", "/feedback-webhooks", &minimal()),
        event(
            "GET",
            "/feedback-webhooks/00000000-0000-0000-0000-000000000000",
        ),
        event("GET", "/campaigns/c/feedback-webhook"),
    ];
    for request in requests {
        for bad in ["", "Prod", "a b", "ö"] {
            let answer = api
                .send(&with_header(request.clone(), "x-sandbox-name", bad))
                .await;
            assert_eq!(answer.faults(), ["x-sandbox-name sandbox-invalid"]);
        }
        let mut without = request;
        without["headers"]
            .as_object_mut()
            .unwrap()
            .remove("x-sandbox-name");
        assert_eq!(
            api.send(&without).await.faults(),
            ["x-sandbox-name required"]
        );
    }
}
