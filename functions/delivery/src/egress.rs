//! The egress rule: to which addresses a request may go.
//!
//! It is applied to the resolved addresses, and the connection goes to the very ones that were checked, so a name that
//! changes its address in between (DNS rebinding) gains nothing. Anything here that is not for certain a public unicast
//! address is refused: an attacker would aim at the Lambda Runtime API on loopback, or at a metadata service.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use domain::endpoint::EndpointPolicy;
use ipnet::{Ipv4Net, Ipv6Net};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// The blocks of the IANA IPv4 Special-Purpose Address Registry, and multicast. Those that the registry calls globally
/// reachable are refused as well: they are anycast services of the network itself, never an endpoint.
const SPECIAL_V4: [Ipv4Net; 18] = [
    v4([0, 0, 0, 0], 8),       // this network, RFC 791
    v4([10, 0, 0, 0], 8),      // private use, RFC 1918
    v4([100, 64, 0, 0], 10),   // shared address space of carriers, RFC 6598
    v4([127, 0, 0, 0], 8),     // loopback, RFC 1122
    v4([169, 254, 0, 0], 16),  // link local, RFC 3927; metadata services
    v4([172, 16, 0, 0], 12),   // private use, RFC 1918
    v4([192, 0, 0, 0], 24),    // IETF protocol assignments, RFC 6890
    v4([192, 0, 2, 0], 24),    // documentation, RFC 5737
    v4([192, 31, 196, 0], 24), // AS112, RFC 7535
    v4([192, 52, 193, 0], 24), // AMT, RFC 7450
    v4([192, 88, 99, 0], 24),  // 6to4 relay anycast, RFC 7526
    v4([192, 168, 0, 0], 16),  // private use, RFC 1918
    v4([192, 175, 48, 0], 24), // AS112, RFC 7534
    v4([198, 18, 0, 0], 15),   // benchmarking, RFC 2544
    v4([198, 51, 100, 0], 24), // documentation, RFC 5737
    v4([203, 0, 113, 0], 24),  // documentation, RFC 5737
    v4([224, 0, 0, 0], 4),     // multicast, RFC 5771
    v4([240, 0, 0, 0], 4),     // reserved, RFC 1112, and limited broadcast, RFC 8190
];

/// The only block from which IANA assigns global unicast addresses (RFC 4291 section 2.4, RFC 3513). Outside of it are
/// loopback, the unspecified address, IPv4-mapped and -compatible addresses, NAT64 (64:ff9b::/96, 64:ff9b:1::/48),
/// discard-only (100::/64), segment routing (5f00::/16), unique local (fc00::/7), link local, site local, multicast.
const GLOBAL_UNICAST_V6: Ipv6Net = v6([0x2000, 0, 0], 3);

/// The blocks of the IANA IPv6 Special-Purpose Address Registry within it.
const SPECIAL_V6: [Ipv6Net; 5] = [
    v6([0x2001, 0, 0], 23), // IETF protocol assignments, RFC 2928: Teredo, benchmarking, ORCHID, AMT, …
    v6([0x2001, 0x0db8, 0], 32), // documentation, RFC 3849
    v6([0x2002, 0, 0], 16), // 6to4, RFC 3056: holds any IPv4 address
    v6([0x2620, 0x4f, 0x8000], 48), // AS112, RFC 7534
    v6([0x3fff, 0, 0], 20), // documentation, RFC 9637
];

const fn v4([a, b, c, d]: [u8; 4], prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6([a, b, c]: [u16; 3], prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), prefix)
}

/// Whether an address is globally routable unicast.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !SPECIAL_V4.iter().any(|block| block.contains(&address)),
        IpAddr::V6(address) => {
            GLOBAL_UNICAST_V6.contains(&address)
                && !SPECIAL_V6.iter().any(|block| block.contains(&address))
        }
    }
}

/// A host name has an address that is not public, or no address that could be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the host has an address that is not public")]
pub struct AddressRefused;

/// Resolves names by the system's resolver, and refuses a name if *any* of its addresses is not public: one bad address
/// among good ones is an attack or a mistake, never a service.
#[derive(Debug, Clone)]
pub struct GuardedResolver {
    policy: EndpointPolicy,
}

impl GuardedResolver {
    /// Development hosts of the policy may have any address.
    pub fn new(policy: EndpointPolicy) -> Self {
        Self { policy }
    }

    fn check(&self, host: &str, addresses: &[SocketAddr]) -> Result<(), AddressRefused> {
        let public = |address: &SocketAddr| is_public(address.ip());
        if self.policy.is_development_host(host) || addresses.iter().all(public) {
            Ok(())
        } else {
            Err(AddressRefused)
        }
    }
}

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let resolver = self.clone();
        Box::pin(async move {
            // Port 0 stands for the URL's own port.
            let addresses: Vec<SocketAddr> =
                tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            resolver.check(name.as_str(), &addresses)?;
            let addresses: Addrs = Box::new(addresses.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_addresses_are_admitted_up_to_the_edges_of_the_refused_blocks() {
        for address in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "169.253.255.255",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.0.3.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2001:200::1",
            "2001:db7:ffff::1",
            "2001:db9::1",
            "2003::1",
            "2606:4700:4700::1111",
            "2620:4f:7fff::1",
            "3ffe:ffff::1",
            "3fff:1000::1",
        ] {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for address in [
            "0.0.0.0",
            "0.255.255.255",
            "10.0.0.1",
            "10.255.255.255",
            "100.64.0.0",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.255",
            "169.254.169.254",
            "169.254.170.2",
            "172.16.0.0",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.0.9",
            "192.0.0.170",
            "192.0.2.1",
            "192.31.196.1",
            "192.52.193.1",
            "192.88.99.1",
            "192.168.0.1",
            "192.175.48.1",
            "198.18.0.0",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.255",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::1.1.1.1",
            "::ffff:127.0.0.1",
            "::ffff:1.1.1.1",
            "::ffff:0:1.1.1.1",
            "64:ff9b::7f00:1",
            "64:ff9b::1.1.1.1",
            "64:ff9b:1::a9fe:a9fe",
            "100::1",
            "100:0:0:1::1",
            "1fff:ffff::1",
            "2001::1",
            "2001:0:4136:e378:8000:63bf:3fff:fdd2",
            "2001:1::1",
            "2001:2::1",
            "2001:3::1",
            "2001:4:112::1",
            "2001:10::1",
            "2001:20::1",
            "2001:30::1",
            "2001:1ff:ffff::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "2002:101:101::1",
            "2620:4f:8000::1",
            "3fff::1",
            "3fff:fff:ffff::1",
            "4000::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn one_bad_address_among_good_ones_refuses_the_name() {
        let resolver =
            GuardedResolver::new(EndpointPolicy::with_development_hosts("receiver.internal"));
        let addresses = ["1.1.1.1:0", "[2606:4700::1]:0", "10.0.0.1:0"]
            .map(|address| address.parse::<SocketAddr>().unwrap());
        assert_eq!(resolver.check("example.com", &addresses[..2]), Ok(()));
        assert_eq!(
            resolver.check("example.com", &addresses),
            Err(AddressRefused)
        );
        assert_eq!(resolver.check("receiver.internal", &addresses), Ok(()));
    }
}
