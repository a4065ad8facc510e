//! The audit trail of the deployed API, as operators find it in the log.

use serde_json::{Value, json};

use crate::helpers::{
    eventually, logs,
    tenant::{HS256_SECRET, Tenant, merge, webhook},
};

#[tokio::test]
async fn every_change_is_in_the_log_with_who_what_and_which_version() {
    let tenant = Tenant::new().await;
    let mut body = webhook("https://hooks.example.com/");
    merge(
        &mut body,
        json!({"authentication": {"type": "jwt", "algorithm": "HS256", "secret": HS256_SECRET}}),
    );
    let created = tenant.create(&body).await;
    let (path, etag) = (created.header("location"), created.header("etag"));
    tenant.switch_on("campaign-1").await;
    merge(&mut body, json!({"paused": true, "name": "Paused"}));
    body["authentication"]
        .as_object_mut()
        .unwrap()
        .remove("secret");
    let replaced = tenant.replace(path, etag, &body).await;
    tenant.delete(path, replaced.header("etag")).await;

    let lines = eventually("four lines of the audit trail", async || {
        let lines: Vec<Value> = logs::lines("ConfigApiLogGroup", &tenant.org)
            .await
            .into_iter()
            .filter(|line| line["target"] == "audit")
            .collect();
        Some(lines).filter(|lines| lines.len() == 4)
    })
    .await;
    let actor = &created.body["createdBy"];
    let id = &created.body["id"];
    // Concurrent environments may have written them, so their order is not that of the changes.
    for (action, resource, old, new, changed) in [
        ("webhook.create", id, json!(null), json!(1), ""),
        (
            "campaign.switch-on",
            &json!("campaign-1"),
            json!(null),
            json!(null),
            "",
        ),
        ("webhook.replace", id, json!(1), json!(2), "name paused"),
        ("webhook.delete", id, json!(2), json!(null), ""),
    ] {
        let line = lines
            .iter()
            .find(|line| line["action"] == action)
            .unwrap_or_else(|| panic!("no {action} in {lines:?}"));
        assert_eq!(
            (
                &line["resource"],
                &line["actor"],
                &line["organisation"],
                &line["sandbox"]
            ),
            (resource, actor, &json!(tenant.org), &json!("prod")),
        );
        assert_eq!(
            (&line["old_version"], &line["new_version"]),
            (&old, &new),
            "{line}"
        );
        assert_eq!(
            (&line["changed"], &line["outcome"]),
            (&json!(changed), &json!("made"))
        );
        assert!(
            line["timestamp"].is_string() && line["request_id"].is_string(),
            "{line}"
        );
        assert!(!line.to_string().contains(HS256_SECRET));
    }
}
