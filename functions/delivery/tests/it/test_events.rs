//! Test events: what the endpoint gets, and what the report says of each stage.

use std::{net::IpAddr, time::Duration};

use config_store::{ConfigStore, MemoryStore, portable};
use delivery::{egress::GuardedResolver, operation::operate, send::Sender};
use domain::{
    config::WebhookConfigParts,
    endpoint::EndpointPolicy,
    headers::{CustomHeader, CustomHeaderName, CustomHeaderValue, CustomHeaders},
};
use operations::{Operation, Outcome, Reply as Done, StageName, StageOutcome, TestReport};
use serde_json::Value;
use tokio::{net::TcpListener, time::Instant};

use crate::helpers::{
    Protocol, Receiver, Reply, Stage, UNAVAILABLE, key, parts, sealed, store_with,
};

/// Has a webhook of these parts tested.
async fn reply(parts: WebhookConfigParts, receiver: &Receiver) -> (Done, MemoryStore) {
    let store = store_with(parts).await;
    let mut stage = Stage::new(store.clone(), receiver);
    stage.app.courier.timeout = Duration::from_millis(1_500);
    (test(&stage, &store).await, store)
}

async fn test(stage: &Stage<MemoryStore>, store: &MemoryStore) -> Done {
    let webhook = store.read(&key()).await.unwrap().unwrap();
    let operation = Operation::TestEvent {
        webhook: portable::write(&webhook).unwrap(),
    };
    let deadline = Instant::now() + Duration::from_secs(30);
    operate(&stage.app, operation, deadline).await
}

async fn report(parts: WebhookConfigParts, receiver: &Receiver) -> TestReport {
    match reply(parts, receiver).await.0 {
        Done::Tested { report } => *report,
        _ => panic!("the test was not made"),
    }
}

/// How the stages went, up to the one that failed.
fn stages(report: &TestReport) -> Vec<(StageName, StageOutcome)> {
    assert_eq!(report.stages.len(), StageName::ALL.len());
    report
        .stages
        .iter()
        .map(|stage| (stage.stage, stage.outcome))
        .filter(|(_, outcome)| *outcome != StageOutcome::NotReached)
        .collect()
}

fn failed_at(report: &TestReport) -> (StageName, &str, &str) {
    assert_eq!(report.outcome, Outcome::Failed, "{report:?}");
    let (last, outcome) = *stages(report).last().unwrap();
    assert_eq!(outcome, StageOutcome::Failed);
    let stage = report.stages.iter().find(|stage| stage.stage == last);
    let detail = stage.unwrap().detail.as_deref().unwrap();
    (last, detail, &report.advice.as_ref().unwrap().code)
}

fn with_secret_header(url: &str, value: CustomHeaderValue) -> WebhookConfigParts {
    let header = CustomHeader {
        name: CustomHeaderName::parse("X-Key").unwrap(),
        value,
    };
    WebhookConfigParts {
        headers: CustomHeaders::new(vec![header]).unwrap(),
        ..parts(url)
    }
}

#[tokio::test]
async fn each_stage_is_reported_and_no_secret() {
    for protocol in [Protocol::Http1, Protocol::Http2] {
        let receiver = Receiver::with(protocol, |_, request| {
            assert_eq!(request.headers["x-key"], "hidden-key");
            Reply::WithHeader(202, "x-echo", "you sent hidden-key")
        })
        .await;
        let secret = CustomHeaderValue::Secret(sealed(&key(), "hidden-key"));
        let parts = with_secret_header(&receiver.url("/hook"), secret);
        let (done, store) = reply(parts, &receiver).await;
        let text = serde_json::to_string(&done).unwrap();
        assert!(!text.contains("hidden-key"), "{text}");
        let Done::Tested { report } = done else {
            panic!("the test was not made");
        };
        assert_eq!(report.outcome, Outcome::Delivered, "{report:?}");
        assert_eq!(
            stages(&report),
            StageName::ALL.map(|stage| (stage, StageOutcome::Passed))
        );
        assert!(
            report
                .stages
                .iter()
                .all(|stage| stage.duration_ms.is_some())
        );
        let answer = report.answer.unwrap();
        assert_eq!(answer.status, 202);
        let echo = answer.headers.iter().find(|header| header.name == "x-echo");
        assert_eq!(echo.unwrap().value, "you sent •••");

        let received = receiver.received();
        assert_eq!(received.len(), 1);
        assert_eq!(received[0].headers["webhook-test"], "true");
        assert_eq!(received[0].headers["webhook-id"], *report.event_id);
        assert_eq!(received[0].body, report.request.body);
        let body: Value = serde_json::from_str(&received[0].body).unwrap();
        assert_eq!(body["imsOrg"], "myImsOrg");
        assert_eq!(body["eventType"], "message.feedback");
        assert_eq!(store.all_attempts(), [], "it leaves no trace");
    }
}

