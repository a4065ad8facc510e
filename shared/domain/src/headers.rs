//! Header Parameters: the custom headers that accompany every request to the endpoint.

use http::{HeaderName, HeaderValue};

use crate::{Refusal, secret::SealedSecret};

/// Most custom headers of one webhook; with the longest values it keeps a request's head below the 16 KiB that common
/// servers and load balancers accept.
pub const HEADERS_MAX: usize = 20;
/// Longest header name, in bytes.
pub const NAME_MAX_BYTES: usize = 128;
/// Longest header value, in bytes; also well below the 4,096 bytes that the key service encrypts in one call.
pub const VALUE_MAX_BYTES: usize = 2_048;
/// Most bytes that the names and values of one webhook's custom headers have together.
pub const TOTAL_MAX_BYTES: usize = 12_288;
/// What encryption adds to a secret value, at most: AWS KMS adds about 150 bytes. So what was admitted as plain text is
/// admitted as ciphertext too.
const SEAL_MAX_BYTES: usize = 256;

/// Headers that belong to the connection, to the message framing or to us: RFC 9110 (`Host`, `Content-*`, `Expect`,
/// `TE`, `Trailer`, `Upgrade`), RFC 9112 (`Transfer-Encoding`), and the hop-by-hop ones of RFC 9110 section 7.6.1.
const RESERVED: [&str; 18] = [
    "accept-encoding",
    "connection",
    "content-encoding",
    "content-length",
    "content-range",
    "content-type",
    "date",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
];
/// Name prefixes with the same fate: the webhook's own headers and a proxy's.
const RESERVED_PREFIXES: [&str; 2] = ["webhook-", "proxy-"];

/// A header name that an administrator may choose; kept as written, compared without case.
#[derive(Debug, Clone)]
pub struct CustomHeaderName {
    written: String,
    name: HeaderName,
}

impl CustomHeaderName {
    /// Takes an RFC 9110 field name of at most 128 bytes that is not reserved.
    ///
    /// # Errors
    /// `header-name-invalid`, `header-name-reserved`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let name = Some(text)
            .filter(|text| text.len() <= NAME_MAX_BYTES)
            .and_then(|text| HeaderName::try_from(text).ok())
            .ok_or_else(|| {
                Refusal::new(
                    "header-name-invalid",
                    "A header name must be 1 to 128 letters, digits and the signs !#$%&'*+-.^_`|~ (RFC 9110).",
                )
            })?;
        let lower = name.as_str();
        if RESERVED.contains(&lower)
            || RESERVED_PREFIXES
                .iter()
                .any(|prefix| lower.starts_with(prefix))
        {
            return Err(Refusal::new(
                "header-name-reserved",
                "This header is set by the service itself or belongs to the connection; choose another name.",
            ));
        }
        Ok(Self {
            written: text.to_owned(),
            name,
        })
    }

    /// The name as the administrator wrote it.
    pub fn as_written(&self) -> &str {
        &self.written
    }

    /// The name as it is compared and sent.
    pub fn name(&self) -> &HeaderName {
        &self.name
    }
}

impl PartialEq for CustomHeaderName {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for CustomHeaderName {}

/// Checks the value of a custom header, secret or not: 1 to 2,048 visible ASCII characters, with spaces inside only.
///
/// # Errors
/// `header-value-invalid`; the message does not repeat the value.
pub fn header_value(text: &str) -> Result<HeaderValue, Refusal> {
    let visible = text
        .bytes()
        .all(|byte| byte.is_ascii_graphic() || byte == b' ');
    Some(text)
        .filter(|text| visible && !text.is_empty() && text.len() <= VALUE_MAX_BYTES && text.trim() == *text)
        .and_then(|text| HeaderValue::try_from(text).ok())
        .ok_or_else(|| {
            Refusal::new(
                "header-value-invalid",
                "A header value must be 1 to 2,048 visible ASCII characters, without spaces at its ends.",
            )
        })
}

/// A custom header's value as it is stored.
#[derive(Clone, PartialEq, Eq)]
pub enum CustomHeaderValue {
    /// Readable by whoever may read the configuration.
    Plain(HeaderValue),
    /// Write-only; encrypted.
    Secret(SealedSecret),
}

/// Values never show up in logs, whether marked secret or not: administrators forget to mark them.
impl std::fmt::Debug for CustomHeaderValue {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Plain(_) => "Plain(…)",
            Self::Secret(_) => "Secret(…)",
        })
    }
}

/// One custom header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustomHeader {
    /// Its name.
    pub name: CustomHeaderName,
    /// Its value.
    pub value: CustomHeaderValue,
}

/// At most 20 custom headers with distinct names, in the administrator's order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustomHeaders(Vec<CustomHeader>);

