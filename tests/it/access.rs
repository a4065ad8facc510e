//! Who gets in: every route of the API with every kind of token.
//!
//! The table must name each route of the OpenAPI document, so that no route is added without a decision.

use std::collections::BTreeSet;

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::KeySize,
    signature::{RSA_PKCS1_SHA256, RsaKeyPair},
};
use aws_sdk_cognitoidentityprovider::{Client as Cognito, types::ExplicitAuthFlowsType};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as BASE64URL};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::helpers::{
    cloud::Cloud,
    tenant::{Answer, Tenant, VIEW, webhook, with_json},
};

const URL: &str = "https://hooks.example.com/feedback";
const CAMPAIGN: &str = "campaign-1";
/// An id as attempts have it, of none.
const ATTEMPT: &str = "019a0000-0000-7000-8000-000000000000";

/// A route and what it answers to those whose token is valid. Without a valid token every private route answers 401.
struct Route {
    method: &'static str,
    path: &'static str,
    /// To a manager and to a viewer of the organisation.
    manager: u16,
    viewer: u16,
    /// To a manager of another organisation that has no webhook yet.
    other: u16,
}

const fn route(
    method: &'static str,
    path: &'static str,
    [manager, viewer, other]: [u16; 3],
) -> Route {
    Route {
        method,
        path,
        manager,
        viewer,
        other,
    }
}

/// In the order in which they are called: what deletes comes last.
const PRIVATE: [Route; 20] = [
    route("get", "/me", [200, 200, 200]),
    route("get", "/feedback-webhooks", [200, 200, 200]),
    route("get", "/feedback-webhooks/{id}", [200, 200, 404]),
    route("get", "/feedback-webhooks/{id}/health", [200, 200, 404]),
    route("get", "/feedback-webhooks/{id}/deliveries", [200, 200, 404]),
    route("get", "/feedback-webhooks/{id}/attempts", [200, 200, 404]),
    // No event was ever delivered.
    route(
        "get",
        "/feedback-webhooks/{id}/attempts/{attemptId}",
        [404, 404, 404],
    ),
    route(
        "post",
        "/feedback-webhooks/{id}/attempts/{attemptId}/send-again",
        [404, 403, 404],
    ),
    // Nobody answers at the URL, and the report says so.
    route("post", "/feedback-webhooks/{id}/test", [200, 403, 404]),
    route("post", "/feedback-webhooks/test", [200, 403, 200]),
    route("put", "/feedback-webhooks/{id}", [200, 403, 404]),
    // The webhook signs with no key pair.
    route("post", "/feedback-webhooks/{id}/next-key", [409, 403, 404]),
    route(
        "post",
        "/feedback-webhooks/{id}/next-key/activate",
        [409, 403, 404],
    ),
    route(
        "delete",
        "/feedback-webhooks/{id}/next-key",
        [409, 403, 404],
    ),
    route("get", "/campaigns", [200, 200, 200]),
    route(
        "get",
        "/campaigns/{campaignId}/feedback-webhook",
        [200, 200, 404],
    ),
    route(
        "put",
        "/campaigns/{campaignId}/feedback-webhook",
        [200, 403, 409],
    ),
    route(
        "delete",
        "/campaigns/{campaignId}/feedback-webhook",
        [204, 403, 204],
    ),
    route("delete", "/feedback-webhooks/{id}", [204, 403, 404]),
    route("post", "/feedback-webhooks", [201, 403, 201]),
];
/// Routes that everybody may read, and what they answer. The webhook has no key set.
const PUBLIC: [(&str, u16); 3] = [
    ("/openapi.json", 200),
    ("/feedback-event.schema.json", 200),
    ("/feedback-webhooks/{id}/jwks.json", 404),
];

impl Route {
    /// Calls it, for this webhook and campaign, with all that a change needs.
    async fn call(&self, caller: &Tenant, webhook_id: &str, campaign: &str) -> Answer {
        let path = self
            .path
            .replace("{id}", webhook_id)
            .replace("{attemptId}", ATTEMPT)
            .replace("{campaignId}", campaign);
        assert!(!path.contains('{'), "{path} has another parameter");
        let method = Method::from_bytes(self.method.to_uppercase().as_bytes()).unwrap();
        let is_read = method == Method::GET;
        let request = caller.request(method, &path);
        let request = if is_read {
            request
        } else {
            with_json(request.header("if-match", "*"), &webhook(URL))
        };
        caller.send(request).await
    }

    fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// An organisation with a webhook, whose id is returned, and a campaign that is switched on.
async fn organisation() -> (Tenant, String) {
    let tenant = Tenant::new().await;
    let created = tenant.create(&webhook(URL)).await;
    assert_eq!(created.status, StatusCode::CREATED, "{created:?}");
    assert_eq!(tenant.switch_on(CAMPAIGN).await.status, StatusCode::CREATED);
    (tenant, created.body["id"].as_str().unwrap().to_owned())
}

/// The problem without what names the request.
fn told(answer: &Answer) -> (StatusCode, Value) {
    let mut body = answer.body.clone();
    if let Some(problem) = body.as_object_mut() {
        problem.remove("instance");
        problem.remove("requestId");
    }
    (answer.status, body)
}

#[test]
fn every_route_of_the_api_is_in_the_table() {
    let document: Value =
        serde_json::from_str(include_str!("../../functions/config-api/openapi.json")).unwrap();
    let mut described = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let is_private = operation["security"].is_array();
            described.insert((format!("{method} {path}"), is_private));
        }
    }
    let private = PRIVATE.iter().map(|route| (route.name(), true));
    let public = PUBLIC
        .iter()
        .map(|(path, _)| (format!("get {path}"), false));
    assert_eq!(described, private.chain(public).collect());
}

#[tokio::test]
async fn a_manager_may_do_everything_and_a_viewer_may_read() {
    let (manager, id) = organisation().await;
    let viewer = manager.colleague(Some(VIEW)).await;
    for route in &PRIVATE {
        let answer = route.call(&viewer, &id, CAMPAIGN).await;
        assert_eq!(answer.status, route.viewer, "{}: {answer:?}", route.name());
        if route.viewer == 403 {
            assert_eq!(answer.body["type"], "/problems/role-insufficient");
        }
    }
    for route in &PRIVATE {
        let answer = route.call(&manager, &id, CAMPAIGN).await;
        assert_eq!(answer.status, route.manager, "{}: {answer:?}", route.name());
    }
}

#[tokio::test]
async fn whoever_has_no_role_may_do_nothing() {
    let (manager, id) = organisation().await;
    let stranger = manager.colleague(None).await;
    for route in &PRIVATE {
        let answer = route.call(&stranger, &id, CAMPAIGN).await;
        assert_eq!(answer.status, 403, "{}: {answer:?}", route.name());
        assert_eq!(answer.body["type"], "/problems/role-missing");
    }
}

#[tokio::test]
async fn another_organisation_changes_nothing_and_cannot_tell_what_exists() {
    let (owner, id) = organisation().await;
    let other = Tenant::new().await;
    let nothing = uuid::Uuid::new_v4().to_string();
    let path = format!("/feedback-webhooks/{id}");
    let before = owner.get(&path).await;
    for route in &PRIVATE {
        let absent = route.call(&other, &nothing, "no-such-campaign").await;
        let foreign = route.call(&other, &id, CAMPAIGN).await;
        // The sandbox has a webhook after the first call.
        let creates = route.name() == "post /feedback-webhooks";
        let expected = if creates { 409 } else { route.other };
        assert_eq!(absent.status, route.other, "{}: {absent:?}", route.name());
        assert_eq!(foreign.status, expected, "{}: {foreign:?}", route.name());
        // What is asked about no webhook may differ, as the times of a test do.
        if route.path.contains('{') {
            assert_eq!(told(&foreign), told(&absent), "{}", route.name());
        }
        assert!(!told(&foreign).1.to_string().contains(&id), "{foreign:?}");
    }
    let after = owner.get(&path).await;
    assert_eq!(
        (after.header("etag"), &after.body),
        (before.header("etag"), &before.body)
    );
    let campaign = format!("/campaigns/{CAMPAIGN}/feedback-webhook");
    assert_eq!(owner.get(&campaign).await.status, StatusCode::OK);
}

/// A token with this header and these claims, signed with a key that is not the pool's.
fn signed_by_another_key(header: &Value, claims: &Value) -> String {
    let key = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let signed = unsigned(header, claims);
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(
        &RSA_PKCS1_SHA256,
        &SystemRandom::new(),
        signed.as_bytes(),
        &mut signature,
    )
    .unwrap();
    format!("{signed}.{}", BASE64URL.encode(signature))
}

fn unsigned(header: &Value, claims: &Value) -> String {
    let encode = |part: &Value| BASE64URL.encode(part.to_string());
    format!("{}.{}", encode(header), encode(claims))
}

