//! The tenants: one webhook of each kind is made by the configuration API itself; where a scenario has thousands of
//! tenants, what it stored is multiplied.

use anyhow::Result;
use dynoxide::types::AttributeValue;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    request::{create, webhook},
    stage::Stage,
};

/// The sandbox of every tenant.
pub const SANDBOX: &str = "prod";

/// How requests are authenticated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Auth {
    /// Not at all.
    #[serde(rename = "none")]
    None,
    /// A token that is signed once.
    HS256,
    /// The same with a key pair.
    RS256,
    /// The same with another kind of key pair.
    ES256,
    /// A token for each delivery.
    #[serde(rename = "HS256 for each")]
    OwnHS256,
    /// A token for each delivery, signed with a private key.
    #[serde(rename = "ES256 for each")]
    OwnES256,
}

impl Auth {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::None,
        Self::HS256,
        Self::RS256,
        Self::ES256,
        Self::OwnHS256,
        Self::OwnES256,
    ];

    /// What tables call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::HS256 => "HS256",
            Self::RS256 => "RS256",
            Self::ES256 => "ES256",
            Self::OwnHS256 => "HS256 for each",
            Self::OwnES256 => "ES256 for each",
        }
    }

    fn configuration(self) -> Value {
        let secret = "a secret of the benchmark, 32 bytes or more";
        match self {
            Self::None => json!({"type": "none"}),
            Self::HS256 => json!({"type": "jwt", "algorithm": "HS256", "secret": secret}),
            Self::RS256 => json!({"type": "jwt", "algorithm": "RS256", "generateKey": true}),
            Self::ES256 => json!({"type": "jwt", "algorithm": "ES256", "generateKey": true}),
            Self::OwnHS256 => json!({
                "type": "jwt", "algorithm": "HS256", "secret": secret, "tokenPerDelivery": true,
            }),
            Self::OwnES256 => json!({
                "type": "jwt", "algorithm": "ES256", "generateKey": true, "tokenPerDelivery": true,
            }),
        }
    }
}

/// The organisation of a tenant with this authentication and protocol.
pub fn organisation(auth: Auth, is_http2: bool, number: usize) -> String {
    let protocol = if is_http2 { "h2" } else { "h1" };
    let name = auth.name().replace(' ', "-");
    format!("{name}-{protocol}-{number}")
}

/// The tenant whose endpoint's answers have no end, over HTTP/1.1.
pub const ENDLESS: &str = "endless";

/// The tenant whose campaigns have to be switched on, over HTTP/1.1.
pub const WITH_CAMPAIGNS: &str = "with-campaigns";

/// The name of one of its campaigns.
pub fn campaign(number: usize) -> String {
    format!("campaign-{number}")
}

/// Makes one tenant of each kind, `many` with HS256, and one with as many campaigns.
///
/// # Errors
/// Where the configuration API refuses.
pub async fn set_up(stage: &Stage, many: usize) -> Result<()> {
    let mut api = stage.start(&stage.config_api()).await?;
    for is_http2 in [false, true] {
        for auth in Auth::ALL {
            let webhook = webhook(&stage.url(is_http2), auth.configuration());
            let org = organisation(auth, is_http2, 0);
            create(&mut api, &org, SANDBOX, webhook).await?;
        }
    }
    let mut switched_on = webhook(&stage.url(false), Auth::HS256.configuration());
    switched_on["campaigns"] = json!("switchedOn");
    create(&mut api, WITH_CAMPAIGNS, SANDBOX, switched_on).await?;
    let endless = webhook(&stage.endless_url(), Auth::HS256.configuration());
    create(&mut api, ENDLESS, SANDBOX, endless).await?;
    api.kill().await;
    for number in 0..many {
        let text = |text: String| json!({"S": text});
        let item = json!({
            "pk": text(WITH_CAMPAIGNS.to_owned()),
            "sk": text(format!("campaign#{SANDBOX}#{}", campaign(number))),
            "sandbox": text(SANDBOX.to_owned()),
            "campaign": text(campaign(number)),
            "enabled_at": text("2026-01-01T00:00:00Z".to_owned()),
            "enabled_by": text("administrator".to_owned()),
        });
        stage.services.put(&serde_json::from_value(item)?)?;
    }
    multiply(stage, Auth::HS256, many)
}

/// Copies a tenant. Its secret is sealed anew for each copy, since it would be refused otherwise.
fn multiply(stage: &Stage, auth: Auth, many: usize) -> Result<()> {
    let first = organisation(auth, false, 0);
    let original = stage.services.webhook(&first, SANDBOX)?;
    let text = serde_json::to_string(&original)?;
    for number in 1..many {
        let org = organisation(auth, false, number);
        let mut item: dynoxide::types::Item = serde_json::from_str(&text)?;
        item.insert("pk".to_owned(), AttributeValue::S(org.clone()));
        let mut item = serde_json::to_value(&item)?;
        let sealed = &mut item["jwt"]["M"]["key"]["M"]["ciphertext"]["B"];
        *sealed = json!(crate::services::sealed_for(
            sealed.as_str().unwrap_or_default(),
            &org
        )?);
        stage.services.put(&serde_json::from_value(item)?)?;
    }
    Ok(())
}
