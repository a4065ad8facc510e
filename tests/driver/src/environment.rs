//! One execution environment: the function's binary as a process, and the Runtime API that feeds it (AWS Lambda
//! Developer Guide, "Using the Lambda runtime API for custom runtimes").

use std::{
    path::PathBuf,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use http::{HeaderName, HeaderValue, Method, Request, StatusCode};
use hyper::body::Bytes;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    sync::{Mutex, mpsc, oneshot, watch},
    time::timeout,
};

use crate::{
    processors,
    server::{Closed, Reply, Server, answer},
};

/// How the function is started.
#[derive(Debug, Clone)]
pub struct Launch {
    /// A command that is given the binary and starts it; empty for the binary itself.
    pub wrapper: Vec<String>,
    /// The binary.
    pub binary: PathBuf,
    /// Its environment; it has no other.
    pub variables: Vec<(&'static str, String)>,
    /// The processor that it keeps to; `None` for any.
    pub processor: Option<usize>,
}

impl Launch {
    /// The binary with what Lambda itself sets.
    pub fn new(binary: PathBuf, name: &str, region: &str) -> Self {
        let text = str::to_owned;
        Self {
            wrapper: Vec::new(),
            binary,
            variables: vec![
                ("AWS_LAMBDA_FUNCTION_NAME", text(name)),
                ("AWS_LAMBDA_FUNCTION_VERSION", text("$LATEST")),
                ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", text("512")),
                ("AWS_REGION", text(region)),
                // Local stand-ins and the local cloud take any credentials.
                ("AWS_ACCESS_KEY_ID", text("test")),
                ("AWS_SECRET_ACCESS_KEY", text("test")),
            ],
            processor: None,
        }
    }

    /// The same with further variables.
    pub fn with(mut self, variables: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        self.variables.extend(variables);
        self
    }

    fn command(&self) -> Command {
        let mut command = match self.wrapper.split_first() {
            None => Command::new(&self.binary),
            Some((program, arguments)) => {
                let mut command = Command::new(program);
                command.args(arguments).arg(&self.binary);
                command
            }
        };
        command.env_clear().envs(self.variables.iter().cloned());
        command
    }
}

/// What an invocation came to.
#[derive(Debug)]
pub enum Answer {
    /// The function's response.
    Response(Bytes),
    /// The function reported an error.
    Error(Bytes),
    /// The process ended.
    Crashed,
    /// There was no answer in time.
    TimedOut,
}

/// A running function.
#[derive(Debug)]
pub struct Environment {
    process: Child,
    started: Instant,
    invocations: mpsc::Sender<Invocation>,
    first_next: watch::Receiver<Option<Instant>>,
    _runtime_api: Server,
}

#[derive(Debug)]
struct Invocation {
    event: Bytes,
    deadline_ms: i64,
    answer: oneshot::Sender<Answer>,
}

#[derive(Debug)]
struct RuntimeApi {
    waiting: Mutex<mpsc::Receiver<Invocation>>,
    current: Mutex<Option<(String, oneshot::Sender<Answer>)>>,
    first_next: watch::Sender<Option<Instant>>,
    count: AtomicU64,
}

impl Environment {
    /// Starts the function; `log` gets each line that it writes.
    ///
    /// # Errors
    /// Where the process cannot be started.
    pub async fn start(launch: &Launch, log: impl Fn(&str) + Send + 'static) -> Result<Self> {
        let (invocations, waiting) = mpsc::channel(1);
        let (asked, first_next) = watch::channel(None);
        let api = Arc::new(RuntimeApi {
            first_next: asked,
            waiting: Mutex::new(waiting),
            current: Mutex::default(),
            count: AtomicU64::new(0),
        });
        let server = Server::start(None, move |request| {
            let api = Arc::clone(&api);
            async move { api.handle(request).await }
        })
        .await?;
        let started = Instant::now();
        let mut command = launch.command();
        command
            .env(
                "AWS_LAMBDA_RUNTIME_API",
                format!("127.0.0.1:{}", server.port),
            )
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        let mut process = processors::on(launch.processor, || command.spawn())
            .with_context(|| format!("cannot start {}", launch.binary.display()))?;
        let output = process.stdout.take().context("no output")?;
        tokio::spawn(async move {
            let mut lines = BufReader::new(output).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                log(&line);
            }
        });
        Ok(Self {
            process,
            started,
            invocations,
            first_next,
            _runtime_api: server,
        })
    }

