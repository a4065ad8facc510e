//! What a request leaves in the log.

use std::{cell::RefCell, io};

use serde_json::{Value, json};
use tracing::level_filters::LevelFilter;

use crate::helpers::{Api, SECRET, with, with_body, with_header, with_token};

thread_local! {
    /// What this test's thread has logged; the subscriber is the whole process's.
    static LOGGED: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

struct ThisThread;

impl io::Write for ThisThread {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOGGED.with_borrow_mut(|logged| logged.extend(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_request_leaves_one_line_without_anything_that_it_carried() {
    tracing_subscriber::fmt()
        .json()
        .with_max_level(LevelFilter::TRACE)
        .with_writer(|| ThisThread)
        .init();
    let api = Api::new();
    let mut body = with(
        with_token(),
        "/url",
        json!("https://hooks.example.com/?hunter2"),
    );
    body["headers"] = json!([{"name": "X-Key", "value": "hunter2"}]);
    let create = with_body("POST", "/feedback-webhooks?q=hunter2", &body);
    let create = with_header(create, "authorization", "Bearer hunter2");
    let answer = api.send(&create).await;
    assert_eq!(answer.status, 201);
    let text = String::from_utf8(LOGGED.take()).unwrap();
    for secret in ["hunter2", SECRET, "hooks.example.com", "admin@"] {
        assert!(!text.contains(secret), "{text}");
    }
    let mut of_the_api = text
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|line| {
            line["target"]
                .as_str()
                .is_some_and(|target| target.starts_with("config_api"))
        });
    let line = of_the_api.next().unwrap();
    assert_eq!(of_the_api.next(), None);
    assert_eq!(line["fields"]["http.status"], 201);
    assert!(line["fields"]["duration_ms"].is_number());
    let span = &line["span"];
    assert_eq!(
        [
            &span["http.method"],
            &span["http.route"],
            &span["request_id"],
            &span["config.org"],
            &span["config.sandbox"],
        ],
        ["POST", "/feedback-webhooks", "request-1", "org", "prod"]
    );
}
