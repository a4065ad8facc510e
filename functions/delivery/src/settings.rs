//! The environment variables of the function; nothing else reads the environment.

use std::{str::FromStr, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use config_store::Tables;
use domain::endpoint::EndpointPolicy;
use rustls::pki_types::CertificateDer;

use crate::retry::RetryPolicy;

/// Everything that a deployment decides.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `TABLE_NAME` and `FINDINGS_TABLE_NAME`: the tables of the configurations and of the endpoints' health.
    pub tables: Tables,
    /// `SECRETS_KEY_ID`: the KMS key that opens their secrets.
    pub secrets_key_id: String,
    /// `RETRY_QUEUE_URL`: where failed events wait.
    pub retry_queue_url: String,
    /// `DEAD_LETTER_QUEUE_URL`: where events go that are given up.
    pub dead_letter_queue_url: String,
    /// `CONFIG_CACHE_SECONDS`: how old a configuration may be.
    pub config_cache: Duration,
    /// `DELIVERY_TIMEOUT_SECONDS`: longest time for one attempt.
    pub delivery_timeout: Duration,
    /// `RETRY_FIRST_DELAY_SECONDS`, `RETRY_WINDOW_HOURS`, `RETRY_ATTEMPTS_MAX` and `HOLD_DAYS`.
    pub retry: RetryPolicy,
    /// `CIRCUIT_FAILURE_THRESHOLD`: failures in a row that open an endpoint's circuit.
    pub circuit_failure_threshold: u32,
    /// `KEEP_EVENTS`: whether the history keeps the events of attempts; yes unless `false`.
    pub keeps_events: bool,
    /// `DEVELOPMENT_HOSTS`: empty in production.
    pub endpoint_policy: EndpointPolicy,
    /// `DEVELOPMENT_CA`: one more certificate authority; none in production.
    pub development_ca: Option<CertificateDer<'static>>,
    /// `RUST_LOG`: which log lines are written.
    pub log_filter: String,
    /// `AWS_LAMBDA_FUNCTION_NAME`, set by Lambda: the dimension of the metrics.
    pub function_name: String,
}

/// An environment variable is missing or has a value that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The variable must be set.
    #[error("the environment variable {0} is not set")]
    Missing(&'static str),
    /// The variable must have a value of another form.
    #[error("the environment variable {name} is not {expected}")]
    Invalid {
        /// Its name.
        name: &'static str,
        /// What it must be.
        expected: &'static str,
    },
}

impl Settings {
    /// Reads the process's environment.
    ///
    /// # Errors
    /// [`SettingsError`] for the first variable that cannot be used.
    pub fn from_environment() -> Result<Self, SettingsError> {
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the one place that reads the environment"
        )]
        Self::read(|name| std::env::var(name).ok())
    }

    /// Reads settings from any source; an empty value counts as none.
    ///
    /// # Errors
    /// [`SettingsError`] for the first variable that cannot be used.
    pub fn read(variable: impl Fn(&'static str) -> Option<String>) -> Result<Self, SettingsError> {
        let optional = |name| variable(name).filter(|value| !value.is_empty());
        let required = |name| optional(name).ok_or(SettingsError::Missing(name));
        let development_hosts = optional("DEVELOPMENT_HOSTS").unwrap_or_default();
        Ok(Self {
            tables: Tables {
                configurations: required("TABLE_NAME")?,
                findings: required("FINDINGS_TABLE_NAME")?,
            },
            secrets_key_id: required("SECRETS_KEY_ID")?,
            retry_queue_url: required("RETRY_QUEUE_URL")?,
            dead_letter_queue_url: required("DEAD_LETTER_QUEUE_URL")?,
            config_cache: Duration::from_secs(number(
                "CONFIG_CACHE_SECONDS",
                optional("CONFIG_CACHE_SECONDS"),
                5,
            )?),
            delivery_timeout: Duration::from_secs(positive(
                "DELIVERY_TIMEOUT_SECONDS",
                optional("DELIVERY_TIMEOUT_SECONDS"),
                10,
            )?),
            retry: RetryPolicy {
                first_delay: Duration::from_secs(positive(
                    "RETRY_FIRST_DELAY_SECONDS",
                    optional("RETRY_FIRST_DELAY_SECONDS"),
                    5,
                )?),
                window: Duration::from_secs(
                    3_600 * positive("RETRY_WINDOW_HOURS", optional("RETRY_WINDOW_HOURS"), 24)?,
                ),
                attempts_max: count("RETRY_ATTEMPTS_MAX", optional("RETRY_ATTEMPTS_MAX"), 100)?,
                hold: Duration::from_secs(
                    86_400 * positive("HOLD_DAYS", optional("HOLD_DAYS"), 4)?,
                ),
            },
            circuit_failure_threshold: count(
                "CIRCUIT_FAILURE_THRESHOLD",
                optional("CIRCUIT_FAILURE_THRESHOLD"),
                5,
            )?,
            keeps_events: match optional("KEEP_EVENTS").as_deref() {
                None | Some("true") => true,
                Some("false") => false,
                Some(_) => {
                    return Err(SettingsError::Invalid {
                        name: "KEEP_EVENTS",
                        expected: "true or false",
                    });
                }
            },
            endpoint_policy: EndpointPolicy::with_development_hosts(&development_hosts),
            development_ca: optional("DEVELOPMENT_CA").map(certificate).transpose()?,
            log_filter: optional("RUST_LOG").unwrap_or_else(|| "info".to_owned()),
            function_name: optional("AWS_LAMBDA_FUNCTION_NAME")
                .unwrap_or_else(|| "delivery".to_owned()),
        })
    }
}

