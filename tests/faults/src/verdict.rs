//! What the accounts of a run add up to, and whether that is what was promised.

use std::collections::BTreeMap;

use crate::{
    fault::{Counts, Fault},
    ledger::{Account, Cause, Ledger},
};

/// Most numbers of one kind that are listed; the counts are always complete.
const LISTED_MAX: usize = 1_000;

/// The outcome of a run.
#[derive(Debug, Default)]
pub struct Verdict {
    pub(crate) sent: u64,
    pub(crate) delivered: u64,
    pub(crate) skipped: BTreeMap<String, u64>,
    pub(crate) dead_letters: BTreeMap<String, u64>,
    /// Events that were held for a paused webhook.
    pub(crate) held: u64,
    pub(crate) attempts: u64,
    pub(crate) duplicates: BTreeMap<&'static str, u64>,
    pub(crate) faults: Vec<(Fault, u64)>,
    /// Events that broke a promise, by the promise.
    pub(crate) broken: BTreeMap<&'static str, Vec<String>>,
    pub(crate) broken_counts: BTreeMap<&'static str, u64>,
}

const LOST: &str = "lost";
const PAYLOAD: &str = "payload not the same bytes at each attempt, or not the right ones";
const ID: &str = "webhook-id not the same at each attempt, or not the producer's";
const MESSAGE: &str = "message changed on its way to the dead-letter queue";
const UNWANTED: &str = "delivered although nobody wants it";
const MISPLACED: &str = "in the dead-letter queue for another reason than expected";
const INVOCATIONS: &str = "invocations that timed out, failed or panicked";
/// All promises.
pub(crate) const PROMISES: [&str; 7] =
    [LOST, PAYLOAD, ID, MESSAGE, UNWANTED, MISPLACED, INVOCATIONS];

impl Verdict {
    /// Adds up the accounts and what went wrong with the function itself.
    pub fn new(ledger: &Ledger, counts: &Counts, mishaps: &[String]) -> Self {
        let mut verdict = Self {
            faults: Fault::ALL.map(|fault| (fault, counts.of(fault))).into(),
            ..Self::default()
        };
        ledger.each(|number, account| {
            if !account.sent {
                return;
            }
            verdict.sent += 1;
            verdict.held += u64::from(account.held);
            verdict.attempts += u64::from(account.attempts);
            let id = ledger.events.id(number);
            let event = id.unwrap_or_else(|| format!("number {number}, without an id"));
            match (account.accepted, &account.dead_letter, &account.skipped) {
                (1.., ..) => verdict.delivered += 1,
                (0, Some(reason), _) => {
                    *verdict.dead_letters.entry(reason.clone()).or_default() += 1
                }
                (0, None, Some(reason)) if account.is_safe() => {
                    *verdict.skipped.entry(reason.clone()).or_default() += 1;
                }
                (0, None, _) => verdict.broke(LOST, described(&event, account)),
            }
            verdict.count_duplicates(account);
            let reason = account
                .dead_letter
                .as_deref()
                .filter(|reason| !reason.is_empty());
            for (broken, promise) in [
                (account.payload_differs, PAYLOAD),
                (account.id_differs, ID),
                (account.message_differs, MESSAGE),
                (
                    account.accepted > 0 && !account.kind.may_be_delivered(),
                    UNWANTED,
                ),
                (
                    reason.is_some() && reason != account.kind.dead_letter_reason(),
                    MISPLACED,
                ),
            ] {
                if broken {
                    verdict.broke(promise, described(&event, account));
                }
            }
        });
        for mishap in mishaps {
            verdict.broke(INVOCATIONS, mishap.clone());
        }
        verdict
    }

    /// Whether every promise was kept, and every fault was there to break it.
    pub fn is_good(&self) -> bool {
        let is_put_to_the_test = self.held > 0 && self.faults.iter().all(|(_, count)| *count > 0);
        self.broken.is_empty() && is_put_to_the_test
    }

    fn broke(&mut self, promise: &'static str, what: String) {
        *self.broken_counts.entry(promise).or_default() += 1;
        let listed = self.broken.entry(promise).or_default();
        if listed.len() < LISTED_MAX {
            listed.push(what);
        }
    }

    fn count_duplicates(&mut self, account: &Account) {
        let duplicates = u64::from(account.accepted.saturating_sub(1));
        if duplicates > 0 {
            let known = Cause::ALL
                .into_iter()
                .find(|(cause, _)| account.has(*cause));
            let cause = known.map_or("not explained by an injected fault", |(_, name)| name);
            *self.duplicates.entry(cause).or_default() += duplicates;
        }
    }
}