    /// The id of the process; `None` once it has ended.
    pub fn id(&self) -> Option<u32> {
        self.process.id()
    }

    /// When the process was started.
    pub fn started(&self) -> Instant {
        self.started
    }

    /// When the function asked for its first event; waits for it.
    ///
    /// # Errors
    /// Where the process ends without asking.
    pub async fn ready(&mut self) -> Result<Instant> {
        let asked = tokio::select! {
            asked = self.first_next.wait_for(Option::is_some) => asked.ok().and_then(|asked| *asked),
            _ = self.process.wait() => None,
        };
        asked.context("the function ended before it asked for an event")
    }

    /// Hands an event to the function and waits for what comes of it, at most for `time`.
    pub async fn invoke(&mut self, event: impl Into<Bytes>, time: Duration) -> Answer {
        let (answer, answered) = oneshot::channel();
        let deadline_ms = (crate::now() + time).as_millisecond();
        let invocation = Invocation {
            event: event.into(),
            deadline_ms,
            answer,
        };
        if self.invocations.send(invocation).await.is_err() {
            return Answer::Crashed;
        }
        tokio::select! {
            answered = timeout(time, answered) => match answered {
                Ok(Ok(answer)) => answer,
                Ok(Err(_)) => Answer::Crashed,
                Err(_) => Answer::TimedOut,
            },
            _ = self.process.wait() => Answer::Crashed,
        }
    }

    /// Waits until the process has ended by itself.
    pub async fn ended(mut self) {
        // There is nothing to learn from how it ended.
        let _ = self.process.wait().await;
    }

    /// Ends the process with SIGKILL.
    pub async fn kill(mut self) {
        // It may have ended by itself, which is as good.
        let _ = self.process.kill().await;
    }
}

impl RuntimeApi {
    async fn handle(&self, request: Request<Bytes>) -> Reply {
        let path = request.uri().path().to_owned();
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        match (request.method(), parts.as_slice()) {
            (&Method::GET, [_, "runtime", "invocation", "next"]) => self.next().await,
            (&Method::POST, [_, "runtime", "invocation", id, "response"]) => {
                self.answered(id, Answer::Response(request.into_body()))
                    .await
            }
            (&Method::POST, [_, "runtime", "invocation", id, "error"]) => {
                self.answered(id, Answer::Error(request.into_body())).await
            }
            (&Method::POST, [_, "runtime", "init", "error"]) => Ok(accepted()),
            _ => Ok(answer(StatusCode::NOT_FOUND, Bytes::new())),
        }
    }

    async fn next(&self) -> Reply {
        self.first_next.send_if_modified(|first| {
            let is_first = first.is_none();
            first.get_or_insert_with(Instant::now);
            is_first
        });
        let invocation = self.waiting.lock().await.recv().await.ok_or(Closed)?;
        let id = format!("invocation-{}", self.count.fetch_add(1, Ordering::Relaxed));
        let mut reply = answer(StatusCode::OK, invocation.event);
        let arn = "arn:aws:lambda:us-east-1:000000000000:function:name".to_owned();
        for (name, value) in [
            ("lambda-runtime-aws-request-id", id.clone()),
            (
                "lambda-runtime-deadline-ms",
                invocation.deadline_ms.to_string(),
            ),
            ("lambda-runtime-invoked-function-arn", arn),
        ] {
            let value = HeaderValue::try_from(value).map_err(|_| Closed)?;
            reply
                .headers_mut()
                .insert(HeaderName::from_static(name), value);
        }
        *self.current.lock().await = Some((id, invocation.answer));
        Ok(reply)
    }

    async fn answered(&self, id: &str, given: Answer) -> Reply {
        let mut current = self.current.lock().await;
        match current.take_if(|(expected, _)| expected == id) {
            Some((_, waiting)) => {
                // Whoever gave up waiting has settled the invocation otherwise.
                let _ = waiting.send(given);
                Ok(accepted())
            }
            None => Ok(answer(StatusCode::BAD_REQUEST, Bytes::new())),
        }
    }
}

fn accepted() -> http::Response<http_body_util::Full<Bytes>> {
    answer(StatusCode::ACCEPTED, r#"{"status":"OK"}"#)
}
