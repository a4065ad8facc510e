//! Every decision of a run, from its seed. No clock and no shared generator: what happens to the n-th call of a kind
//! does not depend on what else happens at the same time.

use std::hash::{DefaultHasher, Hash, Hasher};

use fastrand::Rng;

use crate::fault::Fault;

/// Calls of one kind within which each of its faults happens once, at a place that the seed decides.
const WINDOW_CALLS: u64 = 40;
/// Calls in a row that fail in an outage, of which each window has one. The AWS clients try three times, so fewer would
/// never be noticed.
const OUTAGE_CALLS: u64 = 6;

/// The source of all decisions.
#[derive(Debug, Clone, Copy)]
pub struct Dice {
    seed: u64,
}

impl Dice {
    /// The same seed decides the same.
    pub fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// Random numbers for decision `number` about `subject`.
    pub fn about(self, subject: &str, number: u64) -> Rng {
        let mut hasher = DefaultHasher::new();
        (self.seed, subject, number).hash(&mut hasher);
        Rng::with_seed(hasher.finish())
    }

    /// What happens to call `number` of `subject`: each fault once in a window, so that a run of some length has them all.
    pub fn fault_of_call(self, subject: &str, number: u64, faults: &[Fault]) -> Option<Fault> {
        let mut rng = self.about(subject, number / WINDOW_CALLS);
        let mut places: Vec<u64> = (0..WINDOW_CALLS).collect();
        rng.shuffle(&mut places);
        let place = number % WINDOW_CALLS;
        let hit = places.iter().position(|candidate| *candidate == place)?;
        faults.get(hit).copied()
    }

    /// The same, with a row of calls in each window that all fail in one of these ways.
    pub fn fault_of_service(
        self,
        subject: &str,
        number: u64,
        faults: &[Fault],
        outages: &[Fault],
    ) -> Option<Fault> {
        self.outage(subject, number, WINDOW_CALLS, outages)
            .or_else(|| self.fault_of_call(subject, number, faults))
    }

    /// Whether call `number` of `subject` is in a row of calls that all fail in one of these ways, of which each `window` of
    /// calls has one.
    pub fn outage(
        self,
        subject: &str,
        number: u64,
        window: u64,
        outages: &[Fault],
    ) -> Option<Fault> {
        let mut rng = self.about(&format!("outage of {subject}"), number / window);
        let begin = rng.u64(0..window - OUTAGE_CALLS);
        let outage = rng.choice(outages).copied();
        outage.filter(|_| (begin..begin + OUTAGE_CALLS).contains(&(number % window)))
    }
}

/// One of the choices by its weight in a thousand, or none.
pub fn choose<T: Copy>(rng: &mut Rng, choices: &[(u32, T)]) -> Option<T> {
    let mut left = rng.u32(0..1_000);
    for (weight, choice) in choices {
        if left < *weight {
            return Some(*choice);
        }
        left -= weight;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_happens_once_in_each_window() {
        let faults = [Fault::Killed, Fault::DeliveredTwice];
        for window in 0..3 {
            let calls = window * WINDOW_CALLS..(window + 1) * WINDOW_CALLS;
            let mut happened: Vec<_> = calls
                .filter_map(|number| Dice::new(7).fault_of_call("batch", number, &faults))
                .map(Fault::name)
                .collect();
            happened.sort_unstable();
            assert_eq!(
                happened,
                [Fault::Killed.name(), Fault::DeliveredTwice.name()]
            );
        }
    }

    #[test]
    fn an_outage_outlasts_the_retries_of_a_client() {
        let fails = |number| {
            Dice::new(7)
                .fault_of_service("store", number, &[], &[Fault::StoreFailed])
                .is_some()
        };
        let numbers: Vec<_> = (0..WINDOW_CALLS).filter(|number| fails(*number)).collect();
        assert_eq!(numbers.len() as u64, OUTAGE_CALLS);
        assert_eq!(numbers[numbers.len() - 1] - numbers[0] + 1, OUTAGE_CALLS);
    }

    #[test]
    fn the_seed_decides_everything() {
        let numbers = |seed| Dice::new(seed).about("x", 3).u64(..);
        assert_eq!(numbers(1), numbers(1));
        assert_ne!(numbers(1), numbers(2));
    }
}
