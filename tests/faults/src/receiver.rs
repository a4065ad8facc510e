//! The endpoint of all tenants: keeps account of what it receives, and fails as the seed says.

use std::time::{Duration, SystemTime};

use driver::server::{Closed, Reply, answer};
use http::{HeaderValue, Request, StatusCode, header::RETRY_AFTER};
use hyper::body::Bytes;
use tokio::time::sleep;

use crate::{
    DELIVERY_TIMEOUT, Run,
    dice::choose,
    events::{Kind, UNSTEADY},
    fault::Fault,
    ledger::Cause,
};

/// A slow answer: long enough to hold up a batch, short enough to be in time.
const SLOW: Duration = Duration::from_millis(400);
/// How far ahead the date in a `Retry-After` is.
const RETRY_DATE_AFTER: Duration = Duration::from_secs(2);
/// What an endpoint does instead of accepting, and in how many of a thousand requests.
const FAULTS: [(u32, Fault); 8] = [
    (40, Fault::EndpointFailed),
    (20, Fault::EndpointUnavailable),
    (20, Fault::EndpointThrottles),
    (20, Fault::EndpointMissing),
    (8, Fault::EndpointSilent),
    (20, Fault::EndpointReset),
    (30, Fault::EndpointSlow),
    (8, Fault::EndpointLate),
];

/// Answers one request.
///
/// # Errors
/// [`Closed`] where the function is to see a closed connection.
pub async fn receive(run: &Run, request: Request<Bytes>) -> Reply {
    let text = String::from_utf8_lossy(request.body());
    let Some(number) = run.ledger.events.number_in(&text) else {
        run.mishap("the endpoint received something that is no event of this run");
        return Ok(empty(400));
    };
    let id = request.headers().get("webhook-id");
    let id = id.and_then(|id| id.to_str().ok()).unwrap_or_default();
    let attempt = run.ledger.received(number, id, request.body());
    let Some(fault) = fault(run, number, attempt) else {
        run.ledger.accepted(number);
        return Ok(empty(204));
    };
    run.faults.add(fault);
    match fault {
        Fault::EndpointFailed | Fault::EndpointDown => Ok(empty(500)),
        Fault::EndpointMissing => Ok(empty(404)),
        Fault::EndpointGone => Ok(empty(410)),
        Fault::EndpointThrottles => Ok(later(429, HeaderValue::from_static("1"))),
        Fault::EndpointUnavailable => {
            let date =
                SystemTime::try_from(driver::now() + RETRY_DATE_AFTER).map_err(|_| Closed)?;
            let date = httpdate::fmt_http_date(date);
            Ok(later(503, HeaderValue::try_from(date).map_err(|_| Closed)?))
        }
        Fault::EndpointSilent => std::future::pending().await,
        Fault::EndpointSlow => {
            sleep(SLOW).await;
            run.ledger.accepted(number);
            Ok(empty(204))
        }
        Fault::EndpointLate => {
            run.ledger.note(number, Cause::LateAnswer);
            run.ledger.accepted(number);
            sleep(DELIVERY_TIMEOUT + SLOW).await;
            Ok(empty(204))
        }
        _ => Err(Closed),
    }
}

fn fault(run: &Run, number: u64, attempt: u32) -> Option<Fault> {
    match run.ledger.events.kind(number) {
        Kind::Gone => Some(Fault::EndpointGone),
        Kind::Exhausted => Some(Fault::EndpointFailed),
        _ if run.is_calm() => None,
        Kind::Wanted | Kind::Revolving | Kind::Unwanted | Kind::Unreadable => {
            if run.ledger.events.sandbox(number) == UNSTEADY {
                let request = run.next_unsteady_request();
                let down = [Fault::EndpointDown];
                let fault = run
                    .dice
                    .outage("endpoint", request, run.unsteady_window, &down);
                if fault.is_some() {
                    return fault;
                }
            }
            let subject = format!("attempt {attempt}");
            choose(&mut run.dice.about(&subject, number), &FAULTS)
        }
    }
}

fn empty(status: u16) -> http::Response<http_body_util::Full<Bytes>> {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    answer(status, Bytes::new())
}

fn later(status: u16, retry_after: HeaderValue) -> http::Response<http_body_util::Full<Bytes>> {
    let mut answer = empty(status);
    answer.headers_mut().insert(RETRY_AFTER, retry_after);
    answer
}
