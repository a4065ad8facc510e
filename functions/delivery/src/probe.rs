//! Reaches an endpoint step by step, without a request, so that a test can say at which step it is not reached. What
//! then delivers is `send`, which takes the same steps under the same rules; nothing is decided here.

use std::{
    fmt::Display,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use domain::endpoint::EndpointUrl;
use futures_util::{StreamExt as _, stream::FuturesUnordered};
use operations::{Stage, StageName, StageOutcome};
use rustls::pki_types::ServerName;
use tokio::{
    net::TcpStream,
    time::{Instant, timeout_at},
};
use tokio_rustls::TlsConnector;

use crate::{egress::GuardedResolver, send::Sender, send_error::SendErrorKind};

/// How long an address is waited for before the next is tried too.
const CONNECTION_ATTEMPT_DELAY: Duration = Duration::from_millis(300);

/// The stages of a test, in their order.
pub(crate) struct Stages {
    stages: Vec<Stage>,
    deadline: Instant,
}

impl Stages {
    /// No stage yet; each has to end before the deadline.
    pub(crate) fn until(deadline: Instant) -> Self {
        Self {
            stages: Vec::new(),
            deadline,
        }
    }

    /// Takes a step: its result, with what it found. The error is what went wrong.
    pub(crate) async fn step<T>(
        &mut self,
        stage: StageName,
        step: impl Future<Output = Result<(T, Option<String>), String>>,
    ) -> Option<T> {
        let started = Instant::now();
        let ended = timeout_at(self.deadline, step)
            .await
            .unwrap_or_else(|_| Err("timeout".to_owned()));
        let duration_ms = Some(milliseconds(started.elapsed()));
        let (outcome, detail, result) = match ended {
            Ok((result, detail)) => (StageOutcome::Passed, detail, Some(result)),
            Err(what) => (StageOutcome::Failed, Some(what), None),
        };
        self.stages.push(Stage {
            stage,
            outcome,
            duration_ms,
            detail,
        });
        result
    }

    /// All stages; the ones that were not taken are not reached.
    pub(crate) fn finish(mut self) -> Vec<Stage> {
        for stage in StageName::ALL.into_iter().skip(self.stages.len()) {
            self.stages.push(Stage {
                stage,
                outcome: StageOutcome::NotReached,
                duration_ms: None,
                detail: None,
            });
        }
        self.stages
    }
}

/// Resolves, checks, connects and shakes hands. Returns whether all of it worked.
pub(crate) async fn reach(sender: &Sender, url: &EndpointUrl, stages: &mut Stages) -> bool {
    let target = url.as_url();
    let host = target.host_str().unwrap_or_default().to_owned();
    let port = target.port_or_known_default().unwrap_or(443);
    let resolver = sender.resolver();
    let resolved = stages.step(StageName::Dns, resolve(resolver, &host));
    let Some(addresses) = resolved.await else {
        return false;
    };
    let checked = async {
        let is_admitted =
            sender.policy().admit(url).is_ok() && resolver.check(&host, &addresses).is_ok();
        // Told only of addresses that are public; others are nobody's business.
        is_admitted
            .then(|| ((), Some(list(addresses.iter()))))
            .ok_or_else(|| SendErrorKind::AddressRefused.as_str().to_owned())
    };
    if stages
        .step(StageName::AddressCheck, checked)
        .await
        .is_none()
    {
        return false;
    }
    let connected = stages.step(StageName::Connect, connect(&addresses, port));
    let Some(stream) = connected.await else {
        return false;
    };
    let handshake = handshake(sender, host, stream);
    stages.step(StageName::Tls, handshake).await.is_some()
}

async fn resolve(
    resolver: &GuardedResolver,
    host: &str,
) -> Result<(Vec<IpAddr>, Option<String>), String> {
    let failed = || SendErrorKind::Dns.as_str().to_owned();
    let addresses = resolver.look_up(host).await.map_err(|_| failed())?;
    if addresses.is_empty() {
        return Err(failed());
    }
    let count = match addresses.len() {
        1 => "1 address".to_owned(),
        count => format!("{count} addresses"),
    };
    Ok((addresses, Some(count)))
}

/// Tries each address a moment after the one before it, until one answers (RFC 8305 section 5), as deliveries do.
async fn connect(addresses: &[IpAddr], port: u16) -> Result<(TcpStream, Option<String>), String> {
    let attempt = |(index, address): (u32, &IpAddr)| {
        let address = SocketAddr::new(*address, port);
        async move {
            tokio::time::sleep(CONNECTION_ATTEMPT_DELAY * index).await;
            let stream = TcpStream::connect(address).await;
            stream.map(|stream| (stream, Some(address.to_string())))
        }
    };
    let mut attempts: FuturesUnordered<_> = (0..).zip(addresses).map(attempt).collect();
    let mut what = "connect".to_owned();
    while let Some(attempted) = attempts.next().await {
        match attempted {
            Ok(connected) => return Ok(connected),
            Err(error) => what = format!("connect: {}", error.kind()),
        }
    }
    Err(what)
}

async fn handshake(
    sender: &Sender,
    host: String,
    stream: TcpStream,
) -> Result<((), Option<String>), String> {
    let name = ServerName::try_from(host).map_err(|_| "tls".to_owned())?;
    let mut tls = sender.tls().clone();
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let stream = TlsConnector::from(Arc::new(tls))
        .connect(name, stream)
        .await
        .map_err(|error| format!("tls: {error}"))?;
    let (_, session) = stream.get_ref();
    let version = session
        .protocol_version()
        .map(|version| format!("{version:?}"));
    let protocol = session
        .alpn_protocol()
        .map(|name| String::from_utf8_lossy(name).into_owned());
    Ok(((), Some(list(version.into_iter().chain(protocol)))))
}

fn list(items: impl Iterator<Item = impl Display>) -> String {
    items
        .map(|item| item.to_string())
        .collect::<Vec<_>>()
        .join(", ")
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
