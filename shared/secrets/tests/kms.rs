//! What is asked of the key service, and what its refusals mean.
#![expect(clippy::unwrap_used, reason = "a failed assumption ends the test")]

use aws_sdk_kms::{
    Client,
    operation::{
        decrypt::{DecryptError, DecryptOutput},
        encrypt::EncryptOutput,
    },
    primitives::Blob,
    types::error::{InvalidCiphertextException, KmsInternalException},
};
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use domain::{
    key::{ConfigKey, OrgId, SandboxName},
    secret::SealedSecret,
};
use secrecy::{ExposeSecret, SecretString};
use secrets::{OpenError, Opener, Sealer};

fn client(rule: &Rule) -> Client {
    mock_client!(aws_sdk_kms, RuleMode::MatchAny, [rule])
}

fn key() -> ConfigKey {
    ConfigKey {
        org: OrgId::parse("org").unwrap(),
        sandbox: SandboxName::parse("prod").unwrap(),
    }
}

fn sealed() -> SealedSecret {
    SealedSecret {
        ciphertext: b"ciphertext".to_vec(),
        set_at: "2026-01-02T03:04:05Z".parse().unwrap(),
    }
}

#[tokio::test]
async fn a_secret_is_bound_to_its_organisation_and_sandbox() {
    let context = [("organisation", "org"), ("sandbox", "prod")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let expected = Some(context.into());
    let for_encrypt = expected.clone();
    let encrypt = mock!(Client::encrypt)
        .match_requests(move |request| {
            request.encryption_context == for_encrypt
                && request.key_id() == Some("the key")
                && request.plaintext() == Some(&Blob::new("secret"))
        })
        .then_output(|| {
            EncryptOutput::builder()
                .ciphertext_blob(Blob::new("ciphertext"))
                .build()
        });
    let secret = SecretString::from("secret");
    let stored = Sealer::new(client(&encrypt), "the key")
        .seal(&key(), &secret, sealed().set_at)
        .await
        .unwrap();
    assert_eq!(stored, sealed());

    let decrypt = mock!(Client::decrypt)
        .match_requests(move |request| {
            request.encryption_context == expected
                && request.key_id() == Some("the key")
                && request.ciphertext_blob() == Some(&Blob::new("ciphertext"))
        })
        .then_output(|| {
            DecryptOutput::builder()
                .plaintext(Blob::new("secret"))
                .build()
        });
    let opened = Opener::new(client(&decrypt), "the key")
        .open(&key(), &stored)
        .await
        .unwrap();
    assert_eq!(opened.expose_secret(), "secret");
}

#[tokio::test]
async fn a_ciphertext_of_another_tenant_is_refused_for_good() {
    let decrypt = mock!(Client::decrypt).then_error(|| {
        DecryptError::InvalidCiphertextException(InvalidCiphertextException::builder().build())
    });
    let result = Opener::new(client(&decrypt), "the key")
        .open(&key(), &sealed())
        .await;
    assert!(matches!(result, Err(OpenError::Refused(_))), "{result:?}");
}

#[tokio::test]
async fn an_unwell_key_service_is_worth_another_try() {
    let decrypt = mock!(Client::decrypt)
        .then_error(|| DecryptError::KmsInternalException(KmsInternalException::builder().build()));
    let result = Opener::new(client(&decrypt), "the key")
        .open(&key(), &sealed())
        .await;
    assert!(
        matches!(result, Err(OpenError::Unavailable(_))),
        "{result:?}"
    );
}
