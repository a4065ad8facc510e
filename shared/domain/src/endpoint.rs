//! The egress rule: where a webhook may deliver to.
//!
//! It is applied twice. When a webhook is saved, [`EndpointUrl::parse`] and [`EndpointPolicy::admit`] explain a mistake to
//! the administrator, as far as the URL tells. When a connection is made, [`EndpointPolicy::admit_addresses`] decides, on
//! the very addresses that the connection goes to; a name that changes its address in between (DNS rebinding) gains
//! nothing. `tests/egress` of this crate is the rule as a table of cases.

pub mod address;
mod host;
mod policy;

use std::{fmt, sync::Arc};

use http::Uri;
use serde::{Deserialize, Serialize};
use url::{Host, Url};

pub use self::{address::AddressRefused, policy::EndpointPolicy};
use crate::Refusal;

/// Longest URL that we store, in bytes; RFC 9110 section 4.1 asks for support of at least 8,000 octets, real
/// endpoints stay far below 2,000, and the sibling forms stop there too.
const URL_MAX_BYTES: usize = 2_000;
/// How every such URL begins.
const HTTPS: &str = "https://";

/// An `https` URL with a host name, without credentials and without fragment, in its normalised form.
///
/// It is kept as it was parsed, since the rule is applied anew at each request; a clone is cheap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EndpointUrl(Arc<Parsed>);

#[derive(Debug, PartialEq, Eq)]
struct Parsed {
    url: Url,
    uri: Uri,
}

impl EndpointUrl {
    /// Takes an absolute `https` URL of at most 2,000 bytes.
    ///
    /// # Errors
    /// `url-invalid`, `url-too-long`, `url-not-https`, `url-ip-address` (in any spelling that the WHATWG URL parser
    /// reads as one), `url-credentials`, `url-fragment`, `url-trailing-dot`, `url-host-name`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let invalid = || {
            Refusal::new(
                "url-invalid",
                "The URL must be a complete web address such as https://hooks.example.com/feedback.",
            )
        };
        let too_long = || {
            Refusal::new(
                "url-too-long",
                "The URL must be at most 2,000 bytes long; letters outside of ASCII count for up to twelve.",
            )
        };
        if text.len() > URL_MAX_BYTES {
            return Err(too_long());
        }
        // The parser would silently drop tabs and line breaks and trim spaces; a pasted URL must not change by itself.
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) || text.contains('\\') {
            return Err(invalid());
        }
        let url = Url::parse(text).map_err(|_| invalid())?;
        if url.scheme() != "https" {
            return Err(Refusal::new(
                "url-not-https",
                "The URL must begin with https://.",
            ));
        }
        // The parser would also make a host of what follows no slash, or three.
        let authority = text
            .split_at_checked(HTTPS.len())
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case(HTTPS))
            .and_then(|(_, rest)| rest.split(['/', '?', '#']).next())
            .filter(|authority| !authority.is_empty())
            .ok_or_else(invalid)?;
        let host = match url.host() {
            Some(Host::Domain(host)) => host,
            Some(Host::Ipv4(_) | Host::Ipv6(_)) => {
                return Err(Refusal::new(
                    "url-ip-address",
                    "The URL must name a host, not an IP address in any notation; give the address a public DNS name.",
                ));
            }
            None => return Err(invalid()),
        };
        if host.ends_with('.') {
            return Err(Refusal::new(
                "url-trailing-dot",
                "The host name in the URL must not end with a dot; remove it.",
            ));
        }
        if !host::is_well_formed(host) {
            return Err(Refusal::new(
                "url-host-name",
                "The host name in the URL must be at most 253 characters long, and each part between dots 1 to 63 letters, digits and hyphens, without a hyphen at its ends.",
            ));
        }
        // The parser forgets empty ones.
        if authority.contains('@') {
            return Err(Refusal::new(
                "url-credentials",
                "The URL must not contain a user name or password; use the authentication or a secret header.",
            ));
        }
        if url.fragment().is_some() {
            return Err(Refusal::new(
                "url-fragment",
                "The URL must not contain a fragment ('#…'), which is never sent; remove it.",
            ));
        }
        // Percent-encoding makes it longer, and what is stored has to be read again.
        if url.as_str().len() > URL_MAX_BYTES {
            return Err(too_long());
        }
        let uri = url.as_str().parse().map_err(|_| invalid())?;
        Ok(Self(Arc::new(Parsed { url, uri })))
    }

    /// The URL in its normalised form.
    pub fn as_str(&self) -> &str {
        self.0.url.as_str()
    }

    /// The URL in parsed form.
    pub fn as_url(&self) -> &Url {
        &self.0.url
    }

    /// The URL as HTTP libraries take it.
    pub fn as_uri(&self) -> &Uri {
        &self.0.uri
    }
}

impl fmt::Display for EndpointUrl {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl TryFrom<String> for EndpointUrl {
    type Error = Refusal;

    fn try_from(text: String) -> Result<Self, Refusal> {
        Self::parse(&text)
    }
}

impl From<EndpointUrl> for String {
    fn from(url: EndpointUrl) -> Self {
        url.as_str().to_owned()
    }
}
