//! What the delivery function is compared with: the least that sends the same requests, in a process of its own.
//!
//! `reference load TASK` does as many rounds as each line of its input says. `reference handshakes AUTHORITY URL…` opens
//! one TLS connection to each URL. It says how many nanoseconds that took, and how many of a processor: in its first line
//! for the first random number, before which the library gathers entropy for the process, then for each URL.

use std::{
    fs,
    io::{Write as _, stderr, stdin, stdout},
    process::ExitCode,
    sync::Arc,
    time::Instant,
};

use anyhow::{Context, Result, bail, ensure};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper::{body::Bytes, client::conn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use reference::{Client, Task};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    sync::Mutex,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

/// One thread, as in the function.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments.as_slice() {
        ["load", task] => load(task).await,
        ["handshakes", authority, urls @ ..] => handshakes(authority, urls).await,
        _ => Err(anyhow::anyhow!(
            "usage: load TASK | handshakes AUTHORITY URL…"
        )),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where nobody can read it any more, there is nobody to tell.
            let _ = writeln!(stderr(), "Error: {error:?}");
            ExitCode::FAILURE
        }
    }
}

async fn load(task: &str) -> Result<()> {
    let task: Task = serde_json::from_slice(&fs::read(task)?)?;
    let requests = Requests::new(&task)?;
    let sender = match task.client {
        Client::Reqwest => Sender::Reqwest(reqwest_client(&task)?),
        Client::Hyper if task.is_http2 => Sender::Http2(http2(&task).await?),
        Client::Hyper => Sender::Http1(http1(&task).await?),
    };
    // Between rounds there is nothing else to do than to wait.
    for line in stdin().lines() {
        for _ in 0..line?.parse::<usize>()? {
            stream::iter(0..task.batch)
                .map(|index| sender.send(index, &requests))
                .buffer_unordered(task.concurrency)
                .try_collect::<()>()
                .await?;
        }
        stdout().write_all(b"done\n")?;
        stdout().flush()?;
    }
    Ok(())
}

/// What is sent again and again.
struct Requests {
    url: String,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
}

impl Requests {
    fn new(task: &Task) -> Result<Self> {
        let headers: Result<HeaderMap> = task
            .headers
            .iter()
            .map(|(name, value)| Ok((name.parse::<HeaderName>()?, value.parse::<HeaderValue>()?)))
            .collect();
        Ok(Self {
            url: task.url.clone(),
            uri: task.url.parse()?,
            headers: headers?,
            body: Bytes::from(task.body.clone()),
        })
    }

    /// A request for a connection: in HTTP/1.1 only the path is its target, and the host is a header.
    fn http(&self, is_http2: bool) -> Result<Request<Full<Bytes>>> {
        let mut request = Request::new(Full::new(self.body.clone()));
        *request.method_mut() = Method::POST;
        *request.headers_mut() = self.headers.clone();
        if is_http2 {
            *request.uri_mut() = self.uri.clone();
        } else {
            *request.uri_mut() = self.uri.path().parse()?;
            let authority = self.uri.authority().context("a URL without host")?;
            let host = HeaderValue::from_str(authority.as_str())?;
            request.headers_mut().insert(http::header::HOST, host);
        }
        Ok(request)
    }
}

type Http1 = conn::http1::SendRequest<Full<Bytes>>;
type Http2 = conn::http2::SendRequest<Full<Bytes>>;

enum Sender {
    Reqwest(reqwest::Client),
    /// As many connections as there are requests at a time.
    Http1(Vec<Mutex<Http1>>),
    Http2(Http2),
}

impl Sender {
    async fn send(&self, index: usize, requests: &Requests) -> Result<()> {
        match self {
            Self::Reqwest(client) => {
                let request = client
                    .post(&requests.url)
                    .headers(requests.headers.clone())
                    .body(requests.body.clone());
                // Whether it succeeds is the endpoint's decision.
                request.send().await?.bytes().await?;
            }
            Self::Http1(connections) => {
                let mut connection = connections[index % connections.len()].lock().await;
                connection.ready().await?;
                let answer = connection.send_request(requests.http(false)?).await?;
                answer.into_body().collect().await?;
            }
            Self::Http2(connection) => {
                let mut connection = connection.clone();
                let answer = connection.send_request(requests.http(true)?).await?;
                answer.into_body().collect().await?;
            }
        }
        Ok(())
    }
}

