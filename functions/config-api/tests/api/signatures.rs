//! Standard Webhooks signatures: secrets that are given, generated, kept and replaced.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use crate::{
    bad_fields::refused,
    helpers::{Answer, Api, minimal, with, with_token},
};

/// A secret of 32 bytes that all are `byte`, in the specification's text form.
fn secret(prefix: &str, byte: u8) -> String {
    format!("{prefix}{}", BASE64_STANDARD.encode([byte; 32]))
}

/// The smallest configuration with this signature.
fn signed(members: Value) -> Value {
    let mut signature = json!({"type": "standardWebhooks"});
    let signature_members = signature.as_object_mut().unwrap();
    signature_members.extend(members.as_object().unwrap().clone());
    with(minimal(), "/authentication", signature)
}

fn signature(answer: &Answer) -> &Value {
    assert!((200..300).contains(&answer.status), "{answer:?}");
    &answer.body["authentication"]
}

fn plaintexts(api: &Api) -> Vec<String> {
    let encrypted = api.encrypted.lock().unwrap();
    encrypted.iter().map(|(_, _, text)| text.clone()).collect()
}

#[tokio::test]
async fn a_generated_shared_secret_is_in_the_answer_that_creates_it_and_in_no_other() {
    let api = Api::new();
    let created = api.created(&signed(json!({"generateSecret": true}))).await;
    let generated = signature(&created)["generatedSecret"].as_str().unwrap();
    let bytes = BASE64_STANDARD.decode(generated.strip_prefix("whsec_").unwrap());
    assert_eq!(bytes.unwrap().len(), 32);
    assert_eq!(plaintexts(&api), [generated], "this is what signs");
    let mut expected = signature(&created).clone();
    expected.as_object_mut().unwrap().remove("generatedSecret");
    assert_eq!(
        expected,
        json!({"type": "standardWebhooks", "scheme": "v1", "secretSetAt": created.body["createdAt"]})
    );
    assert_eq!(created.header("cache-control"), "no-store");

    let read = api.read(created.id()).await;
    assert_eq!(signature(&read), &expected);
    // What was answered can be sent back: the secret in it is not taken for a new one.
    let replaced = api.replace(created.id(), "*", &created.body).await;
    assert_eq!(signature(&replaced), &expected);
    assert!(!replaced.body.to_string().contains(generated));
    assert_eq!(plaintexts(&api).len(), 1);
}

#[tokio::test]
async fn of_a_key_pair_only_the_public_half_is_ever_shown() {
    let api = Api::new();
    let created = api
        .created(&signed(json!({"scheme": "v1a", "generateSecret": true})))
        .await;
    assert_eq!(signature(&created).get("generatedSecret"), None);
    let public_key = signature(&created)["publicKey"].as_str().unwrap();
    assert!(public_key.starts_with("whpk_"));
    let encrypted = plaintexts(&api);
    let pair = encrypted[0].strip_prefix("whsk_").unwrap();
    let pair = BASE64_STANDARD.decode(pair).unwrap();
    assert_eq!(
        public_key.strip_prefix("whpk_").unwrap(),
        BASE64_STANDARD.encode(&pair[32..])
    );
    let read = api.read(created.id()).await;
    assert_eq!(signature(&read), signature(&created));
    assert!(!read.body.to_string().contains("whsk_"));
}

#[tokio::test]
async fn a_given_secret_tells_its_scheme_and_is_not_shown() {
    for (given, scheme) in [(secret("whsec_", 7), "v1"), (secret("whsk_", 7), "v1a")] {
        let api = Api::new();
        let created = api.created(&signed(json!({"secret": given}))).await;
        assert_eq!(signature(&created)["scheme"], scheme);
        assert_eq!(
            signature(&created).get("publicKey").is_some(),
            scheme == "v1a"
        );
        assert!(!created.body.to_string().contains(&given));
        assert_eq!(plaintexts(&api), [given]);
    }
}

#[tokio::test]
async fn a_replaced_secret_signs_for_a_day_more() {
    let api = Api::new();
    let created = api
        .created(&signed(json!({"secret": secret("whsk_", 1)})))
        .await;
    let id = created.id();
    let first = signature(&created);
    let replaced = api
        .replace(id, "*", &signed(json!({"generateSecret": true})))
        .await;
    let previous = signature(&replaced)["previous"].clone();
    assert_eq!(signature(&replaced)["scheme"], "v1");
    assert_eq!(previous["scheme"], "v1a");
    assert_eq!(previous["publicKey"], first["publicKey"]);
    assert_eq!(previous["secretSetAt"], first["secretSetAt"]);
    let at = |value: &Value| -> jiff::Timestamp { value.as_str().unwrap().parse().unwrap() };
    assert_eq!(
        at(&previous["expiresAt"]).duration_since(at(&replaced.body["modifiedAt"])),
        jiff::SignedDuration::from_hours(24)
    );
    // Another change leaves both as they are.
    let renamed = api
        .replace(id, "*", &with(replaced.body.clone(), "/name", json!("new")))
        .await;
    assert_eq!(signature(&renamed)["previous"], previous);
    // A second new secret ends the oldest one: two at most sign.
    let again = api
        .replace(id, "*", &signed(json!({"secret": secret("whsec_", 2)})))
        .await;
    assert_eq!(signature(&again)["previous"]["scheme"], "v1");
    // An administrator ends the previous one early.
    let ended = api
        .replace(id, "*", &signed(json!({"keepPrevious": false})))
        .await;
    assert_eq!(signature(&ended).get("previous"), None);
    assert_eq!(
        signature(&ended)["secretSetAt"],
        signature(&again)["secretSetAt"]
    );
}

