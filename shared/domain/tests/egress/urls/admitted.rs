//! URLs that are saved, each with its normal form.

/// What is given, and what is saved.
pub(super) const ADMITTED: [(&str, &str); 33] = [
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