#[tokio::test]
async fn an_answer_that_is_no_success_is_shown_with_what_to_do() {
    for (status, advice) in [
        (301, "use-final-url"),
        (401, "check-credentials"),
        (404, "check-path"),
        (410, "endpoint-gone"),
        (422, "read-answer"),
        (429, "raise-rate-limit"),
        (500, "read-server-log"),
    ] {
        let receiver = Receiver::start(Reply::WithBody(status, "why")).await;
        let report = report(parts(&receiver.url("/")), &receiver).await;
        let detail = status.to_string();
        assert_eq!(failed_at(&report), (StageName::Answer, &*detail, advice));
        let answer = report.answer.unwrap();
        assert_eq!(
            (answer.status, answer.body_excerpt.as_deref()),
            (status, Some("why"))
        );
    }
}

#[tokio::test]
async fn an_endpoint_that_breaks_off_or_says_nothing_is_told_from_one_that_answers() {
    for (reply, advice) in [
        (Reply::Silence, "answer-sooner"),
        (Reply::StalledBody, "answer-sooner"),
        (Reply::Close, "check-server"),
        (Reply::TruncatedBody, "check-server"),
    ] {
        let receiver = Receiver::start(reply).await;
        let report = report(parts(&receiver.url("/")), &receiver).await;
        let (stage, _, code) = failed_at(&report);
        assert_eq!((stage, code), (StageName::Answer, advice), "{reply:?}");
        assert_eq!(report.answer, None);
    }
}

#[tokio::test]
async fn a_host_that_is_not_reached_is_reported_at_its_stage() {
    let receiver = Receiver::start(Reply::Status(204)).await;
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent_port = silent.local_addr().unwrap().port();
    let closed_port = closed.local_addr().unwrap().port();
    drop(closed);
    for (url, stage, advice) in [
        (
            "https://nobody.invalid/".to_owned(),
            StageName::Dns,
            "check-host-name",
        ),
        (
            format!("https://localhost:{closed_port}/"),
            StageName::Connect,
            "open-port",
        ),
        (
            format!("https://localhost:{silent_port}/"),
            StageName::Tls,
            "check-port",
        ),
    ] {
        let report = report(parts(&url), &receiver).await;
        let (failed, _, code) = failed_at(&report);
        assert_eq!((failed, code), (stage, advice), "{url}");
    }
}

/// The egress rule of production, which knows no development hosts.
#[tokio::test]
async fn an_address_that_is_not_public_is_not_connected_to_nor_told() {
    let receiver = Receiver::start(Reply::Status(204)).await;
    let policy = EndpointPolicy::default();
    let rule = policy.clone();
    let resolver = GuardedResolver::with(
        |_| Box::pin(async { Ok(vec![IpAddr::from([127, 0, 0, 1])]) }),
        move |host, addresses| rule.admit_addresses(host, addresses.iter().copied()),
    );
    let sender = Sender::with_resolver(policy, Some(receiver.ca()), resolver).unwrap();
    let store = store_with(parts("https://hooks.example.com/")).await;
    let stage = Stage::with_sender(store.clone(), sender);
    let Done::Tested { report } = test(&stage, &store).await else {
        panic!("the test was not made");
    };
    let (stage, detail, code) = failed_at(&report);
    assert_eq!(
        (stage, code),
        (StageName::AddressCheck, "use-public-address")
    );
    assert!(!detail.contains("127"), "{detail}");
    assert_eq!(receiver.connections(), 0);
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_ends_the_test_at_tls() {
    let (receiver, other) = (
        Receiver::start(Reply::Status(204)).await,
        Receiver::start(Reply::Status(204)).await,
    );
    // Trusts the certificate of the other one.
    let report = report(parts(&receiver.url("/")), &other).await;
    let (stage, detail, code) = failed_at(&report);
    assert_eq!((stage, code), (StageName::Tls, "check-certificate"));
    assert!(detail.contains("certificate"), "{detail}");
    assert_eq!(receiver.received().len(), 0);
}

#[tokio::test]
async fn a_secret_of_another_tenant_is_refused_and_nothing_is_sent() {
    let receiver = Receiver::start(Reply::Status(204)).await;
    let mut other = key();
    other.org = domain::key::OrgId::parse("other").unwrap();
    let stolen = CustomHeaderValue::Secret(sealed(&other, "stolen"));
    let report = report(with_secret_header(&receiver.url("/"), stolen), &receiver).await;
    assert_eq!(
        failed_at(&report),
        (
            StageName::Authentication,
            "secret-refused",
            "set-credentials-again"
        )
    );
    assert_eq!(receiver.received().len(), 0);
}

#[tokio::test]
async fn a_key_service_that_does_not_answer_is_no_fault_of_the_endpoint() {
    let receiver = Receiver::start(Reply::Status(204)).await;
    let secret = CustomHeaderValue::Secret(sealed(&key(), UNAVAILABLE));
    let (done, _) = reply(with_secret_header(&receiver.url("/"), secret), &receiver).await;
    assert!(matches!(done, Done::Unavailable));
    assert_eq!(receiver.received().len(), 0);
}

#[tokio::test]
async fn an_operation_that_nobody_can_read_does_nothing() {
    let receiver = Receiver::start(Reply::Status(204)).await;
    let stage = Stage::new(MemoryStore::default(), &receiver);
    let operation = Operation::TestEvent {
        webhook: serde_json::Map::new(),
    };
    let deadline = Instant::now() + Duration::from_secs(30);
    let done = operate(&stage.app, operation, deadline).await;
    assert!(matches!(done, Done::Unusable));
}
