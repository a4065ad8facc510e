//! Endpoints that misbehave in every way that real ones do: how each is judged, how often it is called, and where its
//! event ends. The expectations stand in `table`.

mod table;

use std::time::Duration;

use futures_util::{StreamExt, stream};
use hostile::{Authority, Call, Fault, Http1Fault, Receiver};
use reqwest::StatusCode;
use serde_json::Value;
use tokio::net::TcpSocket;

use crate::helpers::{
    cloud::Cloud,
    events::{email_bounce, event, fresh_id},
    eventually,
    queues::{dead_letter, outcome_line, outcome_lines, put},
    tenant::{Tenant, webhook},
};
use table::{End, Endpoint, Row, rows};

/// Rows that are set up at the same time.
const CONCURRENCY: usize = 8;
/// How long all events may take to their ends; then what is missing is told.
const PATIENCE: Duration = Duration::from_secs(75);
/// Most bytes of an answer that may leave an endpoint: buffers of the operating system and of TLS, and the few KiB that
/// are read. An answer that is read on and on would take thousands of times as many.
const WRITTEN_BYTES_MAX: usize = 32 << 20;
/// No public zone has this name: the domain is kept for documentation (RFC 6761 section 6.5).
const NO_SUCH_HOST: &str = "https://no-such-host.example.com/";

/// The course that an event took.
#[derive(Debug, PartialEq, Eq)]
struct Course {
    /// Outcome of each attempt.
    attempts: Vec<String>,
    /// Requests for the first attempt.
    first_calls: usize,
    /// Requests for the others.
    later_calls: usize,
    /// Requests that went elsewhere than to the configured URL.
    strays: Vec<Call>,
    /// Whether the second attempt came no sooner than it should.
    waited: bool,
    /// Whether more of an answer was read than is needed.
    read_on: bool,
}

/// A row whose event is on its way.
struct Running {
    row: Row,
    receiver: Receiver,
    tenant: Tenant,
    event_id: String,
}

async fn put_event(tenant: &Tenant, event_id: &str) {
    let body = event(tenant, email_bounce(), event_id).to_string();
    put(&format!("{}/prod", tenant.org), &[body]).await;
}

fn is_about(line: &Value, event_id: &str) -> bool {
    line["span"]["event.id"] == event_id
}

/// Outcome and status or kind of error of each attempt that is told of an event.
fn told(log: &[Value], event_id: &str) -> Vec<String> {
    let mut attempts: Vec<_> = log.iter().filter(|line| is_about(line, event_id)).collect();
    attempts.sort_by_key(|line| line["attempt"].as_u64());
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    attempts
        .iter()
        .map(|line| {
            let detail = line.get("http.status").or(line.get("error.kind"));
            let detail = detail.map(text).unwrap_or_default();
            format!("{} {detail}", text(&line["outcome"]))
        })
        .collect()
}

impl Running {
    /// Sets an endpoint and a tenant up, and puts an event on the queue.
    async fn start(row: Row, authority: &Authority) -> Self {
        let fault = match &row.endpoint {
            Endpoint::Misbehaves(fault) => Some(fault.clone()),
            Endpoint::Refused | Endpoint::NoSuchHost => None,
        };
        let receiver = Receiver::start(authority, fault).await.unwrap();
        // Bound, so that nobody else gets the port, and never listened on.
        let deaf = TcpSocket::new_v6().unwrap();
        deaf.bind("[::]:0".parse().unwrap()).unwrap();
        let url = match row.endpoint {
            Endpoint::Misbehaves(_) => receiver.url(),
            Endpoint::Refused => {
                format!("https://localhost:{}/", deaf.local_addr().unwrap().port())
            }
            Endpoint::NoSuchHost => NO_SUCH_HOST.to_owned(),
        };
        let tenant = Tenant::new().await;
        let created = tenant.create(&webhook(&url)).await;
        assert_eq!(created.status, StatusCode::CREATED, "{created:?}");
        let event_id = fresh_id();
        put_event(&tenant, &event_id).await;
        if !matches!(row.endpoint, Endpoint::Misbehaves(_)) {
            outcome_line(&event_id).await;
            let (path, etag) = (created.header("location"), created.header("etag"));
            let corrected = tenant.replace(path, etag, &webhook(&receiver.url())).await;
            assert_eq!(corrected.status, StatusCode::OK, "{corrected:?}");
        }
        Self {
            row,
            receiver,
            tenant,
            event_id,
        }
    }

    fn has_ended(&self, log: &[Value]) -> bool {
        let told = told(log, &self.event_id);
        told.last()
            .is_some_and(|last| !last.starts_with("TryLater"))
    }

