//! Deliveries, counted over time.

use config_store::history::{Bucket, Count, HistoryWriter};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::recorded::{api_with_webhook, get, subject};

#[tokio::test]
async fn deliveries_are_counted_by_five_minutes_or_by_the_hour() {
    let (api, store, path) = api_with_webhook(&json!({})).await;
    let noon: Timestamp = "2026-11-25T12:00:00Z".parse().unwrap();
    let mut counts = Vec::new();
    for (minutes, delivered, failed) in [(0, 3, 1), (5, 2, 0), (60, 1, 1)] {
        counts.push(Count {
            subject: subject(&store).await,
            bucket: Bucket::of(noon + SignedDuration::from_mins(minutes)),
            delivered,
            failed,
            last_delivery: None,
        });
    }
    store.record(&[], &counts).await.unwrap();
    let day = "from=2026-11-25T00:00:00Z&to=2026-11-26T00:00:00Z";
    let fine = get(&api, &format!("{path}/deliveries?{day}")).await;
    assert_eq!(
        fine.body,
        json!({"resolutionSeconds": 300, "items": [
            {"at": "2026-11-25T12:00:00Z", "delivered": 3, "failed": 1},
            {"at": "2026-11-25T12:05:00Z", "delivered": 2, "failed": 0},
            {"at": "2026-11-25T13:00:00Z", "delivered": 1, "failed": 1},
        ]})
    );
    let week = "from=2026-11-20T00:00:00Z&to=2026-11-26T00:00:00Z";
    let coarse = get(&api, &format!("{path}/deliveries?{week}")).await;
    assert_eq!(
        coarse.body,
        json!({"resolutionSeconds": 3600, "items": [
            {"at": "2026-11-25T12:00:00Z", "delivered": 5, "failed": 1},
            {"at": "2026-11-25T13:00:00Z", "delivered": 1, "failed": 1},
        ]})
    );
    for (query, faults) in [
        (
            "from=yesterday&to=x",
            vec!["from time-invalid", "to time-invalid"],
        ),
        (
            "from=2026-11-26T00:00:00Z&to=2026-11-25T00:00:00Z",
            vec!["from range-empty"],
        ),
        (
            "from=2026-01-01T00:00:00Z&to=2026-11-25T00:00:00Z",
            vec!["from range-too-long"],
        ),
    ] {
        let answer = get(&api, &format!("{path}/deliveries?{query}")).await;
        assert_eq!(answer.faults(), faults, "{query}");
    }
}
