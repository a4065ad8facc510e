//! Certificates for `localhost`: good ones, and ones that must not be accepted.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::{
    ServerConfig,
    crypto::aws_lc_rs,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tokio_rustls::TlsAcceptor;

use crate::fault::Flaw;

/// A certificate authority that the client under test trusts.
#[derive(Debug)]
pub struct Authority(Issuer<'static, KeyPair>);

/// A certificate or key cannot be read or made.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// The authority cannot sign.
    #[error("the certificate cannot be made")]
    Certificate(#[from] rcgen::Error),
    /// TLS does not take the certificate.
    #[error("the certificate cannot be used")]
    Tls(#[from] rustls::Error),
}

impl Authority {
    /// Takes the authority's certificate and private key, in PEM.
    ///
    /// # Errors
    /// [`CertificateError`] where either cannot be read.
    pub fn from_pem(certificate: &str, key: &str) -> Result<Self, CertificateError> {
        let issuer = Issuer::from_ca_cert_pem(certificate, KeyPair::from_pem(key)?)?;
        Ok(Self(issuer))
    }

    /// An authority that nobody knows.
    fn unknown() -> Result<Self, CertificateError> {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Ok(Self(Issuer::new(params, KeyPair::generate()?)))
    }

    /// The server side of TLS for one protocol, with a certificate that has this flaw.
    ///
    /// # Errors
    /// [`CertificateError`] where the certificate cannot be made.
    pub(crate) fn acceptor(
        &self,
        flaw: Option<Flaw>,
        protocol: &[u8],
    ) -> Result<TlsAcceptor, CertificateError> {
        let name = match flaw {
            Some(Flaw::WrongName) => "hooks.example.com",
            _ => "localhost",
        };
        let mut params = CertificateParams::new([name.to_owned()])?;
        if flaw == Some(Flaw::Expired) {
            params.not_before = date_time_ymd(2019, 1, 1);
            params.not_after = date_time_ymd(2020, 1, 1);
        }
        let key = KeyPair::generate()?;
        let certificate = match flaw {
            Some(Flaw::SelfSigned) => params.self_signed(&key)?,
            Some(Flaw::UnknownAuthority) => params.signed_by(&key, &Self::unknown()?.0)?,
            None | Some(Flaw::Expired | Flaw::WrongName) => params.signed_by(&key, &self.0)?,
        };
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)?;
        config.alpn_protocols = vec![protocol.to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}