/// Header and claims of a token.
fn parts(token: &str) -> (Value, Value) {
    let decode = |part: &str| serde_json::from_slice(&BASE64URL.decode(part).unwrap()).unwrap();
    let mut parts = token.split('.');
    (decode(parts.next().unwrap()), decode(parts.next().unwrap()))
}

/// A client of the same user pool that is none of this API's.
async fn other_client() -> String {
    let cloud = Cloud::get();
    let created = Cognito::new(&cloud.aws().await)
        .create_user_pool_client()
        .user_pool_id(cloud.output("UserPoolId"))
        .client_name("other")
        .explicit_auth_flows(ExplicitAuthFlowsType::AllowAdminUserPasswordAuth)
        .explicit_auth_flows(ExplicitAuthFlowsType::AllowRefreshTokenAuth)
        .send()
        .await
        .unwrap();
    created.user_pool_client.unwrap().client_id.unwrap()
}

/// Only the pool can sign a token that is good but for its age, and its tokens live for minutes at least. So the expired
/// one here has a wrong signature too, and that the age alone is enough to refuse it is for API Gateway to keep.
#[tokio::test]
async fn nobody_gets_in_without_a_valid_token() {
    let (owner, id) = organisation().await;
    let (header, claims) = parts(owner.token());
    let with = |base: &Value, name: &str, value: Value| {
        let mut changed = base.clone();
        changed[name] = value;
        changed
    };
    let expired = with(&claims, "exp", json!(1_700_000_000));
    let unprotected = with(&header, "alg", json!("none"));
    let without_kid = with(&unprotected, "kid", Value::Null);
    let (signed, signature) = owner.token().rsplit_once('.').unwrap();
    let elevated = unsigned(&header, &with(&claims, "custom:org", json!("another")));
    let tokens = [
        ("no token", None),
        ("no JWT", Some("nonsense".to_owned())),
        ("wrong key", Some(signed_by_another_key(&header, &claims))),
        ("expired", Some(signed_by_another_key(&header, &expired))),
        (
            "alg none",
            Some(format!("{}.", unsigned(&unprotected, &claims))),
        ),
        (
            "alg none, no key",
            Some(format!("{}.", unsigned(&without_kid, &claims))),
        ),
        ("no signature", Some(format!("{signed}."))),
        (
            "another organisation written in",
            Some(format!("{elevated}.{signature}")),
        ),
        (
            "wrong audience",
            Some(owner.sign_in_to(&other_client().await).await),
        ),
    ];
    for (what, token) in tokens {
        let caller = Tenant::with_token(owner.org.clone(), token);
        for route in &PRIVATE {
            let answer = route.call(&caller, &id, CAMPAIGN).await;
            assert_eq!(answer.status, 401, "{what}: {}: {answer:?}", route.name());
        }
        for (path, status) in PUBLIC {
            let answer = caller.get(&path.replace("{id}", &id)).await;
            assert_eq!(answer.status, status, "{what}: {path}");
        }
    }
    let read = owner.get(&format!("/feedback-webhooks/{id}")).await;
    assert_eq!(read.header("etag"), format!("\"{id}-1\""));
}

#[tokio::test]
async fn every_answer_of_the_function_is_protected_and_no_other_origin_may_read_one() {
    let (owner, id) = organisation().await;
    let viewer = owner.colleague(Some(VIEW)).await;
    let elsewhere = "https://elsewhere.example";
    for (caller, method, path) in [
        (&owner, Method::GET, "/me".to_owned()),
        (&owner, Method::GET, format!("/feedback-webhooks/{id}")),
        (&owner, Method::GET, "/feedback-webhooks/none".to_owned()),
        (&owner, Method::POST, "/feedback-webhooks".to_owned()),
        (&viewer, Method::POST, "/feedback-webhooks".to_owned()),
        (&owner, Method::GET, "/openapi.json".to_owned()),
    ] {
        let request = caller.request(method, &path).header("origin", elsewhere);
        let answer = caller.send(request).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("strict-transport-security", "max-age=63072000"),
            ("referrer-policy", "no-referrer"),
            (
                "content-security-policy",
                "default-src 'none'; frame-ancestors 'none'",
            ),
        ] {
            assert_eq!(answer.header(name), value, "{path}");
        }
        assert!(!answer.headers.contains_key("access-control-allow-origin"));
    }
    let preflight = owner
        .request(Method::OPTIONS, "/feedback-webhooks")
        .header("origin", elsewhere)
        .header("access-control-request-method", "POST");
    let answer = owner.send(preflight).await;
    assert!(!answer.status.is_success(), "{answer:?}");
    assert!(!answer.headers.contains_key("access-control-allow-origin"));
}
