//! URLs as administrators and attackers write them, each with what becomes of it when it is saved.

use std::collections::HashMap;

use domain::{
    Refusal,
    endpoint::{EndpointPolicy, EndpointUrl},
};

/// What is saved.
const ADMITTED: [(&str, &str); 33] = [
    ("https://example.com", "https://example.com/"),
    (
        "https://hooks.example.com/a?b=c",
        "https://hooks.example.com/a?b=c",
    ),
    (
        "https://hooks.example.com?b=c",
        "https://hooks.example.com/?b=c",
    ),
    ("HTTPS://Hooks.Example.COM/A", "https://hooks.example.com/A"),
    // The default port is left out, however it is written.
    ("https://example.com:443/", "https://example.com/"),
    ("https://example.com:0443/", "https://example.com/"),
    ("https://example.com:/", "https://example.com/"),
    // International names are kept as DNS has them, so that a homograph shows: a Cyrillic а, a Greek ο, a dotless ı.
    (
        "https://bücher.example.com/å",
        "https://xn--bcher-kva.example.com/%C3%A5",
    ),
    (
        "https://xn--bcher-kva.example.com/",
        "https://xn--bcher-kva.example.com/",
    ),
    ("https://аpple.com/", "https://xn--pple-43d.com/"),
    ("https://gοοgle.com/", "https://xn--ggle-0nda.com/"),
    ("https://lınkedin.com/", "https://xn--lnkedin-rfb.com/"),
    (
        "https://straße.example.com/",
        "https://xn--strae-oqa.example.com/",
    ),
    (
        "https://日本。example。com/",
        "https://xn--wgv71a.example.com/",
    ),
    // Other ways to write ASCII letters are those letters.
    ("https://ｅｘａｍｐｌｅ.com/", "https://example.com/"),
    ("https://ex%61mple.com/", "https://example.com/"),
    ("https://example%2Ecom/", "https://example.com/"),
    ("https://exa\u{ad}mple.com/", "https://example.com/"),
    // Names that look special, but are not.
    ("https://notlocalhost.com/", "https://notlocalhost.com/"),
    ("https://localhost.com/", "https://localhost.com/"),
    (
        "https://localhost.example.com/",
        "https://localhost.example.com/",
    ),
    (
        "https://internal.example.com/",
        "https://internal.example.com/",
    ),
    ("https://api.mylocal/", "https://api.mylocal/"),
    ("https://my_app.example.com/", "https://my_app.example.com/"),
    ("https://_dmarc.example.com/", "https://_dmarc.example.com/"),
    ("https://1.example.com/", "https://1.example.com/"),
    (
        "https://127.0.0.1.example.com/",
        "https://127.0.0.1.example.com/",
    ),
    // Names that DNS leads to a private address are stopped when a connection is made.
    ("https://127.0.0.1.nip.io/", "https://127.0.0.1.nip.io/"),
    (
        "https://0x7f.0.0.1.sslip.io/",
        "https://0x7f.0.0.1.sslip.io/",
    ),
    ("https://localtest.me/", "https://localtest.me/"),
    // The path and the query are the endpoint's.
    ("https://example.com/@user", "https://example.com/@user"),
    ("https://example.com/a/../b", "https://example.com/b"),
    (
        "https://example.com/?u=http://127.0.0.1/",
        "https://example.com/?u=http://127.0.0.1/",
    ),
];

