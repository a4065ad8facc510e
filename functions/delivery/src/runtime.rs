//! Lambda's runtime with the payload as bytes.
//!
//! The runtime reads a payload for its handler and notes the path of each value meanwhile, for the message of an error
//! that no batch of SQS has. That took as long as everything else that is done with a payload, so the payload goes past
//! it, and is read here from where it lies.

use std::{
    sync::{Arc, Mutex, PoisonError},
    task::{Context as TaskContext, Poll},
};

use bytes::Bytes;
use futures_util::FutureExt as _;
use lambda_runtime::{
    Context, Error, LambdaEvent, LambdaInvocation, Runtime, layers::TracingLayer, service_fn,
};
use serde::{Serialize, de::IgnoredAny};
use tower::{Service, layer::layer_fn};

/// What the runtime reads instead.
const NOTHING: &[u8] = b"null";

/// Invokes the handler with each payload and its context, until the environment ends.
///
/// # Errors
/// Where the Runtime API does not answer.
pub async fn run<R: Serialize>(
    handler: impl AsyncFn(Bytes, Context) -> Result<R, Error>,
) -> Result<(), Error> {
    let taken = Taken::default();
    let invoke = service_fn(|event: LambdaEvent<IgnoredAny>| {
        // Boxed, because the runtime moves it several times, and it has room for a whole batch.
        handler(taken.take(), event.context).boxed_local()
    });
    Runtime::new(invoke)
        .layer(layer_fn(|inner| TakePayload {
            inner,
            taken: taken.clone(),
        }))
        .layer(TracingLayer::new())
        .run()
        .await
}

/// The payload of the invocation that is under way; there never are two.
#[derive(Clone, Default)]
struct Taken(Arc<Mutex<Bytes>>);

impl Taken {
    fn put(&self, payload: Bytes) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = payload;
    }

    fn take(&self) -> Bytes {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

struct TakePayload<S> {
    inner: S,
    taken: Taken,
}

impl<S: Service<LambdaInvocation>> Service<LambdaInvocation> for TakePayload<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut TaskContext<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut invocation: LambdaInvocation) -> S::Future {
        let payload = std::mem::replace(&mut invocation.body, Bytes::from_static(NOTHING));
        self.taken.put(payload);
        self.inner.call(invocation)
    }
}
