//! Wrong settings of the JWT authentication, and keys that cannot sign.

use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ED25519};
use serde_json::{Value, json};

use crate::{
    bad_fields::refused,
    helpers::{Api, SECRET, minimal, with, with_token},
};

/// As [`refused`], for an authentication and faults within it.
async fn refused_authentication(authentication: Value, faults: &[&str]) {
    let faults: Vec<String> = faults
        .iter()
        .map(|fault| format!("/authentication{fault}"))
        .collect();
    let faults: Vec<&str> = faults.iter().map(String::as_str).collect();
    refused(&with(minimal(), "/authentication", authentication), &faults).await;
}

#[tokio::test]
async fn wrong_authentications_are_refused() {
    let jwt = |members: Value| {
        let mut jwt = with_token()["authentication"].clone();
        let (jwt, members) = (jwt.as_object_mut().unwrap(), members);
        jwt.extend(members.as_object().unwrap().clone());
        Value::Object(jwt.clone())
    };
    let long = "x".repeat(5_000);
    let audience: Vec<String> = (0..11).map(|n| n.to_string()).collect();
    let cases = [
        (json!("none"), " wrong-type"),
        (json!({}), "/type required"),
        (json!({"type": "basic"}), "/type unknown-value"),
        (json!({"type": 1}), "/type wrong-type"),
        (
            json!({"type": "none", "secret": SECRET}),
            "/secret unknown-field",
        ),
        (
            json!({"type": "jwt", "algorithm": "HS256"}),
            "/secret required",
        ),
        (
            jwt(json!({"algorithm": "none"})),
            "/algorithm unknown-value",
        ),
        (
            jwt(json!({"algorithm": "hs256"})),
            "/algorithm unknown-value",
        ),
        (
            jwt(json!({"secret": "hunter2"})),
            "/secret secret-too-short",
        ),
        (
            jwt(json!({"algorithm": "HS512"})),
            "/secret secret-too-short",
        ),
        (jwt(json!({"secret": long})), "/secret key-too-long"),
        (jwt(json!({"secret": 7})), "/secret wrong-type"),
        (
            jwt(json!({"privateKey": "x"})),
            "/privateKey not-applicable",
        ),
        (jwt(json!({"algorithm": "RS256"})), "/secret not-applicable"),
        (jwt(json!({"keyId": ""})), "/keyId token-text-invalid"),
        (
            jwt(json!({"issuer": "a\u{7}"})),
            "/issuer token-text-invalid",
        ),
        (jwt(json!({"audience": "a"})), "/audience wrong-type"),
        (
            jwt(json!({"audience": ["a", ""]})),
            "/audience/1 token-text-invalid",
        ),
        (
            jwt(json!({"audience": audience})),
            "/audience audience-too-many",
        ),
        (
            jwt(json!({"lifetimeSeconds": 59})),
            "/lifetimeSeconds lifetime-out-of-range",
        ),
        (
            jwt(json!({"lifetimeSeconds": u64::MAX})),
            "/lifetimeSeconds lifetime-out-of-range",
        ),
        (
            jwt(json!({"lifetimeSeconds": -1})),
            "/lifetimeSeconds wrong-type",
        ),
        (
            jwt(json!({"lifetimeSeconds": 300.5})),
            "/lifetimeSeconds wrong-type",
        ),
        (jwt(json!({"claims": []})), "/claims wrong-type"),
        (
            jwt(json!({"claims": {"exp": 1}})),
            "/claims/exp claim-registered",
        ),
        (
            jwt(json!({"claims": {"a": "x".repeat(4_097)}})),
            "/claims claims-too-large",
        ),
        (
            jwt(json!({"headerName": "Host"})),
            "/headerName header-name-reserved",
        ),
        (
            jwt(json!({"headerName": "a b"})),
            "/headerName header-name-invalid",
        ),
        (
            jwt(json!({"headerPrefix": "a b"})),
            "/headerPrefix header-prefix-invalid",
        ),
        (jwt(json!({"kid": "k"})), "/kid unknown-field"),
    ];
    for (authentication, fault) in cases {
        refused_authentication(authentication, &[fault]).await;
    }
}

#[tokio::test]
async fn a_wrong_type_is_answered_with_all_that_there_are() {
    for authentication in [json!({"type": "basic"}), json!({})] {
        let answer = Api::new()
            .create(&with(minimal(), "/authentication", authentication))
            .await;
        let detail = &answer.body["errors"][0]["detail"];
        for kind in ["none", "jwt", "standardWebhooks", "oauth2ClientCredentials"] {
            assert!(detail.as_str().unwrap().contains(kind), "{detail}");
        }
    }
}

#[tokio::test]
async fn members_are_judged_although_nobody_knows_the_type() {
    for (kind, fault) in [
        (json!("basic"), "/authentication/type unknown-value"),
        (json!(7), "/authentication/type wrong-type"),
        (json!(null), "/authentication/type wrong-type"),
    ] {
        let members = json!({
            "type": kind,
            "audience": 7,
            "claims": {"exp": 1, "x": 2, "sub": 3},
            "clientID": "a typo",
            "keyId": "",
            "scope": "what one type takes is right",
            "secret": "hunter2",
            "secretSetAt": "members of answers are ignored",
            "tokenUrl": "https://localhost/",
        });
        let faults = [
            "/authentication/audience wrong-type",
            "/authentication/claims/exp claim-registered",
            "/authentication/claims/sub claim-registered",
            "/authentication/clientID unknown-field",
            "/authentication/keyId token-text-invalid",
            "/authentication/tokenUrl url-not-public",
            fault,
        ];
        refused(
            &with(minimal(), "/authentication", members),
            &sorted(&faults),
        )
        .await;
    }
    refused(
        &with(minimal(), "/authentication", json!({"privateKey": 7})),
        &[
            "/authentication/privateKey wrong-type",
            "/authentication/type required",
        ],
    )
    .await;
}

