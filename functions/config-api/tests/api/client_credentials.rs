//! OAuth 2.0 client credentials: what is taken, kept and refused.

use serde_json::{Value, json};

use crate::{
    bad_fields::refused,
    helpers::{Api, minimal, with},
};

/// The smallest configuration with client credentials, less the members that are null in `changes`, and with the others.
fn client(changes: Value) -> Value {
    let mut client = json!({
        "type": "oauth2ClientCredentials",
        "tokenUrl": "https://login.example.com/token",
        "clientId": "feedback",
        "clientSecret": "p+s hunter2",
    });
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => drop(client.as_object_mut().unwrap().remove(name)),
            value => client[name] = value.clone(),
        }
    }
    with(minimal(), "/authentication", client)
}

#[tokio::test]
async fn client_credentials_are_read_back_without_their_secret() {
    let api = Api::new();
    let body = client(json!({
        "tokenUrl": "HTTPS://Login.Example.com/token?tenant=1",
        "clientAuthentication": "body",
        "scope": "hooks:write openid",
        "audience": "https://hooks.example.com",
    }));
    let created = api.created(&body).await;
    assert_eq!(
        created.body["authentication"],
        json!({
            "type": "oauth2ClientCredentials",
            "tokenUrl": "https://login.example.com/token?tenant=1",
            "clientId": "feedback",
            "clientSecretSetAt": created.body["createdAt"],
            "clientAuthentication": "body",
            "scope": "hooks:write openid",
            "audience": "https://hooks.example.com",
        })
    );
    let encrypted = api.encrypted.lock().unwrap().clone();
    assert_eq!(encrypted.len(), 1);
    assert_eq!(encrypted[0].2, "p+s hunter2");
    let least = Api::new().created(&client(json!({}))).await;
    assert_eq!(
        least.body["authentication"]["clientAuthentication"],
        "basic"
    );
    assert_eq!(least.body["authentication"]["scope"], Value::Null);
}

#[tokio::test]
async fn the_secret_is_kept_only_for_the_same_client_at_the_same_server() {
    let api = Api::new();
    let created = api.created(&client(json!({}))).await;
    let kept = client(json!({"clientSecret": null, "scope": "more"}));
    let kept = api.replace(created.id(), "*", &kept).await;
    assert_eq!(kept.status, 200, "{kept:?}");
    assert_eq!(
        kept.body["authentication"]["clientSecretSetAt"],
        created.body["createdAt"]
    );
    // What was answered can be sent back.
    let same = api.replace(created.id(), "*", &kept.body).await;
    assert_eq!(same.body["authentication"], kept.body["authentication"]);
    for change in [
        json!({"clientSecret": null, "tokenUrl": "https://evil.example.com/token"}),
        json!({"clientSecret": null, "clientId": "other"}),
    ] {
        let refused = api.replace(created.id(), "*", &client(change)).await;
        assert_eq!(refused.faults(), ["/authentication/clientSecret required"]);
    }
    let change =
        json!({"clientSecret": null, "tokenUrl": "https://evil.example.com/token", "clientId": ""});
    let refused = api.replace(created.id(), "*", &client(change)).await;
    assert_eq!(
        refused.faults(),
        [
            "/authentication/clientId client-id-invalid",
            "/authentication/clientSecret required",
        ]
    );
    // Whether it is the same client cannot be told, so nothing is missing for certain.
    let unreadable = json!({"clientSecret": null, "clientId": ""});
    let refused = api.replace(created.id(), "*", &client(unreadable)).await;
    assert_eq!(
        refused.faults(),
        ["/authentication/clientId client-id-invalid"]
    );
    assert_eq!(api.encrypted.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn wrong_client_credentials_are_refused() {
    for (changes, fault) in [
        (json!({"tokenUrl": null}), "tokenUrl required"),
        (
            json!({"tokenUrl": "http://login.example.com/"}),
            "tokenUrl url-not-https",
        ),
        (
            json!({"tokenUrl": "https://127.0.0.1/"}),
            "tokenUrl url-ip-address",
        ),
        (
            json!({"tokenUrl": "https://login.example.com:8443/"}),
            "tokenUrl url-port",
        ),
        (
            json!({"tokenUrl": "https://localhost/"}),
            "tokenUrl url-not-public",
        ),
        (json!({"clientId": ""}), "clientId client-id-invalid"),
        (json!({"clientId": "é"}), "clientId client-id-invalid"),
        (json!({"clientSecret": null}), "clientSecret required"),
        (
            json!({"clientSecret": ""}),
            "clientSecret client-secret-invalid",
        ),
        (
            json!({"clientSecret": "hunter2\n"}),
            "clientSecret client-secret-invalid",
        ),
        (
            json!({"clientAuthentication": "header"}),
            "clientAuthentication unknown-value",
        ),
        (json!({"scope": "a  b"}), "scope scope-invalid"),
        (json!({"audience": "\u{7}"}), "audience audience-invalid"),
        (json!({"grantType": "password"}), "grantType unknown-field"),
    ] {
        refused(&client(changes), &[&format!("/authentication/{fault}")]).await;
    }
}

#[tokio::test]
async fn every_wrong_member_is_named_at_once() {
    let body = client(json!({
        "tokenUrl": "ftp://login.example.com/", "clientId": "", "clientSecret": "", "scope": "", "audience": "",
        "clientAuthentication": "",
    }));
    let mut faults = [
        "/authentication/tokenUrl url-not-https",
        "/authentication/clientId client-id-invalid",
        "/authentication/clientSecret client-secret-invalid",
        "/authentication/clientAuthentication unknown-value",
        "/authentication/scope scope-invalid",
        "/authentication/audience audience-invalid",
    ];
    faults.sort_unstable();
    refused(&body, &faults).await;
}

#[tokio::test]
async fn the_tokens_header_cannot_be_a_custom_one() {
    let mut body = client(json!({}));
    body["headers"] = json!([{"name": "authorization", "value": "Basic x"}]);
    refused(&body, &["/headers/0/name header-carries-token"]).await;
}
