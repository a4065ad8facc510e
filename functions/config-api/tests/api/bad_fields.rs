//! Wrong values: a 400 that names every wrong field, and nothing stored.

use serde_json::{Value, json};

use crate::helpers::{Api, SECRET, minimal, with, with_token};

/// Creates, expects exactly these faults, and that nothing was stored or encrypted.
pub(crate) async fn refused(body: &Value, faults: &[&str]) {
    let api = Api::new();
    let answer = api.create(body).await;
    assert_eq!(answer.faults(), faults, "{body}");
    assert!(!answer.body.to_string().contains("hunter2"), "{answer:?}");
    assert_eq!(api.count().await, 0);
    assert!(api.encrypted.lock().unwrap().is_empty());
}

async fn refused_with(base: &Value, cases: &[(&str, Value, &str)]) {
    for (pointer, value, fault) in cases {
        refused(&with(base.clone(), pointer, value.clone()), &[*fault]).await;
    }
}

#[tokio::test]
async fn every_wrong_field_is_named_at_once() {
    let body = json!({
        "nmae": "typo",
        "name": "a\u{0}b",
        "channels": ["email", "fax", 7],
        "url": "http://hooks.example.com/",
        "authentication": {"type": "jwt", "algorithm": "HS256", "secret": "hunter2"},
        "headers": [
            {"name": "Host", "value": "hunter2"},
            {"name": "X-A", "value": "a\r\nb"},
            {"name": "authorization", "value": "hunter2"},
            {"name": "x-a", "value": "fine"},
            {"name": "X-B"},
            {"value": true, "a/b~c": 1},
        ],
        "feedbackStatuses": [],
        "campaigns": "some",
    });
    let mut faults = [
        "/nmae unknown-field",
        "/name name-invalid",
        "/channels/1 unknown-value",
        "/channels/2 wrong-type",
        "/url url-not-https",
        "/authentication/secret secret-too-short",
        "/headers/0/name header-name-reserved",
        "/headers/1/value header-value-invalid",
        "/headers/2/name header-carries-token",
        "/headers/3/name header-name-duplicate",
        "/headers/4/value required",
        "/headers/5/name required",
        "/headers/5/value wrong-type",
        "/headers/5/a~1b~0c unknown-field",
        "/feedbackStatuses selection-empty",
        "/campaigns unknown-value",
    ];
    faults.sort_unstable();
    refused(&body, &faults).await;
}

#[tokio::test]
async fn what_is_missing_is_named() {
    refused(
        &json!({}),
        &[
            "/authentication required",
            "/channels required",
            "/name required",
            "/url required",
        ],
    )
    .await;
    for not_an_object in [json!(null), json!([]), json!("text"), json!(1), json!(true)] {
        refused(&not_an_object, &[" wrong-type"]).await;
    }
}

#[tokio::test]
async fn wrong_names_channels_and_statuses_are_refused() {
    let long = "x".repeat(101);
    let many: Vec<String> = (0..51).map(|n| format!("s{n}")).collect();
    refused_with(
        &minimal(),
        &[
            ("/name", json!(7), "/name wrong-type"),
            ("/name", json!(null), "/name wrong-type"),
            ("/name", json!(" "), "/name name-invalid"),
            ("/name", json!("a\nb"), "/name name-invalid"),
            ("/name", json!(long), "/name name-invalid"),
            ("/channels", json!("email"), "/channels wrong-type"),
            ("/channels", json!([]), "/channels selection-empty"),
            ("/channels", json!(["Email"]), "/channels/0 unknown-value"),
            (
                "/feedbackStatuses",
                json!(["a b"]),
                "/feedbackStatuses/0 status-invalid",
            ),
            (
                "/feedbackStatuses",
                json!(many),
                "/feedbackStatuses selection-too-large",
            ),
            ("/campaigns", json!(true), "/campaigns wrong-type"),
            ("/paused", json!("yes"), "/paused wrong-type"),
        ],
    )
    .await;
}

