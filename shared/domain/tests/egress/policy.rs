//! What a deployment for development admits beyond the rule, and what a name with several addresses leads to.

use std::net::IpAddr;

use domain::endpoint::{EndpointPolicy, EndpointUrl};

const PUBLIC: [&str; 2] = ["1.1.1.1", "2606:4700:4700::1111"];
const PRIVATE: [&str; 4] = ["127.0.0.1", "10.0.0.1", "::1", "fd00:ec2::254"];

fn is_admitted(policy: &EndpointPolicy, url: &str) -> bool {
    policy.admit(&EndpointUrl::parse(url).unwrap()).is_ok()
}

fn may_connect(policy: &EndpointPolicy, host: &str, addresses: &[&str]) -> bool {
    let addresses = addresses.iter().map(|text| text.parse::<IpAddr>().unwrap());
    policy.admit_addresses(host, addresses).is_ok()
}

#[test]
fn nothing_private_is_admitted_unless_the_deployment_names_it() {
    for nothing in ["", " ", ",", " , ,"] {
        let policy = EndpointPolicy::with_development_hosts(nothing);
        for url in [
            "https://localhost/",
            "https://receiver.internal/",
            "https://example.com:8443/",
        ] {
            assert!(!is_admitted(&policy, url), "{url}");
        }
        for host in ["", "localhost", "receiver.internal", "example.com"] {
            for address in PRIVATE {
                assert!(!may_connect(&policy, host, &[address]), "{host} {address}");
            }
        }
    }
}

#[test]
fn the_hosts_that_a_deployment_names_are_admitted_and_no_other() {
    let policy = EndpointPolicy::with_development_hosts("localhost, Receiver.Internal");
    for (url, admitted) in [
        ("https://localhost/", true),
        ("https://localhost:8443/", true),
        ("https://receiver.internal:1/", true),
        ("https://RECEIVER.internal/", true),
        ("https://api.localhost/", false),
        ("https://a.receiver.internal/", false),
        ("https://internal/", false),
        ("https://printer.local/", false),
        ("https://example.com:8443/", false),
        ("https://example.com/", true),
    ] {
        assert_eq!(is_admitted(&policy, url), admitted, "{url}");
    }
    for (host, admitted) in [
        ("localhost", true),
        ("receiver.internal", true),
        ("a.receiver.internal", false),
        ("localhost.", false),
        ("example.com", false),
    ] {
        assert_eq!(may_connect(&policy, host, &PRIVATE), admitted, "{host}");
    }
}

#[test]
fn a_pattern_or_an_address_is_no_name() {
    for setting in [
        "*",
        "*.internal",
        ".internal",
        "127.0.0.1",
        "0.0.0.0/0",
        "localhost:8443",
    ] {
        let policy = EndpointPolicy::with_development_hosts(setting);
        assert!(
            !is_admitted(&policy, "https://receiver.internal/"),
            "{setting}"
        );
        assert!(!is_admitted(&policy, "https://localhost/"), "{setting}");
        assert!(
            !may_connect(&policy, "receiver.internal", &PRIVATE),
            "{setting}"
        );
    }
}

#[test]
fn one_bad_address_among_good_ones_refuses_the_name() {
    let policy = EndpointPolicy::default();
    assert!(may_connect(&policy, "example.com", &PUBLIC));
    for bad in PRIVATE {
        for position in 0..=PUBLIC.len() {
            let mut addresses = PUBLIC.to_vec();
            addresses.insert(position, bad);
            assert!(
                !may_connect(&policy, "example.com", &addresses),
                "{addresses:?}"
            );
        }
    }
}
