//! Starts and tells the program that the function is compared with (`tests/reference`): a line with a number asks for
//! so many rounds, and it answers a line when they are done.

use std::{path::Path, process::Stdio};

use anyhow::{Context, Result, bail, ensure};
use http::HeaderMap;
use reference::{Client, Task};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
};

use crate::{load::Scenario, stage::Stage};

/// The running program.
#[derive(Debug)]
pub struct Reference {
    process: Child,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
}

impl Reference {
    /// Starts it for a scenario, with these headers and this body.
    ///
    /// # Errors
    /// Where it cannot be started.
    pub async fn start(
        stage: &Stage,
        client: Client,
        scenario: &Scenario,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Self> {
        let headers = headers.iter().filter(|(name, _)| {
            // These belong to the connection.
            !["host", "content-length"].contains(&name.as_str())
        });
        let headers: Result<Vec<_>> = headers
            .map(|(name, value)| Ok((name.to_string(), value.to_str()?.to_owned())))
            .collect();
        let task = Task {
            client,
            url: stage.url(scenario.is_http2),
            is_http2: scenario.is_http2,
            authority: stage.authority.display().to_string(),
            batch: scenario.batch,
            concurrency: scenario.concurrency(),
            headers: headers?,
            body: String::from_utf8(body.to_vec())?,
        };
        let path = stage.folder.join("task.json");
        std::fs::write(&path, serde_json::to_vec(&task)?)?;
        let mut reference = Self::spawn(stage, &path)?;
        // The file is read before the first round is done, and written anew for the next program.
        reference.rounds(1).await?;
        Ok(reference)
    }

    fn spawn(stage: &Stage, task: &Path) -> Result<Self> {
        let binary = &stage.programs.reference;
        let mut process = Command::new(binary)
            .arg("load")
            .arg(task)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {}", binary.display()))?;
        let input = process.stdin.take().context("no input")?;
        let output = process.stdout.take().context("no output")?;
        Ok(Self {
            process,
            input,
            output: BufReader::new(output).lines(),
        })
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

    /// Ends it.
    pub async fn end(mut self) {
        // It may have ended by itself, which is as good.
        let _ = self.process.kill().await;
    }
}