#[tokio::test]
async fn wrong_urls_are_refused() {
    for (url, code) in [
        ("http://hooks.example.com/", "url-not-https"),
        ("hooks.example.com", "url-invalid"),
        ("https://user:hunter2@hooks.example.com/", "url-credentials"),
        ("https://hooks.example.com/#a", "url-fragment"),
        ("https://hooks.example.com:8443/", "url-port"),
        ("https://hooks.example.com./", "url-trailing-dot"),
        ("https://hooks.example.com/\u{0}", "url-invalid"),
        ("https://127.0.0.1/", "url-ip-address"),
        ("https://2130706433/", "url-ip-address"),
        ("https://0x7f.1/", "url-ip-address"),
        ("https://[::ffff:127.0.0.1]/", "url-ip-address"),
        ("https://localhost/", "url-not-public"),
        ("https://intranet/", "url-not-public"),
    ] {
        refused(
            &with(minimal(), "/url", json!(url)),
            &[&format!("/url {code}")],
        )
        .await;
    }
}

#[tokio::test]
async fn a_development_host_may_have_any_port() {
    let api = Api::new();
    let body = with(minimal(), "/url", json!("https://receiver.internal:8443/"));
    api.created(&body).await;
}

#[tokio::test]
async fn wrong_headers_are_refused() {
    for name in [
        "Host",
        "Content-Length",
        "Transfer-Encoding",
        "Connection",
        "Keep-Alive",
        "TE",
        "Trailer",
        "Upgrade",
        "Proxy-Authorization",
        "content-type",
        "User-Agent",
        "Webhook-Id",
        "webhook-anything",
    ] {
        let headers = json!([{"name": name, "value": "x"}]);
        refused(
            &with(minimal(), "/headers", headers),
            &["/headers/0/name header-name-reserved"],
        )
        .await;
    }
    let twice = json!([{"name": "X-A", "value": "x"}, {"name": "x-a", "value": "y"}]);
    refused_with(
        &with_token(),
        &[
            ("/headers", json!({}), "/headers wrong-type"),
            ("/headers", json!([7]), "/headers/0 wrong-type"),
            ("/headers", twice, "/headers/1/name header-name-duplicate"),
            (
                "/headers",
                json!([{"name": "AUTHORIZATION", "value": "x"}]),
                "/headers/0/name header-carries-token",
            ),
            (
                "/headers",
                json!([{"name": "a:b", "value": "x"}]),
                "/headers/0/name header-name-invalid",
            ),
            (
                "/headers",
                json!([{"name": "X-A", "value": "x\u{0}"}]),
                "/headers/0/value header-value-invalid",
            ),
            (
                "/headers",
                json!([{"name": "X-A", "value": "x", "secret": "yes"}]),
                "/headers/0/secret wrong-type",
            ),
            (
                "/headers",
                json!([{"name": "X-A", "secret": true}]),
                "/headers/0/value required",
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn each_part_of_a_header_is_judged_by_itself() {
    let headers = json!([
        {"name": "Host", "value": "a\r\nb"},
        {"name": "X-A", "value": 7},
        {"name": "x-a", "value": "b"},
        {"name": "AUTHORIZATION", "value": 7},
        {"name": "Host", "secret": "yes"},
        {"name": "X-B", "value": "fine", "secret": 1},
    ]);
    refused(
        &with(with_token(), "/headers", headers),
        &[
            "/headers/0/name header-name-reserved",
            "/headers/0/value header-value-invalid",
            "/headers/1/value wrong-type",
            "/headers/2/name header-name-duplicate",
            "/headers/3/name header-carries-token",
            "/headers/3/value wrong-type",
            "/headers/4/name header-name-reserved",
            "/headers/4/secret wrong-type",
            "/headers/4/value required",
            "/headers/5/secret wrong-type",
        ],
    )
    .await;
}

#[tokio::test]
async fn headers_that_are_too_large_together_are_refused() {
    let headers: Vec<Value> = (0..7)
        .map(|n| json!({"name": format!("X-{n}"), "value": "x".repeat(2_000)}))
        .collect();
    refused(
        &with(minimal(), "/headers", json!(headers)),
        &["/headers headers-too-large"],
    )
    .await;
}

#[tokio::test]
async fn ten_thousand_headers_get_a_short_answer() {
    let wrong: Vec<Value> = vec![json!({"name": "Host"}); 10_000];
    let api = Api::new();
    let body = with(minimal(), "/headers", json!(wrong));
    let answer = api.create(&with(body, "/url", json!("http://x/"))).await;
    let faults = answer.faults();
    assert!(faults.contains(&"/headers headers-too-many".to_owned()));
    assert!(faults.contains(&"/url url-not-https".to_owned()));
    assert!(answer.body.to_string().len() < 16_384);
}

#[tokio::test]
async fn a_thousand_unknown_fields_get_a_bounded_answer() {
    let mut body = minimal();
    for n in 0..1_000 {
        body[format!("field{n}")] = Value::Null;
    }
    assert_eq!(Api::new().create(&body).await.faults().len(), 100);
}

/// All JSON pointers below `value`.
fn pointers(value: &Value, prefix: &str) -> Vec<String> {
    let members: Vec<(String, &Value)> = match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (name.clone(), value))
            .collect(),
        Value::Array(entries) => entries
            .iter()
            .enumerate()
            .map(|(index, value)| (index.to_string(), value))
            .collect(),
        _ => Vec::new(),
    };
    members
        .into_iter()
        .flat_map(|(name, value)| {
            let pointer = format!("{prefix}/{name}");
            [vec![pointer.clone()], pointers(value, &pointer)].concat()
        })
        .collect()
}

#[tokio::test]
async fn any_value_in_any_place_is_either_taken_or_named() {
    let full = json!({
        "name": "n", "channels": ["email"], "url": "https://hooks.example.com/",
        "authentication": {
            "type": "jwt", "algorithm": "HS256", "secret": SECRET, "keyId": "k", "issuer": "i", "subject": "s",
            "audience": ["a"], "lifetimeSeconds": 300, "claims": {"tenant": "x"}, "headerName": "X-T", "headerPrefix": "",
        },
        "headers": [{"name": "X-A", "value": "v", "secret": true}],
        "feedbackStatuses": ["sent"], "campaigns": "all", "paused": true,
    });
    let odd = [
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(u64::MAX),
        json!(0.5),
        json!(1e300),
        json!(""),
        json!("\u{0}"),
        json!("\u{1F600}"),
        json!("x".repeat(70_000)),
        json!([]),
        json!([[]]),
        json!({}),
        json!({"": {"~/": null}}),
    ];
    for pointer in pointers(&full, "") {
        for value in &odd {
            let mut body = full.clone();
            *body.pointer_mut(&pointer).unwrap() = value.clone();
            let answer = Api::new().create(&body).await;
            if answer.status != 201 {
                let faults = answer.faults();
                let named = faults.iter().any(|fault| {
                    let place = fault.split(' ').next().unwrap();
                    place.starts_with(&pointer) || pointer.starts_with(place)
                });
                assert!(named, "{pointer} {faults:?}");
            }
        }
    }
}

#[tokio::test]
async fn headers_that_are_too_large_together_are_named_with_the_other_faults() {
    let api = Api::new();
    let headers: Vec<Value> = (0..7)
        .map(
            |n| json!({"name": format!("X-{n}"), "value": "v".repeat(2_000), "secret": n % 2 == 0}),
        )
        .collect();
    let body = with(
        with(minimal(), "/headers", json!(headers)),
        "/name",
        json!(""),
    );
    assert_eq!(
        api.create(&body).await.faults(),
        ["/headers headers-too-large", "/name name-invalid"]
    );
    assert!(api.encrypted.lock().unwrap().is_empty());
    let fewer = with(minimal(), "/headers", json!(headers[..6]));
    api.created(&fewer).await;
}
