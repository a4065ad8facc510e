//! Keys are judged when they are saved, and tokens are verified by a library that shares no code with the signer.
#![expect(clippy::unwrap_used, reason = "a failed assumption ends the test")]

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der},
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
        Ed25519KeyPair, KeyPair, RsaKeyPair,
    },
};
use domain::jwt::Algorithm;
use jwt_simple::prelude::*;
use secrecy::{ExposeSecret, SecretString};
use signing::SigningKey;

#[derive(Serialize, Deserialize, Debug, PartialEq)]
struct Extra {
    tenant: serde_json::Value,
}

fn claims() -> serde_json::Value {
    serde_json::json!({
        "iss": "issuer", "aud": ["a", "b"], "iat": 1_000_000_000, "exp": 4_000_000_000_u32, "tenant": {"n": [1, null]},
    })
}

fn assert_claims(verified: JWTClaims<Extra>) {
    assert_eq!(verified.issuer.as_deref(), Some("issuer"));
    assert_eq!(
        verified.audiences,
        Some(Audiences::AsSet(["a".to_owned(), "b".to_owned()].into()))
    );
    assert_eq!(
        verified.custom,
        Extra {
            tenant: serde_json::json!({"n": [1, null]})
        }
    );
}

fn private_pem(der: &[u8]) -> SecretString {
    SecretString::from(pem::encode(&pem::Pem::new("PRIVATE KEY", der)))
}

fn rsa(size: KeySize) -> (SecretString, Vec<u8>) {
    let pair = RsaKeyPair::generate(size).unwrap();
    let private: Pkcs8V1Der<'_> = pair.as_der().unwrap();
    let public: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
    (private_pem(private.as_ref()), public.as_ref().to_vec())
}

fn token(algorithm: Algorithm, key: &SecretString) -> String {
    SigningKey::parse(algorithm, key)
        .unwrap()
        .sign(Some("k1"), &claims())
        .unwrap()
}

fn code(algorithm: Algorithm, key: &str) -> &'static str {
    SigningKey::parse(algorithm, &SecretString::from(key))
        .unwrap_err()
        .code
}

#[test]
fn shared_secrets_sign_what_another_library_verifies() {
    let secret = "s".repeat(64);
    let key = SecretString::from(secret.as_str());
    let bytes = secret.as_bytes();
    assert_claims(
        HS256Key::from_bytes(bytes)
            .verify_token(&token(Algorithm::HS256, &key), None)
            .unwrap(),
    );
    assert_claims(
        HS384Key::from_bytes(bytes)
            .verify_token(&token(Algorithm::HS384, &key), None)
            .unwrap(),
    );
    assert_claims(
        HS512Key::from_bytes(bytes)
            .verify_token(&token(Algorithm::HS512, &key), None)
            .unwrap(),
    );
}

#[test]
fn rsa_keys_sign_what_another_library_verifies() {
    let (key, public) = rsa(KeySize::Rsa2048);
    let token = |algorithm| token(algorithm, &key);
    assert_claims(
        RS256PublicKey::from_der(&public)
            .unwrap()
            .verify_token(&token(Algorithm::RS256), None)
            .unwrap(),
    );
    assert_claims(
        RS384PublicKey::from_der(&public)
            .unwrap()
            .verify_token(&token(Algorithm::RS384), None)
            .unwrap(),
    );
    assert_claims(
        RS512PublicKey::from_der(&public)
            .unwrap()
            .verify_token(&token(Algorithm::RS512), None)
            .unwrap(),
    );
    assert_claims(
        PS256PublicKey::from_der(&public)
            .unwrap()
            .verify_token(&token(Algorithm::PS256), None)
            .unwrap(),
    );
    assert_claims(
        PS384PublicKey::from_der(&public)
            .unwrap()
            .verify_token(&token(Algorithm::PS384), None)
            .unwrap(),
    );
    assert_claims(
        PS512PublicKey::from_der(&public)
            .unwrap()
            .verify_token(&token(Algorithm::PS512), None)
            .unwrap(),
    );
}

#[test]
fn elliptic_curve_keys_sign_what_another_library_verifies() {
    let p256 = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let key = private_pem(p256.to_pkcs8v1().unwrap().as_ref());
    let public = ES256PublicKey::from_bytes(p256.public_key().as_ref()).unwrap();
    assert_claims(
        public
            .verify_token(&token(Algorithm::ES256, &key), None)
            .unwrap(),
    );

    let p384 = EcdsaKeyPair::generate(&ECDSA_P384_SHA384_FIXED_SIGNING).unwrap();
    let key = private_pem(p384.to_pkcs8v1().unwrap().as_ref());
    let public = ES384PublicKey::from_bytes(p384.public_key().as_ref()).unwrap();
    assert_claims(
        public
            .verify_token(&token(Algorithm::ES384, &key), None)
            .unwrap(),
    );

    let ed25519 = Ed25519KeyPair::generate().unwrap();
    let key = private_pem(ed25519.to_pkcs8v1().unwrap().as_ref());
    let public = Ed25519PublicKey::from_bytes(ed25519.public_key().as_ref()).unwrap();
    assert_claims(
        public
            .verify_token(&token(Algorithm::EdDSA, &key), None)
            .unwrap(),
    );
}

