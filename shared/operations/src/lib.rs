//! What the configuration API asks of the delivery function, by a synchronous invocation, because only delivery can open
//! secrets and send to endpoints.
//!
//! An operation is the invocation's JSON, a [`Reply`] its answer. Both functions are deployed together; still, unknown
//! members are ignored, so that one may be a moment older than the other.

mod report;

use domain::key::{OrgId, SandboxName};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use report::{
    Advice, Answer, Header, Outcome, Request, Stage, StageName, StageOutcome, TestReport,
};

/// One thing to do. Never logged: it holds what endpoints and recipients are.
#[derive(Clone, Serialize, Deserialize)]
#[serde(
    tag = "operation",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase"
)]
pub enum Operation {
    /// Sends a test event to the endpoint of a webhook, which need not be saved.
    TestEvent {
        /// The webhook as the store would keep it, with its secrets sealed.
        webhook: Map<String, Value>,
    },
    /// Delivers an event again, as if it came anew: with its id, and with a whole retry window before it.
    SendAgain {
        /// The event's organisation.
        org: OrgId,
        /// The event's sandbox.
        sandbox: SandboxName,
        /// The event as it was on the queue.
        event: String,
        /// Its message's `MessageGroupId`.
        group_id: Option<String>,
    },
}

/// What came of an operation.
#[derive(Clone, Serialize, Deserialize)]
#[serde(
    tag = "reply",
    rename_all = "kebab-case",
    rename_all_fields = "camelCase"
)]
pub enum Reply {
    /// The test event was sent, or could not be; either way the report says how that went.
    Tested {
        /// How it went.
        report: Box<TestReport>,
    },
    /// The event is on the retry queue.
    SentAgain,
    /// Nothing was done: a service behind delivery does not answer, or refused.
    Unavailable,
    /// Nothing was done: the operation is not usable. A defect of ours.
    Unusable,
}
