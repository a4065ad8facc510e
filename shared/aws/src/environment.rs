//! The environment variables with which Lambda tells a function who it is. Every AWS SDK knows them by these names.

use std::path::PathBuf;

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};
use aws_types::{SdkConfig, region::Region};

use crate::https;

/// What the environment says of AWS.
#[derive(Debug, Clone)]
pub struct Environment {
    region: Region,
    credentials: Credentials,
    endpoint_url: Option<String>,
    authorities: Option<PathBuf>,
}

/// AWS cannot be reached as the environment says.
#[derive(Debug, thiserror::Error)]
pub enum EnvironmentError {
    /// Lambda sets this variable.
    #[error("the environment variable {0} is not set")]
    Missing(&'static str),
    /// The file that `AWS_CA_BUNDLE` or `SSL_CERT_FILE` names has no certificate, or cannot be read.
    #[error("no certificate authority can be read from {path}")]
    Authorities {
        /// The file.
        path: PathBuf,
        /// What the reader met; nothing where the file has no certificate.
        #[source]
        cause: Option<rustls::pki_types::pem::Error>,
    },
    /// The cryptographic library refuses a certificate authority, or is not usable.
    #[error("TLS could not be set up")]
    Tls(#[from] rustls::Error),
}

impl Environment {
    /// Reads the process's environment, as the SDK itself would.
    ///
    /// # Errors
    /// [`EnvironmentError::Missing`] for the first variable that Lambda should have set.
    pub fn of_process() -> Result<Self, EnvironmentError> {
        #[expect(
            clippy::disallowed_methods,
            reason = "the SDK's own variables, which only this reads"
        )]
        Self::read(|name| std::env::var(name).ok())
    }

    /// Reads any source; an empty value counts as none.
    ///
    /// `AWS_ENDPOINT_URL` leads to a local cloud. `AWS_CA_BUNDLE`, or else `SSL_CERT_FILE`, names a file in PEM form whose
    /// authorities are trusted instead of those of the Mozilla root programme.
    ///
    /// # Errors
    /// [`EnvironmentError::Missing`] for the first variable that must be set.
    pub fn read(
        variable: impl Fn(&'static str) -> Option<String>,
    ) -> Result<Self, EnvironmentError> {
        let optional = |name| variable(name).filter(|value| !value.is_empty());
        let required = |name| optional(name).ok_or(EnvironmentError::Missing(name));
        let credentials = Credentials::new(
            required("AWS_ACCESS_KEY_ID")?,
            required("AWS_SECRET_ACCESS_KEY")?,
            optional("AWS_SESSION_TOKEN"),
            // Lambda ends an execution environment before its credentials expire, and tells no time.
            None,
            "Environment",
        );
        Ok(Self {
            region: Region::new(required("AWS_REGION")?),
            credentials,
            endpoint_url: optional("AWS_ENDPOINT_URL"),
            authorities: optional("AWS_CA_BUNDLE")
                .or_else(|| optional("SSL_CERT_FILE"))
                .map(PathBuf::from),
        })
    }

    /// What every client is built from; all of them share one pool of connections. Calls that fail are repeated twice.
    ///
    /// # Errors
    /// [`EnvironmentError`] where TLS cannot be set up.
    pub fn config(&self, timeouts: TimeoutConfig) -> Result<SdkConfig, EnvironmentError> {
        let roots = https::roots(self.authorities.as_deref())?;
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(self.region.clone())
            .credentials_provider(SharedCredentialsProvider::new(self.credentials.clone()))
            .http_client(https::client(roots)?)
            .retry_config(RetryConfig::standard())
            .timeout_config(timeouts);
        Ok(match &self.endpoint_url {
            Some(url) => config.endpoint_url(url).build(),
            None => config.build(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(without: &str) -> Result<Environment, EnvironmentError> {
        Environment::read(|name| {
            let is_set = ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]
                .contains(&name)
                && name != without;
            is_set.then(|| name.to_lowercase())
        })
    }

    #[test]
    fn a_variable_that_lambda_should_have_set_is_named() {
        for name in ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] {
            let error = read(name).unwrap_err();
            assert!(
                matches!(error, EnvironmentError::Missing(missing) if missing == name),
                "{error}"
            );
        }
    }

    #[test]
    fn no_secret_is_printed() {
        let printed = format!("{:?}", read("nothing").unwrap());
        assert!(!printed.contains("aws_secret_access_key"), "{printed}");
    }
}
