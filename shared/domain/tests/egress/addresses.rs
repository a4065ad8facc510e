//! Addresses, each with the block that refuses it.

use std::net::IpAddr;

use domain::endpoint::address::{REFUSED_BLOCKS, check};

const PUBLIC: &str = "public";
const UNASSIGNED: &str = "outside 2000::/3";
const ISATAP: &str = "::5efe:0:0/96 of any network";

/// The first and the last address of every block, and what lies next to it.
const IPV4: [(&str, &str); 92] = [
    // This network.
    ("0.0.0.0", "0.0.0.0/32"),
    ("0.0.0.1", "0.0.0.0/8"),
    ("0.255.255.255", "0.0.0.0/8"),
    ("1.0.0.0", PUBLIC),
    // Private use.
    ("9.255.255.255", PUBLIC),
    ("10.0.0.0", "10.0.0.0/8"),
    ("10.255.255.255", "10.0.0.0/8"),
    ("11.0.0.0", PUBLIC),
    // Shared address space; 100.100.100.200 is Alibaba Cloud's metadata service.
    ("100.63.255.255", PUBLIC),
    ("100.64.0.0", "100.64.0.0/10"),
    ("100.100.100.200", "100.64.0.0/10"),
    ("100.127.255.255", "100.64.0.0/10"),
    ("100.128.0.0", PUBLIC),
    // Loopback; Lambda's Runtime API is at 127.0.0.1:9001.
    ("126.255.255.255", PUBLIC),
    ("127.0.0.0", "127.0.0.0/8"),
    ("127.0.0.1", "127.0.0.0/8"),
    ("127.255.255.255", "127.0.0.0/8"),
    ("128.0.0.0", PUBLIC),
    // Azure's platform services.
    ("168.63.129.15", PUBLIC),
    ("168.63.129.16", "168.63.129.16/32"),
    ("168.63.129.17", PUBLIC),
    // Link local: metadata of EC2, GCP, Azure; of ECS tasks, of EKS; Lambda's own network; Tencent's metadata; NTP, DNS.
    ("169.253.255.255", PUBLIC),
    ("169.254.0.0", "169.254.0.0/16"),
    ("169.254.0.23", "169.254.0.0/16"),
    ("169.254.100.1", "169.254.0.0/16"),
    ("169.254.100.6", "169.254.0.0/16"),
    ("169.254.169.123", "169.254.0.0/16"),
    ("169.254.169.253", "169.254.0.0/16"),
    ("169.254.169.254", "169.254.0.0/16"),
    ("169.254.170.2", "169.254.0.0/16"),
    ("169.254.170.23", "169.254.0.0/16"),
    ("169.254.255.255", "169.254.0.0/16"),
    ("169.255.0.0", PUBLIC),
    // Private use.
    ("172.15.255.255", PUBLIC),
    ("172.16.0.0", "172.16.0.0/12"),
    ("172.31.255.255", "172.16.0.0/12"),
    ("172.32.0.0", PUBLIC),
    // IETF protocol assignments; 192.0.0.192 is Oracle Cloud's metadata service.
    ("191.255.255.255", PUBLIC),
    ("192.0.0.0", "192.0.0.0/29"),
    ("192.0.0.7", "192.0.0.0/29"),
    ("192.0.0.8", "192.0.0.8/32"),
    ("192.0.0.9", "192.0.0.9/32"),
    ("192.0.0.10", "192.0.0.10/32"),
    ("192.0.0.11", "192.0.0.0/24"),
    ("192.0.0.169", "192.0.0.0/24"),
    ("192.0.0.170", "192.0.0.170/32"),
    ("192.0.0.171", "192.0.0.171/32"),
    ("192.0.0.192", "192.0.0.0/24"),
    ("192.0.0.255", "192.0.0.0/24"),
    ("192.0.1.0", PUBLIC),
    // Documentation.
    ("192.0.1.255", PUBLIC),
    ("192.0.2.0", "192.0.2.0/24"),
    ("192.0.2.255", "192.0.2.0/24"),
    ("192.0.3.0", PUBLIC),
    // AS112.
    ("192.31.195.255", PUBLIC),
    ("192.31.196.0", "192.31.196.0/24"),
    ("192.31.196.255", "192.31.196.0/24"),
    ("192.31.197.0", PUBLIC),
    // Multicast tunnelling.
    ("192.52.192.255", PUBLIC),
    ("192.52.193.0", "192.52.193.0/24"),
    ("192.52.193.255", "192.52.193.0/24"),
    ("192.52.194.0", PUBLIC),
    // Relays of 6to4 and 6a44.
    ("192.88.98.255", PUBLIC),
    ("192.88.99.0", "192.88.99.0/24"),
    ("192.88.99.2", "192.88.99.2/32"),
    ("192.88.99.255", "192.88.99.0/24"),
    ("192.88.100.0", PUBLIC),
    // Private use.
    ("192.167.255.255", PUBLIC),
    ("192.168.0.0", "192.168.0.0/16"),
    ("192.168.255.255", "192.168.0.0/16"),
    ("192.169.0.0", PUBLIC),
    // AS112.
    ("192.175.47.255", PUBLIC),
    ("192.175.48.0", "192.175.48.0/24"),
    ("192.175.48.255", "192.175.48.0/24"),
    ("192.175.49.0", PUBLIC),
    // Benchmarking.
    ("198.17.255.255", PUBLIC),
    ("198.18.0.0", "198.18.0.0/15"),
    ("198.19.255.255", "198.18.0.0/15"),
    ("198.20.0.0", PUBLIC),
    // Documentation.
    ("198.51.99.255", PUBLIC),
    ("198.51.100.0", "198.51.100.0/24"),
    ("198.51.101.0", PUBLIC),
    ("203.0.112.255", PUBLIC),
    ("203.0.113.255", "203.0.113.0/24"),
    ("203.0.114.0", PUBLIC),
    // Multicast, reserved, broadcast.
    ("223.255.255.255", PUBLIC),
    ("224.0.0.0", "224.0.0.0/4"),
    ("224.0.0.251", "224.0.0.0/4"),
    ("239.255.255.255", "224.0.0.0/4"),
    ("240.0.0.0", "240.0.0.0/4"),
    ("255.255.255.254", "240.0.0.0/4"),
    ("255.255.255.255", "255.255.255.255/32"),
];

