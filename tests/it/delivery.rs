//! Events on the real queue: what the receiver gets, and where everything else ends.

use jwt_simple::prelude::*;
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::helpers::{
    events::{email_bounce, event, fresh_id, of_org, sms_delivered},
    eventually,
    queues::{dead_letter, outcome_line, put},
    receiver::{Receiver, status},
    tenant::{HS256_SECRET, Tenant},
};

/// Puts events of one tenant on the queue.
async fn put_events(tenant: &Tenant, events: &[Value]) {
    let bodies: Vec<String> = events.iter().map(Value::to_string).collect();
    put(&format!("{}/prod", tenant.org), &bodies).await;
}

#[tokio::test]
async fn the_documented_payloads_arrive_exactly_as_documented() {
    let (tenant, receiver) = (Tenant::new().await, Receiver::start().await);
    tenant
        .webhook_to(
            &receiver,
            json!({"headers": [{"name": "X-Source", "value": "feedback"}]}),
        )
        .await;
    let mut with_unknown_fields = sms_delivered();
    with_unknown_fields["invented"] = json!({"later": [1, null]});
    with_unknown_fields["messageDeliveryFeedback"]["inventedToo"] = json!(true);
    let payloads = [email_bounce(), sms_delivered(), with_unknown_fields];
    let ids = [fresh_id(), fresh_id(), fresh_id()];
    let events: Vec<Value> = payloads
        .iter()
        .zip(&ids)
        .map(|(payload, id)| event(&tenant, payload.clone(), id))
        .collect();
    put_events(&tenant, &events).await;
    let received = receiver.received(3).await;
    for (payload, id) in payloads.into_iter().zip(&ids) {
        let request = received
            .iter()
            .find(|request| request.header("webhook-id") == id)
            .unwrap();
        assert_eq!(request.json(), of_org(payload, &tenant.org));
        assert_eq!(request.path, "/feedback");
        assert_eq!(request.header("content-type"), "application/json");
        assert_eq!(request.header("x-source"), "feedback");
        assert_eq!(request.header("webhook-attempt"), "1");
        assert!(
            request
                .header("user-agent")
                .starts_with("Feedback-Webhooks/"),
            "{request:?}"
        );
        request.header("webhook-timestamp").parse::<u64>().unwrap();
        assert!(
            !request.headers.contains_key("authorization"),
            "no authentication header is added"
        );
    }
}

#[tokio::test]
async fn every_reason_for_skipping_is_told_and_nothing_is_sent() {
    let (tenant, receiver) = (Tenant::new().await, Receiver::start().await);
    tenant
        .webhook_to(
            &receiver,
            json!({"campaigns": "switchedOn", "channels": ["email"]}),
        )
        .await;
    let campaign = email_bounce()["messageExecution"]["campaignID"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        tenant.switch_on(&campaign).await.status,
        StatusCode::CREATED
    );
    let nobody = Tenant::new().await;

    let mut not_selected_status = email_bounce();
    not_selected_status["messageDeliveryFeedback"]["feedbackStatus"]["value"] = json!("read");
    let mut not_switched_on = email_bounce();
    not_switched_on["messageExecution"]["campaignID"] = json!("another");
    for (tenant, payload, reason) in [
        (&nobody, email_bounce(), "no-configuration"),
        (&tenant, sms_delivered(), "channel-not-selected"),
        (&tenant, not_selected_status, "status-not-selected"),
        (&tenant, not_switched_on, "campaign-not-switched-on"),
    ] {
        let id = fresh_id();
        put_events(tenant, &[event(tenant, payload, &id)]).await;
        let line = outcome_line(&id).await;
        assert!(
            line.to_string().contains(reason),
            "{reason} is not in {line}"
        );
    }
    assert_eq!(receiver.so_far().len(), 0);

    put_events(&tenant, &[event(&tenant, email_bounce(), &fresh_id())]).await;
    receiver.received(1).await;
}

