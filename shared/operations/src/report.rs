//! How a test went, stage by stage.

use serde::{Deserialize, Serialize};

/// How a test event fared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TestReport {
    /// Whether the endpoint took the event.
    pub outcome: Outcome,
    /// The id of the test event, which the endpoint sees as `webhook-id`.
    pub event_id: String,
    /// The stages in the order in which they depend on each other; after one that failed, none is reached.
    pub stages: Vec<Stage>,
    /// What was sent, or would have been.
    pub request: Request,
    /// What the endpoint answered, if it did.
    pub answer: Option<Answer>,
    /// What to do about a failure.
    pub advice: Option<Advice>,
}

/// How a test ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = TestOutcome))]
pub enum Outcome {
    /// The endpoint took the event.
    Delivered,
    /// It did not.
    Failed,
}

/// One step on the way to an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = TestStage))]
pub struct Stage {
    /// Which step.
    pub stage: StageName,
    /// How it went.
    pub outcome: StageOutcome,
    /// How long it took, in milliseconds; null if it was not reached.
    pub duration_ms: Option<u64>,
    /// What was found, such as the addresses of the host or what went wrong.
    pub detail: Option<String>,
}

/// The steps on the way to an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum StageName {
    /// The host's name is resolved.
    Dns,
    /// The URL and every address of the host are checked: endpoints must be public.
    AddressCheck,
    /// A connection is made.
    Connect,
    /// The certificate is checked and the connection encrypted.
    Tls,
    /// Secrets are opened; the token or the signature is made.
    Authentication,
    /// The event is posted and the answer read.
    Answer,
}

impl StageName {
    /// Every step, in order.
    pub const ALL: [Self; 6] = [
        Self::Dns,
        Self::AddressCheck,
        Self::Connect,
        Self::Tls,
        Self::Authentication,
        Self::Answer,
    ];
}

/// How a step went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum StageOutcome {
    /// As it should.
    Passed,
    /// It ends here.
    Failed,
    /// An earlier step failed.
    NotReached,
}

/// A request as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = ShownRequest))]
pub struct Request {
    /// Always POST.
    pub method: String,
    /// The endpoint.
    pub url: String,
    /// The headers; those with secret values are masked.
    pub headers: Vec<Header>,
    /// The body.
    pub body: String,
}

/// A header as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = ShownHeader))]
pub struct Header {
    /// Its name in lower case.
    pub name: String,
    /// Its value, or dots.
    pub value: String,
    /// Whether the value is left out because it is secret.
    pub masked: bool,
}

impl Header {
    /// A header; `None` stands for a secret value.
    pub fn new(name: impl Into<String>, value: Option<String>) -> Self {
        Self {
            name: name.into(),
            masked: value.is_none(),
            value: value.unwrap_or_else(|| "•••".to_owned()),
        }
    }
}

/// An answer as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = ShownAnswer))]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: Vec<Header>,
    /// The beginning of the body as text, without the secrets of the request.
    pub body_excerpt: Option<String>,
}

/// What an administrator can do about a failure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Advice {
    /// Which advice, in kebab case; stable.
    pub code: String,
    /// The advice in one or two sentences.
    pub text: String,
}
