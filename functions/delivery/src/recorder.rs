//! What administrators see of deliveries: every failed attempt, a bounded sample of the successes, and counts of both.
//!
//! It is for people: no event waits for it, and nothing is decided by it. What could not be written in time is lost, and
//! counted as lost.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use config_store::history::{
    Attempt as KeptAttempt, AttemptId, AttemptOutcome, Bucket, Count, HistoryWriter, SentHeader,
    Subject,
};
use domain::{config::Webhook, event::FeedbackEvent, key::WebhookId};
use jiff::{SignedDuration, Timestamp};
use tokio::time::{Instant, timeout_at};

use crate::{causes::Causes, excerpt::excerpt, record::Record, request::WebhookRequest};

/// Successes of one webhook that an execution environment keeps in a minute. Enough to see that deliveries work and
/// what they look like; at 200 environments it is 33 writes per second at most.
const SAMPLES_PER_MINUTE: u32 = 10;
/// Successes of all webhooks that an execution environment keeps in a second, so that thousands of quiet webhooks do not
/// make a write of each event.
const SAMPLES_PER_SECOND: u32 = 10;
/// How often an execution environment adds to the counts of webhooks at most; at 200 environments one webhook's item has
/// 200 writes per second of the 1,000 that DynamoDB takes. Counts of an attempt that is kept are added with it.
const COUNTS_EVERY: SignedDuration = SignedDuration::from_secs(1);
/// So many successes are added at once, that is after [`COUNTS_EVERY`]: a batch of the template.
const MANY: u64 = 50;
/// How long fewer wait to become many. What was not added when the environment ends is missing from the chart.
const FEW_EVERY: SignedDuration = SignedDuration::from_secs(30);
/// Webhooks whose counts are added at a time, apart from those with an attempt that is kept. With thousands of webhooks
/// each then waits its turn, which takes some minutes with ten thousand.
const COUNTED_AT_ONCE: usize = 50;
/// A webhook about which nothing was noted for this long is forgotten, so that memory does not grow with tenants.
const FORGET_AFTER: SignedDuration = SignedDuration::from_mins(2);
/// Longest event that is kept, in bytes: common ones have one or two KiB, and a table's item may have 400.
const EVENT_MAX_BYTES: usize = 32 * 1_024;
/// Most bytes of events that are kept of one batch, so that a batch of failures does not double the memory.
const BATCH_EVENTS_MAX_BYTES: usize = 4 * 1_024 * 1_024;
/// Longest time that a batch takes longer for the sake of the history. The table answers within milliseconds, and while
/// it does not, deliveries matter more.
const WRITE_MAX: Duration = Duration::from_secs(1);
/// What is kept back of an invocation's time for its answer: a batch that is not answered comes again.
const ANSWER_RESERVE: Duration = Duration::from_millis(500);
/// Longest request id that is kept, in bytes.
const REQUEST_ID_MAX_BYTES: usize = 256;

/// Notes attempts until they are written.
#[derive(Debug)]
pub struct Recorder {
    keeps_events: bool,
    noted: Mutex<Noted>,
}

#[derive(Debug, Default)]
struct Noted {
    webhooks: HashMap<WebhookId, Pending>,
    /// Counts of buckets that are over.
    over: Vec<Count>,
    attempts: Vec<KeptAttempt>,
    event_bytes: usize,
    /// The second in which samples of all webhooks are counted, and how many it had.
    samples: (i64, u32),
    /// When counts were last looked through.
    looked_through_at: Option<Timestamp>,
}

/// What is noted of one webhook.
#[derive(Debug)]
struct Pending {
    subject: Subject,
    bucket: Bucket,
    delivered: u64,
    failed: u64,
    last_delivery: Option<Timestamp>,
    noted_at: Timestamp,
    /// When counts were last handed over; never yet, for a webhook that is new here.
    written_at: Option<Timestamp>,
    /// The minute in which samples are counted, and how many it had.
    samples: (i64, u32),
}