#[tokio::test]
async fn tokens_satisfy_an_independent_library() {
    let (tenant, receiver) = (Tenant::new().await, Receiver::start().await);
    let authentication = json!({
        "type": "jwt", "algorithm": "HS256", "secret": HS256_SECRET, "keyId": "k1", "issuer": "issuer",
        "subject": "subject", "audience": ["one", "two"], "lifetimeSeconds": 600, "claims": {"tenant": {"n": 1}},
    });
    let created = tenant
        .webhook_to(&receiver, json!({"authentication": authentication}))
        .await;
    put_events(&tenant, &[event(&tenant, email_bounce(), &fresh_id())]).await;
    let request = receiver.received(1).await.remove(0);
    let token = request
        .header("authorization")
        .strip_prefix("Bearer ")
        .unwrap();
    let options = VerificationOptions {
        allowed_issuers: Some(["issuer".to_owned()].into()),
        allowed_audiences: Some(["two".to_owned()].into()),
        required_subject: Some("subject".to_owned()),
        required_key_id: Some("k1".to_owned()),
        ..VerificationOptions::default()
    };
    let key = HS256Key::from_bytes(HS256_SECRET.as_bytes());
    let claims = key.verify_token::<Value>(token, Some(options)).unwrap();
    assert_eq!(claims.custom["tenant"], json!({"n": 1}));
    assert_eq!(
        claims.expires_at.unwrap() - claims.issued_at.unwrap(),
        Duration::from_secs(600)
    );

    // The same webhook with a private key and a header of its own.
    let (private, public) = rsa_key_pair();
    let authentication = json!({
        "type": "jwt", "algorithm": "RS256", "privateKey": private, "headerName": "X-Token", "headerPrefix": "",
    });
    let edited = json!({
        "name": "RS256", "channels": ["email"], "url": receiver.url(), "campaigns": "all",
        "authentication": authentication,
    });
    let replaced = tenant
        .replace(created.header("location"), created.header("etag"), &edited)
        .await;
    assert_eq!(replaced.status, StatusCode::OK, "{replaced:?}");
    // The edit takes effect once the functions' cached configuration expires; until then the old one is used.
    let request = eventually("a delivery with the edited authentication", async || {
        put_events(&tenant, &[event(&tenant, email_bounce(), &fresh_id())]).await;
        receiver
            .so_far()
            .into_iter()
            .find(|request| request.headers.contains_key("x-token"))
    })
    .await;
    assert!(!request.headers.contains_key("authorization"));
    public
        .verify_token::<NoCustomClaims>(request.header("x-token"), None)
        .unwrap();
}

fn rsa_key_pair() -> (String, RS256PublicKey) {
    use aws_lc_rs::{
        encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der},
        rsa::{KeyPair, KeySize},
        signature::KeyPair as _,
    };
    let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let private: Pkcs8V1Der<'_> = pair.as_der().unwrap();
    let public: PublicKeyX509Der<'_> = pair.public_key().as_der().unwrap();
    let pem = pem::encode(&pem::Pem::new("PRIVATE KEY", private.as_ref()));
    (pem, RS256PublicKey::from_der(public.as_ref()).unwrap())
}

#[tokio::test]
async fn secret_headers_arrive_in_the_clear() {
    let (tenant, receiver) = (Tenant::new().await, Receiver::start().await);
    let headers =
        json!({"headers": [{"name": "X-Api-Key", "value": "canary-key", "secret": true}]});
    tenant.webhook_to(&receiver, headers).await;
    put_events(&tenant, &[event(&tenant, email_bounce(), &fresh_id())]).await;
    assert_eq!(
        receiver.received(1).await[0].header("x-api-key"),
        "canary-key"
    );
}

#[tokio::test]
async fn a_failed_delivery_is_tried_again_with_the_same_id_and_the_same_bytes() {
    let tenant = Tenant::new().await;
    let receiver =
        Receiver::scripted(|_, earlier| status(if earlier < 2 { 503 } else { 200 })).await;
    tenant.webhook_to(&receiver, json!({})).await;
    let id = fresh_id();
    put_events(&tenant, &[event(&tenant, sms_delivered(), &id)]).await;
    let received = receiver.received(3).await;
    let attempts: Vec<&str> = received
        .iter()
        .map(|request| request.header("webhook-attempt"))
        .collect();
    assert_eq!(attempts, ["1", "2", "3"]);
    assert!(
        received
            .iter()
            .all(|request| request.header("webhook-id") == id && request.body == received[0].body)
    );
}

#[tokio::test]
async fn an_event_without_id_keeps_the_id_that_it_is_given() {
    let tenant = Tenant::new().await;
    let receiver =
        Receiver::scripted(|_, earlier| status(if earlier < 1 { 500 } else { 200 })).await;
    tenant.webhook_to(&receiver, json!({})).await;
    let mut event = event(&tenant, email_bounce(), "");
    event.as_object_mut().unwrap().remove("eventId");
    put_events(&tenant, &[event]).await;
    let received = receiver.received(2).await;
    assert_eq!(
        received[0].header("webhook-id"),
        received[1].header("webhook-id")
    );
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let tenant = Tenant::new().await;
    let receiver = Receiver::scripted(|request, earlier| {
        let mut answer = status(if earlier == 0 { 307 } else { 200 });
        if earlier == 0 {
            let host = request
                .headers
                .get("host")
                .map_or("localhost", |host| host.to_str().unwrap());
            answer.headers_mut().insert(
                "location",
                format!("https://{host}/elsewhere").parse().unwrap(),
            );
        }
        answer
    })
    .await;
    tenant.webhook_to(&receiver, json!({})).await;
    put_events(&tenant, &[event(&tenant, email_bounce(), &fresh_id())]).await;
    let received = receiver.received(2).await;
    assert!(
        received.iter().all(|request| request.path == "/feedback"),
        "{received:?}"
    );
    assert_eq!(received[1].header("webhook-attempt"), "2");
}

