//! The address that a webhook delivers to, and which addresses a deployment admits.
//!
//! The check here explains a mistake to the administrator. The one that protects is made on the resolved addresses,
//! at connect time, by the delivery function.

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::{Refusal, text_type};

/// Longest URL that we store, in bytes; RFC 9110 section 4.1 asks for support of at least 8,000 octets, real
/// endpoints stay far below 2,000, and the sibling forms stop there too.
const URL_MAX_BYTES: usize = 2_000;

/// Longest host name and longest of its labels, in bytes, as text (RFC 1035 section 2.3.4; of the 255 bytes of a name,
/// two are not seen in its text). No resolver takes more.
const HOST_MAX_BYTES: usize = 253;
const LABEL_MAX_BYTES: usize = 63;

/// Names that never lead to a public host: RFC 6761, RFC 6762, RFC 8375, RFC 7686, RFC 9476, and ICANN's reservation
/// of `internal` for private use.
const SPECIAL_USE_DOMAINS: [&str; 10] = [
    "localhost",
    "local",
    "internal",
    "home.arpa",
    "test",
    "invalid",
    "example",
    "onion",
    "alt",
    "localdomain",
];

/// An `https` URL with a host name, without credentials and without fragment, in its normalised form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EndpointUrl(String);
text_type!(EndpointUrl);

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
                "The webhook URL must be a complete web address such as https://hooks.example.com/feedback.",
            )
        };
        if text.len() > URL_MAX_BYTES {
            return Err(Refusal::new(
                "url-too-long",
                "The webhook URL must be at most 2,000 bytes long.",
            ));
        }
        // The parser would silently drop tabs and line breaks and trim spaces; a pasted URL must not change by itself.
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) || text.contains('\\') {
            return Err(invalid());
        }
        let url = Url::parse(text).map_err(|_| invalid())?;
        if url.scheme() != "https" {
            return Err(Refusal::new(
                "url-not-https",
                "The webhook URL must begin with https://.",
            ));
        }
        let host = match url.host() {
            Some(Host::Domain(host)) => host,
            Some(Host::Ipv4(_) | Host::Ipv6(_)) => {
                return Err(Refusal::new(
                    "url-ip-address",
                    "The webhook URL must name a host, not an IP address.",
                ));
            }
            None => return Err(invalid()),
        };
        if host.ends_with('.') {
            return Err(Refusal::new(
                "url-trailing-dot",
                "The host name in the webhook URL must not end with a dot.",
            ));
        }
        if !is_host_name(host) {
            return Err(Refusal::new(
                "url-host-name",
                "The host name in the webhook URL must be at most 253 characters long, and each part between dots 1 to 63.",
            ));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::new(
                "url-credentials",
                "The webhook URL must not contain a user name or password; use JWT authentication or a secret header.",
            ));
        }
        if url.fragment().is_some() {
            return Err(Refusal::new(
                "url-fragment",
                "The webhook URL must not contain a fragment ('#…').",
            ));
        }
        Ok(Self(url.into()))
    }

    /// The URL in parsed form.
    pub fn to_url(&self) -> Url {
        Url::parse(&self.0).expect("an EndpointUrl holds what Url::parse wrote")
    }
}

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
    /// `url-port` for a port other than 443, `url-not-public` for a name that is reserved for private use.
    pub fn admit(&self, endpoint: &EndpointUrl) -> Result<(), Refusal> {
        let url = endpoint.to_url();
        let host = url.host_str().unwrap_or_default();
        if self.is_development_host(host) {
            return Ok(());
        }
        if url.port_or_known_default() != Some(443) {
            return Err(Refusal::new(
                "url-port",
                "The webhook URL must use the default HTTPS port, 443.",
            ));
        }
        if !host.contains('.') || is_special_use(host) {
            return Err(Refusal::new(
                "url-not-public",
                "The webhook URL must name a host on the public internet.",
            ));
        }
        Ok(())
    }
}

/// Whether a name has the form that DNS demands; the URL parser checks its characters only.
fn is_host_name(host: &str) -> bool {
    host.len() <= HOST_MAX_BYTES
        && host
            .split('.')
            .all(|label| (1..=LABEL_MAX_BYTES).contains(&label.len()))
}

