//! What the benchmark compares the functions with, as processes of their own: loops that send the same requests
//! (`reference`), and a function that does nothing (`hello`). This is how the benchmark tells the loops what to do.

use serde::{Deserialize, Serialize};

/// With what requests are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Client {
    /// A client as most programs would use one.
    Reqwest,
    /// Connections that are opened once, and nothing between them and the requests.
    Hyper,
}

/// What a loop is to do.
#[derive(Debug, Serialize, Deserialize)]
pub struct Task {
    /// With what it sends.
    pub client: Client,
    /// Where to; without TLS if it is no https URL.
    pub url: String,
    /// Whether that speaks HTTP/2.
    pub is_http2: bool,
    /// The file with the authority of its certificate, in PEM.
    pub authority: String,
    /// Requests of a round.
    pub batch: usize,
    /// Requests at a time.
    pub concurrency: usize,
    /// Names and values of their headers.
    pub headers: Vec<(String, String)>,
    /// Their body.
    pub body: String,
}
