//! A bounded cache whose entries are of use for a limited time only.

use std::{
    hash::Hash,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use quick_cache::{
    DefaultHashBuilder, Options, OptionsBuilder, UnitWeighter,
    sync::{Cache, DefaultLifecycle},
};

/// What is too old is removed so many times within the time to live, while the cache is used.
const SWEEPS: u32 = 20;

/// Keeps the most useful `max_entries` of what was inserted within the time to live.
pub(crate) struct TtlCache<K, V> {
    entries: Cache<K, Entry<V>>,
    time_to_live: Duration,
    next_sweep: Mutex<Instant>,
}

#[derive(Clone)]
struct Entry<V> {
    value: V,
    inserted_at: Instant,
}

impl<K: Hash + Eq, V: Clone> TtlCache<K, V> {
    pub(crate) fn new(max_entries: usize, time_to_live: Duration) -> Self {
        Self {
            entries: Cache::with_options(
                options(max_entries),
                UnitWeighter,
                DefaultHashBuilder::default(),
                DefaultLifecycle::default(),
            ),
            time_to_live,
            next_sweep: Mutex::new(Instant::now()),
        }
    }

    /// The value of this key, unless it is too old.
    pub(crate) fn get(&self, key: &K) -> Option<V> {
        let now = Instant::now();
        self.sweep(now);
        let entry = self.entries.get(key)?;
        self.is_alive(&entry, now).then_some(entry.value)
    }

    pub(crate) fn insert(&self, key: K, value: V) {
        let entry = Entry {
            value,
            inserted_at: Instant::now(),
        };
        self.sweep(entry.inserted_at);
        self.entries.insert(key, entry);
    }

    fn is_alive(&self, entry: &Entry<V>, now: Instant) -> bool {
        now.saturating_duration_since(entry.inserted_at) < self.time_to_live
    }

    /// Removes what is too old, secrets among it.
    fn sweep(&self, now: Instant) {
        let mut next_sweep = self
            .next_sweep
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if now >= *next_sweep {
            self.entries.retain(|_, entry| self.is_alive(entry, now));
            *next_sweep = now + self.time_to_live / SWEEPS;
        }
    }
}

/// In one piece, since the function has one thread, and several would each be full at another time.
fn options(max_entries: usize) -> Options {
    OptionsBuilder::new()
        .shards(1)
        .estimated_items_capacity(max_entries)
        .weight_capacity(max_entries as u64)
        .build()
        .expect("both capacities are given")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3_600);

    #[test]
    fn what_is_as_old_as_its_time_to_live_is_forgotten() {
        let cache = TtlCache::new(10, Duration::ZERO);
        cache.insert("key", 1);
        assert_eq!(cache.get(&"key"), None);
        assert_eq!(cache.entries.len(), 0, "it was swept");
    }

    #[test]
    fn the_latest_value_counts() {
        let cache = TtlCache::new(10, HOUR);
        cache.insert("key", 1);
        cache.insert("key", 2);
        assert_eq!(cache.get(&"key"), Some(2));
        assert_eq!(cache.get(&"other"), None);
    }

    #[test]
    fn as_many_entries_as_are_allowed_are_kept_and_no_more() {
        let cache = TtlCache::new(1_000, HOUR);
        (0..1_000).for_each(|key| cache.insert(key, key));
        assert!((0..1_000).all(|key| cache.get(&key) == Some(key)));
        (1_000..3_000).for_each(|key| cache.insert(key, key));
        assert_eq!(cache.entries.len(), 1_000);
    }
}
