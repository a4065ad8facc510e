//! How the deployed delivery function is started outside of the local cloud's own Lambda.

use std::path::PathBuf;

use anyhow::Result;
use driver::environment::Launch;

use crate::cloud::{Description, Queues};

/// The function as the stack has it, with the run's own queues and with the AWS services at this URL.
///
/// # Errors
/// Where the cloud's description lacks something.
pub fn launch(
    binary: PathBuf,
    cloud: &Description,
    queues: &Queues,
    services: String,
) -> Result<Launch> {
    let output = |name| cloud.output(name).map(str::to_owned);
    Ok(Launch::new(binary, "delivery", &cloud.region).with([
        ("AWS_ENDPOINT_URL", services),
        ("TABLE_NAME", output("TableName")?),
        ("FINDINGS_TABLE_NAME", output("FindingsTableName")?),
        ("SECRETS_KEY_ID", output("SecretsKeyArn")?),
        ("RETRY_QUEUE_URL", queues.retry.url.clone()),
        ("DEAD_LETTER_QUEUE_URL", queues.dead_letter.url.clone()),
        ("DEVELOPMENT_HOSTS", "localhost".to_owned()),
        ("DEVELOPMENT_CA", cloud.authority()?),
    ]))
}
