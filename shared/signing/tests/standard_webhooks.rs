//! Signatures are those of other implementations, and secrets are judged when they are saved.
#![expect(clippy::unwrap_used, reason = "a failed assumption ends the test")]

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use domain::standard_webhooks::SignatureScheme;
use http::HeaderMap;
use secrecy::{ExposeSecret as _, SecretString};
use signing::standard_webhooks::WebhookSecret;

fn secret(text: &str) -> WebhookSecret {
    WebhookSecret::parse(&SecretString::from(text)).unwrap()
}

fn of_bytes(prefix: &str, bytes: usize) -> String {
    format!("{prefix}{}", BASE64_STANDARD.encode(vec![7; bytes]))
}

/// The vectors are those of the specification's library for Rust (`test_sign`) and of the Svix server
/// (`test_asymmetric_key_signing`).
#[test]
fn signatures_are_those_of_other_implementations() {
    let symmetric = secret("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD");
    let body = br#"{"email":"test@example.com","username":"test_user"}"#;
    assert_eq!(
        symmetric
            .sign("msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", 1_649_367_553, body)
            .unwrap(),
        "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw="
    );
    for text in [
        "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==",
        "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc=",
    ] {
        let asymmetric = secret(text);
        assert_eq!(
            asymmetric
                .sign(
                    "msg_p5jXN8AQM9LWM0D4loKWxJek",
                    1_614_265_330,
                    br#"{"test": 2432232314}"#
                )
                .unwrap(),
            "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg=="
        );
        assert_eq!(
            asymmetric.public_key().unwrap().as_str(),
            "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4="
        );
    }
}

#[test]
fn a_generated_symmetric_secret_satisfies_the_specifications_own_library() {
    let text = WebhookSecret::generate(SignatureScheme::V1).unwrap();
    #[expect(
        clippy::disallowed_methods,
        reason = "the library compares the timestamp with the clock"
    )]
    let now = jiff::Timestamp::now().as_second();
    let body = "{\"to\":\"Åsa\"}";
    let signature = secret(text.expose_secret())
        .sign("e.1", now, body.as_bytes())
        .unwrap();
    let headers: HeaderMap = [
        ("webhook-id", "e.1".to_owned()),
        ("webhook-timestamp", now.to_string()),
        ("webhook-signature", signature),
    ]
    .into_iter()
    .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
    .collect();
    let verifier = standardwebhooks::Webhook::new(text.expose_secret()).unwrap();
    verifier.verify(body.as_bytes(), &headers).unwrap();
    assert!(verifier.verify(b"{\"to\":\"Asa\"}", &headers).is_err());
}

#[test]
fn a_generated_key_pair_signs_what_its_public_key_verifies() {
    let text = WebhookSecret::generate(SignatureScheme::V1a).unwrap();
    let secret = secret(text.expose_secret());
    assert_eq!(secret.scheme(), SignatureScheme::V1a);
    let public_key = secret.public_key().unwrap();
    let public_key = public_key.as_str().strip_prefix("whpk_").unwrap();
    let public_key = UnparsedPublicKey::new(&ED25519, BASE64_STANDARD.decode(public_key).unwrap());
    let signature = secret.sign("e-1", 1_700_000_000, b"{}").unwrap();
    let signature = BASE64_STANDARD
        .decode(signature.strip_prefix("v1a,").unwrap())
        .unwrap();
    public_key.verify(b"e-1.1700000000.{}", &signature).unwrap();
}

#[test]
fn two_generated_secrets_differ() {
    for scheme in SignatureScheme::ALL {
        let [one, other] = [(); 2].map(|()| WebhookSecret::generate(scheme).unwrap());
        assert_ne!(one.expose_secret(), other.expose_secret());
    }
}

#[test]
fn secrets_are_taken_within_the_specifications_bounds_with_or_without_padding() {
    for text in [
        of_bytes("whsec_", 24),
        of_bytes("whsec_", 64),
        of_bytes("whsec_", 25).trim_end_matches('=').to_owned(),
        of_bytes("whsk_", 32),
        format!(" {}\n", of_bytes("whsec_", 32)),
    ] {
        secret(&text);
    }
}

#[test]
fn what_is_no_secret_is_refused_and_not_repeated() {
    for (text, code) in [
        (String::new(), "signing-secret-invalid"),
        ("hunter2".to_owned(), "signing-secret-invalid"),
        (of_bytes("", 32), "signing-secret-invalid"),
        (of_bytes("WHSEC_", 32), "signing-secret-invalid"),
        ("whsec_hunter-2".to_owned(), "signing-secret-invalid"),
        // The other alphabet of base64, and a space within.
        ("whsec_____".to_owned(), "signing-secret-invalid"),
        (
            of_bytes("whsec_", 32).replacen("Bw", "B w", 1),
            "signing-secret-invalid",
        ),
        (of_bytes("whsec_", 0), "signing-secret-length"),
        (of_bytes("whsec_", 23), "signing-secret-length"),
        (of_bytes("whsec_", 65), "signing-secret-length"),
        (of_bytes("whsec_", 4_000), "signing-secret-length"),
        (of_bytes("whsk_", 31), "signing-secret-length"),
        (of_bytes("whsk_", 33), "signing-secret-length"),
        (of_bytes("whsk_", 65), "signing-secret-length"),
        // Two halves that do not belong together.
        (of_bytes("whsk_", 64), "signing-secret-invalid"),
        (of_bytes("whpk_", 32), "signing-secret-public"),
    ] {
        let refusal = WebhookSecret::parse(&SecretString::from(text.as_str()))
            .err()
            .unwrap_or_else(|| panic!("{text:?} was taken"));
        assert_eq!(refusal.code, code, "{text:?}");
        assert!(!refusal.message.contains("hunter"));
    }
}
