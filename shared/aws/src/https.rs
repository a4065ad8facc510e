//! The HTTPS client below the SDK: hyper's, with the certificate authorities of the Mozilla root programme built in.
//! No proxy is used.

use std::{path::Path, sync::Arc, time::Duration};

use aws_smithy_runtime_api::client::{
    connection::{CaptureSmithyConnection, ConnectionMetadata},
    http::{
        HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
    },
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use aws_smithy_types::body::SdkBody;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{
        Client,
        connect::{CaptureConnection, HttpConnector as TcpConnector, capture_connection},
    },
    rt::{TokioExecutor, TokioTimer},
};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, pem::PemObject as _},
};

use crate::EnvironmentError;

/// One connection attempt, without TLS: the services are in the same region, a few milliseconds away.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// The authorities in a file, or those that are built in: trust anchors that cost nothing to read.
pub(crate) fn roots(file: Option<&Path>) -> Result<RootCertStore, EnvironmentError> {
    let Some(path) = file else {
        let anchors = webpki_roots::TLS_SERVER_ROOTS.iter().cloned();
        return Ok(RootCertStore::from_iter(anchors));
    };
    let unreadable = |cause| EnvironmentError::Authorities {
        path: path.to_owned(),
        cause,
    };
    let mut roots = RootCertStore::empty();
    let certificates =
        CertificateDer::pem_file_iter(path).map_err(|error| unreadable(Some(error)))?;
    for certificate in certificates {
        roots.add(certificate.map_err(|error| unreadable(Some(error)))?)?;
    }
    if roots.is_empty() {
        return Err(unreadable(None));
    }
    Ok(roots)
}

/// A client with one pool of connections for all services.
pub(crate) fn client(roots: RootCertStore) -> Result<SharedHttpClient, rustls::Error> {
    let tls = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let mut tcp = TcpConnector::new();
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
    // Without TLS only to a local cloud: the SDK makes no such URL by itself.
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(tls)
        .https_or_http()
        .enable_http1()
        .wrap_connector(tcp);
    let client = Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .build(connector);
    let connector = SharedHttpConnector::new(Pool(client));
    Ok(http_client_fn(move |_, _| connector.clone()))
}

/// Connections, and the requests on them.
#[derive(Debug)]
struct Pool(Client<HttpsConnector<TcpConnector>, SdkBody>);

impl HttpConnector for Pool {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let mut request = match request.try_into_http1x() {
            Ok(request) => request,
            Err(error) => {
                return HttpConnectorFuture::ready(Err(ConnectorError::user(error.into())));
            }
        };
        let connection = capture_connection(&mut request);
        if let Some(capture) = request.extensions().get::<CaptureSmithyConnection>() {
            capture.set_connection_retriever(move || closable(&connection));
        }
        let answered = self.0.request(request);
        HttpConnectorFuture::new(async move {
            // Whatever broke may work on another connection, so the SDK may try again.
            let response = answered
                .await
                .map_err(|error| ConnectorError::io(error.into()))?;
            HttpResponse::try_from(response.map(SdkBody::from_body_1_x))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// Lets the SDK close a connection on which a server failed, so that the next attempt gets another one.
fn closable(captured: &CaptureConnection) -> Option<ConnectionMetadata> {
    captured.connection_metadata().as_ref()?;
    let captured = captured.clone();
    let close = move || {
        if let Some(connection) = captured.connection_metadata().as_ref() {
            connection.poison();
        }
    };
    let metadata = ConnectionMetadata::builder()
        .proxied(false)
        .poison_fn(close);
    Some(metadata.build())
}
