//! The built files, their compressed forms, and how caches may keep them.
//!
//! The build leaves text as `NAME.br` and `NAME.gz`, and the page also as it is. Names below `assets/` contain a hash of
//! the content, so such a file never changes.

use std::borrow::Cow;

use axum::{
    body::{Body, Bytes},
    response::{IntoResponse, Response},
};
use headers::{ETag, HeaderMapExt as _, IfNoneMatch};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::NO_CACHE;

/// What `npm run build` leaves. Empty where it did not run; `build.rs` refuses that for a package.
#[derive(Debug, RustEmbed)]
#[folder = "console/dist"]
#[allow_missing = true]
pub(super) struct Built;

const PAGE: &str = "index.html";
/// A year, the longest that caches take seriously (RFC 9111 names no limit; RFC 2616 had this one).
const FOR_EVER: (HeaderName, HeaderValue) = (
    header::CACHE_CONTROL,
    HeaderValue::from_static("public, max-age=31536000, immutable"),
);
/// Compressed forms, best first.
const CODINGS: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// The page, which then shows what its URL says.
pub(super) fn page<Files: RustEmbed>(request: &HeaderMap) -> Response {
    found::<Files>(PAGE, request).unwrap_or_else(|| {
        let text = "The console is not part of this build. Build it: npm ci && npm run build, in functions/config-api/console.\n";
        (StatusCode::NOT_FOUND, [NO_CACHE], text).into_response()
    })
}

/// The file at a path; else the page, since the path is one of its own. A missing asset is missing: an old page may ask
/// for one after a deployment, and must not get the page in its place.
pub(super) fn file<Files: RustEmbed>(path: &str, request: &HeaderMap) -> Response {
    match found::<Files>(path, request) {
        Some(response) => response,
        None if path.starts_with("assets/") => (
            StatusCode::NOT_FOUND,
            [NO_CACHE],
            "There is no such file.\n",
        )
            .into_response(),
        None => page::<Files>(request),
    }
}

fn found<Files: RustEmbed>(path: &str, request: &HeaderMap) -> Option<Response> {
    let (file, coding) = best_form::<Files>(path, request)?;
    let etag = entity_tag(&file)?;
    let cache = if path.starts_with("assets/") {
        FOR_EVER
    } else {
        NO_CACHE
    };
    let known = request
        .typed_get::<IfNoneMatch>()
        .is_some_and(|known| !known.precondition_passes(&etag));
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Body::from(bytes(file.data)).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(cache.0, cache.1);
    headers.insert(
        header::VARY,
        HeaderValue::from_static(header::ACCEPT_ENCODING.as_str()),
    );
    headers.typed_insert(etag);
    if !known {
        headers.insert(header::CONTENT_TYPE, content_type(path));
        if let Some(coding) = coding {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
        }
    }
    Some(response)
}

/// The form that the client takes with the fewest bytes. One that takes no compression still gets gzip where nothing else
/// is kept, as RFC 9110, section 12.5.3 allows: every browser reads it.
fn best_form<Files: RustEmbed>(
    path: &str,
    request: &HeaderMap,
) -> Option<(EmbeddedFile, Option<&'static str>)> {
    let form = |suffix: &str| Files::get(&format!("{path}{suffix}"));
    CODINGS
        .into_iter()
        .filter(|(coding, _)| accepts(request, coding))
        .find_map(|(coding, suffix)| Some((form(suffix)?, Some(coding))))
        .or_else(|| Some((form("")?, None)))
        .or_else(|| Some((form(".gz")?, Some("gzip"))))
}

fn accepts(request: &HeaderMap, coding: &str) -> bool {
    request
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|choice| {
            let (name, weight) = choice.split_once(';').unwrap_or((choice, ""));
            let refused = weight
                .trim()
                .strip_prefix("q=")
                .is_some_and(|weight| weight.trim_matches(['0', '.']).is_empty());
            name.trim().eq_ignore_ascii_case(coding) && !refused
        })
}