fn reqwest_client(task: &Task) -> Result<reqwest::Client> {
    let config = tls(&task.authority, &["h2", "http/1.1"])?;
    Ok(reqwest::Client::builder()
        .no_proxy()
        .tls_backend_preconfigured(config)
        .build()?)
}

async fn http1(task: &Task) -> Result<Vec<Mutex<Http1>>> {
    let mut connections = Vec::new();
    let config = Arc::new(tls(&task.authority, &["http/1.1"])?);
    for _ in 0..task.concurrency {
        let sender = if task.url.starts_with("https:") {
            http1_over(connect(&config, &task.url).await?).await?
        } else {
            http1_over(connect_plainly(&task.url).await?.0).await?
        };
        connections.push(Mutex::new(sender));
    }
    Ok(connections)
}

async fn http1_over<S>(stream: S) -> Result<Http1>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) = conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    Ok(sender)
}

async fn http2(task: &Task) -> Result<Http2> {
    let config = Arc::new(tls(&task.authority, &["h2"])?);
    let stream = TokioIo::new(connect(&config, &task.url).await?);
    let (sender, connection) = conn::http2::handshake(TokioExecutor::new(), stream).await?;
    tokio::spawn(connection);
    Ok(sender)
}

fn tls(authority: &str, protocols: &[&str]) -> Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(&fs::read(authority)?)?)?;
    let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let protocols = protocols.iter().map(|name| name.as_bytes().to_vec());
    config.alpn_protocols = protocols.collect();
    Ok(config)
}

async fn connect(config: &Arc<ClientConfig>, url: &str) -> Result<TlsStream<TcpStream>> {
    let (stream, host) = connect_plainly(url).await?;
    let connector = TlsConnector::from(Arc::clone(config));
    Ok(connector
        .connect(ServerName::try_from(host)?, stream)
        .await?)
}

/// A connection, and the name of its host.
async fn connect_plainly(url: &str) -> Result<(TcpStream, String)> {
    let uri: Uri = url.parse()?;
    let (host, port) = match (uri.host(), uri.port_u16()) {
        (Some(host), Some(port)) => (host.to_owned(), port),
        _ => bail!("{url} has no host and port"),
    };
    let stream = TcpStream::connect(("127.0.0.1", port)).await?;
    stream.set_nodelay(true)?;
    Ok((stream, host))
}

async fn handshakes(authority: &str, urls: &[&str]) -> Result<()> {
    ensure!(!urls.is_empty(), "no URL");
    let (began, cpu_began) = (Instant::now(), cpu_time()?);
    let random = aws_lc_rs::default_provider().secure_random.fill(&mut [0]);
    random.map_err(|_| anyhow::anyhow!("no random number"))?;
    let (took, cpu) = (began.elapsed().as_nanos(), cpu_time()? - cpu_began);
    writeln!(stdout(), "{took} {cpu}")?;
    for url in urls {
        // A function has its own configuration for each client, too, so no session is resumed.
        let config = Arc::new(tls(authority, &["http/1.1"])?);
        let began = Instant::now();
        let cpu_began = cpu_time()?;
        connect(&config, url).await?;
        let (took, cpu) = (began.elapsed().as_nanos(), cpu_time()? - cpu_began);
        writeln!(stdout(), "{took} {cpu}")?;
    }
    Ok(())
}

/// Processor time of this process, which has one thread, in nanoseconds (proc(5)).
fn cpu_time() -> Result<u64> {
    let text = fs::read_to_string("/proc/self/schedstat")?;
    let first = text.split_whitespace().next().context("no time")?;
    Ok(first.parse()?)
}
