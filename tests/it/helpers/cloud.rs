//! The local cloud with the deployed stack.

use std::{collections::HashMap, fs, sync::LazyLock};

use aws_config::{BehaviorVersion, SdkConfig};
use hostile::Authority;

/// What `infra` writes down about the cloud that it started.
#[derive(Debug, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Cloud {
    /// Base URL of the API for clients that do not resolve its own host name.
    pub(crate) api_url: String,
    outputs: HashMap<String, String>,
    ca_certificate: String,
    ca_key: String,
    certificate: String,
    certificate_key: String,
}

static CLOUD: LazyLock<Cloud> = LazyLock::new(|| {
    #[expect(clippy::disallowed_methods, reason = "the tests' only setting")]
    let description = std::env::var("LOCAL_CLOUD")
        .expect("LOCAL_CLOUD is set by `make test`, which runs these tests");
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    serde_json::from_slice(&fs::read(description).unwrap()).unwrap()
});

impl Cloud {
    /// The cloud that this run of the tests was given.
    pub(crate) fn get() -> &'static Self {
        &CLOUD
    }

    /// An output of the stack.
    pub(crate) fn output(&self, name: &str) -> &str {
        self.outputs
            .get(name)
            .unwrap_or_else(|| panic!("the stack has no output {name}"))
    }

    /// Endpoint and credentials of every AWS client; they are in the environment.
    pub(crate) async fn aws(&self) -> SdkConfig {
        aws_config::defaults(BehaviorVersion::latest()).load().await
    }

    /// The authority that the delivery function trusts.
    pub(crate) fn authority(&self) -> Authority {
        let pem = |path| fs::read_to_string(path).unwrap();
        Authority::from_pem(&pem(&self.ca_certificate), &pem(&self.ca_key)).unwrap()
    }

    /// Certificate chain and key, in PEM, for `localhost`; the delivery function trusts their authority.
    pub(crate) fn certificate(&self) -> (Vec<u8>, Vec<u8>) {
        (
            fs::read(&self.certificate).unwrap(),
            fs::read(&self.certificate_key).unwrap(),
        )
    }
}