const IPV6: [(&str, &str); 96] = [
    // Unspecified, loopback, and IPv4-compatible: 127.0.0.1 and 1.1.1.1.
    ("::", "::/128"),
    ("::1", "::1/128"),
    ("::2", "::/96"),
    ("::127.0.0.1", "::/96"),
    ("::1.1.1.1", "::/96"),
    ("::255.255.255.255", "::/96"),
    ("::1:0:0", UNASSIGNED),
    // IPv4-mapped and -translated: private, link local and public ones.
    ("::fffe:ffff:ffff", UNASSIGNED),
    ("::ffff:0.0.0.0", "::ffff:0:0/96"),
    ("::ffff:10.0.0.1", "::ffff:0:0/96"),
    ("::ffff:127.0.0.1", "::ffff:0:0/96"),
    ("::ffff:169.254.169.254", "::ffff:0:0/96"),
    ("::ffff:1.1.1.1", "::ffff:0:0/96"),
    ("::ffff:255.255.255.255", "::ffff:0:0/96"),
    ("::ffff:0:127.0.0.1", "::ffff:0:0:0/96"),
    ("::ffff:0:1.1.1.1", "::ffff:0:0:0/96"),
    ("::1:0:0:0:0", UNASSIGNED),
    // Translated to IPv4 (NAT64): loopback, metadata, public.
    ("64:ff9a:ffff:ffff:ffff:ffff:ffff:ffff", UNASSIGNED),
    ("64:ff9b::", "64:ff9b::/96"),
    ("64:ff9b::127.0.0.1", "64:ff9b::/96"),
    ("64:ff9b::169.254.169.254", "64:ff9b::/96"),
    ("64:ff9b::1.1.1.1", "64:ff9b::/96"),
    ("64:ff9b::ffff:ffff", "64:ff9b::/96"),
    ("64:ff9b::1:0:0", UNASSIGNED),
    ("64:ff9b:1::", "64:ff9b:1::/48"),
    ("64:ff9b:1::10.0.0.1", "64:ff9b:1::/48"),
    ("64:ff9b:1:a9fe:a9:fe00::", "64:ff9b:1::/48"),
    ("64:ff9b:1:ffff:ffff:ffff:ffff:ffff", "64:ff9b:1::/48"),
    ("64:ff9b:2::", UNASSIGNED),
    // Discard only, dummy.
    ("100::", "100::/64"),
    ("100::ffff:ffff:ffff:ffff", "100::/64"),
    ("100:0:0:1::", "100:0:0:1::/64"),
    ("100:0:0:1:ffff:ffff:ffff:ffff", "100:0:0:1::/64"),
    ("100:0:0:2::", UNASSIGNED),
    // Global unicast begins, with the IETF's own assignments at 2001::/23.
    ("1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", UNASSIGNED),
    ("2000::", PUBLIC),
    ("2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", PUBLIC),
    ("2001::", "2001::/32"),
    ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001::/32"),
    ("2001:0:7f00:1:0:ffff:5601:5601", "2001::/32"),
    ("2001:0:ffff:ffff:ffff:ffff:ffff:ffff", "2001::/32"),
    ("2001:1::", "2001::/23"),
    ("2001:1::1", "2001:1::1/128"),
    ("2001:1::2", "2001:1::2/128"),
    ("2001:1::3", "2001:1::3/128"),
    ("2001:1::4", "2001::/23"),
    ("2001:2::", "2001:2::/48"),
    ("2001:2:0:ffff:ffff:ffff:ffff:ffff", "2001:2::/48"),
    ("2001:2:1::", "2001::/23"),
    ("2001:3::", "2001:3::/32"),
    ("2001:3:ffff:ffff:ffff:ffff:ffff:ffff", "2001:3::/32"),
    ("2001:4::", "2001::/23"),
    ("2001:4:112::", "2001:4:112::/48"),
    ("2001:4:112:ffff:ffff:ffff:ffff:ffff", "2001:4:112::/48"),
    ("2001:4:113::", "2001::/23"),
    ("2001:10::", "2001:10::/28"),
    ("2001:1f:ffff:ffff:ffff:ffff:ffff:ffff", "2001:10::/28"),
    ("2001:20::", "2001:20::/28"),
    ("2001:2f:ffff:ffff:ffff:ffff:ffff:ffff", "2001:20::/28"),
    ("2001:30::", "2001:30::/28"),
    ("2001:3f:ffff:ffff:ffff:ffff:ffff:ffff", "2001:30::/28"),
    ("2001:40::", "2001::/23"),
    ("2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "2001::/23"),
    ("2001:200::", PUBLIC),
    // Documentation.
    ("2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", PUBLIC),
    ("2001:db8::", "2001:db8::/32"),
    ("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db8::/32"),
    ("2001:db9::", PUBLIC),
    // 6to4: 127.0.0.1, 169.254.169.254 and 1.1.1.1.
    ("2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff", PUBLIC),
    ("2002::", "2002::/16"),
    ("2002:7f00:1::1", "2002::/16"),
    ("2002:a9fe:a9fe::1", "2002::/16"),
    ("2002:101:101::1", "2002::/16"),
    ("2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2002::/16"),
    ("2003::", PUBLIC),
    // Public resolvers.
    ("2606:4700:4700::1111", PUBLIC),
    ("2001:4860:4860::8888", PUBLIC),
    // ISATAP in a public network: 10.0.0.1, 8.8.8.8, and what only looks like it.
    ("2606:4700::5efe:10.0.0.1", ISATAP),
    ("2606:4700::200:5efe:8.8.8.8", ISATAP),
    ("2606:4700::100:5efe:a00:1", PUBLIC),
    ("2606:4700::5eff:a00:1", PUBLIC),
    // AS112.
    ("2620:4f:7fff:ffff:ffff:ffff:ffff:ffff", PUBLIC),
    ("2620:4f:8000::", "2620:4f:8000::/48"),
    ("2620:4f:8000:ffff:ffff:ffff:ffff:ffff", "2620:4f:8000::/48"),
    ("2620:4f:8001::", PUBLIC),
    // Documentation, and the end of global unicast.
    ("3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", PUBLIC),
    ("3fff::", "3fff::/20"),
    ("3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff::/20"),
    ("3fff:1000::", PUBLIC),
    ("3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", PUBLIC),
    ("4000::", UNASSIGNED),
    // Segment routing, unique local (with EC2's and GCP's metadata), link local, site local, multicast.
    ("5f00::", "5f00::/16"),
    ("fd00:ec2::254", "fc00::/7"),
    ("fe80::a9fe:a9fe", "fe80::/10"),
    ("fec0::1", "fec0::/10"),
    ("ff02::fb", "ff00::/8"),
];

/// The edges of the blocks outside of global unicast.
const IPV6_EDGES: [(&str, &str); 14] = [
    ("5eff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", UNASSIGNED),
    ("5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "5f00::/16"),
    ("5f01::", UNASSIGNED),
    ("fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", UNASSIGNED),
    ("fc00::", "fc00::/7"),
    ("fd20:ce::254", "fc00::/7"),
    ("fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fc00::/7"),
    ("fe00::", UNASSIGNED),
    ("fe80::", "fe80::/10"),
    ("febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fe80::/10"),
    ("fec0::", "fec0::/10"),
    ("feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fec0::/10"),
    ("ff00::", "ff00::/8"),
    ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ff00::/8"),
];

fn cases() -> impl Iterator<Item = (&'static str, &'static str)> {
    IPV4.into_iter().chain(IPV6).chain(IPV6_EDGES)
}

#[test]
fn an_address_is_public_or_refused_by_the_smallest_block_around_it() {
    for (address, expected) in cases() {
        let decided = check(address.parse::<IpAddr>().unwrap());
        let block = decided.map_or_else(|refused| refused.block, |()| PUBLIC);
        assert_eq!(block, expected, "{address}");
    }
}

#[test]
fn every_block_has_a_case_and_says_what_it_is_for() {
    for (block, purpose) in REFUSED_BLOCKS {
        assert!(cases().any(|(_, expected)| expected == block), "{block}");
        let is_sourced = purpose.contains(", RFC ") || purpose.contains("Azure");
        assert!(is_sourced, "{block}");
    }
}

#[test]
fn no_case_is_there_twice() {
    let mut addresses: Vec<_> = cases().map(|(address, _)| address).collect();
    addresses.sort_unstable();
    let count = addresses.len();
    addresses.dedup();
    assert_eq!(addresses.len(), count);
}
