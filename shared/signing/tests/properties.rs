//! What holds for every text that somebody gives as a key: it signs, or is refused without being repeated.
#![expect(clippy::unwrap_used, reason = "a failed assumption ends the test")]

use std::sync::LazyLock;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use domain::jwt::Algorithm;
use proptest::{prelude::*, sample::Index};
use secrecy::{ExposeSecret as _, SecretString};
use signing::{SigningKey, publish, standard_webhooks::WebhookSecret};

/// How a key begins in PEM, as our own words have it too.
const BEGIN: &str = "-----BEGIN PRIVATE KEY-----";

/// Whether an output repeats a line of a key. Short ones, and those around the key, whole or broken, occur in our own words.
fn repeats(output: &str, text: &str) -> bool {
    text.lines()
        .filter(|line| line.len() >= 12 && !line.starts_with('-') && !BEGIN.contains(line))
        .any(|line| output.contains(line))
}

/// A private key of each kind, as PEM.
static KEYS: LazyLock<Vec<String>> = LazyLock::new(|| {
    [
        Algorithm::RS256,
        Algorithm::ES256,
        Algorithm::ES384,
        Algorithm::EdDSA,
    ]
    .map(|algorithm| {
        signing::generate(algorithm)
            .unwrap()
            .expose_secret()
            .to_owned()
    })
    .into()
});

/// A text with other characters at some places.
fn damaged(text: &str, damage: &[(Index, char)]) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    for (index, character) in damage {
        let place = index.index(characters.len());
        characters[place] = *character;
    }
    characters.into_iter().collect()
}

fn damage() -> impl Strategy<Value = Vec<(Index, char)>> {
    prop::collection::vec(
        (
            any::<Index>(),
            "[A-Za-z0-9+/=\n -]".prop_map(|text| text.chars().next().unwrap_or(' ')),
        ),
        0..4,
    )
}

/// Every algorithm either signs with the text or refuses it.
fn judged(text: &str) {
    let material = SecretString::from(text);
    for algorithm in Algorithm::ALL {
        match SigningKey::parse(algorithm, &material) {
            Ok(key) => {
                let token = key.sign(Some("k"), &serde_json::Map::new()).unwrap();
                assert_eq!(token.split('.').count(), 3);
                let public = key.public_key().unwrap();
                assert_eq!(public.is_none(), algorithm.is_symmetric());
                public.map(|key| publish(algorithm, key, None).unwrap());
                assert!(!repeats(&format!("{key:?}"), text));
            }
            Err(refusal) => {
                assert!(refusal.message.ends_with('.'));
                assert!(!repeats(&refusal.message, text), "{refusal:?}");
            }
        }
    }
}

fn judged_as_webhook_secret(text: &str) {
    match WebhookSecret::parse(&SecretString::from(text)) {
        Ok(secret) => {
            let signature = secret.sign("id", 0, b"{}").unwrap();
            let base64 = signature.strip_prefix(secret.scheme().as_str()).unwrap();
            assert!(
                BASE64_STANDARD
                    .decode(base64.strip_prefix(',').unwrap())
                    .is_ok()
            );
            assert_eq!(
                secret.public_key().is_some(),
                text.trim().starts_with("whsk_")
            );
        }
        Err(refusal) => {
            assert!(!repeats(&refusal.message, text), "{refusal:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_is_a_key_or_is_none(text in "\\PC{0,80}|[ -~]{30,70}|-----BEGIN [A-Z ]{0,20}-----\n[A-Za-z0-9+/=\n]{0,90}\n-----END [A-Z ]{0,20}-----") {
        judged(&text);
    }

    #[test]
    fn a_damaged_key_is_a_key_or_is_none(kind in any::<Index>(), damage in damage(), cut in any::<Index>()) {
        let key: &String = kind.get(&KEYS);
        let whole = damaged(key, &damage);
        judged(&whole);
        judged(whole.split_at(cut.index(whole.len())).0);
    }

    #[test]
    fn any_text_is_a_signing_secret_or_is_none(
        prefix in "(whsec_|whsk_|whpk_|\\PC{0,6})",
        bytes in prop::collection::vec(any::<u8>(), 0..80),
        damage in damage(),
        text in "\\PC{0,20}",
    ) {
        let secret = format!("{prefix}{}", BASE64_STANDARD.encode(bytes));
        judged_as_webhook_secret(&secret);
        if !secret.is_empty() {
            judged_as_webhook_secret(&damaged(&secret, &damage));
        }
        judged_as_webhook_secret(&format!("{prefix}{text}"));
    }
}
