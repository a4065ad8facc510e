//! URLs with a part that an endpoint must not have.

/// Each with the code of its refusal.
pub(super) const PARTS: [(&str, &str); 20] = [
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
];
