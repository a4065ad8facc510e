//! Calls of an SDK client to a server that stands in for a service.
#![expect(clippy::unwrap_used, reason = "a failed assumption ends the test")]

use std::{
    collections::VecDeque,
    env, fs,
    path::PathBuf,
    process,
    sync::{Arc, Mutex},
};

use aws::{Environment, EnvironmentError};
use aws_sdk_sqs::Client;
use aws_smithy_types::{error::display::DisplayErrorContext, timeout::TimeoutConfig};
use driver::server::{Closed, Server, answer, tls};
use http::{HeaderMap, StatusCode};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

/// A service that gives each call one of its answers, or closes the connection for `None`.
struct Service {
    server: Server,
    /// A file with the authority of its certificate.
    authority: PathBuf,
    /// The headers of each call.
    calls: Arc<Mutex<Vec<HeaderMap>>>,
}

impl Service {
    async fn start(name: &str, answers: impl IntoIterator<Item = Option<StatusCode>>) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer_key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&issuer_key).unwrap();
        let authority = env::temp_dir().join(format!("aws-{name}-{}.pem", process::id()));
        fs::write(&authority, certificate.pem()).unwrap();
        let issuer = Issuer::new(params, issuer_key);
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(["localhost".to_owned()])
            .unwrap()
            .signed_by(&key, &issuer)
            .unwrap();
        let acceptor = tls(
            certificate.pem().as_bytes(),
            key.serialize_pem().as_bytes(),
            &["http/1.1"],
        );
        let answers: Mutex<VecDeque<_>> = Mutex::new(answers.into_iter().collect());
        let calls = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&calls);
        let server = Server::start(Some(acceptor.unwrap()), move |request| {
            kept.lock().unwrap().push(request.headers().clone());
            let next = answers.lock().unwrap().pop_front().unwrap();
            async move { next.map(|status| answer(status, "{}")).ok_or(Closed) }
        });
        Self {
            server: server.await.unwrap(),
            authority,
            calls,
        }
    }

    fn client(&self, changed: &[(&str, &str)]) -> Result<Client, EnvironmentError> {
        let url = format!("https://localhost:{}", self.server.port);
        let authority = self.authority.display().to_string();
        let environment = Environment::read(|name| {
            let changed = changed.iter().find(|(candidate, _)| *candidate == name);
            let value = match (changed, name) {
                (Some((_, value)), _) => value,
                (None, "AWS_ENDPOINT_URL") => url.as_str(),
                (None, "SSL_CERT_FILE") => authority.as_str(),
                (None, "AWS_REGION") => "eu-north-1",
                (None, "AWS_ACCESS_KEY_ID") => "AKIDEXAMPLE",
                (None, "AWS_SECRET_ACCESS_KEY") => "secret",
                (None, "AWS_SESSION_TOKEN") => "session",
                _ => return None,
            };
            Some((*value).to_owned())
        });
        let config = environment?.config(TimeoutConfig::disabled())?;
        Ok(Client::new(&config))
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It lies in a folder for temporary files.
        let _ = fs::remove_file(&self.authority);
    }
}

#[tokio::test]
async fn a_call_carries_the_region_and_the_credentials_of_the_environment() {
    let service = Service::start("signed", [Some(StatusCode::OK)]).await;
    let client = service.client(&[]).unwrap();
    client.list_queues().send().await.unwrap();
    let calls = service.calls.lock().unwrap();
    let header = |name| calls[0].get(name).unwrap().to_str().unwrap();
    assert_eq!(header("x-amz-security-token"), "session");
    let authorization = header("authorization");
    assert!(
        authorization.contains("Credential=AKIDEXAMPLE/")
            && authorization.contains("/eu-north-1/sqs/aws4_request"),
        "{authorization}"
    );
}

#[tokio::test]
async fn a_call_whose_connection_breaks_or_whose_service_fails_is_made_again() {
    let failures = [None, Some(StatusCode::SERVICE_UNAVAILABLE)];
    let answers = failures.into_iter().chain([Some(StatusCode::OK)]);
    let service = Service::start("again", answers).await;
    let client = service.client(&[]).unwrap();
    client.list_queues().send().await.unwrap();
    assert_eq!(service.calls.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn only_the_authorities_of_the_named_file_or_else_the_public_ones_are_trusted() {
    let service = Service::start("trusted", []).await;
    let client = service.client(&[("SSL_CERT_FILE", "")]).unwrap();
    let error = client.list_queues().send().await.unwrap_err();
    let text = DisplayErrorContext(&error).to_string();
    assert!(text.contains("UnknownIssuer"), "{text}");
    let other = Service::start("other", []).await;
    let authority = other.authority.to_str().unwrap();
    // It goes before SSL_CERT_FILE, as in the AWS command line.
    let client = service.client(&[("AWS_CA_BUNDLE", authority)]).unwrap();
    let error = client.list_queues().send().await.unwrap_err();
    let text = DisplayErrorContext(&error).to_string();
    assert!(text.contains("invalid peer certificate"), "{text}");
    assert!(service.calls.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_file_without_authorities_is_named() {
    let service = Service::start("empty", []).await;
    let empty = env::temp_dir().join(format!("aws-nothing-{}.pem", process::id()));
    fs::write(&empty, "").unwrap();
    let path = empty.to_str().unwrap();
    let error = service.client(&[("AWS_CA_BUNDLE", path)]).unwrap_err();
    assert!(error.to_string().ends_with(path), "{error}");
    fs::remove_file(&empty).unwrap();
    let error = service.client(&[("AWS_CA_BUNDLE", path)]).unwrap_err();
    assert!(error.to_string().ends_with(path), "{error}");
}