fn is_special_use(host: &str) -> bool {
    SPECIAL_USE_DOMAINS.iter().any(|domain| {
        host.strip_suffix(domain)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_https_url_is_taken_and_normalised() {
        for (given, kept) in [
            (
                "https://hooks.example.com/feedback?a=b",
                "https://hooks.example.com/feedback?a=b",
            ),
            (
                "HTTPS://Hooks.Example.COM:443",
                "https://hooks.example.com/",
            ),
            (
                "https://bücher.example.com/å",
                "https://xn--bcher-kva.example.com/%C3%A5",
            ),
        ] {
            let url = EndpointUrl::parse(given).unwrap();
            assert_eq!(url.as_str(), kept);
            assert_eq!(EndpointPolicy::default().admit(&url), Ok(()));
        }
    }

    #[test]
    fn what_is_wrong_with_a_url_is_named() {
        let long = format!("https://example.com/{}", "a".repeat(2_000));
        for (url, code) in [
            ("", "url-invalid"),
            ("hooks.example.com", "url-invalid"),
            ("https://", "url-invalid"),
            ("https://a b.example.com/", "url-invalid"),
            (" https://example.com/", "url-invalid"),
            ("https://example.com/\n", "url-invalid"),
            ("https://exam\tple.com/", "url-invalid"),
            ("https://example.com\\@evil.example.com/", "url-invalid"),
            ("https://1.2.3.4.5/", "url-invalid"),
            ("https://[fe80::1%25eth0]/", "url-invalid"),
            ("http://example.com/", "url-not-https"),
            ("ftp://example.com/", "url-not-https"),
            ("file:///etc/passwd", "url-not-https"),
            ("https://user@example.com/", "url-credentials"),
            ("https://:secret@example.com/", "url-credentials"),
            ("https://example.com/#top", "url-fragment"),
            ("https://example.com./", "url-trailing-dot"),
            ("https://127.0.0.1/", "url-ip-address"),
            ("https://127.0.0.1./", "url-ip-address"),
            ("https://127.1/", "url-ip-address"),
            ("https://2130706433/", "url-ip-address"),
            ("https://0x7f000001/", "url-ip-address"),
            ("https://0177.0.0.1/", "url-ip-address"),
            ("https://%31%32%37.0.0.1/", "url-ip-address"),
            ("https://１２７.0.0.1/", "url-ip-address"),
            ("https://127。0。0。1/", "url-ip-address"),
            ("https://[::1]/", "url-ip-address"),
            ("https://[::ffff:127.0.0.1]/", "url-ip-address"),
            (&long, "url-too-long"),
        ] {
            assert_eq!(EndpointUrl::parse(url).unwrap_err().code, code, "{url:?}");
        }
    }

    #[test]
    fn a_host_name_is_as_long_as_dns_allows_at_most() {
        let label = "a".repeat(63);
        let name = |last: usize| format!("{label}.{label}.{label}.{}", "b".repeat(last));
        // In ASCII form the label has `xn--` and one more letter for each umlaut.
        let umlauts = "ü".repeat(60);
        for (host, is_taken) in [
            (format!("{label}.example.com"), true),
            (format!("{label}a.example.com"), false),
            (name(61), true),
            (name(62), false),
            (format!("{umlauts}.example.com"), false),
            ("a..example.com".to_owned(), false),
            (".example.com".to_owned(), false),
        ] {
            let parsed = EndpointUrl::parse(&format!("https://{host}/"));
            let code = parsed.as_ref().map_err(|refusal| refusal.code).map(drop);
            let expected = is_taken.then_some(()).ok_or("url-host-name");
            assert_eq!(code, expected, "{host}");
        }
    }

    #[test]
    fn private_names_and_other_ports_need_a_development_deployment() {
        let production = EndpointPolicy::default();
        let development = EndpointPolicy::with_development_hosts("localhost, receiver.internal");
        for (url, code) in [
            ("https://localhost/", "url-not-public"),
            ("https://localhost:8443/", "url-port"),
            ("https://receiver.internal/", "url-not-public"),
        ] {
            let url = EndpointUrl::parse(url).unwrap();
            assert_eq!(production.admit(&url).unwrap_err().code, code, "{url}");
            assert_eq!(development.admit(&url), Ok(()), "{url}");
        }
        for (url, code) in [
            ("https://api.localhost/", "url-not-public"),
            ("https://intranet/", "url-not-public"),
            ("https://printer.local/", "url-not-public"),
            ("https://example.com:8443/", "url-port"),
        ] {
            let url = EndpointUrl::parse(url).unwrap();
            assert_eq!(development.admit(&url).unwrap_err().code, code, "{url}");
        }
        assert_eq!(
            production.admit(&EndpointUrl::parse("https://notlocalhost.com/").unwrap()),
            Ok(())
        );
    }
}
