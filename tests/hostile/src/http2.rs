//! HTTP/2: connections and streams that the endpoint ends by a frame instead of an answer.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use h2::{Reason, RecvStream, SendStream, server::SendResponse};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use tokio::{net::TcpStream, task::JoinSet, time::sleep};
use tokio_rustls::server::TlsStream;

use crate::{
    fault::Http2Fault,
    receiver::{Call, Log},
};

/// The large head has 100 KiB.
const LARGE_HEAD_HEADERS: usize = 100;
const LARGE_HEAD_VALUE_BYTES: usize = 1_024;

/// A header of an interim answer, and the pause after each: some 16 MiB a second at most.
const INTERIM_VALUE: &str = match std::str::from_utf8(&[b'x'; 16 * 1_024 - 512]) {
    Ok(text) => text,
    Err(_) => "",
};
const INTERIM_PAUSE: Duration = Duration::from_millis(1);

/// Serves the requests of a connection, and misbehaves towards first attempts.
///
/// # Errors
/// Those of the connection.
pub(crate) async fn serve(
    stream: TlsStream<TcpStream>,
    fault: Http2Fault,
    connection: usize,
    log: &Arc<Log>,
) -> Result<(), h2::Error> {
    let mut server = h2::server::handshake(stream).await?;
    if fault == Http2Fault::GoAwayAtOnce && connection == 0 {
        server.abrupt_shutdown(Reason::NO_ERROR);
    }
    // A stream that is dropped is reset, which would hide the fault.
    let mut kept = Vec::new();
    let mut unanswered = Vec::new();
    // They end with the connection; what is sent after its end would only fill the memory.
    let mut endless = JoinSet::new();
    while let Some(accepted) = server.accept().await {
        let (request, mut respond) = accepted?;
        let (head, body) = request.into_parts();
        let header = |name| head.headers.get(name).and_then(|value| value.to_str().ok());
        let call = Call::new(connection, head.uri.path(), header);
        let is_first_attempt = call.attempt == 1;
        let earlier = log.called(call);
        let misbehaves = is_first_attempt && (earlier == 0 || !fault.invites_another_request());
        let (status, headers) = match fault {
            Http2Fault::GoAway(reason) if misbehaves => {
                server.abrupt_shutdown(reason);
                kept.push(body);
                unanswered.push(respond);
                continue;
            }
            Http2Fault::Reset(reason) if misbehaves => {
                respond.send_reset(reason);
                kept.push(body);
                unanswered.push(respond);
                continue;
            }
            Http2Fault::EndlessInterim if misbehaves => {
                endless.spawn(send_interim_answers(respond, Arc::clone(log)));
                kept.push(body);
                continue;
            }
            Http2Fault::LargeHead if misbehaves => (200, large_head()),
            _ => (204, HeaderMap::new()),
        };
        tokio::spawn(answer(body, respond, status, headers));
    }
    Ok(())
}

/// Answers once the request's body has come.
async fn answer(
    mut body: RecvStream,
    mut respond: SendResponse<Bytes>,
    status: u16,
    headers: HeaderMap,
) -> Result<SendStream<Bytes>, h2::Error> {
    while let Some(part) = body.data().await {
        body.flow_control().release_capacity(part?.len())?;
    }
    let mut response = Response::new(());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    *response.headers_mut() = headers;
    respond.send_response(response, true)
}

/// Sends interim answers until the client has enough of them.
async fn send_interim_answers(mut respond: SendResponse<Bytes>, log: Arc<Log>) {
    let mut value = HeaderValue::from_static(INTERIM_VALUE);
    // Otherwise the value would be sent once, and an index in its place from then on.
    value.set_sensitive(true);
    loop {
        let mut interim = Response::new(());
        *interim.status_mut() = StatusCode::EARLY_HINTS;
        interim.headers_mut().insert("link", value.clone());
        if respond.send_informational(interim).is_err() {
            return;
        }
        log.wrote(INTERIM_VALUE.len());
        // The frames wait in memory until the connection takes them.
        sleep(INTERIM_PAUSE).await;
    }
}

fn large_head() -> HeaderMap {
    let value = HeaderValue::try_from("x".repeat(LARGE_HEAD_VALUE_BYTES))
        .unwrap_or(HeaderValue::from_static(""));
    (0..LARGE_HEAD_HEADERS)
        .map(|_| (HeaderName::from_static("x-large"), value.clone()))
        .collect()
}
