//! The certificate of every server of a run, and the authority behind it.

use anyhow::Result;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};

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
}