    /// What the table says.
    fn expected(&self) -> Course {
        let is_retried = matches!(self.row.end, End::SecondAttempt { .. });
        let mut attempts = vec![self.row.judged.clone()];
        attempts.extend(is_retried.then(|| "Delivered 204".to_owned()));
        Course {
            attempts,
            first_calls: self.row.calls,
            later_calls: usize::from(is_retried),
            strays: Vec::new(),
            waited: true,
            read_on: false,
        }
    }

    fn seen(&self, log: &[Value]) -> Course {
        let mut attempts = told(log, &self.event_id);
        if !matches!(self.row.endpoint, Endpoint::Misbehaves(_)) {
            // The correction takes effect when the cached configuration expires; until then attempts fail as before.
            attempts.dedup();
        }
        let (first, later): (Vec<_>, Vec<_>) = self
            .receiver
            .calls()
            .into_iter()
            .partition(|call| call.attempt == 1);
        let waited_seconds = match (first.first(), later.first()) {
            (Some(first), Some(later)) => later.timestamp - first.timestamp,
            _ => 0,
        };
        // What is no answer yet is read until the attempt's deadline.
        let is_timeout = self.row.judged.ends_with("timeout");
        Course {
            attempts,
            first_calls: first.len(),
            later_calls: later.len(),
            strays: self.receiver.strays(),
            waited: match self.row.end {
                End::SecondAttempt { after_seconds } => waited_seconds >= after_seconds,
                End::Acknowledged | End::DeadLetterQueue { .. } => true,
            },
            read_on: !is_timeout && self.receiver.written_bytes() > WRITTEN_BYTES_MAX,
        }
    }

    /// What is not as the table says, with all that is known of it.
    fn difference(&self, log: &[Value]) -> Option<String> {
        let (seen, expected) = (self.seen(log), self.expected());
        let told = log.iter().filter(|line| is_about(line, &self.event_id));
        let lines: String = told.map(|line| format!("\n  {line}")).collect();
        let endpoint = &self.row.endpoint;
        (seen != expected)
            .then(|| format!("{endpoint:?}\n  seen     {seen:?}\n  expected {expected:?}{lines}"))
    }
}

#[tokio::test]
async fn every_misbehaviour_is_judged_called_and_ended_as_the_table_says() {
    let authority = Cloud::get().authority();
    let trap = Receiver::start(&authority, None).await.unwrap();
    let running: Vec<Running> = stream::iter(rows(&trap.url()))
        .map(|row| Running::start(row, &authority))
        .buffer_unordered(CONCURRENCY)
        .collect()
        .await;
    let all_ended = eventually("the end of every event", async || {
        let log = outcome_lines().await;
        running.iter().all(|row| row.has_ended(&log)).then_some(())
    });
    let _ = tokio::time::timeout(PATIENCE, all_ended).await;
    let log = outcome_lines().await;
    let differences: Vec<String> = running
        .iter()
        .filter_map(|row| row.difference(&log))
        .collect();
    assert!(differences.is_empty(), "\n{}", differences.join("\n"));
    assert_eq!(trap.connections(), 0, "redirects lead nowhere");

    for row in &running {
        if let End::DeadLetterQueue { reason } = row.row.end {
            let is_mine = |message: &aws_sdk_sqs::types::Message| {
                message
                    .body()
                    .is_some_and(|body| body.contains(&row.event_id))
            };
            let (_, attributes) = dead_letter("an event that ends there", is_mine).await;
            assert_eq!(attributes["Reason"], reason, "{attributes:?}");
            assert_eq!(attributes["Organisation"], row.tenant.org);
        }
    }
}

#[tokio::test]
async fn a_connection_that_was_closed_between_requests_costs_no_attempt() {
    let authority = Cloud::get().authority();
    let fault = Fault::Http1(Http1Fault::ClosedWhenReused);
    let receiver = Receiver::start(&authority, Some(fault)).await.unwrap();
    let tenant = Tenant::new().await;
    let created = tenant.create(&webhook(&receiver.url())).await;
    assert_eq!(created.status, StatusCode::CREATED, "{created:?}");
    // Which environment takes an event is the cloud's choice; sooner or later one does that has a connection.
    let (line, calls) = eventually("a request on a used connection", async || {
        let event_id = fresh_id();
        put_event(&tenant, &event_id).await;
        let line = outcome_line(&event_id).await;
        let mut calls = receiver.calls();
        calls.retain(|call| call.event_id == event_id);
        (calls.len() > 1).then_some((line, calls))
    })
    .await;
    assert_eq!(line["outcome"], "Delivered", "{line}");
    assert_eq!(line["attempt"], 1, "{line}");
    assert_eq!(calls.len(), 2, "{calls:?}");
    assert!(calls.iter().all(|call| call.attempt == 1), "{calls:?}");
    assert_ne!(calls[0].connection, calls[1].connection);
}