/// An attempt that is to be kept, as far as it is known when it ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    subject: Subject,
    webhook_version: u64,
    url: String,
    headers: Vec<SentHeader>,
    answer_excerpt: Option<String>,
    duration_ms: u64,
}

impl Sent {
    /// Takes what may be shown: no secret, and of a failed answer the beginning. `request` is `None` where none could be
    /// made.
    pub fn new(
        webhook: &Webhook,
        request: Option<&WebhookRequest>,
        answer: Option<&[u8]>,
        duration: Duration,
    ) -> Self {
        let headers = request.map(|request| &request.headers);
        Self {
            subject: subject(webhook),
            webhook_version: webhook.version,
            url: webhook.config.url().to_string(),
            headers: headers.into_iter().flatten().map(sent_header).collect(),
            answer_excerpt: request
                .zip(answer)
                .and_then(|(request, answer)| excerpt(answer, &request.headers)),
            duration_ms: u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
        }
    }
}

fn sent_header((name, value): (&http::HeaderName, &http::HeaderValue)) -> SentHeader {
    let shown = (!value.is_sensitive()).then(|| String::from_utf8_lossy(value.as_bytes()).into());
    SentHeader {
        name: name.as_str().to_owned(),
        value: shown,
    }
}

/// What an attempt was to its event.
#[derive(Debug, Clone, Copy)]
pub struct Ending {
    /// When it was made.
    pub at: Timestamp,
    /// 1 for the event's first.
    pub number: u32,
    /// What it meant for the event.
    pub outcome: AttemptOutcome,
    /// The status of the answer, if there was one.
    pub http_status: Option<u16>,
    /// What went wrong instead of an answer.
    pub error: Option<&'static str>,
}

impl Recorder {
    /// Keeps the events of attempts too where the deployment wants that; only then can they be looked at and sent again.
    pub fn new(keeps_events: bool) -> Self {
        Self {
            keeps_events,
            noted: Mutex::default(),
        }
    }

    /// Counts an attempt. Returns whether it is one to be kept.
    pub fn note(&self, webhook: &Webhook, is_delivered: bool, at: Timestamp) -> bool {
        let bucket = Bucket::of(at);
        let mut noted = self.noted();
        let Noted {
            webhooks,
            over,
            samples,
            ..
        } = &mut *noted;
        let pending = webhooks
            .entry(webhook.id)
            .or_insert_with(|| Pending::new(webhook, bucket, at));
        // An attempt is found by the count of its own bucket.
        if pending.bucket != bucket && pending.is_counted() {
            over.push(pending.take());
        }
        pending.bucket = bucket;
        pending.noted_at = at;
        if !is_delivered {
            pending.failed += 1;
            return true;
        }
        pending.delivered += 1;
        pending.last_delivery = Some(at);
        let second = at.as_second();
        let is_one_of = |counted: &mut (i64, u32), time, max| {
            if counted.0 != time {
                *counted = (time, 0);
            }
            counted.1 += u32::from(counted.1 <= max);
            counted.1 <= max
        };
        is_one_of(
            &mut pending.samples,
            second.div_euclid(60),
            SAMPLES_PER_MINUTE,
        ) && is_one_of(samples, second, SAMPLES_PER_SECOND)
    }

    /// Keeps an attempt until [`Recorder::write`].
    pub fn keep(&self, record: &Record<'_>, event: &FeedbackEvent<'_>, sent: Sent, ending: Ending) {
        let mut noted = self.noted();
        let is_kept = self.keeps_events
            && record.body.len() <= EVENT_MAX_BYTES
            && noted.event_bytes + record.body.len() <= BATCH_EVENTS_MAX_BYTES;
        if is_kept {
            noted.event_bytes += record.body.len();
        }
        noted.attempts.push(KeptAttempt {
            id: AttemptId::new(ending.at),
            subject: sent.subject,
            webhook_version: sent.webhook_version,
            event_id: record.event_id.clone(),
            request_id: request_id(event),
            channel: event.channel.to_string(),
            feedback_status: event.status.to_string(),
            campaign: record.campaign.as_ref().map(ToString::to_string),
            number: ending.number,
            outcome: ending.outcome,
            http_status: ending.http_status,
            error: ending.error.map(str::to_owned),
            duration_ms: sent.duration_ms,
            url: sent.url,
            headers: sent.headers,
            answer_excerpt: sent.answer_excerpt,
            event: is_kept.then(|| record.body.to_owned()),
            group_id: record.group_id.map(str::to_owned),
        });
    }

