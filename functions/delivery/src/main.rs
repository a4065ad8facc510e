//! Starts the function: settings, clients, then one batch after the other.

use std::{
    io::{self, Write as _},
    sync::Arc,
    time::Duration,
};

use aws_smithy_types::timeout::TimeoutConfig;
use bytes::Bytes;
use config_store::DynamoStore;
use delivery::{
    App, batch, causes::Causes, invocation::Invocation, message::BatchResponse, operation::operate,
    runtime, settings::Settings,
};
use futures_util::FutureExt as _;
use jiff::Timestamp;
use lambda_runtime::{Context, Error};
use logging::{JsonLine, JsonMembers, Lines};
use operations::Reply;
use serde::Serialize;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tracing_subscriber::{filter::Targets, fmt, prelude::*};

/// Most of an event's allocations are made by libraries; with glibc's allocator, batches of a hundred common events take a
/// fifth more of a processor. This one has a MiB or two more resident for it.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), Error> {
    let lines = Arc::new(Lines::default());
    // One thread: with the fraction of a processor that comes with 512 MB of memory, more would only take turns.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .on_thread_park({
            let lines = Arc::clone(&lines);
            move || lines.write_out()
        })
        .build()?;
    let ended = runtime.block_on(start(&lines));
    lines.write_out();
    ended
}

async fn start(lines: &Arc<Lines>) -> Result<(), Error> {
    let settings = Settings::from_environment()?;
    let layer = fmt::layer()
        .event_format(JsonLine)
        .fmt_fields(JsonMembers)
        .with_writer(Arc::clone(lines));
    tracing_subscriber::registry()
        .with(layer)
        .with(settings.log_filter.parse::<Targets>()?)
        .init();
    let aws = aws::Environment::of_process()?.config(timeouts())?;
    let app = &App::new(&settings, &aws)?;
    let function_name = &settings.function_name;
    tokio::spawn(tick());
    aws::warm_up_beside(warm_up(app), |connected| {
        runtime::run(async move |payload, context| {
            connected.clone().await;
            let answer = invoke(app, function_name, lines, payload, &context).await;
            // Lambda freezes the environment as soon as it has the answer.
            lines.write_out();
            answer
        })
    })
    .await
}

/// Opens the connection to the store.
async fn warm_up(app: &App<DynamoStore>) {
    if let Err(error) = app.lookup.warm_up().await {
        tracing::warn!(error = %Causes(&error), "the store could not be reached at start");
    }
}

/// Keeps a timer that is due before those of events. Each of them would be the next one otherwise, for which Tokio wakes
/// its driver by a call of the operating system.
async fn tick() {
    let mut interval = interval(Duration::from_secs(1));
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        interval.tick().await;
    }
}

/// AWS answers within milliseconds; a call that takes seconds is better made again, on another connection.
fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .operation_attempt_timeout(Duration::from_secs(2))
        .operation_timeout(batch::SETTLE_RESERVE)
        .build()
}

/// What an invocation is answered with.
#[derive(Serialize)]
#[serde(untagged)]
enum Answer {
    Batch(BatchResponse),
    Reply(Reply),
}

async fn invoke(
    app: &App<DynamoStore>,
    function_name: &str,
    mut lines: &Lines,
    payload: Bytes,
    context: &Context,
) -> Result<Answer, Error> {
    let now = (app.clock)();
    let time_left = Timestamp::try_from(context.deadline())?.duration_since(now);
    let deadline = Instant::now() + Duration::try_from(time_left).unwrap_or_default();
    let invocation = Invocation::read(str::from_utf8(&payload)?)?;
    // A large one is given back before anything is sent.
    drop(payload);
    let batch = match invocation {
        Invocation::Batch(batch) => batch,
        Invocation::Operation(operation) => {
            // Boxed, because it is rare, and every batch would carry its room.
            let operated = operate(app, *operation, deadline).boxed();
            return Ok(Answer::Reply(operated.await));
        }
    };
    let handled = batch::handle(app, &batch, deadline).await?;
    let metrics = handled.tally.embedded_metrics(function_name, now);
    let line = serde_json::to_string(&metrics).map_err(io::Error::from);
    // The batch is settled; failing now would only deliver it again.
    if let Err(error) = line.and_then(|line| lines.write_all((line + "\n").as_bytes())) {
        tracing::error!(error = %error, "the metrics could not be written");
    }
    Ok(Answer::Batch(handled.response))
}
