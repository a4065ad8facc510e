//! The request for a token (RFC 6749 section 4.4.2). Pure.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::Bytes;
use domain::{
    endpoint::EndpointUrl,
    oauth::{ClientAuthentication, ClientCredentials},
};
use http::{
    HeaderMap, HeaderValue,
    header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, USER_AGENT},
};
use secrecy::{ExposeSecret as _, SecretString};
use url::form_urlencoded::{Serializer, byte_serialize};

use crate::request::{PRODUCT, WebhookRequest};

/// What is asked for at a token endpoint. Not `Debug`: it holds the client's secret.
pub(crate) struct TokenRequest {
    url: EndpointUrl,
    headers: HeaderMap,
    form: SecretString,
}

impl TokenRequest {
    pub(crate) fn new(client: &ClientCredentials, secret: &SecretString) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/x-www-form-urlencoded"),
        );
        headers.insert(USER_AGENT, HeaderValue::from_static(PRODUCT));
        let mut form = Serializer::new(String::new());
        form.append_pair("grant_type", "client_credentials");
        let (id, secret) = (client.client_id.as_str(), secret.expose_secret());
        match client.client_authentication {
            ClientAuthentication::Basic => {
                headers.insert(AUTHORIZATION, basic(id, secret));
            }
            ClientAuthentication::Body => {
                form.append_pair("client_id", id);
                form.append_pair("client_secret", secret);
            }
        }
        if let Some(scope) = &client.scope {
            form.append_pair("scope", scope.as_str());
        }
        if let Some(audience) = &client.audience {
            form.append_pair("audience", audience.as_str());
        }
        Self {
            url: client.token_url.clone(),
            headers,
            form: form.finish().into(),
        }
    }

    /// The request that is sent.
    pub(crate) fn to_post(&self) -> WebhookRequest {
        WebhookRequest {
            url: self.url.clone(),
            headers: self.headers.clone(),
            body: Bytes::copy_from_slice(self.form.expose_secret().as_bytes()),
        }
    }
}

/// RFC 6749 section 2.3.1: id and secret are form-encoded before they are joined, so that a colon in an id is no separator.
fn basic(id: &str, secret: &str) -> HeaderValue {
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let pair = SecretString::from(format!("{}:{}", encoded(id), encoded(secret)));
    let text = format!("Basic {}", BASE64_STANDARD.encode(pair.expose_secret()));
    let mut value =
        HeaderValue::try_from(text).expect("base64 has no character that a header cannot have");
    value.set_sensitive(true);
    value
}

#[cfg(test)]
mod tests {
    use domain::{
        oauth::{ClientId, Scope, TokenAudience},
        secret::SealedSecret,
    };
    use jiff::Timestamp;

    use super::*;

    fn request(client_authentication: ClientAuthentication) -> TokenRequest {
        let client = ClientCredentials {
            token_url: EndpointUrl::parse("https://login.example.com/token?a=b").unwrap(),
            client_id: ClientId::parse("a:client 1").unwrap(),
            client_secret: SealedSecret {
                ciphertext: Vec::new(),
                set_at: Timestamp::UNIX_EPOCH,
            },
            client_authentication,
            scope: Some(Scope::parse("hooks:write openid").unwrap()),
            audience: Some(TokenAudience::parse("https://å.example").unwrap()),
        };
        TokenRequest::new(&client, &"p+s&=% ~*".into())
    }

    fn body(request: &TokenRequest) -> String {
        String::from_utf8(request.to_post().body.into()).unwrap()
    }

    #[test]
    fn id_and_secret_are_form_encoded_before_they_are_joined_for_basic() {
        let request = request(ClientAuthentication::Basic);
        let header = &request.headers[AUTHORIZATION];
        assert!(header.is_sensitive());
        let base64 = header.to_str().unwrap().strip_prefix("Basic ").unwrap();
        let pair = BASE64_STANDARD.decode(base64).unwrap();
        assert_eq!(
            String::from_utf8(pair).unwrap(),
            "a%3Aclient+1:p%2Bs%26%3D%25+%7E*"
        );
        assert_eq!(
            body(&request),
            "grant_type=client_credentials&scope=hooks%3Awrite+openid&audience=https%3A%2F%2F%C3%A5.example"
        );
    }

    #[test]
    fn id_and_secret_are_parameters_of_the_body_and_no_header() {
        let request = request(ClientAuthentication::Body);
        assert!(!request.headers.contains_key(AUTHORIZATION));
        assert_eq!(
            body(&request),
            "grant_type=client_credentials&client_id=a%3Aclient+1&client_secret=p%2Bs%26%3D%25+%7E*\
             &scope=hooks%3Awrite+openid&audience=https%3A%2F%2F%C3%A5.example"
        );
    }
}