fn number(name: &'static str, value: Option<String>, default: u64) -> Result<u64, SettingsError> {
    // A day's worth of seconds or a year's of hours; beyond that, sums of times could overflow.
    let expected = "a whole number of at most 86,400";
    value
        .map_or(Ok(default), |value| u64::from_str(&value))
        .ok()
        .filter(|value| *value <= 86_400)
        .ok_or(SettingsError::Invalid { name, expected })
}

fn positive(name: &'static str, value: Option<String>, default: u64) -> Result<u64, SettingsError> {
    match number(name, value, default)? {
        0 => Err(SettingsError::Invalid {
            name,
            expected: "at least 1",
        }),
        positive => Ok(positive),
    }
}

fn count(name: &'static str, value: Option<String>, default: u64) -> Result<u32, SettingsError> {
    let count = positive(name, value, default)?;
    u32::try_from(count).map_err(|_| SettingsError::Invalid {
        name,
        expected: "a count",
    })
}

fn certificate(base64: String) -> Result<CertificateDer<'static>, SettingsError> {
    BASE64_STANDARD
        .decode(base64)
        .map(CertificateDer::from)
        .map_err(|_| SettingsError::Invalid {
            name: "DEVELOPMENT_CA",
            expected: "the base64 of a certificate's DER",
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(changed: &[(&'static str, &str)]) -> Result<Settings, SettingsError> {
        Settings::read(|name| {
            let changed = changed.iter().find(|(candidate, _)| *candidate == name);
            match (changed, name) {
                (Some((_, value)), _) => Some((*value).to_owned()),
                (
                    None,
                    "TABLE_NAME"
                    | "FINDINGS_TABLE_NAME"
                    | "SECRETS_KEY_ID"
                    | "RETRY_QUEUE_URL"
                    | "DEAD_LETTER_QUEUE_URL",
                ) => Some(name.to_lowercase()),
                _ => None,
            }
        })
    }

    #[test]
    fn what_is_not_set_has_the_documented_default_and_admits_no_private_host() {
        let settings = read(&[("DEVELOPMENT_HOSTS", ""), ("DEVELOPMENT_CA", "")]).unwrap();
        assert_eq!(settings.config_cache, Duration::from_secs(5));
        assert_eq!(settings.delivery_timeout, Duration::from_secs(10));
        assert_eq!(settings.retry.first_delay, Duration::from_secs(5));
        assert_eq!(settings.retry.window, Duration::from_secs(24 * 3_600));
        assert_eq!(settings.retry.attempts_max, 100);
        assert_eq!(settings.retry.hold, Duration::from_secs(4 * 86_400));
        assert_eq!(settings.circuit_failure_threshold, 5);
        assert!(settings.development_ca.is_none());
        assert!(!settings.endpoint_policy.is_development_host("localhost"));
    }

    #[test]
    fn values_that_cannot_be_used_are_named() {
        for (name, value) in [
            ("CONFIG_CACHE_SECONDS", "five"),
            ("DELIVERY_TIMEOUT_SECONDS", "0"),
            ("RETRY_FIRST_DELAY_SECONDS", "-1"),
            ("RETRY_WINDOW_HOURS", "99999999999999999999"),
            ("RETRY_WINDOW_HOURS", "86401"),
            ("RETRY_ATTEMPTS_MAX", "0"),
            ("CIRCUIT_FAILURE_THRESHOLD", "0"),
            ("HOLD_DAYS", "0.5"),
            ("DEVELOPMENT_CA", "%"),
        ] {
            let error = read(&[(name, value)]).unwrap_err();
            assert!(
                matches!(error, SettingsError::Invalid { name: named, .. } if named == name),
                "{name}={value}: {error}"
            );
        }
        assert_eq!(
            read(&[("TABLE_NAME", "")]).unwrap_err(),
            SettingsError::Missing("TABLE_NAME")
        );
    }
}
