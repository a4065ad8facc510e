//! The egress rule beside two libraries that follow the same registries: CPython's `ipaddress`, and ipaddr.js.
//!
//! Each of the three knows blocks; at the edges of all of them, the rule refuses whatever one of the libraries refuses, and
//! what it refuses beyond that is listed here.

use std::{
    collections::BTreeSet,
    io::Write as _,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    process::{Command, Stdio},
};

use domain::endpoint::address::{REFUSED_BLOCKS, check};
use ipnet::IpNet;
use serde::Deserialize;

const PLATFORM: &str = "a platform's own service at an address that looks public";
const SERVICE: &str = "globally reachable by the registry, but no customer's host";
const OLD_RELAYS: &str = "relays of ended experiments, RFC 7526 and RFC 6751";
const NEWER: &str = "some versions of Python are older than the entry";

/// Blocks that CPython's list lets pass. Which of them depends on the version of Python.
const MORE_THAN_CPYTHON: [(&str, &str); 20] = [
    ("168.63.129.16/32", PLATFORM),
    ("192.0.0.0/24", NEWER),
    ("192.0.0.8/32", NEWER),
    ("192.0.0.9/32", SERVICE),
    ("192.0.0.10/32", SERVICE),
    ("192.31.196.0/24", SERVICE),
    ("192.52.193.0/24", SERVICE),
    ("192.88.99.0/24", OLD_RELAYS),
    ("192.88.99.2/32", OLD_RELAYS),
    ("192.175.48.0/24", SERVICE),
    ("2001:1::1/128", SERVICE),
    ("2001:1::2/128", SERVICE),
    ("2001:1::3/128", SERVICE),
    ("2001:3::/32", SERVICE),
    ("2001:4:112::/48", SERVICE),
    ("2001:20::/28", SERVICE),
    ("2001:30::/28", SERVICE),
    ("2002::/16", NEWER),
    ("2620:4f:8000::/48", SERVICE),
    ("3fff::/20", NEWER),
];

/// Blocks that ipaddr.js lets pass.
const MORE_THAN_IPADDR_JS: [(&str, &str); 4] = [
    ("168.63.129.16/32", PLATFORM),
    (
        "::/96",
        "IPv4-compatible: deprecated by RFC 4291, and each holds an IPv4 address",
    ),
    ("100:0:0:1::/64", "the library is older than RFC 9780"),
    (
        "outside 2000::/3",
        "the library calls what is not assigned unicast",
    ),
];

/// What a library says.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Opinion {
    /// The blocks that it knows.
    blocks: Vec<IpNet>,
    /// Whether each of the addresses that it was asked for is public.
    is_public: Vec<bool>,
}

fn ask((command, script): (&str, &str), addresses: &BTreeSet<IpAddr>) -> Opinion {
    let script = format!("{}/referees/{script}", env!("CARGO_MANIFEST_DIR"));
    let mut referee = Command::new(command)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{command} cannot be run: {error}"));
    let mut input = referee.stdin.take().unwrap();
    input
        .write_all(&serde_json::to_vec(addresses).unwrap())
        .unwrap();
    drop(input);
    let output = referee.wait_with_output().unwrap();
    assert!(output.status.success(), "{command} fails");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The first and the last address of a block, and those before and after it.
fn edges(block: &IpNet) -> BTreeSet<IpAddr> {
    let (first, last) = (block.network(), block.broadcast());
    [Some(first), Some(last), moved(first, -1), moved(last, 1)]
        .into_iter()
        .flatten()
        .collect()
}

fn moved(address: IpAddr, by: i8) -> Option<IpAddr> {
    match address {
        IpAddr::V4(address) => u32::from(address)
            .checked_add_signed(by.into())
            .map(|number| Ipv4Addr::from(number).into()),
        IpAddr::V6(address) => u128::from(address)
            .checked_add_signed(by.into())
            .map(|number| Ipv6Addr::from(number).into()),
    }
}

#[test]
fn no_address_is_let_pass_that_an_independent_list_refuses() {
    const CPYTHON: (&str, &str) = ("python", "addresses.py");
    const IPADDR_JS: (&str, &str) = ("node", "addresses.mjs");
    let ours = REFUSED_BLOCKS.map(|(block, _)| block.parse::<IpNet>().unwrap());
    let theirs = [CPYTHON, IPADDR_JS].map(|referee| ask(referee, &BTreeSet::new()).blocks);
    assert!(theirs.iter().all(|blocks| blocks.len() > 20));
    let addresses = theirs.iter().flatten().chain(&ours).flat_map(edges);
    let addresses: BTreeSet<IpAddr> = addresses.collect();
    assert!(addresses.len() > 150, "{}", addresses.len());

    for (referee, known) in [
        (CPYTHON, MORE_THAN_CPYTHON.as_slice()),
        (IPADDR_JS, &MORE_THAN_IPADDR_JS),
    ] {
        let opinion = ask(referee, &addresses);
        assert_eq!(opinion.is_public.len(), addresses.len());
        let mut more = BTreeSet::new();
        for (address, is_public) in addresses.iter().zip(opinion.is_public) {
            match (check(*address), is_public) {
                (Ok(()), true) | (Err(_), false) => {}
                (Ok(()), false) => panic!("{referee:?} refuses {address}"),
                (Err(refused), true) => drop(more.insert(refused.block)),
            }
        }
        let known: BTreeSet<_> = known.iter().map(|(block, _)| *block).collect();
        assert!(
            more.is_subset(&known),
            "{referee:?}: {:?}",
            more.difference(&known)
        );
        // The version of Python is this machine's, that of the other one is pinned.
        assert!(referee == CPYTHON || more == known, "{more:?}");
    }
}
