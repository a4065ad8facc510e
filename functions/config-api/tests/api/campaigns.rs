//! The campaigns' *Enable webhooks* switches.

use serde_json::Value;

use crate::{
    helpers::{Api, event, minimal, with_header},
    recorded::get,
};

const PATH: &str = "/campaigns/16f24a15/feedback-webhook";

#[tokio::test]
async fn a_campaign_is_switched_on_once_and_off_at_any_time() {
    let api = Api::new();
    api.created(&minimal()).await;
    let off = api.send(&event("GET", PATH)).await;
    assert_eq!(off.problem(), (404, "campaign-not-switched-on"));
    let first = api.send(&event("PUT", PATH)).await;
    assert_eq!(first.status, 201, "{first:?}");
    assert_eq!(
        (
            &first.body["campaignId"],
            &first.body["sandbox"],
            &first.body["enabled"],
            &first.body["enabledBy"],
        ),
        (
            &"16f24a15".into(),
            &"prod".into(),
            &true.into(),
            &"admin@example.com".into()
        )
    );
    let second = api.send(&event("PUT", PATH)).await;
    assert_eq!((second.status, &second.body), (200, &first.body));
    assert_eq!(api.send(&event("GET", PATH)).await.body, first.body);
    for _ in 0..2 {
        let off = api.send(&event("DELETE", PATH)).await;
        assert_eq!((off.status, off.body), (204, Value::Null));
    }
    assert_eq!(api.send(&event("GET", PATH)).await.status, 404);
}

#[tokio::test]
async fn a_campaign_is_not_switched_on_before_the_webhook_is_configured() {
    let api = Api::new();
    let refused = api.send(&event("PUT", PATH)).await;
    assert_eq!(refused.problem(), (409, "webhook-not-configured"));
    assert_eq!(api.send(&event("GET", PATH)).await.status, 404);
}

#[tokio::test]
async fn a_switch_outlives_the_webhook() {
    let api = Api::new();
    let created = api.created(&minimal()).await;
    api.send(&event("PUT", PATH)).await;
    let delete = event("DELETE", created.header("location"));
    api.send(&with_header(delete, "if-match", "*")).await;
    assert_eq!(api.send(&event("GET", PATH)).await.status, 200);
}

#[tokio::test]
async fn a_switch_belongs_to_one_sandbox() {
    let api = Api::new();
    api.created(&minimal()).await;
    api.send(&event("PUT", PATH)).await;
    let elsewhere = with_header(event("GET", PATH), "x-sandbox-name", "dev");
    assert_eq!(api.send(&elsewhere).await.status, 404);
}

#[tokio::test]
async fn an_impossible_campaign_id_is_refused() {
    let api = Api::new();
    for id in ["a%23b", "a%20b", "%00", &"x".repeat(129)] {
        let path = format!("/campaigns/{id}/feedback-webhook");
        let refused = api.send(&event("PUT", &path)).await;
        assert_eq!(refused.faults(), ["campaignId campaign-invalid"], "{id}");
    }
}

#[tokio::test]
async fn campaigns_that_are_switched_on_are_listed() {
    let api = Api::new();
    api.created(&minimal()).await;
    for campaign in ["b", "a"] {
        let path = format!("/campaigns/{campaign}/feedback-webhook");
        assert_eq!(api.send(&event("PUT", &path)).await.status, 201);
    }
    let first = get(&api, "/campaigns?limit=1").await;
    assert_eq!(first.body["items"][0]["campaignId"], "a");
    let next = first.body["_page"]["next"].as_str().unwrap();
    let second = get(&api, &format!("/campaigns?limit=1&cursor={next}")).await;
    assert_eq!(second.body["items"][0]["campaignId"], "b");
    assert_eq!(second.body["_page"]["next"], Value::Null);
    let wrong = get(&api, "/campaigns?limit=x&cursor=!").await;
    assert_eq!(
        wrong.faults(),
        ["cursor cursor-invalid", "limit limit-invalid"]
    );
}
