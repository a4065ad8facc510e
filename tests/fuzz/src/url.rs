use domain::endpoint::{EndpointPolicy, EndpointUrl};
use rustls::pki_types::ServerName;

/// The URL of an endpoint, as an administrator gives it. One that is taken can be read back unchanged, and is what the
/// HTTP client, DNS and TLS can use; one that the deployment admits has a public name and the default port.
///
/// # Panics
/// If that does not hold.
pub fn url(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let Ok(endpoint) = EndpointUrl::parse(text) else {
        return;
    };
    assert_eq!(
        EndpointUrl::parse(endpoint.as_str()).as_ref(),
        Ok(&endpoint)
    );

    let parsed = endpoint.as_url();
    let host = parsed.domain().expect("a name, not an address");
    assert_eq!(parsed.scheme(), "https");
    assert_eq!((parsed.username(), parsed.password()), ("", None));
    assert_eq!(parsed.fragment(), None);

    let uri: http::Uri = endpoint.as_str().parse().expect("a URI for the client");
    assert_eq!(uri.host(), Some(host), "both parsers see one host");
    assert_eq!(uri.port_u16(), parsed.port(), "both parsers see one port");
    let name = ServerName::try_from(host).expect("a name for TLS");
    assert!(matches!(name, ServerName::DnsName(_)));

    let production = EndpointPolicy::default();
    if production.admit(&endpoint).is_ok() {
        assert_eq!(parsed.port(), None);
        assert!(host.contains('.'), "a name within a domain");
        assert!(!host.ends_with(".localhost") && !host.ends_with(".internal"));
    }
    let development = EndpointPolicy::with_development_hosts(host);
    assert_eq!(development.admit(&endpoint), Ok(()));
}
