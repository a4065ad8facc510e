//! HTTP/1.1 by hand, because no server library misbehaves.

use std::{io, time::Duration};

use httparse::{EMPTY_HEADER, Request, Status};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy, sink},
    net::TcpStream,
    time::sleep,
};
use tokio_rustls::server::TlsStream;

use crate::{
    fault::Http1Fault,
    receiver::{Call, Log},
    script::{Ending, Script},
};

const TAKEN: &[u8] = b"HTTP/1.1 204 No Content\r\n\r\n";
/// Headers of a request; the product sends far fewer.
const HEADERS_MAX: usize = 64;
/// How long a trickling endpoint waits before each byte.
const TRICKLE: Duration = Duration::from_secs(1);

type Stream = TlsStream<TcpStream>;

/// Serves the requests of a connection, and misbehaves towards first attempts.
///
/// # Errors
/// Those of the connection.
pub(crate) async fn serve(
    mut stream: Stream,
    fault: Option<&Http1Fault>,
    connection: usize,
    log: &Log,
) -> io::Result<()> {
    let mut requests = 0;
    while let Some(call) = read(&mut stream, connection).await? {
        requests += 1;
        let is_first_attempt = call.attempt == 1;
        log.called(call);
        match fault {
            Some(Http1Fault::ClosedWhenReused) if requests > 1 => return Ok(()),
            None | Some(Http1Fault::ClosedWhenReused) => stream.write_all(TAKEN).await?,
            Some(fault) if is_first_attempt => {
                if !play(&mut stream, Script::of(fault), log).await? {
                    return Ok(());
                }
            }
            Some(_) => stream.write_all(TAKEN).await?,
        }
        stream.flush().await?;
    }
    Ok(())
}

/// Answers by a script; returns whether the connection is kept.
async fn play(stream: &mut Stream, script: Script, log: &Log) -> io::Result<bool> {
    stream.write_all(&script.beginning).await?;
    stream.flush().await?;
    match script.ending {
        Ending::KeepAlive => return Ok(true),
        Ending::Close => {}
        Ending::Wait => wait(stream).await?,
        Ending::HalfClose => {
            stream.shutdown().await?;
            wait(stream).await?;
        }
        Ending::Reset(pause) => {
            sleep(pause).await;
            stream.get_ref().0.set_zero_linger()?;
        }
        Ending::Trickle(bytes) => {
            for byte in bytes {
                sleep(TRICKLE).await;
                stream.write_all(&[byte]).await?;
                stream.flush().await?;
            }
        }
        Ending::Repeat { part, count } => {
            for _ in 0..count {
                stream.write_all(&part).await?;
                log.wrote(part.len());
            }
            stream.shutdown().await?;
        }
    }
    Ok(false)
}

/// Keeps the connection until the client ends it.
async fn wait(stream: &mut Stream) -> io::Result<()> {
    copy(stream, &mut sink()).await.map(drop)
}

/// Reads a request with its body; `None` at the end of the connection.
async fn read(stream: &mut Stream, connection: usize) -> io::Result<Option<Call>> {
    let mut received = Vec::new();
    loop {
        if let Some((call, bytes)) = parse(&received, connection)
            && received.len() >= bytes
        {
            return Ok(Some(call));
        }
        if stream.read_buf(&mut received).await? == 0 {
            return Ok(None);
        }
    }
}

/// A request whose head is complete, and the bytes that it has with its body.
fn parse(received: &[u8], connection: usize) -> Option<(Call, usize)> {
    let mut headers = [EMPTY_HEADER; HEADERS_MAX];
    let mut request = Request::new(&mut headers);
    let Ok(Status::Complete(head_bytes)) = request.parse(received) else {
        return None;
    };
    let header = |name: &str| {
        let mut headers = request.headers.iter();
        let found = headers.find(|header| header.name.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(found.value).ok()
    };
    // A redirect that is followed, as it must not be, comes as a GET without content.
    let body_bytes: usize = header("content-length").map_or(Some(0), |text| text.parse().ok())?;
    let call = Call::new(connection, request.path?, header);
    Some((call, head_bytes + body_bytes))
}