    /// Writes what is kept and the counts that are due. `deadline` is the end of the invocation. Returns how many attempts
    /// were lost.
    pub async fn write(
        &self,
        history: &impl HistoryWriter,
        now: Timestamp,
        deadline: Instant,
    ) -> u64 {
        let (attempts, counts) = self.noted().take(now);
        if attempts.is_empty() && counts.is_empty() {
            return 0;
        }
        let answer_by = deadline.checked_sub(ANSWER_RESERVE).unwrap_or(deadline);
        let latest = answer_by.min(Instant::now() + WRITE_MAX);
        match timeout_at(latest, history.record(&attempts, &counts)).await {
            Ok(Ok(())) => return 0,
            Ok(Err(error)) => {
                tracing::warn!(error = %Causes(&error), "attempts were not kept for the history");
            }
            Err(_) => tracing::warn!("keeping attempts for the history took too long"),
        }
        u64::try_from(attempts.len()).unwrap_or(u64::MAX)
    }

    fn noted(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Noted {
    fn take(&mut self, now: Timestamp) -> (Vec<KeptAttempt>, Vec<Count>) {
        let attempts = std::mem::take(&mut self.attempts);
        self.event_bytes = 0;
        let mut counts = std::mem::take(&mut self.over);
        // A kept attempt is found by its bucket's count, so those are written together.
        for attempt in &attempts {
            let pending = self.webhooks.get_mut(&attempt.subject.webhook);
            counts.extend(pending.and_then(|pending| pending.hand_over(now)));
        }
        let is_due =
            |at: Option<Timestamp>, every| at.is_none_or(|at| now.duration_since(at) >= every);
        if !is_due(self.looked_through_at, COUNTS_EVERY) {
            return (attempts, counts);
        }
        self.looked_through_at = Some(now);
        let is_enough =
            |pending: &Pending| pending.delivered >= MANY || is_due(pending.written_at, FEW_EVERY);
        let webhooks = self.webhooks.values_mut();
        let mut due: Vec<_> = webhooks
            .filter(|pending| pending.is_counted() && is_enough(pending))
            .collect();
        due.sort_unstable_by_key(|pending| pending.written_at);
        let due = due.into_iter().take(COUNTED_AT_ONCE);
        counts.extend(due.filter_map(|pending| pending.hand_over(now)));
        self.webhooks.retain(|_, pending| {
            pending.is_counted() || now.duration_since(pending.noted_at) < FORGET_AFTER
        });
        (attempts, counts)
    }
}

impl Pending {
    fn new(webhook: &Webhook, bucket: Bucket, at: Timestamp) -> Self {
        Self {
            subject: subject(webhook),
            bucket,
            delivered: 0,
            failed: 0,
            last_delivery: None,
            noted_at: at,
            written_at: None,
            samples: (0, 0),
        }
    }

    fn is_counted(&self) -> bool {
        self.delivered > 0 || self.failed > 0
    }

    /// The counts to be added, if there are any.
    fn hand_over(&mut self, now: Timestamp) -> Option<Count> {
        if !self.is_counted() {
            return None;
        }
        self.written_at = Some(now);
        Some(self.take())
    }

    fn take(&mut self) -> Count {
        Count {
            subject: self.subject.clone(),
            bucket: self.bucket,
            delivered: std::mem::take(&mut self.delivered),
            failed: std::mem::take(&mut self.failed),
            last_delivery: self.last_delivery.take(),
        }
    }
}

fn subject(webhook: &Webhook) -> Subject {
    Subject {
        key: webhook.key.clone(),
        webhook: webhook.id,
    }
}

fn request_id(event: &FeedbackEvent<'_>) -> Option<String> {
    let value = event.fields.get("requestId")?;
    let mut text: String = serde_json::from_str(value.get()).ok()?;
    text.truncate(text.floor_char_boundary(REQUEST_ID_MAX_BYTES));
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn webhook(id: u128) -> Webhook {
        let mut webhook = crate::health::tests::webhook();
        webhook.id = WebhookId::new(uuid::Uuid::from_u128(id));
        webhook
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_100 + second).unwrap()
    }

    #[test]
    fn every_failure_and_ten_successes_a_minute_are_kept() {
        let recorder = Recorder::new(true);
        let webhook = webhook(1);
        let kept = |is_delivered, second| recorder.note(&webhook, is_delivered, at(second));
        assert_eq!((0..30).filter(|_| kept(true, 0)).count(), 10);
        assert_eq!((0..30).filter(|_| kept(false, 0)).count(), 30);
        assert!(kept(true, 60));
    }

    /// What the webhooks have counted, as it is handed over at a time.
    fn handed_over(recorder: &Recorder, second: i64) -> Vec<u64> {
        let (_, counts) = recorder.noted().take(at(second));
        counts.iter().map(|count| count.delivered).collect()
    }

    #[test]
    fn of_all_webhooks_together_ten_successes_a_second_are_kept() {
        let recorder = Recorder::new(true);
        let kept = |second: i64| {
            let webhooks = (0..30).map(|id| webhook(1_000 * second.unsigned_abs() as u128 + id));
            webhooks
                .filter(|webhook| recorder.note(webhook, true, at(second)))
                .count()
        };
        assert_eq!([kept(0), kept(0), kept(1)], [10, 0, 10]);
    }

    #[test]
    fn counts_are_handed_over_at_once_and_then_each_second_if_they_are_many_or_after_thirty() {
        let recorder = Recorder::new(true);
        let webhook = webhook(1);
        for (second, successes, counts) in [
            (0, 1, &[1][..]),
            (0, 120, &[]),
            (1, 1, &[121]),
            (2, 49, &[]),
            (3, 1, &[50]),
            (32, 3, &[]),
            (33, 1, &[4]),
        ] {
            for _ in 0..successes {
                recorder.note(&webhook, true, at(second));
            }
            assert_eq!(handed_over(&recorder, second), counts, "{second}");
        }
    }

    #[test]
    fn the_counts_of_many_webhooks_are_handed_over_in_turn() {
        let recorder = Recorder::new(true);
        for id in 0..120 {
            recorder.note(&webhook(id), true, at(0));
        }
        let numbers = (0..4).map(|second| handed_over(&recorder, second).len());
        assert_eq!(numbers.collect::<Vec<_>>(), [50, 50, 20, 0]);
    }

    #[test]
    fn each_bucket_has_a_count_of_its_own() {
        let recorder = Recorder::new(true);
        let webhook = webhook(1);
        for (is_delivered, second) in [(true, 0), (false, 299), (true, 300), (false, 299)] {
            recorder.note(&webhook, is_delivered, at(second));
        }
        let (_, counts) = recorder.noted().take(at(300));
        let mut sums = std::collections::BTreeMap::new();
        for count in counts {
            let sum: &mut (u64, u64) = sums.entry(count.bucket).or_default();
            *sum = (sum.0 + count.delivered, sum.1 + count.failed);
        }
        assert_eq!(sums.into_values().collect::<Vec<_>>(), [(1, 2), (1, 0)]);
    }

    #[test]
    fn webhooks_without_events_are_forgotten() {
        let recorder = Recorder::new(true);
        for id in 0..100 {
            recorder.note(&webhook(id), true, at(0));
        }
        recorder.noted().take(at(1));
        assert_eq!(recorder.noted().webhooks.len(), 100);
        recorder.noted().take(at(121));
        assert_eq!(recorder.noted().webhooks.len(), 0);
    }
}
