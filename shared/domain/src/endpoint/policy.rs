//! What a deployment admits.

use std::net::IpAddr;

use super::{
    EndpointUrl,
    address::{self, AddressRefused},
    host,
};
use crate::Refusal;

/// Which endpoints a deployment admits beyond public host names on port 443.
#[derive(Debug, Clone, Default)]
pub struct EndpointPolicy {
    development_hosts: Vec<String>,
}

impl EndpointPolicy {
    /// Public host names on port 443, and the given names, in comma-separated form, on any port and at any address.
    /// An empty text admits no more than the public ones; that is what production uses.
    pub fn with_development_hosts(comma_separated: &str) -> Self {
        let hosts = comma_separated
            .split(',')
            .map(|host| host.trim().to_ascii_lowercase());
        Self {
            development_hosts: hosts.filter(|host| !host.is_empty()).collect(),
        }
    }

    /// Whether `host` may have private addresses and any port, because the deployment says so.
    pub fn is_development_host(&self, host: &str) -> bool {
        self.development_hosts
            .iter()
            .any(|admitted| admitted.eq_ignore_ascii_case(host))
    }

    /// Whether the deployment delivers to this endpoint, as far as its URL tells.
    ///
    /// # Errors
    /// `url-port` for a port other than 443, `url-not-public` for a name that no public host has.
    pub fn admit(&self, endpoint: &EndpointUrl) -> Result<(), Refusal> {
        let url = endpoint.as_url();
        let name = url.host_str().unwrap_or_default();
        if self.is_development_host(name) {
            return Ok(());
        }
        if url.port_or_known_default() != Some(443) {
            return Err(Refusal::new(
                "url-port",
                "The URL must use the default HTTPS port, 443; leave the port out.",
            ));
        }
        if !host::may_be_public(name) {
            return Err(Refusal::new(
                "url-not-public",
                "The URL must name a host on the public internet; names such as localhost, intranet or api.internal are known in one network only.",
            ));
        }
        Ok(())
    }

    /// Whether a connection to `host` may be made, which resolved to these addresses. One bad address among good ones is
    /// an attack or a mistake, never a service, so it refuses the name.
    ///
    /// # Errors
    /// [`AddressRefused`] for the first address that is not public.
    pub fn admit_addresses(
        &self,
        host: &str,
        addresses: impl IntoIterator<Item = IpAddr>,
    ) -> Result<(), AddressRefused> {
        if self.is_development_host(host) {
            return Ok(());
        }
        addresses.into_iter().try_for_each(address::check)
    }
}