/// What is refused, and why.
const REFUSED: [(&str, &str); 258] = [
    // Not a URL, or not a complete one.
    ("", "url-invalid"),
    ("hooks.example.com", "url-invalid"),
    ("//example.com/", "url-invalid"),
    ("/feedback", "url-invalid"),
    ("https", "url-invalid"),
    ("https:", "url-invalid"),
    ("https://", "url-invalid"),
    ("https:///", "url-invalid"),
    ("https://?a", "url-invalid"),
    ("https://#a", "url-invalid"),
    ("https://:443/", "url-invalid"),
    // Parsers complete these in different ways.
    ("https:example.com", "url-invalid"),
    ("https:/example.com/", "url-invalid"),
    ("https:///example.com/", "url-invalid"),
    ("https:////example.com/", "url-invalid"),
    // A pasted URL must not change by itself.
    (" https://example.com/", "url-invalid"),
    ("https://example.com/ ", "url-invalid"),
    ("https://example.com/\n", "url-invalid"),
    ("https://exam\tple.com/", "url-invalid"),
    ("https://exam\rple.com/", "url-invalid"),
    ("https://a b.example.com/", "url-invalid"),
    ("https://example.com/\u{0}", "url-invalid"),
    ("https://example.com/\u{85}", "url-invalid"),
    ("https://example.com/\u{a0}", "url-invalid"),
    ("https://example.com\u{3000}/", "url-invalid"),
    ("\u{feff}https://example.com/", "url-invalid"),
    // Browsers read a backslash as a slash, others do not.
    ("https:\\\\example.com/", "url-invalid"),
    ("https://example.com\\@evil.example.com/", "url-invalid"),
    ("https://example.com\\.evil.example.com/", "url-invalid"),
    // Characters that no host name has, plain and percent-encoded.
    ("https://exam<ple.com/", "url-invalid"),
    ("https://exam>ple.com/", "url-invalid"),
    ("https://exam^ple.com/", "url-invalid"),
    ("https://exam|ple.com/", "url-invalid"),
    ("https://exam%ple.com/", "url-invalid"),
    ("https://exam%00ple.com/", "url-invalid"),
    ("https://exam%20ple.com/", "url-invalid"),
    ("https://exam%2Fple.com/", "url-invalid"),
    ("https://exam%3Aple.com/", "url-invalid"),
    ("https://exam%40ple.com/", "url-invalid"),
    ("https://exam%23ple.com/", "url-invalid"),
    ("https://exam%5Bple.com/", "url-invalid"),
    ("https://%zz.example.com/", "url-invalid"),
    ("https://example.com%0d%0a.com/", "url-invalid"),
    // Ports that are none.
    ("https://example.com:65536/", "url-invalid"),
    ("https://example.com:-1/", "url-invalid"),
    ("https://example.com:https/", "url-invalid"),
    ("https://example.com:4 43/", "url-invalid"),
    ("https://example.com:443:443/", "url-invalid"),
    ("https://example.com:４４３/", "url-invalid"),
    // Punycode that is none, and letters that no name may have.
    ("https://xn--/", "url-invalid"),
    ("https://xn--a/", "url-invalid"),
    ("https://xn--example-.com/", "url-invalid"),
    ("https://xn--zzzzzz99999999999.com/", "url-invalid"),
    ("https://a\u{fffd}b.com/", "url-invalid"),
    ("https://\u{202e}moc.example.com/", "url-invalid"),
    // Numbers that are no IPv4 address are no host name either.
    ("https://256.256.256.256/", "url-invalid"),
    ("https://1.2.3.4.5/", "url-invalid"),
    ("https://1.2.3.256/", "url-invalid"),
    ("https://4294967296/", "url-invalid"),
    ("https://0x100000000/", "url-invalid"),
    ("https://127.0.0.08/", "url-invalid"),
    ("https://example.0x7f/", "url-invalid"),
    ("https://example.127/", "url-invalid"),
    ("https://foo.0/", "url-invalid"),
    // IPv6 addresses that are none, zone ids, IPvFuture.
    ("https://[::1/", "url-invalid"),
    ("https://::1/", "url-invalid"),
    ("https://[:::1]/", "url-invalid"),
    ("https://[1:2:3:4:5:6:7:8:9]/", "url-invalid"),
    ("https://[::1%lo]/", "url-invalid"),
    ("https://[fe80::1%25eth0]/", "url-invalid"),
    ("https://[fe80::1%eth0]/", "url-invalid"),
    ("https://[::127.0.0.256]/", "url-invalid"),
    ("https://[v1.fe80::1]/", "url-invalid"),
    ("https://[127.0.0.1]/", "url-invalid"),
    ("https://[localhost]/", "url-invalid"),
    ("https://[]/", "url-invalid"),
    ("https://[::1]a/", "url-invalid"),
    ("https://[::ffff:0x7f.0.0.1]/", "url-invalid"),
    // Other schemes.
    ("http://example.com/", "url-not-https"),
    ("http://localhost/", "url-not-https"),
    ("HTTP://example.com/", "url-not-https"),
    ("ftp://example.com/", "url-not-https"),
    ("file:///etc/passwd", "url-not-https"),
    ("gopher://127.0.0.1:9001/_x", "url-not-https"),
    ("data:text/plain,a", "url-not-https"),
    ("javascript:alert(1)", "url-not-https"),
    ("wss://example.com/", "url-not-https"),
    ("httpss://example.com/", "url-not-https"),
    ("localhost:443", "url-not-https"),
    ("blob:https://example.com/a", "url-not-https"),
    ("view-source:https://example.com/", "url-not-https"),
    // IPv4 addresses: plain, short, decimal, octal, hexadecimal and mixed.
    ("https://1.1.1.1/", "url-ip-address"),
    ("https://127.0.0.1/", "url-ip-address"),
    ("https://127.0.0.1:443/", "url-ip-address"),
    ("https://127.0.0.1./", "url-ip-address"),
    ("https://127.0.1/", "url-ip-address"),
    ("https://127.1/", "url-ip-address"),
    ("https://127.1./", "url-ip-address"),
    ("https://127.65535/", "url-ip-address"),
    ("https://2130706433/", "url-ip-address"),
    ("https://2130706433./", "url-ip-address"),
    ("https://0/", "url-ip-address"),
    ("https://0./", "url-ip-address"),
    ("https://017700000001/", "url-ip-address"),
    ("https://0177.0.0.1/", "url-ip-address"),
    ("https://0177.0.01/", "url-ip-address"),
    ("https://00000177.0.0.1/", "url-ip-address"),
    ("https://0x7f000001/", "url-ip-address"),
    ("https://0X7F000001/", "url-ip-address"),
    ("https://0x7f.0.0.1/", "url-ip-address"),
    ("https://0x7F.1/", "url-ip-address"),
    ("https://0x7f.0x0.0x0.0x1/", "url-ip-address"),
    ("https://0x0000007f.1/", "url-ip-address"),
    ("https://0x7f.0.0.01/", "url-ip-address"),
    ("https://0x7f.00.0x/", "url-ip-address"),
    ("https://4294967295/", "url-ip-address"),
    (
        "https://169.254.169.254/latest/meta-data/",
        "url-ip-address",
    ),
    ("https://2852039166/", "url-ip-address"),
    ("https://0xa9fea9fe/", "url-ip-address"),
    ("https://0xA9.0xFE.0xA9.0xFE/", "url-ip-address"),
    ("https://0251.0376.0251.0376/", "url-ip-address"),
    ("https://169.254.43518/", "url-ip-address"),
    ("https://169.16689662/", "url-ip-address"),
    ("https://10.0.0.1/", "url-ip-address"),
    ("https://192.168.0.1/", "url-ip-address"),
    ("https://100.100.100.200/", "url-ip-address"),
    ("https://168.63.129.16/", "url-ip-address"),
    ("https://192.0.0.192/", "url-ip-address"),
    (
        "https://127.0.0.1:9001/2018-06-01/runtime/invocation/next",
        "url-ip-address",
    ),
    ("https://user@127.0.0.1/", "url-ip-address"),
    ("https://127.0.0.1#@example.com/", "url-ip-address"),
    ("https://127.0.0.1?@example.com/", "url-ip-address"),
    // IPv4 addresses in other digits, with other dots, or percent-encoded.
    ("https://１２７.0.0.1/", "url-ip-address"),
    ("https://１２７．０．０．１/", "url-ip-address"),
    ("https://127。0。0。1/", "url-ip-address"),
    ("https://127｡0｡0｡1/", "url-ip-address"),
    ("https://127．1/", "url-ip-address"),
    ("https://①②⑦.⓪.⓪.①/", "url-ip-address"),
    ("https://𝟭𝟮𝟳.𝟬.𝟬.𝟭/", "url-ip-address"),
    ("https://¹²⁷.⁰.⁰.¹/", "url-ip-address"),
    ("https://０ｘ７ｆ.1/", "url-ip-address"),
    ("https://ｏ.example.com@127.0.0.1/", "url-ip-address"),
    ("https://%31%32%37.0.0.1/", "url-ip-address"),
    ("https://127%2e0%2e0%2e1/", "url-ip-address"),
    ("https://127%2E1/", "url-ip-address"),
    ("https://%30%78%37%66.1/", "url-ip-address"),
    (
        "https://%EF%BC%91%EF%BC%92%EF%BC%97.0.0.1/",
        "url-ip-address",
    ),
    (
        "https://127%E3%80%820%E3%80%820%E3%80%821/",
        "url-ip-address",
    ),
    ("https://12\u{ad}7.0.0.1/", "url-ip-address"),
    ("https://127.0.0.1\u{200b}/", "url-ip-address"),
    ("https://1\u{2060}27.1/", "url-ip-address"),
    // IPv6 addresses, and IPv4 addresses within them.
    ("https://[::]/", "url-ip-address"),
    ("https://[::1]/", "url-ip-address"),
    ("https://[::1]:443/", "url-ip-address"),
    ("https://[0:0:0:0:0:0:0:1]/", "url-ip-address"),
    (
        "https://[0000:0000:0000:0000:0000:0000:0000:0001]/",
        "url-ip-address",
    ),
    ("https://[::127.0.0.1]/", "url-ip-address"),
    ("https://[::ffff:127.0.0.1]/", "url-ip-address"),
    ("https://[::FFFF:7F00:1]/", "url-ip-address"),
    ("https://[::ffff:a9fe:a9fe]/", "url-ip-address"),
    ("https://[64:ff9b::127.0.0.1]/", "url-ip-address"),
    ("https://[64:ff9b:1::a9fe:a9fe]/", "url-ip-address"),
    ("https://[2002:7f00:1::]/", "url-ip-address"),
    ("https://[2001:0:7f00:1::]/", "url-ip-address"),
    ("https://[fd00:ec2::254]/latest/", "url-ip-address"),
    ("https://[fd20:ce::254]/", "url-ip-address"),
    ("https://[fe80::1]/", "url-ip-address"),
    ("https://[2606:4700:4700::1111]/", "url-ip-address"),
    ("https://user@[::1]/", "url-ip-address"),
    // Absolute names: their certificates and caches differ from those of the name without the dot.
    ("https://example.com./", "url-trailing-dot"),
    ("https://localhost./", "url-trailing-dot"),
    ("https://metadata.google.internal./", "url-trailing-dot"),
    ("https://example.com%2e/", "url-trailing-dot"),
    ("https://example.com。/", "url-trailing-dot"),
    ("https://example.com../", "url-trailing-dot"),
    // Names that resolvers or certificates do not accept.
    ("https://.example.com/", "url-host-name"),
    ("https://a..example.com/", "url-host-name"),
    ("https://-a.example.com/", "url-host-name"),
    ("https://a-.example.com/", "url-host-name"),
    ("https://a!b.example.com/", "url-host-name"),
    ("https://a$b.example.com/", "url-host-name"),
    ("https://a&b.example.com/", "url-host-name"),
    ("https://a'b.example.com/", "url-host-name"),
    ("https://a(b).example.com/", "url-host-name"),
    ("https://*.example.com/", "url-host-name"),
    ("https://a+b.example.com/", "url-host-name"),
    ("https://a,b.example.com/", "url-host-name"),
    ("https://a;b.example.com/", "url-host-name"),
    ("https://a=b.example.com/", "url-host-name"),
    ("https://a~b.example.com/", "url-host-name"),
    ("https://a`b.example.com/", "url-host-name"),
    ("https://a{b}.example.com/", "url-host-name"),
    ("https://a\"b.example.com/", "url-host-name"),
    // Credentials, empty ones included.
    ("https://user@example.com/", "url-credentials"),
    ("https://user:secret@example.com/", "url-credentials"),
    ("https://:secret@example.com/", "url-credentials"),
    ("https://@example.com/", "url-credentials"),
    ("https://127.0.0.1%2f@example.com/", "url-credentials"),
    ("https://:@example.com/", "url-credentials"),
    ("https://example.com@evil.example.com/", "url-credentials"),
    (
        "https://example.com:443@evil.example.com/",
        "url-credentials",
    ),
    ("https://a@b@example.com/", "url-credentials"),
    ("https://127.0.0.1:9001@example.com/", "url-credentials"),
    // Fragments, empty ones included.
    ("https://example.com/#top", "url-fragment"),
    ("https://example.com/#", "url-fragment"),
    ("https://example.com#@evil.example.com/", "url-fragment"),
    ("https://example.com/?a#b", "url-fragment"),
    // Other ports.
    ("https://example.com:80/", "url-port"),
    ("https://example.com:8443/", "url-port"),
    ("https://example.com:0/", "url-port"),
    ("https://example.com:1/", "url-port"),
    ("https://example.com:65535/", "url-port"),
    ("https://localhost:9001/", "url-port"),
    // The own host, in every spelling.
    ("https://localhost/", "url-not-public"),
    ("https://LOCALHOST/", "url-not-public"),
    ("https://LocalHost:443/", "url-not-public"),
    ("https://ｌｏｃａｌｈｏｓｔ/", "url-not-public"),
    ("https://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/", "url-not-public"),
    ("https://𝐥𝐨𝐜𝐚𝐥𝐡𝐨𝐬𝐭/", "url-not-public"),
    ("https://locaℓhost/", "url-not-public"),
    ("https://%6c%6f%63%61%6c%68%6f%73%74/", "url-not-public"),
    ("https://api.localhost/", "url-not-public"),
    ("https://a.b.localhost/", "url-not-public"),
    ("https://localhost.localdomain/", "url-not-public"),
    ("https://localhost6/", "url-not-public"),
    ("https://localhost6.localdomain6/", "url-not-public"),
    ("https://ip6-localhost/", "url-not-public"),
    ("https://ip6-loopback/", "url-not-public"),
    ("https://broadcasthost/", "url-not-public"),
    ("https://local\u{ad}host/", "url-not-public"),
    ("https://local\u{200b}host/", "url-not-public"),
    // Names of one network only.
    ("https://intranet/", "url-not-public"),
    ("https://com/", "url-not-public"),
    ("https://metadata/", "url-not-public"),
    ("https://instance-data/", "url-not-public"),
    ("https://kubernetes/", "url-not-public"),
    ("https://printer.local/", "url-not-public"),
    ("https://PRINTER.Local/", "url-not-public"),
    ("https://api.internal/", "url-not-public"),
    (
        "https://metadata.google.internal/computeMetadata/v1/",
        "url-not-public",
    ),
    ("https://instance-data.ec2.internal/", "url-not-public"),
    (
        "https://ip-10-0-0-1.eu-west-1.compute.internal/",
        "url-not-public",
    ),
    ("https://host.docker.internal/", "url-not-public"),
    ("https://router.home.arpa/", "url-not-public"),
    ("https://1.0.0.127.in-addr.arpa/", "url-not-public"),
    ("https://ipv4only.arpa/", "url-not-public"),
    ("https://api.corp/", "url-not-public"),
    ("https://nas.home/", "url-not-public"),
    ("https://router.lan/", "url-not-public"),
    ("https://wiki.intranet/", "url-not-public"),
    ("https://db.private/", "url-not-public"),
    ("https://relay.mail/", "url-not-public"),
    ("https://hidden.onion/", "url-not-public"),
    ("https://name.alt/", "url-not-public"),
    ("https://api.test/", "url-not-public"),
    ("https://api.invalid/", "url-not-public"),
    ("https://api.example/", "url-not-public"),
    (
        "https://kubernetes.default.svc.cluster.local/",
        "url-not-public",
    ),
];