/// Of the form's own bytes, so that each form has its own (RFC 9110, section 8.8.3.3).
fn entity_tag(file: &EmbeddedFile) -> Option<ETag> {
    let hash = file.metadata.sha256_hash();
    let hex: String = hash[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("\"{hex}\"").parse().ok()
}

fn bytes(data: Cow<'static, [u8]>) -> Bytes {
    match data {
        Cow::Borrowed(data) => Bytes::from_static(data),
        Cow::Owned(data) => Bytes::from(data),
    }
}

/// By the endings that the build makes.
fn content_type(path: &str) -> HeaderValue {
    let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
    HeaderValue::from_static(match ending {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "txt" => "text/plain; charset=utf-8",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A build in small: the page, a script in all forms, a style sheet that was kept compressed only.
    #[derive(RustEmbed)]
    #[folder = "src/console/sample"]
    struct Sample;

    fn answer(path: &str, accept_encoding: &str) -> Response {
        let mut request = HeaderMap::new();
        if !accept_encoding.is_empty() {
            request.insert(
                header::ACCEPT_ENCODING,
                HeaderValue::from_str(accept_encoding).unwrap(),
            );
        }
        file::<Sample>(path, &request)
    }

    fn header_of(response: &Response, name: HeaderName) -> &str {
        response
            .headers()
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    #[test]
    fn a_hashed_file_is_kept_for_ever_and_the_page_is_asked_for_each_time() {
        let script = answer("assets/app-1a2b.js", "");
        assert_eq!(
            header_of(&script, header::CACHE_CONTROL),
            "public, max-age=31536000, immutable"
        );
        let page = answer("index.html", "");
        assert_eq!(header_of(&page, header::CACHE_CONTROL), "no-cache");
    }

    #[test]
    fn the_smallest_form_that_the_client_takes_is_sent() {
        for (accept, coding) in [
            ("gzip, deflate, br, zstd", "br"),
            ("gzip;q=1.0, br;q=0.0", "gzip"),
            ("GZIP", "gzip"),
            ("br;q=0.5", "br"),
            ("identity", ""),
            ("", ""),
        ] {
            let response = answer("assets/app-1a2b.js", accept);
            assert_eq!(
                header_of(&response, header::CONTENT_ENCODING),
                coding,
                "{accept}"
            );
            assert_eq!(
                header_of(&response, header::CONTENT_TYPE),
                "text/javascript; charset=utf-8"
            );
            assert_eq!(header_of(&response, header::VARY), "accept-encoding");
        }
    }

    #[test]
    fn what_is_kept_compressed_only_is_sent_so() {
        let response = answer("assets/app-3c4d.css", "");
        assert_eq!(header_of(&response, header::CONTENT_ENCODING), "gzip");
    }

    #[test]
    fn the_consoles_own_paths_lead_to_its_page_and_a_missing_asset_does_not() {
        let deep = answer("webhooks/prod/8d6e", "");
        assert_eq!(deep.status(), StatusCode::OK);
        assert_eq!(
            header_of(&deep, header::CONTENT_TYPE),
            "text/html; charset=utf-8"
        );
        assert_eq!(
            answer("assets/app-0000.js", "").status(),
            StatusCode::NOT_FOUND
        );
        assert_eq!(answer("../../Cargo.toml", "").status(), StatusCode::OK);
        assert_eq!(
            answer("assets/../../mod.rs", "").status(),
            StatusCode::NOT_FOUND
        );
    }

    #[test]
    fn a_known_form_is_not_sent_again() {
        let first = answer("index.html", "");
        let mut request = HeaderMap::new();
        request.insert(header::IF_NONE_MATCH, first.headers()[header::ETAG].clone());
        let again = file::<Sample>("index.html", &request);
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(again.headers()[header::ETAG], first.headers()[header::ETAG]);
        request.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("br"));
        assert_eq!(
            file::<Sample>("assets/app-1a2b.js", &request).status(),
            StatusCode::OK
        );
    }
}
