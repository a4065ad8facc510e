//! What a host name tells by itself, before anybody resolves it.

/// Longest host name, in bytes (RFC 1035 section 3.1, without the octets that DNS adds).
const HOST_MAX_BYTES: usize = 253;
/// Longest part of a host name between two dots, in bytes (RFC 1035 section 2.3.4).
const LABEL_MAX_BYTES: usize = 63;

/// Names under which there is no public host: the IANA Special-Use Domain Names (RFC 6761, 6762, 7686, 8375, 9476), all
/// names of the infrastructure (`arpa`, RFC 3172), ICANN's reservation of `internal` for private use, names that are in
/// private use so widely that ICANN does not delegate them (`corp`, `home`, `mail`; RFC 6762 appendix G for the others),
/// and the `localdomain`s of hosts files.
const NOT_PUBLIC: [&str; 17] = [
    "alt",
    "arpa",
    "corp",
    "example",
    "home",
    "internal",
    "intranet",
    "invalid",
    "lan",
    "local",
    "localdomain",
    "localdomain6",
    "localhost",
    "mail",
    "onion",
    "private",
    "test",
];

/// Whether a name has a form that resolvers and certificates accept: parts of letters, digits, `-` and `_` between dots,
/// none empty, none with a hyphen at its ends. The URL parser lets more through. Underscores are in no RFC's host names,
/// but in those of real endpoints.
pub(super) fn is_well_formed(host: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    host.len() <= HOST_MAX_BYTES
        && host.split('.').all(|label| {
            (1..=LABEL_MAX_BYTES).contains(&label.len())
                && label.bytes().all(legal)
                && !label.starts_with('-')
                && !label.ends_with('-')
        })
}

/// Whether a well-formed, lowercase name may be that of a public host: it has a dot, and is not reserved.
pub(super) fn may_be_public(host: &str) -> bool {
    host.rsplit_once('.')
        .is_some_and(|(_, top)| !NOT_PUBLIC.contains(&top))
}