fn saved(url: &str) -> Result<String, Refusal> {
    let url = EndpointUrl::parse(url)?;
    EndpointPolicy::default().admit(&url)?;
    Ok(url.to_string())
}

#[test]
fn a_url_that_is_admitted_is_saved_in_its_normal_form() {
    let wrong: Vec<_> = ADMITTED
        .into_iter()
        .flat_map(|(url, expected)| [(url, expected), (expected, expected)])
        .map(|(url, expected)| (url, saved(url), expected))
        .filter(|(_, saved, expected)| saved.as_deref() != Ok(expected))
        .collect();
    assert_eq!(wrong, []);
}

#[test]
fn a_url_that_is_refused_has_the_code_that_explains_it() {
    let wrong: Vec<_> = REFUSED
        .into_iter()
        .map(|(url, expected)| (url, saved(url).map_err(|refusal| refusal.code), expected))
        .filter(|(_, saved, expected)| *saved != Err(*expected))
        .collect();
    assert_eq!(wrong, []);
}

#[test]
fn a_refusal_says_what_to_do_and_nothing_of_the_url_which_may_hold_a_secret() {
    let mut messages = HashMap::new();
    for (url, _) in REFUSED {
        let Refusal { code, message } = saved(url).unwrap_err();
        assert!(message.ends_with('.') && message.contains("must"), "{code}");
        let earlier = messages.entry(code).or_insert_with(|| message.clone());
        assert_eq!(*earlier, message, "{code}");
    }
}

#[test]
fn lengths_are_bounded_as_given_and_as_saved() {
    let label = "a".repeat(63);
    let longest = format!(
        "https://{label}.{label}.{label}.{}.example/",
        "a".repeat(53)
    );
    assert_eq!(longest.len(), "https:///".len() + 253);
    let path = |count| format!("https://example.com/{}", "a".repeat(count));
    for (url, code) in [
        (format!("https://{label}.example.com/"), None),
        (
            format!("https://a{label}.example.com/"),
            Some("url-host-name"),
        ),
        (longest.replace(".example/", ".com/"), None),
        (
            longest.replace(".example/", ".invalid1/"),
            Some("url-host-name"),
        ),
        (path(1_980), None),
        (path(1_981), Some("url-too-long")),
        (path(1_000).replace('a', "å"), Some("url-too-long")),
        (path(300).replace('a', "å"), None),
        (path(400).replace('a', "å"), Some("url-too-long")),
    ] {
        assert_eq!(saved(&url).err().map(|refusal| refusal.code), code, "{url}");
    }
}