#[test]
fn generated_keys_sign_what_their_published_halves_verify() {
    for algorithm in Algorithm::ALL {
        if algorithm.is_symmetric() {
            assert!(signing::generate(algorithm).is_err());
            continue;
        }
        let (one, other) = (
            signing::generate(algorithm).unwrap(),
            signing::generate(algorithm).unwrap(),
        );
        assert_ne!(one.expose_secret(), other.expose_secret());
        let key = SigningKey::parse(algorithm, &one).unwrap();
        let public = key.public_key().unwrap().unwrap();
        let jwk = serde_json::to_value(public).unwrap();
        let decoding =
            jsonwebtoken::DecodingKey::from_jwk(&serde_json::from_value(jwk.clone()).unwrap());
        let header: jsonwebtoken::Header =
            jsonwebtoken::decode_header(token(algorithm, &one)).unwrap();
        let mut validation = jsonwebtoken::Validation::new(header.alg);
        validation.set_audience(&["a"]);
        jsonwebtoken::decode::<serde_json::Value>(
            token(algorithm, &one),
            &decoding.unwrap(),
            &validation,
        )
        .unwrap();
        for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
            assert_eq!(jwk.get(private), None, "{algorithm:?}");
        }
    }
}

#[test]
fn an_ed25519_key_has_its_public_half_in_both_forms_of_pkcs8() {
    let pair = Ed25519KeyPair::generate().unwrap();
    let public = |der: &[u8]| {
        let key = SigningKey::parse(Algorithm::EdDSA, &private_pem(der)).unwrap();
        key.public_key().unwrap().unwrap()
    };
    let first = public(pair.to_pkcs8v1().unwrap().as_ref());
    assert_eq!(public(pair.to_pkcs8().unwrap().as_ref()), first);
}

#[test]
fn the_token_names_its_key() {
    let token = token(Algorithm::HS256, &SecretString::from("s".repeat(32)));
    let metadata = jwt_simple::token::Token::decode_metadata(&token).unwrap();
    assert_eq!(
        (metadata.algorithm(), metadata.key_id()),
        ("HS256", Some("k1"))
    );
}

#[test]
fn secrets_below_the_size_of_the_hash_are_refused() {
    for (algorithm, bytes) in [
        (Algorithm::HS256, 32),
        (Algorithm::HS384, 48),
        (Algorithm::HS512, 64),
    ] {
        assert_eq!(code(algorithm, &"s".repeat(bytes - 1)), "secret-too-short");
        assert!(SigningKey::parse(algorithm, &SecretString::from("s".repeat(bytes))).is_ok());
    }
    assert_eq!(code(Algorithm::HS256, &"s".repeat(4_097)), "key-too-long");
}

#[test]
fn what_is_no_suitable_private_key_is_refused_with_the_reason() {
    let (rsa, public) = rsa(KeySize::Rsa2048);
    let p256 = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let p256 = private_pem(p256.to_pkcs8v1().unwrap().as_ref());
    let armoured = |label: &str| pem::encode(&pem::Pem::new(label, public.clone()));
    for (algorithm, key, expected) in [
        (Algorithm::RS256, "", "key-invalid"),
        (Algorithm::RS256, "garbage", "key-invalid"),
        (
            Algorithm::RS256,
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
            "key-invalid",
        ),
        (Algorithm::RS256, p256.expose_secret(), "key-invalid"),
        (Algorithm::ES256, rsa.expose_secret(), "key-invalid"),
        (Algorithm::ES384, p256.expose_secret(), "key-invalid"),
        (Algorithm::EdDSA, p256.expose_secret(), "key-invalid"),
        (
            Algorithm::RS256,
            include_str!("rsa-1024-bits.pem"),
            "key-too-short",
        ),
        (Algorithm::RS256, &armoured("PUBLIC KEY"), "key-public"),
        (Algorithm::ES256, &armoured("CERTIFICATE"), "key-public"),
        (
            Algorithm::RS256,
            &armoured("ENCRYPTED PRIVATE KEY"),
            "key-encrypted",
        ),
        (
            Algorithm::ES256,
            &armoured("EC PRIVATE KEY"),
            "key-wrong-form",
        ),
    ] {
        assert_eq!(
            code(algorithm, key),
            expected,
            "{algorithm:?} with {key:.40}"
        );
    }
}

#[test]
fn debug_output_hides_the_key() {
    let key = SigningKey::parse(Algorithm::HS256, &SecretString::from("hidden".repeat(6))).unwrap();
    assert!(!format!("{key:?}").contains("hidden"));
}
