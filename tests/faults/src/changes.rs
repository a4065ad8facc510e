//! What the administrator does meanwhile: edits webhooks, deletes them, and creates them again.

use std::{collections::BTreeMap, time::Duration};

use anyhow::Result;
use tokio::time::sleep;

use crate::{
    Run,
    administrator::{Administrator, Saved},
    events::{GONE, UNSTEADY},
    fault::Fault,
};

/// Time between two changes, at least and at most.
const PAUSE_MS: std::ops::Range<u64> = 300..1_500;
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

    /// Changes webhooks until it is dropped.
    ///
    /// # Errors
    /// Where the API refuses.
    pub async fn change(mut self, run: &Run) -> Result<()> {
        for number in 0.. {
            let mut rng = run.dice.about("change", number);
            sleep(Duration::from_millis(rng.u64(PAUSE_MS))).await;
            // An endpoint that is gone is called again once an administrator has edited its webhook.
            let gone = format!("gone-{}", rng.u64(GONE));
            let sandbox = match rng.usize(0..CHANGING.len() + 2) {
                changing if changing < CHANGING.len() => CHANGING[changing],
                _ => gone.as_str(),
            };
            let url = self.url(rng.usize(0..self.urls.len()));
            let saved = self.saved.remove(sandbox);
            let (fault, saved) = match saved {
                None => {
                    let created = self.administrator.create(sandbox, &url).await?;
                    (Fault::CreatedAgain, Some(created))
                }
                Some(saved) if sandbox.starts_with("revolving") => {
                    self.administrator.delete(sandbox, &saved).await?;
                    (Fault::Deleted, None)
                }
                Some(saved) => {
                    let edited = self
                        .administrator
                        .edit(sandbox, &saved, &url, number)
                        .await?;
                    (Fault::Edited, Some(edited))
                }
            };
            run.faults.add(fault);
            self.saved
                .extend(saved.map(|saved| (sandbox.to_owned(), saved)));
        }
        Ok(())
    }

    fn url(&self, index: usize) -> String {
        self.urls[index % self.urls.len()].clone()
    }
}
