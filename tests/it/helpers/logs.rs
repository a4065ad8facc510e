//! What the deployed functions logged.

use aws_sdk_cloudwatchlogs::Client as Logs;
use serde_json::Value;

use super::cloud::Cloud;

/// The JSON lines with this text so far, in the order of each environment, of the log group that this output names.
pub(crate) async fn lines(output: &str, text: &str) -> Vec<Value> {
    let cloud = Cloud::get();
    let logs = Logs::new(&cloud.aws().await);
    let mut pages = logs
        .filter_log_events()
        .log_group_name(cloud.output(output))
        .into_paginator()
        .send();
    let mut lines = Vec::new();
    while let Some(page) = pages.next().await {
        let messages = page.unwrap().events.unwrap_or_default().into_iter();
        lines.extend(
            messages
                .filter_map(|line| line.message)
                .filter(|line| line.contains(text))
                .filter_map(|line| serde_json::from_str(&line).ok()),
        );
    }
    lines
}
