//! A test event: made up, sent by the code that delivers, and reported on stage by stage.

use std::time::Duration;

use bytes::Bytes;
use domain::{config::Webhook, event::FeedbackEvent, payload::payload};
use http::{HeaderMap, HeaderName, HeaderValue, header::SET_COOKIE};
use operations::{Advice, Answer, Header, Outcome, Request, StageName, StageOutcome, TestReport};
use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use crate::{
    App,
    auth::AuthError,
    causes::Causes,
    excerpt::{excerpt, without_secrets},
    exchange::exchange,
    probe::{Stages, reach},
    request::{Attempt, WebhookRequest, lasting_headers},
};

/// Tells receivers that nothing happened to any message.
const WEBHOOK_TEST: HeaderName = HeaderName::from_static("webhook-test");
/// A secret belongs to another tenant, is damaged, or is no longer accepted.
const SECRET_REFUSED: &str = "secret-refused";
/// A stage was not over in time, as `SendErrorKind::Timeout` has it.
const TIMEOUT: &str = "timeout";
/// What is kept back of the time that the whole test may take, for the answer's way to the administrator.
const REPORT_RESERVE: Duration = Duration::from_secs(1);

/// Sends a test event to a webhook's endpoint, whatever is known of its health. Returns `None` where that is no fault of
/// the endpoint's: the key service does not answer.
pub(crate) async fn test<L>(
    app: &App<L>,
    webhook: &Webhook,
    deadline: Instant,
) -> Option<TestReport> {
    let latest = deadline.checked_sub(REPORT_RESERVE).unwrap_or(deadline);
    let deadline = latest.min(Instant::now() + app.courier.timeout);
    let event_id = format!("test_{}", Uuid::new_v4().simple());
    let event = test_event(webhook, &event_id).to_string();
    let event = FeedbackEvent::parse(&event).ok()?;
    let body = Bytes::from(payload(&event));
    let now = (app.clock)();
    let attempt = Attempt {
        event_id: &event_id,
        number: 1,
        remaining: 0,
        retry_until: now,
        at: now,
    };
    let mut stages = Stages::until(deadline);
    let url = webhook.config.url();
    let headers = lasting_headers(HeaderMap::new());
    let mut request = WebhookRequest::new(url.clone(), headers, attempt, body);
    let mut answer = None;
    if reach(&app.courier.sender, url, &mut stages).await {
        let authentication =
            app.courier
                .authenticator
                .authenticate(webhook, attempt, &request.body);
        let authenticated = stages.step(StageName::Authentication, async {
            match authentication.await {
                Ok(authenticated) => {
                    if let Some(client) = &authenticated.token_client {
                        let token = client.token(&app.courier.sender, now, deadline).await;
                        token.map_err(|error| error.kind.as_str().to_owned())?;
                    }
                    Ok((Some(authenticated), None))
                }
                Err(AuthError::Refused) => Err(SECRET_REFUSED.to_owned()),
                Err(error @ AuthError::Unavailable(_)) => {
                    tracing::error!(error = %Causes(&error), "the key service is not available");
                    Ok((None, None))
                }
            }
        });
        if let Some(authenticated) = authenticated.await {
            let mut authenticated = authenticated?;
            let test = HeaderValue::from_static("true");
            authenticated.headers.insert(WEBHOOK_TEST, test);
            request =
                WebhookRequest::new(url.clone(), authenticated.headers, attempt, request.body);
            let sent = stages.step(StageName::Answer, async {
                let sender = &app.courier.sender;
                let token_client = authenticated.token_client.as_deref();
                let answered = exchange(sender, &mut request, token_client, now, deadline).await;
                let received = answered.map_err(|error| error.kind().to_owned())?;
                let status = received.status.as_u16();
                answer = Some(Answer {
                    status,
                    headers: shown_answer(&received.headers, &request.headers),
                    body_excerpt: excerpt(&received.body, &request.headers),
                });
                if received.status.is_success() {
                    Ok(((), Some(status.to_string())))
                } else {
                    Err(status.to_string())
                }
            });
            sent.await;
        }
    }
    let stages = stages.finish();
    let failed = stages
        .iter()
        .find(|stage| stage.outcome == StageOutcome::Failed);
    Some(TestReport {
        outcome: match failed {
            Some(_) => Outcome::Failed,
            None => Outcome::Delivered,
        },
        advice: failed
            .map(|stage| advice(stage.stage, stage.detail.as_deref().unwrap_or_default())),
        event_id: event_id.clone(),
        request: Request {
            method: "POST".to_owned(),
            url: url.to_string(),
            headers: shown(&request.headers),
            body: String::from_utf8_lossy(&request.body).into_owned(),
        },
        stages,
        answer,
    })
}

