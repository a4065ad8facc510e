//! What holds for every text: no constructor panics, each takes exactly what its rule says, and what it took can be
//! stored and read back.
#![expect(clippy::unwrap_used, reason = "a failed assumption ends the test")]

use std::fmt::Debug;

use domain::{
    Refusal,
    config::{FeedbackStatus, WebhookName},
    event::FeedbackEvent,
    jwt::{ExtraClaims, TokenLifetime, TokenPrefix, TokenText},
    key::{CampaignId, OrgId, SandboxName, WebhookId},
};
use proptest::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

/// Texts of all kinds, and those at the edge of the rules more often than chance would have them.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "\\PC{0,130}",
        "[ -~]{0,40}",
        "[a-zA-Z0-9._@-]{0,140}",
        "[a-z0-9-]{1,130}",
        "x{500,520}",
    ]
}

fn holds<T>(parse: fn(&str) -> Result<T, Refusal>, text: &str, rule: fn(&str) -> bool)
where
    T: AsRef<str> + PartialEq + Debug + Serialize + DeserializeOwned,
{
    match parse(text) {
        Ok(value) => {
            assert!(rule(value.as_ref()), "{text:?} was taken");
            assert_eq!(parse(value.as_ref()).as_ref(), Ok(&value));
            let stored = serde_json::to_string(&value).unwrap();
            assert_eq!(serde_json::from_str::<T>(&stored).unwrap(), value);
        }
        Err(Refusal { code, message }) => {
            assert!(!rule(text), "{text:?} was refused");
            assert!(!code.is_empty() && message.ends_with('.'));
        }
    }
}

fn is_identifier(text: &str) -> bool {
    let legal = |byte: u8| (b'!'..=b'~').contains(&byte) && byte != b'#';
    (1..=128).contains(&text.len()) && text.bytes().all(legal)
}

proptest! {
    #[test]
    fn texts_are_taken_by_their_rule_alone(text in text()) {
        holds(OrgId::parse, &text, is_identifier);
        holds(CampaignId::parse, &text, is_identifier);
        holds(SandboxName::parse, &text, |text| {
            is_identifier(text) && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
        });
        holds(WebhookName::parse, text.trim(), |text| {
            (1..=100).contains(&text.chars().count()) && !text.chars().any(char::is_control)
        });
        holds(FeedbackStatus::parse, &text, |text| {
            (1..=64).contains(&text.len())
                && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
        });
        holds(TokenText::parse, &text, |text| {
            text.len() <= 512 && !text.trim().is_empty() && !text.chars().any(char::is_control)
        });
        holds(TokenPrefix::parse, &text, |text| {
            text.len() <= 32 && text.bytes().all(|byte| (b'!'..=b'~').contains(&byte))
        });
    }

    #[test]
    fn spaces_around_a_name_do_not_count(name in "[a-z]{1,9}", before in "[ \t\n]{0,3}", after in "[ \u{a0}]{0,3}") {
        let taken = WebhookName::parse(&format!("{before}{name}{after}")).unwrap();
        prop_assert_eq!(taken.as_str(), name);
    }

    #[test]
    fn an_id_is_written_as_it_is_read(bytes in any::<u128>(), text in text()) {
        let id = WebhookId::new(uuid::Uuid::from_u128(bytes));
        prop_assert_eq!(WebhookId::parse(&id.to_string()), Some(id));
        if let Some(id) = WebhookId::parse(&text) {
            prop_assert_eq!(WebhookId::parse(&id.to_string()), Some(id));
        }
    }

    #[test]
    fn a_lifetime_is_a_minute_to_a_day(seconds in prop_oneof![any::<u64>(), 0_u64..100_000]) {
        let taken = TokenLifetime::from_seconds(seconds).map(|lifetime| u64::from(lifetime.as_seconds()));
        prop_assert_eq!(taken.ok(), Some(seconds).filter(|seconds| (60..=86_400).contains(seconds)));
    }

    #[test]
    fn extra_claims_are_kept_and_never_registered_ones(
        names in prop::collection::vec(prop_oneof!["\\PC{0,9}", "iss|sub|aud|exp|nbf|iat|jti"], 0..5),
        value in "\\PC{0,1500}",
    ) {
        let claims: Map<String, Value> =
            names.iter().map(|name| (name.clone(), Value::from(value.as_str()))).collect();
        let registered = ["iss", "sub", "aud", "exp", "nbf", "iat", "jti"];
        match ExtraClaims::new(claims.clone()) {
            Ok(taken) => {
                prop_assert!(registered.iter().all(|name| !taken.as_map().contains_key(*name)));
                prop_assert!(serde_json::to_vec(taken.as_map()).unwrap().len() <= 4_096);
                prop_assert_eq!(taken.as_map(), &claims);
            }
            Err((refused, _)) => {
                let given = registered.into_iter().filter(|name| claims.contains_key(*name));
                prop_assert!(given.eq(refused.iter().copied()));
                let is_large = serde_json::to_vec(&claims).unwrap().len() > 4_096;
                prop_assert!(is_large || !refused.is_empty());
            }
        }
    }

    #[test]
    fn an_unreadable_event_is_described_without_its_values(body in text(), value in "[A-Z]{20}") {
        prop_assert!(FeedbackEvent::parse(&body).is_err());
        let body = format!(r#"{{"requestId":"{value}","imsOrg":"{value} ","sandbox":{{"name":"{value}"}}}}"#);
        let error = FeedbackEvent::parse(&body).unwrap_err();
        prop_assert!(!error.to_string().contains(&value));
        let debug = format!("{error:?}");
        prop_assert!(!debug.contains(&value));
    }
}