#[tokio::test]
async fn a_secret_that_leaked_can_be_replaced_without_signing_on() {
    let api = Api::new();
    let created = api.created(&signed(json!({"generateSecret": true}))).await;
    let body = signed(json!({"generateSecret": true, "keepPrevious": false}));
    let replaced = api.replace(created.id(), "*", &body).await;
    assert_eq!(signature(&replaced).get("previous"), None);
    assert_ne!(
        signature(&replaced)["generatedSecret"],
        signature(&created)["generatedSecret"]
    );
}

#[tokio::test]
async fn another_kind_of_authentication_leaves_no_secret_to_keep() {
    let api = Api::new();
    let created = api.created(&signed(json!({"generateSecret": true}))).await;
    let other = api.replace(created.id(), "*", &with_token()).await;
    assert_eq!(other.status, 200, "{other:?}");
    let refused = api.replace(created.id(), "*", &signed(json!({}))).await;
    assert_eq!(refused.faults(), ["/authentication/secret required"]);
    let back = api
        .replace(
            created.id(),
            "*",
            &signed(json!({"secret": secret("whsec_", 1)})),
        )
        .await;
    assert_eq!(signature(&back).get("previous"), None);
}

#[tokio::test]
async fn another_scheme_needs_a_new_secret() {
    let api = Api::new();
    let created = api.created(&signed(json!({"generateSecret": true}))).await;
    let refused = api
        .replace(created.id(), "*", &signed(json!({"scheme": "v1a"})))
        .await;
    assert_eq!(refused.faults(), ["/authentication/secret required"]);
    let kept = api
        .replace(created.id(), "*", &signed(json!({"scheme": "v1"})))
        .await;
    assert_eq!(kept.status, 200, "{kept:?}");
}

#[tokio::test]
async fn wrong_signatures_are_refused() {
    let good = secret("whsec_", 1);
    for (members, fault) in [
        (json!({}), "secret required"),
        (json!({"generateSecret": false}), "secret required"),
        (
            json!({"generateSecret": "yes"}),
            "generateSecret wrong-type",
        ),
        (
            json!({"secret": good, "generateSecret": true}),
            "generateSecret not-applicable",
        ),
        (
            json!({"secret": good, "scheme": "v1a"}),
            "scheme not-applicable",
        ),
        (
            json!({"secret": good, "scheme": "v2"}),
            "scheme unknown-value",
        ),
        (
            json!({"secret": "hunter2"}),
            "secret signing-secret-invalid",
        ),
        (
            json!({"secret": "whsec_hunter2!"}),
            "secret signing-secret-invalid",
        ),
        (
            json!({"secret": "whsec_hunter22"}),
            "secret signing-secret-length",
        ),
        (
            json!({"secret": secret("whpk_", 1)}),
            "secret signing-secret-public",
        ),
        (json!({"secret": 7}), "secret wrong-type"),
        (
            json!({"secret": good, "algorithm": "HS256"}),
            "algorithm unknown-field",
        ),
        (
            json!({"secret": good, "keepPrevious": 1}),
            "keepPrevious wrong-type",
        ),
    ] {
        refused(&signed(members), &[&format!("/authentication/{fault}")]).await;
    }
}

#[tokio::test]
async fn members_of_a_signature_that_contradict_each_other_are_all_named() {
    let members = json!({
        "secret": secret("whsec_", 1), "scheme": "v1a", "generateSecret": true, "keepPrevious": 1,
    });
    refused(
        &signed(members),
        &[
            "/authentication/generateSecret not-applicable",
            "/authentication/keepPrevious wrong-type",
            "/authentication/scheme not-applicable",
        ],
    )
    .await;
    // What cannot be read is no reason to ask for more.
    refused(
        &signed(json!({"generateSecret": 1, "colour": "red"})),
        &[
            "/authentication/colour unknown-field",
            "/authentication/generateSecret wrong-type",
        ],
    )
    .await;
}

#[tokio::test]
async fn the_signatures_header_cannot_be_a_custom_one() {
    let mut body = signed(json!({"generateSecret": true}));
    body["headers"] = json!([{"name": "Webhook-Signature", "value": "v1,"}]);
    refused(&body, &["/headers/0/name header-name-reserved"]).await;
}
