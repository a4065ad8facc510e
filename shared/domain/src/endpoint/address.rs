//! To which addresses a connection may go.
//!
//! Anything that is not for certain a public unicast address is refused: an attacker would aim at the Lambda Runtime API
//! on loopback, or at a metadata service.

use std::{
    net::{IpAddr, Ipv6Addr},
    sync::LazyLock,
};

use ipnet::{IpNet, Ipv6Net};

/// Blocks in which no endpoint is: every entry of the IANA IPv4 and IPv6 Special-Purpose Address Registries (2026-11),
/// multicast, all forms that hold an IPv4 address, and a platform's own service at an address that looks public.
///
/// Entries that the registries call globally reachable are refused as well: they are anycast services of the network
/// itself.
pub const REFUSED_BLOCKS: [(&str, &str); 57] = [
    ("0.0.0.0/8", "this network, RFC 791"),
    ("0.0.0.0/32", "this host on this network, RFC 1122"),
    ("10.0.0.0/8", "private use, RFC 1918"),
    ("100.64.0.0/10", "shared address space, RFC 6598"),
    ("127.0.0.0/8", "loopback, RFC 1122"),
    ("168.63.129.16/32", "services of the Azure platform"),
    ("169.254.0.0/16", "link local, RFC 3927"),
    ("172.16.0.0/12", "private use, RFC 1918"),
    ("192.0.0.0/24", "IETF protocol assignments, RFC 6890"),
    ("192.0.0.0/29", "IPv4 service continuity, RFC 7335"),
    ("192.0.0.8/32", "IPv4 dummy address, RFC 7600"),
    ("192.0.0.9/32", "Port Control Protocol, RFC 7723"),
    ("192.0.0.10/32", "TURN, RFC 8155"),
    ("192.0.0.170/32", "NAT64 discovery, RFC 8880"),
    ("192.0.0.171/32", "NAT64 discovery, RFC 8880"),
    ("192.0.2.0/24", "documentation, RFC 5737"),
    ("192.31.196.0/24", "AS112, RFC 7535"),
    ("192.52.193.0/24", "multicast tunnelling, RFC 7450"),
    ("192.88.99.0/24", "6to4 relay, RFC 7526"),
    ("192.88.99.2/32", "6a44 relay, RFC 6751"),
    ("192.168.0.0/16", "private use, RFC 1918"),
    ("192.175.48.0/24", "AS112, RFC 7534"),
    ("198.18.0.0/15", "benchmarking, RFC 2544"),
    ("198.51.100.0/24", "documentation, RFC 5737"),
    ("203.0.113.0/24", "documentation, RFC 5737"),
    ("224.0.0.0/4", "multicast, RFC 5771"),
    ("240.0.0.0/4", "reserved, RFC 1112"),
    ("255.255.255.255/32", "limited broadcast, RFC 8190"),
    ("::/96", "IPv4-compatible, RFC 4291"),
    ("::/128", "unspecified, RFC 4291"),
    ("::1/128", "loopback, RFC 4291"),
    ("::ffff:0:0/96", "IPv4-mapped, RFC 4291"),
    ("::ffff:0:0:0/96", "IPv4-translated, RFC 2765"),
    ("64:ff9b::/96", "translated to IPv4, RFC 6052"),
    ("64:ff9b:1::/48", "translated to IPv4, RFC 8215"),
    ("100::/64", "discard only, RFC 6666"),
    ("100:0:0:1::/64", "IPv6 dummy prefix, RFC 9780"),
    ("2001::/23", "IETF protocol assignments, RFC 2928"),
    ("2001::/32", "Teredo, RFC 4380"),
    ("2001:1::1/128", "Port Control Protocol, RFC 7723"),
    ("2001:1::2/128", "TURN, RFC 8155"),
    ("2001:1::3/128", "DNS-SD registration, RFC 9665"),
    ("2001:2::/48", "benchmarking, RFC 5180"),
    ("2001:3::/32", "multicast tunnelling, RFC 7450"),
    ("2001:4:112::/48", "AS112, RFC 7535"),
    ("2001:10::/28", "ORCHID, RFC 4843"),
    ("2001:20::/28", "ORCHIDv2, RFC 7343"),
    ("2001:30::/28", "drone identification, RFC 9374"),
    ("2001:db8::/32", "documentation, RFC 3849"),
    ("2002::/16", "6to4, RFC 3056"),
    ("2620:4f:8000::/48", "AS112, RFC 7534"),
    ("3fff::/20", "documentation, RFC 9637"),
    ("5f00::/16", "segment routing, RFC 9602"),
    ("fc00::/7", "unique local, RFC 4193"),
    ("fe80::/10", "link local, RFC 4291"),
    ("fec0::/10", "site local, RFC 3879"),
    ("ff00::/8", "multicast, RFC 4291"),
];

/// The only block from which IANA assigns global unicast addresses.
const GLOBAL_UNICAST_V6: Ipv6Net =
    Ipv6Net::new_assert(Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// A host name leads to an address that no request may go to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the host has an address that is not public: {block} ({purpose})")]
pub struct AddressRefused {
    /// The smallest block that the address is in.
    pub block: &'static str,
    /// What the block is for, and which document says so.
    pub purpose: &'static str,
}

/// Lets a globally routable unicast address pass.
///
/// # Errors
/// [`AddressRefused`] for any other.
pub fn check(address: IpAddr) -> Result<(), AddressRefused> {
    static BLOCKS: LazyLock<Vec<(IpNet, AddressRefused)>> = LazyLock::new(|| {
        let parsed = |(block, purpose): (&'static str, _)| {
            let network = block.parse().expect("every block of the table is one");
            (network, AddressRefused { block, purpose })
        };
        REFUSED_BLOCKS.map(parsed).into()
    });
    let smallest = BLOCKS
        .iter()
        .filter(|(network, _)| network.contains(&address))
        .max_by_key(|(network, _)| network.prefix_len());
    match (smallest, address) {
        (Some((_, refused)), _) => Err(*refused),
        (None, IpAddr::V4(_)) => Ok(()),
        (None, IpAddr::V6(address)) if !GLOBAL_UNICAST_V6.contains(&address) => {
            Err(AddressRefused {
                block: "outside 2000::/3",
                purpose: "not assigned, RFC 4291",
            })
        }
        (None, IpAddr::V6(address)) if is_isatap(address) => Err(AddressRefused {
            block: "::5efe:0:0/96 of any network",
            purpose: "ISATAP, RFC 5214",
        }),
        (None, IpAddr::V6(_)) => Ok(()),
    }
}

/// Whether the interface's part of the address holds an IPv4 address to which routers of a site would tunnel
/// (RFC 5214 section 6.1).
fn is_isatap(address: Ipv6Addr) -> bool {
    let [_, _, _, _, kind, 0x5efe, _, _] = address.segments() else {
        return false;
    };
    matches!(kind, 0 | 0x0200)
}
