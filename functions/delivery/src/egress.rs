//! Applies the egress rule when a connection is made.
//!
//! The client connects to the very addresses that passed here, and asks again for each new connection, so a name that
//! changes its address after it was checked (DNS rebinding) gains nothing.

use std::{
    fmt, io,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    sync::Arc,
};

pub use domain::endpoint::AddressRefused;
use domain::endpoint::EndpointPolicy;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// The addresses that a name has at the moment.
pub type Found = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

type Lookup = dyn Fn(String) -> Found + Send + Sync;
type Rule = dyn Fn(&str, &[IpAddr]) -> Result<(), AddressRefused> + Send + Sync;

/// Resolves names, and refuses those that the rule refuses.
#[derive(Clone)]
pub struct GuardedResolver {
    lookup: Arc<Lookup>,
    rule: Arc<Rule>,
}

impl fmt::Debug for GuardedResolver {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("GuardedResolver")
    }
}

impl GuardedResolver {
    /// Asks the system's resolver, and keeps the rule of the deployment.
    pub fn new(policy: EndpointPolicy) -> Self {
        Self::with(
            |host| {
                Box::pin(async move {
                    let found = tokio::net::lookup_host((host, 0)).await?;
                    Ok(found.map(|address| address.ip()).collect())
                })
            },
            move |host, addresses| policy.admit_addresses(host, addresses.iter().copied()),
        )
    }

    /// Asks another resolver, and keeps another rule: a test has no public address to connect to.
    pub fn with(
        lookup: impl Fn(String) -> Found + Send + Sync + 'static,
        rule: impl Fn(&str, &[IpAddr]) -> Result<(), AddressRefused> + Send + Sync + 'static,
    ) -> Self {
        Self {
            lookup: Arc::new(lookup),
            rule: Arc::new(rule),
        }
    }
}

impl GuardedResolver {
    /// The addresses of a name, whatever they are.
    pub(crate) async fn look_up(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        (self.lookup)(host.to_owned()).await
    }

    /// Applies the rule.
    pub(crate) fn check(&self, host: &str, addresses: &[IpAddr]) -> Result<(), AddressRefused> {
        (self.rule)(host, addresses)
    }
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.clone();
        Box::pin(async move {
            let addresses = resolver.look_up(name.as_str()).await?;
            resolver.check(name.as_str(), &addresses)?;
            // Port 0 stands for the URL's own port.
            let addresses: Addrs = Box::new(
                addresses
                    .into_iter()
                    .map(|address| SocketAddr::new(address, 0)),
            );
            Ok(addresses)
        })
    }
}
