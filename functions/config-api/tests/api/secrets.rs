//! Secrets go in and never come out.

use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256};
use serde_json::{Value, json};

use crate::helpers::{Answer, Api, SECRET, minimal, with, with_token};

fn plaintexts(api: &Api) -> Vec<String> {
    let encrypted = api.encrypted.lock().unwrap();
    let mut plaintexts: Vec<String> = encrypted.iter().map(|(_, _, text)| text.clone()).collect();
    plaintexts.sort();
    plaintexts
}

fn set_at(answer: &Answer) -> (Value, Value) {
    (
        answer.body["authentication"]["secretSetAt"].clone(),
        answer.body["headers"][0]["valueSetAt"].clone(),
    )
}

#[tokio::test]
async fn every_secret_is_encrypted_for_its_organisation_and_sandbox() {
    let api = Api::new();
    let mut body = with_token();
    body["headers"] = json!([
        {"name": "X-Key", "value": "hidden", "secret": true},
        {"name": "X-Open", "value": "open"},
    ]);
    let created = api.created(&body).await;
    let mut encrypted = api.encrypted.lock().unwrap().clone();
    encrypted.sort();
    let under = |text: &str| ("org".to_owned(), "prod".to_owned(), text.to_owned());
    assert_eq!(encrypted, [under(SECRET), under("hidden")]);
    for secret in [SECRET, "hidden", "sealed"] {
        assert!(!created.body.to_string().contains(secret));
    }
}

#[tokio::test]
async fn a_replacement_keeps_the_secrets_that_it_leaves_out() {
    let api = Api::new();
    let headers = json!([{"name": "X-Key", "value": "hidden", "secret": true}]);
    let created = api.created(&with(with_token(), "/headers", headers)).await;
    let mut body = with_token();
    body["authentication"] = json!({"type": "jwt", "algorithm": "HS256", "keyId": "k2"});
    body["headers"] = json!([{"name": "x-key", "secret": true}]);
    let replaced = api.replace(created.id(), "*", &body).await;
    assert_eq!(replaced.status, 200, "{replaced:?}");
    assert_eq!(set_at(&replaced), set_at(&created));
    assert_eq!(plaintexts(&api), [SECRET, "hidden"]);
}

#[tokio::test]
async fn a_replacement_encrypts_the_secrets_that_it_gives() {
    let api = Api::new();
    let headers = json!([{"name": "X-Key", "value": "hidden", "secret": true}]);
    let body = with(with_token(), "/headers", headers);
    let created = api.created(&body).await;
    let headers = json!([{"name": "X-Key", "value": "newer", "secret": true}]);
    let body = with(body, "/headers", headers);
    let replaced = api.replace(created.id(), "*", &body).await;
    assert_eq!(replaced.status, 200, "{replaced:?}");
    assert_eq!(plaintexts(&api), [SECRET, SECRET, "hidden", "newer"]);
}

#[tokio::test]
async fn a_secret_that_cannot_be_kept_has_to_be_given() {
    let api = Api::new();
    let headers = json!([{"name": "X-Key", "value": "hidden", "secret": true}]);
    let created = api.created(&with(with_token(), "/headers", headers)).await;
    for (pointer, value, fault) in [
        (
            "/authentication",
            json!({"type": "jwt", "algorithm": "HS384"}),
            "/authentication/secret required",
        ),
        (
            "/authentication",
            json!({"type": "jwt", "algorithm": "ES256"}),
            "/authentication/privateKey required",
        ),
        (
            "/headers",
            json!([{"name": "X-Other", "secret": true}]),
            "/headers/0/value required",
        ),
        (
            "/headers",
            json!([{"name": "X-Key"}]),
            "/headers/0/value required",
        ),
    ] {
        let body = with(minimal(), pointer, value);
        let refused = api.replace(created.id(), "*", &body).await;
        assert_eq!(refused.faults(), [fault]);
    }
    assert_eq!(api.read(created.id()).await.body, created.body);
}

#[tokio::test]
async fn after_no_authentication_there_is_no_secret_to_keep() {
    let api = Api::new();
    let created = api.created(&with_token()).await;
    let none = api.replace(created.id(), "*", &minimal()).await;
    assert_eq!(none.body["authentication"], json!({"type": "none"}));
    let without = json!({"type": "jwt", "algorithm": "HS256"});
    let refused = api
        .replace(
            created.id(),
            "*",
            &with(minimal(), "/authentication", without),
        )
        .await;
    assert_eq!(refused.faults(), ["/authentication/secret required"]);
}

#[tokio::test]
async fn a_private_key_is_taken_and_shows_when_it_was_set() {
    let api = Api::new();
    let pem = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)
        .unwrap()
        .serialize_pem();
    let jwt = json!({"type": "jwt", "algorithm": "ES256", "privateKey": pem});
    let created = api.created(&with(minimal(), "/authentication", jwt)).await;
    let jwt = &created.body["authentication"];
    assert_eq!(jwt["privateKeySetAt"], created.body["createdAt"]);
    assert_eq!(jwt.get("secretSetAt"), None);
    assert_eq!(plaintexts(&api), [pem]);
}
