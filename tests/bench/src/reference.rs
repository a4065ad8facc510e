//! Starts and tells the program that the function is compared with (`tests/reference`): a line with a number asks for
//! so many rounds, and it answers a line when they are done.

use std::{
    process::Stdio,
    sync::atomic::{AtomicUsize, Ordering},
};

use anyhow::{Context, Result, bail, ensure};
use driver::processors;
use http::HeaderMap;
use reference::{Client, Task};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
};

use crate::{scenario::Scenario, stage::Stage};

/// Programs that were started, so that each has a file of its own.
static STARTED: AtomicUsize = AtomicUsize::new(0);

/// What the program has to do for a scenario, with these headers and this body.
///
/// # Errors
/// Where a header is no text.
pub fn task(
    stage: &Stage,
    client: Client,
    scenario: &Scenario,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Task> {
    let headers = headers.iter().filter(|(name, _)| {
        // These belong to the connection.
        !["host", "content-length"].contains(&name.as_str())
    });
    let headers: Result<Vec<_>> = headers
        .map(|(name, value)| Ok((name.to_string(), value.to_str()?.to_owned())))
        .collect();
    Ok(Task {
        client,
        url: stage.url(scenario.is_http2),
        is_http2: scenario.is_http2,
        authority: stage.authority.display().to_string(),
        batch: scenario.batch,
        concurrency: scenario.concurrency(),
        headers: headers?,
        body: String::from_utf8(body.to_vec())?,
    })
}

/// The running program.
#[derive(Debug)]
pub struct Reference {
    process: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Reference {
    /// Starts it; its first round is done.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub async fn start(stage: &Stage, task: &Task) -> Result<Self> {
        Self::start_within(stage, task, &[], stage.processor).await
    }

    /// The same by a command that is given the program, on this processor.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub async fn start_within(
        stage: &Stage,
        task: &Task,
        wrapper: &[String],
        processor: Option<usize>,
    ) -> Result<Self> {
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let path = stage.folder.join(format!("task-{number}.json"));
        std::fs::write(&path, serde_json::to_vec(task)?)?;
        let binary = stage.programs.reference.display().to_string();
        let mut words = wrapper.to_vec();
        words.push(binary.clone());
        let (program, arguments) = words.split_first().context("no program")?;
        let mut command = Command::new(program);
        command
            .args(arguments)
            .arg("load")
            .arg(&path)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        let mut process = processors::on(processor, || command.spawn())
            .with_context(|| format!("cannot start {binary}"))?;
        let input = process.stdin.take().context("no input")?;
        let output = process.stdout.take().context("no output")?;
        let mut reference = Self {
            process,
            input,
            output: BufReader::new(output).lines(),
        };
        reference.rounds(1).await?;
        // It has been read by now.
        std::fs::remove_file(&path)?;
        Ok(reference)
    }

    /// The id of the process; `None` once it has ended.
    pub fn id(&self) -> Option<u32> {
        self.process.id()
    }

    /// Has it do so many rounds.
    ///
    /// # Errors
    /// Where a request fails.
    pub async fn rounds(&mut self, count: usize) -> Result<()> {
        self.input
            .write_all(format!("{count}\n").as_bytes())
            .await?;
        match self.output.next_line().await? {
            Some(line) => ensure!(line == "done", "the reference says {line}"),
            None => bail!("the reference has ended"),
        }
        Ok(())
    }

    /// Lets it end by itself, since there is nothing more to do.
    ///
    /// # Errors
    /// Where it cannot be waited for.
    pub async fn finish(self) -> Result<()> {
        let Self {
            mut process, input, ..
        } = self;
        drop(input);
        process.wait().await?;
        Ok(())
    }

    /// Ends it.
    pub async fn end(mut self) {
        // It may have ended by itself, which is as good.
        let _ = self.process.kill().await;
    }
}
