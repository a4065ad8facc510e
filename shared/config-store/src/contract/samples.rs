//! What the tests store.

use domain::{
    config::{
        Audit, Authentication, CampaignScope, CampaignSwitch, Channel, Selection, Webhook,
        WebhookConfig, WebhookConfigParts, WebhookName,
    },
    endpoint::EndpointUrl,
    headers::{CustomHeader, CustomHeaderName, CustomHeaderValue, CustomHeaders, header_value},
    jwk::{PublicKey, PublishedKey},
    jwt::{
        Algorithm, Audiences, ExtraClaims, JwtAuthentication, TokenLifetime, TokenPrefix, TokenText,
    },
    key::{CampaignId, ConfigKey, OrgId, SandboxName, WebhookId},
    secret::SealedSecret,
    token_keys::{RetiredKey, TokenKey, TokenKeys},
};
use http::HeaderName;

/// A key in an organisation that nothing else uses.
pub fn fresh_key() -> ConfigKey {
    ConfigKey {
        org: OrgId::parse(&format!("{}@contract", uuid::Uuid::new_v4())).unwrap(),
        sandbox: SandboxName::parse("prod").unwrap(),
    }
}

/// A secret of this ciphertext.
pub(super) fn sealed(ciphertext: &[u8]) -> SealedSecret {
    SealedSecret {
        ciphertext: ciphertext.to_vec(),
        set_at: "2026-01-02T03:04:05.678Z".parse().unwrap(),
    }
}

/// A webhook that uses every field that can be stored.
pub fn webhook(key: &ConfigKey) -> Webhook {
    let text = |text| TokenText::parse(text).unwrap();
    let claims =
        serde_json::from_str(r#"{"tenant": {"number": 12345678901234567, "flags": [true, null]}}"#)
            .unwrap();
    let config = WebhookConfig::new(WebhookConfigParts {
        name: WebhookName::parse("Återkoppling").unwrap(),
        channels: Selection::new([Channel::Sms, Channel::Email]).unwrap(),
        url: EndpointUrl::parse("https://hooks.example.com/feedback?x=1").unwrap(),
        authentication: Authentication::Jwt(Box::new(JwtAuthentication {
            algorithm: Algorithm::RS256,
            keys: TokenKeys::from_parts(
                TokenKey {
                    secret: sealed(&[0, 1, 254, 255]),
                    id: Some(text("k1")),
                    public: Some(rsa_key("k1")),
                },
                Some(TokenKey {
                    secret: sealed(b"next"),
                    id: None,
                    public: Some(rsa_key("k2")),
                }),
                vec![RetiredKey {
                    key: rsa_key("k0"),
                    published_at: "2026-01-01T00:00:00Z".parse().unwrap(),
                    until: "2026-01-03T00:00:00Z".parse().unwrap(),
                }],
            )
            .unwrap(),
            issuer: Some(text("issuer")),
            subject: None,
            audience: Audiences::new(vec![text("a"), text("b")]).unwrap(),
            lifetime: TokenLifetime::from_seconds(600).unwrap(),
            claims: ExtraClaims::new(claims).unwrap(),
            header_name: HeaderName::from_static("x-token"),
            header_prefix: TokenPrefix::parse("").unwrap(),
            token_per_delivery: true,
        })),
        headers: CustomHeaders::new(vec![
            CustomHeader {
                name: CustomHeaderName::parse("X-Plain").unwrap(),
                value: CustomHeaderValue::Plain(header_value("value").unwrap()),
            },
            CustomHeader {
                name: CustomHeaderName::parse("X-Secret").unwrap(),
                value: CustomHeaderValue::Secret(sealed(b"sealed")),
            },
        ])
        .unwrap(),
        feedback_statuses: Selection::documented(),
        campaigns: CampaignScope::All,
        paused: true,
    })
    .unwrap();
    Webhook {
        id: WebhookId::new(uuid::Uuid::new_v4()),
        key: key.clone(),
        version: 1,
        config,
        audit: Audit {
            created_at: "2026-01-02T03:04:05.678Z".parse().unwrap(),
            created_by: "creator@example.com".to_owned(),
            modified_at: "2026-02-03T04:05:06Z".parse().unwrap(),
            modified_by: "modifier@example.com".to_owned(),
        },
    }
}

fn rsa_key(id: &str) -> PublishedKey {
    PublishedKey {
        id: TokenText::parse(id).unwrap(),
        algorithm: Algorithm::RS256,
        key: PublicKey::Rsa {
            n: format!("modulus-{id}"),
            e: "AQAB".to_owned(),
        },
    }
}

/// A campaign's switch.
pub(super) fn switch(key: &ConfigKey, campaign: &str, by: &str) -> CampaignSwitch {
    CampaignSwitch {
        key: key.clone(),
        campaign: CampaignId::parse(campaign).unwrap(),
        enabled_at: "2026-03-04T05:06:07Z".parse().unwrap(),
        enabled_by: by.to_owned(),
    }
}

/// The webhook with another authentication.
pub(super) fn with_authentication(webhook: &Webhook, authentication: Authentication) -> Webhook {
    let config = &webhook.config;
    let config = WebhookConfig::new(WebhookConfigParts {
        name: config.name().clone(),
        channels: config.channels().clone(),
        url: config.url().clone(),
        authentication,
        headers: config.headers().clone(),
        feedback_statuses: config.feedback_statuses().clone(),
        campaigns: config.campaigns(),
        paused: config.is_paused(),
    });
    Webhook {
        config: config.unwrap(),
        ..webhook.clone()
    }
}

/// The key of another sandbox of the organisation.
pub(super) fn in_sandbox(key: &ConfigKey, sandbox: &str) -> ConfigKey {
    ConfigKey {
        org: key.org.clone(),
        sandbox: SandboxName::parse(sandbox).unwrap(),
    }
}
