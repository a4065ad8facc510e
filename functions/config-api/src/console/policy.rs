//! The Content-Security-Policy of the console's pages.

use http::HeaderValue;

use super::SignIn;

/// `@layer { [data-react-aria-pressable] { touch-action: … } }`, as React Aria 3.52 writes it. The browser tests find
/// every refusal of the policy, so they tell when it changes.
const TOUCH_RULE: &str = "'sha256-38RhXrc7EdReTKsOm23ZPOCUgniTUUcjky8QOOrQx6o='";

/// Everything comes from this host, nothing is inline, nobody may frame a page, and requests go to the API (this host)
/// and to where administrators sign in.
///
/// Libraries set styles through the object model, which a policy does not concern. One rule for touch screens they write
/// into the page as an element; it is allowed by its hash, so that no `'unsafe-inline'` is needed.
pub(super) fn content_security(sign_in: Option<&SignIn>) -> HeaderValue {
    let mut connect = vec!["'self'".to_owned()];
    for url in sign_in
        .iter()
        .flat_map(|sign_in| [Some(&sign_in.issuer), sign_in.cognito_domain.as_ref()])
        .flatten()
    {
        let origin = url.origin().ascii_serialization();
        if !connect.contains(&origin) {
            connect.push(origin);
        }
    }
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self' {TOUCH_RULE}; img-src 'self' data:; font-src 'self'; \
         connect-src {}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        connect.join(" ")
    );
    // An origin is ASCII, so this is always a legal value.
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::*;

    #[test]
    fn requests_may_go_to_this_host_and_the_identity_provider_only() {
        let sign_in = SignIn {
            issuer: Url::parse("https://issuer.example/pool").unwrap(),
            client_id: "client".to_owned(),
            scope: "openid".to_owned(),
            cognito_domain: Some(Url::parse("https://login.example:8443/").unwrap()),
        };
        let policy = content_security(Some(&sign_in));
        let policy = policy.to_str().unwrap();
        assert!(
            policy.contains(
                "; connect-src 'self' https://issuer.example https://login.example:8443; "
            ),
            "{policy}"
        );
        assert!(!policy.contains("unsafe"), "{policy}");
    }

    #[test]
    fn a_console_without_sign_in_talks_to_this_host_alone() {
        let policy = content_security(None);
        assert!(policy.to_str().unwrap().contains("; connect-src 'self'; "));
    }
}
