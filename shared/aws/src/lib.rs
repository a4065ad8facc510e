//! How both functions reach AWS: with the region and the credentials of Lambda's environment, over one HTTPS client.
//!
//! It takes the place of `aws-config`, which looks for credentials in profiles, other services and other programs too,
//! and of the SDK's default HTTP client, which reads and parses the system's certificate authorities at each start.
//! What the services are asked, it does not know.

mod environment;
mod https;
mod warm_up;

pub use aws_types::SdkConfig;
pub use environment::{Environment, EnvironmentError};
pub use warm_up::warm_up_beside;
