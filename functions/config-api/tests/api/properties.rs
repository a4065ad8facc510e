//! What holds for every request: no header, claim, query or body leads to a failure of the API.

use std::fmt::Write as _;

use domain::key::OrgId;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::helpers::{Api, event, minimal, with_body, with_header};

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    runtime.unwrap().block_on(future)
}

fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        write!(encoded, "%{byte:02X}").unwrap();
        encoded
    })
}

/// Values that fit some member, and some that fit none.
fn value() -> impl Strategy<Value = Value> {
    prop::sample::select(vec![
        json!(null),
        json!(true),
        json!(-1),
        json!(300),
        json!(1.5),
        json!(""),
        json!("email"),
        json!("all"),
        json!("X-B"),
        json!("https://other.example.com/å?b={c}"),
        json!("https://127.1/"),
        json!([]),
        json!(["sms", "email", "sms"]),
        json!(["quarantined.v2"]),
        json!({}),
        json!({"type": "none"}),
        json!([{"name": "X-A", "value": "a", "secret": true}, {"name": "x-b", "value": "b c"}]),
        json!({"type": "jwt", "algorithm": "HS256", "secret": crate::helpers::SECRET, "audience": ["a", "b"]}),
        json!({"type": "jwt", "algorithm": "HS256", "secret": crate::helpers::SECRET, "claims": {"a": [null, 1.5]}}),
    ])
}

fn member() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "name",
        "channels",
        "url",
        "authentication",
        "headers",
        "feedbackStatuses",
        "campaigns",
        "paused",
        "id",
        "unknown",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_was_created_can_be_sent_back_as_it_was_read(
        members in prop::collection::vec((member(), value()), 0..4),
    ) {
        let mut body = minimal();
        for (name, value) in members {
            body[name] = value;
        }
        block_on(async {
            let api = Api::new();
            let created = api.create(&body).await;
            assert!(matches!(created.status, 201 | 400), "{created:?}");
            if created.status == 201 {
                let read = api.read(created.id()).await;
                let replaced = api.replace(read.id(), read.header("etag"), &read.body).await;
                assert_eq!(replaced.status, 200, "{replaced:?}");
                for name in ["name", "channels", "url", "authentication", "headers", "feedbackStatuses", "campaigns", "paused"] {
                    assert_eq!(replaced.body[name], read.body[name], "{name}");
                }
            }
        });
    }

    #[test]
    fn no_cursor_and_no_limit_is_too_odd(cursor in "\\PC{0,20}|[A-Za-z0-9_-]{0,30}", limit in "[0-9]{0,6}|\\PC{0,6}") {
        let (cursor, limit) = (percent_encoded(&cursor), percent_encoded(&limit));
        let path = format!("/feedback-webhooks?cursor={cursor}&limit={limit}");
        let answer = block_on(async { Api::new().send(&event("GET", &path)).await });
        prop_assert!(matches!(answer.status, 200 | 400), "{:?}", answer);
    }

    #[test]
    fn no_condition_but_the_etag_lets_a_change_pass(condition in "[!-~]([ -~]{0,40}[!-~])?|W?/?\"[a-z0-9-]{0,40}\"(, \"x\")?") {
        prop_assume!(condition.trim() != "*");
        block_on(async {
            let api = Api::new();
            let created = api.created(&minimal()).await;
            let refused = api.replace(created.id(), &condition, &minimal()).await;
            assert_eq!(refused.problem(), (412, "precondition-failed"), "{condition:?}");
            let path = format!("/feedback-webhooks/{}", created.id());
            let deletion = with_header(event("DELETE", &path), "if-match", &condition);
            assert_eq!(api.send(&deletion).await.status, 412, "{condition:?}");
            let read = with_header(event("GET", &path), "if-none-match", &condition);
            assert_eq!(api.send(&read).await.status, 200, "{condition:?}");
        });
    }

    #[test]
    fn no_claim_and_no_sandbox_is_too_odd(org in "\\PC{0,12}|[!-~]{0,130}", actor in "\\PC{0,40}", sandbox in "[ -~]{0,12}") {
        let mut request = with_body("POST", "/feedback-webhooks", &minimal());
        let claims = &mut request["requestContext"]["authorizer"]["jwt"]["claims"];
        claims["custom:org"] = json!(org);
        claims["email"] = json!(actor);
        request["headers"]["x-sandbox-name"] = json!(sandbox);
        let answer = block_on(async { Api::new().send(&request).await });
        let expected: &[u16] = match OrgId::parse(&org) {
            Ok(_) => &[201, 400, 403],
            Err(_) => &[403],
        };
        prop_assert!(expected.contains(&answer.status), "{:?}", answer);
    }

    #[test]
    fn no_path_is_too_odd(id in "\\PC{0,20}|[!-~]{0,140}", method in "GET|PUT|DELETE|POST|PATCH") {
        for collection in ["/feedback-webhooks/", "/campaigns/", "/"] {
            let path = format!("{collection}{}", percent_encoded(&id));
            let answer = block_on(async { Api::new().send(&event(&method, &path)).await });
            prop_assert!((400..500).contains(&answer.status) || answer.status == 200, "{:?}", answer);
        }
    }
}
