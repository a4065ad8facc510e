//! What the administrator does meanwhile: edits webhooks, pauses and resumes them, deletes them, and creates them again.

use std::{collections::BTreeMap, time::Duration};

use anyhow::Result;
use fastrand::Rng;
use tokio::time::sleep;

use crate::{
    Run,
    administrator::{Administrator, Edition, Saved},
    events::{GONE, UNSTEADY},
    fault::Fault,
};

/// Time between two changes, at least and at most.
const PAUSE_MS: std::ops::Range<u64> = 300..1_500;
/// For how long a webhook is paused: beyond the function's `CONFIG_CACHE_SECONDS`, so that each of its environments sees
/// it, and not much longer, because the events that are held come back after as long as they waited.
const PAUSED_MS: std::ops::Range<u64> = 1_500..3_000;
/// How often, and after which time, a call of the API is repeated that failed.
const RESTORE_TRIES: u32 = 10;
const RESTORE_AFTER: Duration = Duration::from_secs(2);
/// The sandboxes whose webhooks change.
const CHANGING: [&str; 4] = ["edited-0", "edited-1", "revolving-0", "revolving-1"];
/// The sandboxes whose webhooks stay as they are.
const STEADY: [&str; 5] = ["steady-2", "steady-3", "steady-4", UNSTEADY, "exhausted"];

/// The webhooks of the run. One that is deleted at the moment is not among them.
#[derive(Debug)]
pub struct Webhooks {
    administrator: Administrator,
    saved: BTreeMap<String, Saved>,
    urls: Vec<String>,
}

impl Webhooks {
    /// Creates the webhook of every sandbox. They deliver to these URLs in turn.
    ///
    /// # Errors
    /// Where the API refuses.
    pub async fn create(administrator: Administrator, urls: Vec<String>) -> Result<Self> {
        let mut webhooks = Self {
            administrator,
            saved: BTreeMap::new(),
            urls,
        };
        let gone = GONE.map(|number| format!("gone-{number}"));
        let named = CHANGING
            .iter()
            .chain(&STEADY)
            .map(|name| (*name).to_owned());
        for (index, sandbox) in named.chain(gone).enumerate() {
            let url = webhooks.url(index);
            let saved = webhooks.administrator.create(&sandbox, &url).await?;
            webhooks.saved.insert(sandbox, saved);
        }
        Ok(webhooks)
    }

    /// Changes webhooks until nothing is to be disturbed any more, then waits to be dropped.
    ///
    /// # Errors
    /// Where the API refuses.
    pub async fn change(mut self, run: &Run) -> Result<()> {
        for number in 0.. {
            if run.is_calm() {
                break;
            }
            let mut rng = run.dice.about("change", number);
            sleep(Duration::from_millis(rng.u64(PAUSE_MS))).await;
            // An endpoint that is gone is called again once an administrator has edited its webhook.
            let gone = format!("gone-{}", rng.u64(GONE));
            let sandbox = match rng.usize(0..CHANGING.len() + 2) {
                changing if changing < CHANGING.len() => CHANGING[changing],
                _ => gone.as_str(),
            };
            let url = self.url(rng.usize(0..self.urls.len()));
            let edition = Edition {
                url: &url,
                number,
                paused: false,
            };
            let saved = self.saved.remove(sandbox);
            let changed = self.change_one(run, sandbox, saved, edition, &mut rng);
            let saved = match changed.await {
                Ok(saved) => saved,
                Err(_) => Some(self.restore(sandbox, edition).await?),
            };
            self.saved
                .extend(saved.map(|saved| (sandbox.to_owned(), saved)));
        }
        std::future::pending().await
    }

    /// Creates the sandbox's webhook, deletes it, pauses and resumes it, or edits it. Returns it as it is then.
    async fn change_one(
        &self,
        run: &Run,
        sandbox: &str,
        saved: Option<Saved>,
        edition: Edition<'_>,
        rng: &mut Rng,
    ) -> Result<Option<Saved>> {
        let administrator = &self.administrator;
        let (fault, saved) = match saved {
            None => {
                let created = administrator.create(sandbox, edition.url).await?;
                (Fault::CreatedAgain, Some(created))
            }
            Some(saved) if sandbox.starts_with("revolving") => {
                administrator.delete(sandbox, &saved).await?;
                (Fault::Deleted, None)
            }
            Some(saved) if sandbox.starts_with("edited") && rng.bool() => {
                let paused = Edition {
                    paused: true,
                    ..edition
                };
                let saved = administrator.edit(sandbox, &saved, paused).await?;
                run.faults.add(Fault::Paused);
                sleep(Duration::from_millis(rng.u64(PAUSED_MS))).await;
                let resumed = administrator.edit(sandbox, &saved, edition).await?;
                (Fault::Resumed, Some(resumed))
            }
            Some(saved) => {
                let edited = administrator.edit(sandbox, &saved, edition).await?;
                (Fault::Edited, Some(edited))
            }
        };
        run.faults.add(fault);
        Ok(saved)
    }

    /// After a call that failed, as the API does for a moment where the machine is too busy for the local cloud.
    async fn restore(&self, sandbox: &str, edition: Edition<'_>) -> Result<Saved> {
        for _ in 0..RESTORE_TRIES {
            sleep(RESTORE_AFTER).await;
            if let Ok(saved) = self.administrator.restore(sandbox, edition).await {
                return Ok(saved);
            }
        }
        self.administrator.restore(sandbox, edition).await
    }

    fn url(&self, index: usize) -> String {
        self.urls[index % self.urls.len()].clone()
    }
}
