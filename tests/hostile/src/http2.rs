//! HTTP/2: connections and streams that the endpoint ends by a frame instead of an answer.

use bytes::Bytes;
use h2::{Reason, RecvStream, SendStream, server::SendResponse};
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

use crate::{
    fault::Http2Fault,
    receiver::{Call, Log},
};

/// The large head has 100 KiB.
const LARGE_HEAD_HEADERS: usize = 100;
const LARGE_HEAD_VALUE_BYTES: usize = 1_024;

/// Serves the requests of a connection, and misbehaves towards first attempts.
///
/// # Errors
/// Those of the connection.
pub(crate) async fn serve(
    stream: TlsStream<TcpStream>,
    fault: Http2Fault,
    connection: usize,
    log: &Log,
) -> Result<(), h2::Error> {
    let mut server = h2::server::handshake(stream).await?;
    if fault == Http2Fault::GoAwayAtOnce && connection == 0 {
        server.abrupt_shutdown(Reason::NO_ERROR);
    }
    // A stream that is dropped is reset, which would hide the fault.
    let mut kept = Vec::new();
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
                kept.push((body, respond));
                continue;
            }
            Http2Fault::Reset(reason) if misbehaves => {
                respond.send_reset(reason);
                kept.push((body, respond));
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

fn large_head() -> HeaderMap {
    let value = HeaderValue::try_from("x".repeat(LARGE_HEAD_VALUE_BYTES))
        .unwrap_or(HeaderValue::from_static(""));
    (0..LARGE_HEAD_HEADERS)
        .map(|_| (HeaderName::from_static("x-large"), value.clone()))
        .collect()
}