impl CustomHeaders {
    /// Takes headers whose names differ, within the bounds of this module.
    ///
    /// # Errors
    /// `headers-too-many`, `headers-too-large`, `header-name-duplicate`; the number is the index of the header that
    /// is at fault, `None` where it is the list.
    pub fn new(headers: Vec<CustomHeader>) -> Result<Self, (Option<usize>, Refusal)> {
        if headers.len() > HEADERS_MAX {
            return Err((None, too_many()));
        }
        for (index, header) in headers.iter().enumerate() {
            if headers[..index]
                .iter()
                .any(|earlier| earlier.name == header.name)
            {
                return Err((Some(index), duplicate_name()));
            }
        }
        let bytes = headers.iter().map(|header| {
            header.name.as_written().len()
                + match &header.value {
                    CustomHeaderValue::Plain(value) => value.len(),
                    CustomHeaderValue::Secret(sealed) => sealed_bytes(sealed),
                }
        });
        check_total(bytes).map_err(|refusal| (None, refusal))?;
        Ok(Self(headers))
    }

    /// The headers in the administrator's order.
    pub fn iter(&self) -> std::slice::Iter<'_, CustomHeader> {
        self.0.iter()
    }

    /// The index of the header with this name.
    pub fn position(&self, name: &HeaderName) -> Option<usize> {
        self.0.iter().position(|header| header.name.name() == name)
    }
}

/// About how many bytes a secret value has, from its ciphertext: never more than it has.
pub fn sealed_bytes(sealed: &SealedSecret) -> usize {
    sealed
        .ciphertext
        .len()
        .saturating_sub(SEAL_MAX_BYTES)
        .min(VALUE_MAX_BYTES)
}

/// Checks the bytes of all names and values together; also for the caller that knows them before it encrypts.
///
/// # Errors
/// `headers-too-large` above [`TOTAL_MAX_BYTES`].
pub fn check_total(bytes: impl Iterator<Item = usize>) -> Result<(), Refusal> {
    if bytes.sum::<usize>() > TOTAL_MAX_BYTES {
        return Err(Refusal::new(
            "headers-too-large",
            "The header parameters must have at most 12 KiB together.",
        ));
    }
    Ok(())
}

/// The refusal of a name that an earlier header has; also for the caller that names every such header, not the first.
pub fn duplicate_name() -> Refusal {
    Refusal::new(
        "header-name-duplicate",
        "Each header can be given once; names do not differ by case.",
    )
}

/// The refusal of more than [`HEADERS_MAX`] headers; also for the caller that stops counting before it builds them.
pub fn too_many() -> Refusal {
    Refusal::new(
        "headers-too-many",
        "A webhook can have at most 20 header parameters.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(name: &str) -> CustomHeader {
        CustomHeader {
            name: CustomHeaderName::parse(name).unwrap(),
            value: CustomHeaderValue::Plain(header_value("hidden value").unwrap()),
        }
    }

    #[test]
    fn illegal_and_reserved_names_are_told_apart() {
        for name in ["X-Source", "authorization", "x!#$%&'*+.^_`|~9"] {
            assert_eq!(CustomHeaderName::parse(name).unwrap().as_written(), name);
        }
        for name in ["", "a b", "a:b", "ä", "a\n", "a\0", &"x".repeat(129)] {
            assert_eq!(
                CustomHeaderName::parse(name).unwrap_err().code,
                "header-name-invalid",
                "{name:?}"
            );
        }
        for name in [
            "Host",
            "Content-Length",
            "transfer-encoding",
            "Connection",
            "Content-Type",
            "Webhook-Id",
            "Proxy-X",
        ] {
            assert_eq!(
                CustomHeaderName::parse(name).unwrap_err().code,
                "header-name-reserved",
                "{name:?}"
            );
        }
    }

    #[test]
    fn values_are_visible_ascii() {
        for value in ["x", "Basic dXNlcjpwYXNz", &"x".repeat(2_048)] {
            assert!(header_value(value).is_ok(), "{value:?}");
        }
        for value in [
            "",
            " x",
            "x ",
            "a\r\nb: c",
            "a\tb",
            "é",
            "\u{7f}",
            &"x".repeat(2_049),
        ] {
            assert_eq!(
                header_value(value).unwrap_err().code,
                "header-value-invalid",
                "{value:?}"
            );
        }
    }

    #[test]
    fn names_are_unique_without_regard_to_case() {
        let (index, refusal) =
            CustomHeaders::new(vec![header("X-A"), header("X-B"), header("x-a")]).unwrap_err();
        assert_eq!((index, refusal.code), (Some(2), "header-name-duplicate"));
    }

    #[test]
    fn the_list_is_bounded() {
        let headers = |count: usize| (0..count).map(|n| header(&format!("x-{n}"))).collect();
        assert!(CustomHeaders::new(headers(20)).is_ok());
        assert_eq!(
            CustomHeaders::new(headers(21)).unwrap_err().1.code,
            "headers-too-many"
        );
    }

    #[test]
    fn debug_output_hides_values() {
        assert!(!format!("{:?}", header("X-A")).contains("hidden"));
    }
}