#[tokio::test]
async fn an_endpoint_that_is_gone_ends_in_the_dead_letter_queue() {
    let tenant = Tenant::new().await;
    let receiver = Receiver::scripted(|_, _| status(410)).await;
    tenant.webhook_to(&receiver, json!({})).await;
    let id = fresh_id();
    let sent = event(&tenant, email_bounce(), &id);
    put_events(&tenant, std::slice::from_ref(&sent)).await;
    let is_mine = |message: &aws_sdk_sqs::types::Message| {
        message.body().is_some_and(|body| body.contains(&id))
    };
    let (body, attributes) = dead_letter("the refused event", is_mine).await;
    assert_eq!(
        serde_json::from_str::<Value>(&body).unwrap(),
        sent,
        "the event is unchanged"
    );
    for (name, value) in [
        ("Reason", "gone"),
        ("LastStatus", "410"),
        ("Attempts", "1"),
        ("EventId", id.as_str()),
        ("Organisation", tenant.org.as_str()),
        ("Sandbox", "prod"),
    ] {
        assert_eq!(
            attributes.get(name).map(String::as_str),
            Some(value),
            "{name} of {attributes:?}"
        );
    }
    assert!(attributes.contains_key("FirstAttemptAt"), "{attributes:?}");
    assert_eq!(receiver.so_far().len(), 1);
}

#[tokio::test]
async fn in_a_mixed_batch_each_record_gets_its_own_outcome() {
    let tenant = Tenant::new().await;
    let receiver = Receiver::scripted(|request, earlier| {
        let fails = request.json()["channel"] == "sms" && earlier == 0;
        status(if fails { 500 } else { 200 })
    })
    .await;
    tenant.webhook_to(&receiver, json!({})).await;
    let [good, failing, skipped] = [fresh_id(), fresh_id(), fresh_id()];
    let mut read = email_bounce();
    read["messageDeliveryFeedback"]["feedbackStatus"] = json!("read");
    let garbage = format!("{{\"no event\": \"{}\"", fresh_id());
    let incomplete = json!({"requestId": fresh_id(), "imsOrg": tenant.org}).to_string();
    let bodies = [
        garbage.clone(),
        event(&tenant, email_bounce(), &good).to_string(),
        event(&tenant, read, &skipped).to_string(),
        incomplete.clone(),
        event(&tenant, sms_delivered(), &failing).to_string(),
    ];
    put(&format!("{}/prod", tenant.org), &bodies).await;

    let received = receiver.received(3).await;
    let calls = |id: &str| {
        received
            .iter()
            .filter(|request| request.header("webhook-id") == id)
            .count()
    };
    assert_eq!((calls(&good), calls(&failing), calls(&skipped)), (1, 2, 0));
    for unreadable in [garbage, incomplete] {
        let is_mine =
            |message: &aws_sdk_sqs::types::Message| message.body() == Some(unreadable.as_str());
        let (_, attributes) = dead_letter("the unreadable message", is_mine).await;
        assert_eq!(
            attributes.get("Reason").map(String::as_str),
            Some("unreadable"),
            "{attributes:?}"
        );
        assert!(attributes.contains_key("LastError"), "{attributes:?}");
    }
}

#[tokio::test]
async fn an_endpoint_that_refuses_connections_is_tried_again() {
    let tenant = Tenant::new().await;
    // Nobody listens here: the port was free a moment ago and is given back.
    let port = tokio::net::TcpListener::bind(("127.0.0.1", 0))
        .await
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let receiver = Receiver::start().await;
    let down = tenant
        .webhook_to(
            &receiver,
            json!({"url": format!("https://localhost:{port}/")}),
        )
        .await;
    let id = fresh_id();
    put_events(&tenant, &[event(&tenant, email_bounce(), &id)]).await;
    outcome_line(&id).await;
    let mut up = crate::helpers::tenant::webhook(receiver.url());
    up["name"] = json!("Up again");
    assert_eq!(
        tenant
            .replace(down.header("location"), down.header("etag"), &up)
            .await
            .status,
        StatusCode::OK
    );
    let request = receiver.received(1).await.remove(0);
    assert_eq!(request.header("webhook-id"), id);
    assert_ne!(request.header("webhook-attempt"), "1");
}