fn shown(headers: &HeaderMap) -> Vec<Header> {
    let header = |(name, value): (&HeaderName, &HeaderValue)| {
        let shown = !value.is_sensitive();
        let value = shown.then(|| String::from_utf8_lossy(value.as_bytes()).into_owned());
        Header::new(name.as_str(), value)
    };
    headers.iter().map(header).collect()
}

/// An endpoint may repeat the request's secrets in any header, and its cookies are nobody else's business.
fn shown_answer(headers: &HeaderMap, request: &HeaderMap) -> Vec<Header> {
    let header = |(name, value): (&HeaderName, &HeaderValue)| {
        let shown = (*name != SET_COOKIE).then(|| without_secrets(value.as_bytes(), request));
        Header::new(name.as_str(), shown)
    };
    headers.iter().map(header).collect()
}

/// What a messaging backend could have sent, about nobody: `example.com` is reserved (RFC 2606 section 3).
fn test_event(webhook: &Webhook, event_id: &str) -> Value {
    let channel = webhook.config.channels().iter().next();
    let status = webhook.config.feedback_statuses().iter().next();
    json!({
        "eventId": event_id,
        "requestId": event_id,
        "imsOrg": webhook.key.org,
        "sandbox": {"id": Uuid::nil(), "name": webhook.key.sandbox},
        "channel": channel,
        "messageExecution": {
            "messageExecutionID": event_id,
            "messageType": "transactional",
            "campaignID": "test-campaign",
            "campaignVersionID": "test-campaign-version",
            "campaignType": "ApiTriggered",
        },
        "messageDeliveryFeedback": {
            "feedbackStatus": {"value": status},
            "offers": null,
            "messageExclusion": null,
            "messageFailure": null,
            "retryCount": null,
        },
        "identityMap": {
            "email": [{"id": "test@example.com", "primary": true, "authenticatedState": "ambiguous"}],
        },
    })
}

/// What to do about a failure at a stage.
fn advice(stage: StageName, what: &str) -> Advice {
    let (code, text) = match stage {
        StageName::Dns => (
            "check-host-name",
            "The host's name is not known. Check its spelling, and that its DNS record is public.",
        ),
        StageName::AddressCheck => (
            "use-public-address",
            "The host has an address that is not public, or the deployment does not admit the URL. Endpoints must be reachable from the Internet.",
        ),
        StageName::Connect => (
            "open-port",
            "Nothing answers at the host's address. Check that the server runs, and that its firewall lets the port in.",
        ),
        StageName::Tls if what == TIMEOUT => (
            "check-port",
            "The server took the connection and then said nothing. Check that HTTPS is served at this port.",
        ),
        StageName::Tls => (
            "check-certificate",
            "The server's certificate or TLS version is not accepted. It needs TLS 1.2 or newer and an unexpired certificate for this host name from a public authority, sent with its intermediate certificates.",
        ),
        StageName::Authentication if what != SECRET_REFUSED => (
            "check-token-endpoint",
            "The authorization server gave no access token. Check its URL, the client's id and secret, and the scope.",
        ),
        StageName::Authentication => (
            "set-credentials-again",
            "The token or signature could not be made. Check the authentication settings, and set the secrets again.",
        ),
        StageName::Answer => match what {
            TIMEOUT => (
                "answer-sooner",
                "The endpoint took too long. It should take the event, answer 2xx at once, and work on it afterwards.",
            ),
            "401" | "403" => (
                "check-credentials",
                "The endpoint refused the credentials. Check that its key, issuer, audience and header agree with the settings here, and that its clock is right.",
            ),
            "404" | "405" => (
                "check-path",
                "The server has nothing at this path that takes a POST. Check the path of the URL.",
            ),
            "410" => (
                "endpoint-gone",
                "The endpoint says that it is gone for good. A delivery that is answered so holds all events until the webhook is changed.",
            ),
            "429" => (
                "raise-rate-limit",
                "The endpoint limits the rate of requests. Raise its limit; events are tried again until then.",
            ),
            status if status.starts_with('3') => (
                "use-final-url",
                "The endpoint redirects, which is never followed. Use the URL to which it redirects.",
            ),
            status if status.starts_with('4') => (
                "read-answer",
                "The endpoint refused the event. Its answer may say why.",
            ),
            status if status.starts_with('5') => (
                "read-server-log",
                "The endpoint failed. Its own log says why; events are tried again until it works.",
            ),
            _ => (
                "check-server",
                "The connection broke before the answer was complete. Check the server's log, and any proxy before it.",
            ),
        },
    };
    Advice {
        code: code.to_owned(),
        text: text.to_owned(),
    }
}