fn sorted<'a>(faults: &[&'a str]) -> Vec<&'a str> {
    let mut faults = faults.to_vec();
    faults.sort_unstable();
    faults
}

#[tokio::test]
async fn a_key_that_cannot_sign_is_named_beside_the_other_faults() {
    let members = json!({
        "type": "jwt", "algorithm": "HS256", "secret": "hunter2", "privateKey": "x", "generateKey": true, "keyId": "",
    });
    refused(
        &with(minimal(), "/authentication", members),
        &[
            "/authentication/generateKey not-applicable",
            "/authentication/keyId token-text-invalid",
            "/authentication/privateKey not-applicable",
            "/authentication/secret secret-too-short",
        ],
    )
    .await;
    let members =
        json!({"type": "jwt", "algorithm": "ES256", "privateKey": "hunter2", "generateKey": "yes"});
    refused(
        &with(minimal(), "/authentication", members),
        &[
            "/authentication/generateKey wrong-type",
            "/authentication/privateKey key-invalid",
        ],
    )
    .await;
}

#[tokio::test]
async fn what_is_no_private_key_of_the_algorithm_is_refused() {
    let ec = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let ed = KeyPair::generate_for(&PKCS_ED25519).unwrap();
    let damaged = ec.serialize_pem().replace("MI", "MJ");
    for (algorithm, key, code) in [
        ("RS256", "hunter2".to_owned(), "key-invalid"),
        ("RS256", ec.serialize_pem(), "key-invalid"),
        ("ES384", ec.serialize_pem(), "key-invalid"),
        ("ES256", ed.serialize_pem(), "key-invalid"),
        ("ES256", damaged, "key-invalid"),
        ("ES256", ec.public_key_pem(), "key-public"),
        ("EdDSA", String::new(), "key-invalid"),
        (
            "ES256",
            "-----BEGIN EC PRIVATE KEY-----\nhunter2".to_owned(),
            "key-wrong-form",
        ),
        (
            "RS256",
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nhunter2".to_owned(),
            "key-encrypted",
        ),
    ] {
        let jwt = json!({"type": "jwt", "algorithm": algorithm, "privateKey": key});
        refused(
            &with(minimal(), "/authentication", jwt),
            &[&format!("/authentication/privateKey {code}")],
        )
        .await;
    }
}

#[tokio::test]
async fn what_is_wrong_between_members_is_named_although_another_cannot_be_read() {
    for (authentication, faults) in [
        (
            json!({"type": "jwt", "algorithm": "HS256", "issuer": 7}),
            vec!["/issuer wrong-type", "/secret required"],
        ),
        (
            json!({"type": "jwt", "algorithm": "HS256", "generateKey": "yes"}),
            vec!["/generateKey wrong-type", "/secret required"],
        ),
        (
            json!({"type": "jwt", "algorithm": "ES256", "privateKey": 7, "generateKey": true}),
            vec!["/generateKey not-applicable", "/privateKey wrong-type"],
        ),
        (
            json!({"type": "jwt", "algorithm": "hs256"}),
            vec![" required", "/algorithm unknown-value"],
        ),
        (
            json!({"type": "jwt"}),
            vec![" required", "/algorithm required"],
        ),
        (
            json!({"type": "jwt", "algorithm": 7, "privateKey": "x", "generateKey": true}),
            vec!["/algorithm wrong-type", "/generateKey not-applicable"],
        ),
        (
            json!({"type": "standardWebhooks", "scheme": "v2"}),
            vec!["/scheme unknown-value", "/secret required"],
        ),
        (
            json!({"type": "standardWebhooks", "secret": 7, "generateSecret": true}),
            vec!["/generateSecret not-applicable", "/secret wrong-type"],
        ),
        (
            json!({"type": "oauth2ClientCredentials", "tokenUrl": 7, "clientId": "a"}),
            vec!["/clientSecret required", "/tokenUrl wrong-type"],
        ),
    ] {
        refused_authentication(authentication, &faults).await;
    }
}

#[tokio::test]
async fn nothing_is_asked_for_that_may_be_there_in_what_cannot_be_read() {
    for (authentication, faults) in [
        (
            json!({"type": "jwt", "algorithm": "ES256", "generateKey": "yes"}),
            vec!["/generateKey wrong-type"],
        ),
        (
            json!({"type": "jwt", "algorithm": "es256", "generateKey": true}),
            vec!["/algorithm unknown-value"],
        ),
        (
            json!({"type": "jwt", "algorithm": "es256", "generateKey": "yes"}),
            vec!["/algorithm unknown-value", "/generateKey wrong-type"],
        ),
    ] {
        refused_authentication(authentication, &faults).await;
    }
    let api = Api::new();
    let created = api.created(&with_token()).await;
    let jwt = json!({"type": "jwt", "algorithm": "hs256"});
    let kept = with(with_token(), "/authentication", jwt);
    let refused = api.replace(created.id(), "*", &kept).await;
    assert_eq!(
        refused.faults(),
        ["/authentication/algorithm unknown-value"]
    );
}