fn described(event: &str, account: &Account) -> String {
    let mut text = format!("{event} (attempts {}", account.attempts);
    if let Some(reason) = &account.skipped {
        text += &format!(", skipped as {reason}");
    }
    if let Some(reason) = &account.dead_letter {
        text += &format!(", in the dead-letter queue as {reason:?}");
    }
    text + ")"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::{EXHAUSTED, Events, GONE, Kind};

    /// The first number of the kind.
    fn first(events: &Events, kind: Kind) -> u64 {
        (EXHAUSTED.end..)
            .find(|number| events.kind(*number) == kind)
            .unwrap()
    }

    fn ledger() -> Ledger {
        let ledger = Ledger::new(Events::new(7), 1_000);
        for number in 0..1_000 {
            ledger.sent(number);
            let kind = ledger.events.kind(number);
            if kind.may_be_delivered() {
                deliver(&ledger, number);
            } else if let Some(reason) = kind.skip_reason() {
                ledger.skipped(number, reason);
            } else if let Some(reason) = kind.dead_letter_reason() {
                ledger.dead_letter(number, reason, &ledger.events.message(number));
            }
        }
        ledger
    }

    fn deliver(ledger: &Ledger, number: u64) {
        let id = ledger
            .events
            .id(number)
            .unwrap_or_else(|| "derived".to_owned());
        ledger.received(
            number,
            &id,
            ledger.events.payload(number).to_string().as_bytes(),
        );
        ledger.accepted(number);
    }

    fn broken(ledger: &Ledger) -> Vec<&'static str> {
        Verdict::new(ledger, &Counts::default(), &[])
            .broken
            .into_keys()
            .collect()
    }

    #[test]
    fn events_that_all_came_to_what_they_should_break_no_promise() {
        assert_eq!(broken(&ledger()), Vec::<&str>::new());
    }

    #[test]
    fn an_event_that_is_nowhere_is_named_as_lost() {
        let ledger = Ledger::new(Events::new(7), 1_000);
        let number = first(&ledger.events, Kind::Wanted);
        ledger.sent(number);
        ledger.received(number, "x", b"{}");
        let verdict = Verdict::new(&ledger, &Counts::default(), &[]);
        assert!(
            verdict
                .to_string()
                .contains(&format!("\n- lost: fault-run-7-{number} (attempts 1)"))
        );
        assert!(!verdict.is_good());
    }

    #[test]
    fn a_wanted_event_that_was_skipped_is_lost_and_a_revolving_one_is_not() {
        let ledger = Ledger::new(Events::new(7), 1_000);
        for (kind, broken_promises) in [(Kind::Revolving, vec![]), (Kind::Wanted, vec![LOST])] {
            let number = first(&ledger.events, kind);
            ledger.sent(number);
            ledger.skipped(number, "no-configuration");
            assert_eq!(broken(&ledger), broken_promises);
        }
    }

    #[test]
    fn other_bytes_or_another_id_at_a_later_attempt_are_noticed() {
        let ledger = ledger();
        let number = first(&ledger.events, Kind::Wanted);
        let id = ledger.events.id(number).unwrap();
        let payload = ledger.events.payload(number);
        ledger.received(number, &id, format!("{payload:#}").as_bytes());
        assert_eq!(broken(&ledger), [PAYLOAD]);
        ledger.received(number, "another", payload.to_string().as_bytes());
        assert_eq!(broken(&ledger), [PAYLOAD, ID]);
    }

    #[test]
    fn what_nobody_wants_and_what_died_for_another_reason_is_noticed() {
        let ledger = ledger();
        deliver(&ledger, first(&ledger.events, Kind::Unwanted));
        let message = ledger.events.message(GONE.start);
        ledger.dead_letter(GONE.start, "attempts-exhausted", &message);
        assert_eq!(broken(&ledger), [UNWANTED, MISPLACED]);
    }

    #[test]
    fn a_run_without_every_fault_or_without_a_held_event_proves_nothing() {
        let counts = Counts::default();
        let ledger = ledger();
        let is_good = || Verdict::new(&ledger, &counts, &[]).is_good();
        ledger.held(first(&ledger.events, Kind::Wanted));
        assert!(!is_good());
        for fault in Fault::ALL {
            counts.add(fault);
        }
        assert!(is_good());
        let ledger = self::ledger();
        assert!(!Verdict::new(&ledger, &counts, &[]).is_good());
    }

    #[test]
    fn duplicates_are_put_down_to_what_happened_to_the_event() {
        let ledger = ledger();
        let number = first(&ledger.events, Kind::Wanted);
        deliver(&ledger, number);
        let causes = || Verdict::new(&ledger, &Counts::default(), &[]).duplicates;
        assert_eq!(causes(), [("not explained by an injected fault", 1)].into());
        ledger.note(number, Cause::Killed);
        assert_eq!(causes(), [("the function was killed", 1)].into());
    }
}
