//! The customers' endpoint: answers as it is told, and notes when requests arrive.

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use driver::server::{Reply, answer};
use http::{HeaderMap, Request, StatusCode};
use hyper::body::Bytes;
use tokio::time::sleep;

/// A body that nobody reads to its end: larger than any buffer, and made of pages that are not there.
const ENDLESS_BYTES: usize = 1 << 30;

/// How the endpoint answers.
#[derive(Debug, Clone, Copy, Default)]
pub struct Behaviour {
    /// Time until the answer.
    pub delay: Duration,
    /// Of a hundred requests, so many are answered 500.
    pub failing_percent: u64,
    /// Whether the answer's body has no end.
    pub endless: bool,
}

/// The endpoint.
#[derive(Debug)]
pub struct Endpoint {
    state: Mutex<State>,
    requests: AtomicU64,
    endless: Bytes,
}

#[derive(Debug)]
struct State {
    behaviour: Behaviour,
    handed_over: Instant,
    arrivals: Vec<Duration>,
    latest: Option<(HeaderMap, Bytes)>,
}

impl Default for Endpoint {
    fn default() -> Self {
        Self {
            state: Mutex::new(State {
                behaviour: Behaviour::default(),
                handed_over: Instant::now(),
                arrivals: Vec::new(),
                latest: None,
            }),
            requests: AtomicU64::new(0),
            endless: Bytes::from(vec![0; ENDLESS_BYTES]),
        }
    }
}

impl Endpoint {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers otherwise from now on.
    pub fn behave(&self, behaviour: Behaviour) {
        self.state().behaviour = behaviour;
    }

    /// Arrivals count from now on.
    pub fn hand_over(&self) {
        self.state().handed_over = Instant::now();
    }

    /// The times between handing over and arrival since this was asked last.
    pub fn take_arrivals(&self) -> Vec<Duration> {
        std::mem::take(&mut self.state().arrivals)
    }

    /// The latest request: its headers and body.
    pub fn latest(&self) -> Option<(HeaderMap, Bytes)> {
        self.state().latest.clone()
    }

    /// Requests so far.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Answers a request.
    ///
    /// # Errors
    /// Never; the type is that of a server's handler.
    pub async fn receive(&self, request: Request<Bytes>) -> Reply {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        let (head, body) = request.into_parts();
        let behaviour = {
            let mut state = self.state();
            let arrival = state.handed_over.elapsed();
            state.arrivals.push(arrival);
            state.latest = Some((head.headers, body));
            state.behaviour
        };
        if !behaviour.delay.is_zero() {
            sleep(behaviour.delay).await;
        }
        let body = match behaviour.endless {
            true => self.endless.clone(),
            false => Bytes::new(),
        };
        // Spread evenly: 50 % is every other request.
        let fails = number * behaviour.failing_percent % 100 < behaviour.failing_percent;
        Ok(match fails {
            true => answer(StatusCode::INTERNAL_SERVER_ERROR, body),
            false => answer(StatusCode::OK, body),
        })
    }
}
