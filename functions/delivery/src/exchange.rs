//! One attempt's calls: the token, if the webhook needs one, then the endpoint, all before one deadline.

use std::time::Duration;

use futures_util::FutureExt as _;
use http::{StatusCode, header::AUTHORIZATION};
use jiff::Timestamp;
use tokio::time::Instant;

use crate::{
    oauth::{TokenClient, TokenError},
    request::WebhookRequest,
    send::{Answer, Sender},
    send_error::SendError,
};

/// Less time than this is no fair attempt; it is made in another invocation instead.
pub(crate) const ATTEMPT_MIN: Duration = Duration::from_secs(1);

/// Why there is no answer of the endpoint.
#[derive(Debug, thiserror::Error)]
pub enum ExchangeError {
    /// The endpoint was asked, and did not answer.
    #[error(transparent)]
    Send(#[from] SendError),
    /// The endpoint was not asked, because there is no token.
    #[error(transparent)]
    Token(#[from] TokenError),
}

impl ExchangeError {
    /// The kind of fault as it is shown to people.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Send(error) => error.kind.as_str(),
            Self::Token(error) => error.kind.as_str(),
        }
    }

    /// The innermost cause, for the log.
    pub fn root_cause(&self) -> Option<String> {
        match self {
            Self::Send(error) => error.root_cause(),
            Self::Token(_) => None,
        }
    }

    /// How long the server that failed asks to wait.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Send(_) => None,
            Self::Token(error) => error.retry_after,
        }
    }
}

/// Sends a request, with a token if there is a client that has one.
pub(crate) async fn exchange(
    sender: &Sender,
    request: &mut WebhookRequest,
    token_client: Option<&TokenClient>,
    now: Timestamp,
    deadline: Instant,
) -> Result<Answer, ExchangeError> {
    match token_client {
        None => Ok(sender.send(request, deadline).await?),
        // Boxed, because most requests need no room for what this has to remember.
        Some(client) => {
            with_token(sender, request, client, now, deadline)
                .boxed()
                .await
        }
    }
}

/// A token that the endpoint refuses (401) may have been withdrawn before its time: a new one is fetched, and the request
/// is sent once more where the deadline leaves time for that. Else the next attempt fetches it.
async fn with_token(
    sender: &Sender,
    request: &mut WebhookRequest,
    client: &TokenClient,
    now: Timestamp,
    deadline: Instant,
) -> Result<Answer, ExchangeError> {
    let token = client.token(sender, now, deadline).await?;
    request.headers.insert(AUTHORIZATION, token.header());
    let answer = sender.send(request, deadline).await?;
    if answer.status != StatusCode::UNAUTHORIZED {
        return Ok(answer);
    }
    client.refused(&token).await;
    if deadline < Instant::now() + ATTEMPT_MIN {
        return Ok(answer);
    }
    let token = client.token(sender, now, deadline).await?;
    request.headers.insert(AUTHORIZATION, token.header());
    Ok(sender.send(request, deadline).await?)
}
