//! Does what the configuration API asks for.

use config_store::portable;
use operations::{Operation, Reply};
use tokio::time::Instant;

use crate::{App, causes::Causes, test_event::test};

/// Does an operation. `deadline` is the end of the invocation.
pub async fn operate<L>(app: &App<L>, operation: Operation, deadline: Instant) -> Reply {
    match operation {
        Operation::TestEvent { webhook } => match portable::read(webhook) {
            Ok(webhook) => match test(app, &webhook, deadline).await {
                Some(report) => Reply::Tested {
                    report: Box::new(report),
                },
                None => Reply::Unavailable,
            },
            Err(unreadable) => {
                tracing::error!(error = %unreadable, "the webhook of a test cannot be read");
                Reply::Unusable
            }
        },
        Operation::SendAgain {
            org,
            sandbox,
            event,
            group_id,
        } => {
            let group_id = group_id.unwrap_or_else(|| format!("{org}/{sandbox}"));
            match app.settler.send_again(event, group_id).await {
                Ok(()) => Reply::SentAgain,
                Err(error) => {
                    tracing::error!(error = %Causes(&error), "an event could not be sent again");
                    Reply::Unavailable
                }
            }
        }
    }
}
