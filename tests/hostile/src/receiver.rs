//! The running endpoint, and what it saw.

use std::{
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::net::TcpListener;

use crate::{
    certificates::{Authority, CertificateError},
    connection::{Server, serve},
    fault::Fault,
};

/// The path of the endpoint's URL.
const PATH: &str = "/feedback";

/// A request whose head was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The number of its connection, from 0 on.
    pub connection: usize,
    /// Its target.
    pub path: String,
    /// Its `webhook-id`.
    pub event_id: String,
    /// Its `webhook-attempt`; 0 if that is missing.
    pub attempt: u32,
    /// Its `webhook-timestamp`, in seconds since 1970; 0 if that is missing.
    pub timestamp: i64,
}

impl Call {
    /// Reads a request's target, and its headers by their names.
    pub(crate) fn new<'a>(
        connection: usize,
        path: &str,
        header: impl Fn(&'static str) -> Option<&'a str>,
    ) -> Self {
        let number = |name| header(name).and_then(|text| text.parse().ok());
        Self {
            connection,
            path: path.to_owned(),
            event_id: header("webhook-id").unwrap_or_default().to_owned(),
            attempt: number("webhook-attempt")
                .and_then(|number: i64| number.try_into().ok())
                .unwrap_or_default(),
            timestamp: number("webhook-timestamp").unwrap_or_default(),
        }
    }
}

/// The endpoint could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Its certificate could not be made.
    #[error("the endpoint has no certificate")]
    Certificate(#[from] CertificateError),
    /// No port is free.
    #[error("the endpoint cannot listen")]
    Listen(#[from] io::Error),
}

/// What an endpoint saw and did.
#[derive(Debug, Default)]
pub(crate) struct Log {
    calls: Mutex<Vec<Call>>,
    connections: AtomicUsize,
    written_bytes: AtomicUsize,
}

impl Log {
    /// Keeps a call, and returns how many came before it.
    pub(crate) fn called(&self, call: Call) -> usize {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.push(call);
        calls.len() - 1
    }

    /// Counts bytes that the connection took.
    pub(crate) fn wrote(&self, bytes: usize) {
        self.written_bytes.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// A running endpoint; it stops with the runtime in which it was started.
#[derive(Debug)]
pub struct Receiver {
    port: u16,
    log: Arc<Log>,
}

impl Receiver {
    /// Starts an endpoint with a certificate of this authority. Without a fault it answers 204 to everything.
    ///
    /// # Errors
    /// [`StartError`] where a certificate cannot be made or no port is free.
    pub async fn start(authority: &Authority, fault: Option<Fault>) -> Result<Self, StartError> {
        let log = Arc::new(Log::default());
        let server = Arc::new(Server::new(authority, fault, Arc::clone(&log))?);
        // `localhost` may mean either family to the client, so both have to be listened on.
        let listener = TcpListener::bind(("::", 0)).await?;
        let port = listener.local_addr()?.port();
        let counted = Arc::clone(&log);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let number = counted.connections.fetch_add(1, Ordering::SeqCst);
                let server = Arc::clone(&server);
                // That connections break off is what this is for.
                tokio::spawn(async move { drop(serve(&server, stream, number).await) });
            }
        });
        Ok(Self { port, log })
    }

    /// Where the endpoint listens.
    pub fn url(&self) -> String {
        format!("https://localhost:{}{PATH}", self.port)
    }

    /// The requests that were read so far.
    pub fn calls(&self) -> Vec<Call> {
        let calls = self
            .log
            .calls
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        calls.clone()
    }

    /// The requests that went elsewhere than to the endpoint's URL.
    pub fn strays(&self) -> Vec<Call> {
        let mut calls = self.calls();
        calls.retain(|call| call.path != PATH);
        calls
    }

    /// The connections that were accepted so far.
    pub fn connections(&self) -> usize {
        self.log.connections.load(Ordering::SeqCst)
    }

    /// The bytes of answers that connections took so far, buffers of the operating system included.
    pub fn written_bytes(&self) -> usize {
        self.log.written_bytes.load(Ordering::Relaxed)
    }
}
