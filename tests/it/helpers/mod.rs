//! What the tests share: the cloud, tenants in it, receivers, and waiting for what must happen.

pub(crate) mod cloud;
pub(crate) mod events;
pub(crate) mod logs;
pub(crate) mod queues;
pub(crate) mod receiver;
pub(crate) mod tenant;

use std::time::Duration;

/// How long something may take that must happen. Far above what it takes, so that only a fault reaches it.
const PATIENCE: Duration = Duration::from_secs(90);
/// Pause between two looks.
const PAUSE: Duration = Duration::from_millis(100);

/// Looks again and again until there is something.
pub(crate) async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let seen = tokio::time::timeout(PATIENCE, async {
        loop {
            if let Some(seen) = look().await {
                return seen;
            }
            tokio::time::sleep(PAUSE).await;
        }
    });
    seen.await
        .unwrap_or_else(|_| panic!("this did not happen in {PATIENCE:?}: {what}"))
}
