//! Everything that stands around the functions, and how each of them is started.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Result;
use driver::{
    environment::{Environment, Launch},
    server::{Server, tls},
};
use hostile::{Authority, Fault, Http1Fault, Receiver};

use crate::{
    certificates::Certificates,
    endpoint::Endpoint,
    services::{CONFIGURATIONS, FINDINGS, Services},
};

const REGION: &str = "us-east-1";

/// The programs of a run.
#[derive(Debug, Clone)]
pub struct Programs {
    /// The delivery function.
    pub delivery: PathBuf,
    /// The same with the system's allocator, whose calls valgrind can count.
    pub delivery_counted: PathBuf,
    /// The configuration API.
    pub config_api: PathBuf,
    /// The function that does nothing.
    pub hello: PathBuf,
    /// The programs to compare with.
    pub reference: PathBuf,
}

impl Programs {
    /// All of them in this folder, as cargo-lambda lays them out, and what Cargo built beside it.
    pub fn of(folder: &Path) -> Self {
        let program = |name| folder.join(name).join("bootstrap");
        Self {
            delivery: program("delivery"),
            delivery_counted: folder.join("../harness/delivery"),
            config_api: program("config-api"),
            hello: program("hello"),
            reference: program("reference"),
        }
    }
}

/// The stage of a run.
#[derive(Debug)]
pub struct Stage {
    /// The programs.
    pub programs: Programs,
    /// The AWS services.
    pub services: Arc<Services>,
    /// The endpoint.
    pub endpoint: Arc<Endpoint>,
    /// A folder for files that programs read.
    pub folder: PathBuf,
    /// The file with the authority of all certificates alone, in PEM.
    pub authority: PathBuf,
    certificates: Certificates,
    aws: Server,
    http1: Server,
    http2: Server,
    plain: Server,
    endless: Receiver,
    /// The processor that only measured programs run on; `None` where there is but one.
    pub processor: Option<usize>,
}

impl Stage {
    /// Starts the servers. Measured programs keep to this processor, if any.
    ///
    /// # Errors
    /// Where there is no port, or the folder cannot be written.
    pub async fn build(
        programs: Programs,
        folder: PathBuf,
        processor: Option<usize>,
    ) -> Result<Self> {
        std::fs::create_dir_all(&folder)?;
        let certificates = Certificates::new()?;
        let acceptor = |protocols| tls(&certificates.certificate, &certificates.key, protocols);
        let services = Arc::new(Services::new()?);
        let endpoint = Arc::new(Endpoint::default());
        let aws = {
            let services = Arc::clone(&services);
            let handle = move |request| {
                let services = Arc::clone(&services);
                async move { services.handle(request).await }
            };
            Server::start(Some(acceptor(&["http/1.1"])?), handle).await?
        };
        let receive = || {
            let endpoint = Arc::clone(&endpoint);
            move |request| {
                let endpoint = Arc::clone(&endpoint);
                async move { endpoint.receive(request).await }
            }
        };
        let http1 = Server::start(Some(acceptor(&["http/1.1"])?), receive()).await?;
        let http2 = Server::start(Some(acceptor(&["h2"])?), receive()).await?;
        let plain = Server::start(None, receive()).await?;
        let authority = Authority::from_pem(&certificates.authority, &certificates.authority_key)?;
        let endless = Receiver::start(&authority, Some(Fault::Http1(Http1Fault::EndlessBody)));
        let endless = endless.await?;
        let authority = folder.join("authority.pem");
        std::fs::write(&authority, &certificates.authority)?;
        Ok(Self {
            programs,
            services,
            endpoint,
            folder,
            authority,
            aws,
            http1,
            http2,
            plain,
            endless,
            processor,
            certificates,
        })
    }

    /// The endpoint's URL, over HTTP/1.1 or HTTP/2.
    pub fn url(&self, is_http2: bool) -> String {
        let server = if is_http2 { &self.http2 } else { &self.http1 };
        format!("https://localhost:{}/feedback", server.port)
    }

    /// The endpoint's URL without TLS.
    pub fn plain_url(&self) -> String {
        format!("http://localhost:{}/feedback", self.plain.port)
    }

    /// The URL of an endpoint whose answers have no end, over HTTP/1.1.
    pub fn endless_url(&self) -> String {
        self.endless.url()
    }

    /// The URL of the AWS services.
    pub fn services_url(&self) -> String {
        format!("https://localhost:{}/", self.aws.port)
    }

    /// The delivery function. Circuits stay closed, since half of the requests of some scenarios fail.
    pub fn delivery(&self) -> Launch {
        let queue = |name| format!("{}{name}", self.services_url());
        self.function(self.programs.delivery.clone(), "delivery")
            .with([
                ("RETRY_QUEUE_URL", queue("retry")),
                ("DEAD_LETTER_QUEUE_URL", queue("dead-letter")),
                ("CIRCUIT_FAILURE_THRESHOLD", "86400".to_owned()),
                ("DEVELOPMENT_CA", self.certificates.authority_base64.clone()),
            ])
    }

    /// The configuration API.
    pub fn config_api(&self) -> Launch {
        self.function(self.programs.config_api.clone(), "config-api")
            .with([("DELIVERY_FUNCTION", "delivery".to_owned())])
    }

    /// The function that does nothing.
    pub fn hello(&self) -> Launch {
        self.launch(self.programs.hello.clone(), "hello")
    }

    /// Starts a function whose log nobody needs.
    ///
    /// # Errors
    /// Where it cannot be started, or ends at once.
    pub async fn start(&self, launch: &Launch) -> Result<Environment> {
        let mut environment = Environment::start(launch, |_| {}).await?;
        environment.ready().await?;
        Ok(environment)
    }

    fn launch(&self, binary: PathBuf, name: &str) -> Launch {
        Launch {
            processor: self.processor,
            ..Launch::new(binary, name, REGION)
        }
    }

    fn function(&self, binary: PathBuf, name: &str) -> Launch {
        self.launch(binary, name).with([
            ("AWS_ENDPOINT_URL", self.services_url()),
            ("SSL_CERT_FILE", self.authority.display().to_string()),
            ("TABLE_NAME", CONFIGURATIONS.to_owned()),
            ("FINDINGS_TABLE_NAME", FINDINGS.to_owned()),
            ("SECRETS_KEY_ID", "key".to_owned()),
            ("DEVELOPMENT_HOSTS", "localhost".to_owned()),
        ])
    }
}
