//! The first connection of an execution environment.

use std::pin::pin;

use futures_util::future::{FutureExt as _, join};
use tokio::task::yield_now;

/// How often the operating system's events are looked at before the warm-up begins: the runtime has connected to the Runtime
/// API by then, and has asked.
const TURNS: usize = 3;

/// Drives Lambda's runtime, and opens a connection while that waits for its first work: most environments start because
/// there is some, so it is asked for at once. `runtime` gets a future with which its handler waits for the connection; its
/// first call would open a second one otherwise.
pub async fn warm_up_beside<T, R: Future<Output = T>, W: Future<Output = ()>>(
    warm_up: W,
    runtime: impl FnOnce(futures_util::future::Shared<W>) -> R,
) -> T {
    let warm_up = warm_up.shared();
    let later = async {
        for _ in 0..TURNS {
            yield_now().await;
        }
        warm_up.clone().await;
    };
    join(pin!(runtime(warm_up.clone())), later).await.0
}

#[cfg(test)]
mod tests {
    use std::{
        cell::{Cell, RefCell},
        future::poll_fn,
        task::Poll,
    };

    use super::*;

    #[tokio::test]
    async fn work_is_asked_for_first_and_waits_for_the_connection() {
        let done = RefCell::new(Vec::new());
        let warm_up = async {
            yield_now().await;
            done.borrow_mut().push("connected");
        };
        let ended = warm_up_beside(warm_up, async |connected| {
            done.borrow_mut().push("asked");
            connected.await;
            done.borrow_mut().push("worked");
        });
        ended.await;
        assert_eq!(done.into_inner(), ["asked", "connected", "worked"]);
    }

    #[tokio::test]
    async fn the_connection_is_opened_without_work_too() {
        let opened = Cell::new(false);
        let warm_up = async { opened.set(true) };
        // Lambda's runtime waits for as long as there is no work.
        let waiting = poll_fn(|_| match opened.get() {
            true => Poll::Ready(()),
            false => Poll::Pending,
        });
        warm_up_beside(warm_up, |_| waiting).await;
        assert!(opened.get());
    }
}
