//! What is logged, and what never is.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use domain::{
    config::WebhookConfigParts,
    headers::{CustomHeader, CustomHeaderName, CustomHeaderValue, CustomHeaders},
};
use logging::{JsonLine, JsonMembers};
use serde_json::{Value, json};
use tracing::Level;
use tracing_subscriber::{filter::Targets, fmt, prelude::*};

use crate::helpers::{Receiver, Reply, Stage, event, key, message, parts, sealed, store_with};

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Lines {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

#[tokio::test]
async fn a_line_says_which_event_and_what_came_of_it_and_no_one_s_data() {
    let lines = Lines::default();
    let writer = lines.clone();
    let layer = fmt::layer()
        .event_format(JsonLine)
        .fmt_fields(JsonMembers)
        .with_writer(move || writer.clone());
    let subscriber = tracing_subscriber::registry()
        .with(layer)
        .with(Targets::new().with_target("delivery", Level::TRACE));
    // For all threads: a log line that another test meets first would be switched off for this one too. So the lines of
    // other tests are here as well, and nothing may betray their data either.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    tracing::callsite::rebuild_interest_cache();

    let receiver = Receiver::start(Reply::Close).await;
    let secret = CustomHeader {
        name: CustomHeaderName::parse("x-api-key").unwrap(),
        value: CustomHeaderValue::Secret(sealed(&key(), "hidden")),
    };
    let store = store_with(WebhookConfigParts {
        headers: CustomHeaders::new(vec![secret]).unwrap(),
        ..parts(&receiver.url("/path?token=hidden"))
    })
    .await;
    let stage = Stage::new(store, &receiver);
    stage
        .handle(vec![
            message("logged", event(json!({}))),
            message("m-2", r#"{"requestId": "john.doe@luma.com"}"#),
        ])
        .await;

    let text = lines.text();
    for never in [
        "hidden",
        "john.doe",
        "/path",
        "localhost",
        "8NoByJneShCdCGRnrGS1t1m3CdA73dhR",
    ] {
        assert!(!text.contains(never), "{never} is in the log:\n{text}");
    }
    let attempted: Value = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .find(|line: &Value| line["span"]["sqs.message_id"] == "logged")
        .unwrap();
    assert_eq!(attempted["message"], "the delivery was attempted");
    assert_eq!(attempted["span"]["event.id"], "e-1");
    assert_eq!(attempted["span"]["config.org"], "myImsOrg");
    assert_eq!(attempted["span"]["config.sandbox"], "prod");
    assert_eq!(attempted["attempt"], 1);
    assert_eq!(attempted["outcome"], "TryLater");
    assert_eq!(attempted["error.kind"], "protocol");
    assert!(attempted["duration_ms"].is_u64());
}
