//! One execution environment: the function's binary as a process, and the Runtime API that feeds it (AWS Lambda
//! Developer Guide, "Using the Lambda runtime API for custom runtimes").

use std::{
    path::PathBuf,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result};
use http::{HeaderName, HeaderValue, Method, Request, StatusCode};
use hyper::body::Bytes;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    sync::{Mutex, mpsc, oneshot},
    time::timeout,
};

use crate::{
    cloud::{Description, Queues},
    server::{Closed, Reply, Server, answer},
};

/// How the function is started.
#[derive(Debug, Clone)]
pub struct Launch {
    /// The binary.
    pub binary: PathBuf,
    /// Its environment; it has no other.
    pub variables: Vec<(&'static str, String)>,
}

impl Launch {
    /// The function as the stack has it, with the run's own queues and with the AWS services at this URL.
    ///
    /// # Errors
    /// Where the cloud's description lacks something.
    pub fn new(
        binary: PathBuf,
        cloud: &Description,
        queues: &Queues,
        services: String,
    ) -> Result<Self> {
        let text = str::to_owned;
        Ok(Self {
            binary,
            variables: vec![
                ("AWS_LAMBDA_FUNCTION_NAME", text("delivery")),
                ("AWS_LAMBDA_FUNCTION_VERSION", text("$LATEST")),
                ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", text("512")),
                ("AWS_REGION", cloud.region.clone()),
                // The local cloud takes these for the account's root user.
                ("AWS_ACCESS_KEY_ID", text("test")),
                ("AWS_SECRET_ACCESS_KEY", text("test")),
                ("AWS_ENDPOINT_URL", services),
                ("TABLE_NAME", text(cloud.output("TableName")?)),
                (
                    "FINDINGS_TABLE_NAME",
                    text(cloud.output("FindingsTableName")?),
                ),
                ("SECRETS_KEY_ID", text(cloud.output("SecretsKeyArn")?)),
                ("RETRY_QUEUE_URL", queues.retry.url.clone()),
                ("DEAD_LETTER_QUEUE_URL", queues.dead_letter.url.clone()),
                ("DEVELOPMENT_HOSTS", text("localhost")),
                ("DEVELOPMENT_CA", cloud.authority()?),
            ],
        })
    }

    /// The same with further variables.
    pub fn with(mut self, variables: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        self.variables.extend(variables);
        self
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
    invocations: mpsc::Sender<Invocation>,
    _runtime_api: Server,
}

#[derive(Debug)]
struct Invocation {
    event: String,
    deadline_ms: i64,
    answer: oneshot::Sender<Answer>,
}

#[derive(Debug)]
struct RuntimeApi {
    waiting: Mutex<mpsc::Receiver<Invocation>>,
    current: Mutex<Option<(String, oneshot::Sender<Answer>)>>,
    count: AtomicU64,
}

impl Environment {
    /// Starts the function; `log` gets each line that it writes.
    ///
    /// # Errors
    /// Where the process cannot be started.
    pub async fn start(launch: &Launch, log: impl Fn(&str) + Send + 'static) -> Result<Self> {
        let (invocations, waiting) = mpsc::channel(1);
        let api = Arc::new(RuntimeApi {
            waiting: Mutex::new(waiting),
            current: Mutex::default(),
            count: AtomicU64::new(0),
        });
        let server = Server::start(None, move |request| {
            let api = Arc::clone(&api);
            async move { api.handle(request).await }
        })
        .await?;
        let mut process = Command::new(&launch.binary)
            .env_clear()
            .envs(launch.variables.iter().cloned())
            .env(
                "AWS_LAMBDA_RUNTIME_API",
                format!("127.0.0.1:{}", server.port),
            )
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
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
            invocations,
            _runtime_api: server,
        })
    }

    /// Hands an event to the function and waits for what comes of it, at most for `time`.
    pub async fn invoke(&mut self, event: String, time: Duration) -> Answer {
        let (answer, answered) = oneshot::channel();
        let deadline_ms = (crate::now() + time).as_millisecond();
        let invocation = Invocation {
            event,
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
        let invocation = self.waiting.lock().await.recv().await.ok_or(Closed)?;
        let id = format!("invocation-{}", self.count.fetch_add(1, Ordering::Relaxed));
        let mut reply = answer(StatusCode::OK, invocation.event);
        let arn = "arn:aws:lambda:us-east-1:000000000000:function:delivery".to_owned();
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
