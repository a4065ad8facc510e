//! The certificate of every server of a run, and the authority behind it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

/// Where Debian and Amazon Linux keep the authorities that the system trusts.
const SYSTEM_AUTHORITIES: [&str; 2] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
];

/// A certificate for `localhost`.
#[derive(Debug)]
pub struct Certificates {
    /// The certificate, in PEM.
    pub certificate: Vec<u8>,
    /// Its private key, in PEM.
    pub key: Vec<u8>,
    /// The authority, in PEM.
    pub authority: String,
    /// The authority's private key, in PEM.
    pub authority_key: String,
    /// The authority, in the form of `DEVELOPMENT_CA`.
    pub authority_base64: String,
}

impl Certificates {
    /// Makes an authority, and a certificate that it signs.
    ///
    /// # Errors
    /// Where the cryptographic library refuses.
    pub fn new() -> Result<Self> {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer_key = KeyPair::generate()?;
        let authority = params.self_signed(&issuer_key)?;
        let authority_key = issuer_key.serialize_pem();
        let issuer = Issuer::new(params, issuer_key);
        let key = KeyPair::generate()?;
        let params = CertificateParams::new(["localhost".to_owned()])?;
        let certificate = params.signed_by(&key, &issuer)?;
        Ok(Self {
            certificate: certificate.pem().into_bytes(),
            key: key.serialize_pem().into_bytes(),
            authority: authority.pem(),
            authority_key,
            authority_base64: BASE64_STANDARD.encode(authority.der()),
        })
    }

    /// Writes what the AWS clients trust (`SSL_CERT_FILE`): everything that the system trusts, as in Lambda, since reading
    /// that is a part of starting, and the authority.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn write_bundle(&self, folder: &Path) -> Result<PathBuf> {
        let system = SYSTEM_AUTHORITIES
            .iter()
            .find_map(|path| fs::read(path).ok());
        let mut bundle = system.unwrap_or_default();
        bundle.extend_from_slice(self.authority.as_bytes());
        let path = folder.join("authorities.pem");
        fs::write(&path, bundle).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(path)
    }
}
