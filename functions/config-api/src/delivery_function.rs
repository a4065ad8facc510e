//! Asks the delivery function for what only it can do: open secrets, and send.

use aws_sdk_lambda::{Client, primitives::Blob};
use operations::{Operation, Reply};

use crate::error::ApiError;

/// The delivery function of the same deployment.
#[derive(Debug, Clone)]
pub struct DeliveryFunction {
    client: Client,
    name: String,
}

impl DeliveryFunction {
    /// The function of this name; time limits are the client's.
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        Self {
            client,
            name: name.into(),
        }
    }

    /// Has an operation done, and waits for what came of it.
    ///
    /// # Errors
    /// [`ApiError::DeliveryUnavailable`] where the function does not answer, or answers anything else.
    pub(crate) async fn call(&self, operation: &Operation) -> Result<Reply, ApiError> {
        let unavailable =
            |cause: Box<dyn std::error::Error + Send + Sync>| ApiError::DeliveryUnavailable(cause);
        let payload = serde_json::to_vec(operation).map_err(|error| unavailable(error.into()))?;
        let answer = self
            .client
            .invoke()
            .function_name(&self.name)
            .payload(Blob::new(payload))
            .send()
            .await
            .map_err(|error| unavailable(error.into()))?;
        // The function's own message may repeat what it was given, so it is not passed on.
        if answer.function_error.is_some() {
            return Err(unavailable("the delivery function failed".into()));
        }
        let reply = answer.payload.unwrap_or_else(|| Blob::new([]));
        serde_json::from_slice(reply.as_ref())
            .map_err(|_| unavailable("the delivery function's reply is not readable".into()))
    }
}
