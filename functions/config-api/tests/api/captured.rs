//! What the thread of a test logs.

use std::{cell::RefCell, io, sync::Once};

use serde_json::Value;
use tracing::level_filters::LevelFilter;

thread_local! {
    /// The subscriber is the whole process's, and each test has a thread of its own.
    static LOGGED: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

struct ThisThread;

impl io::Write for ThisThread {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LOGGED.with_borrow_mut(|logged| logged.extend(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Begins to log everything.
pub(crate) fn start() {
    static SUBSCRIBED: Once = Once::new();
    SUBSCRIBED.call_once(|| {
        tracing_subscriber::fmt()
            .json()
            .with_max_level(LevelFilter::TRACE)
            .with_writer(|| ThisThread)
            .init();
    });
}

/// What was logged since the last call.
pub(crate) fn text() -> String {
    String::from_utf8(LOGGED.take()).unwrap()
}

/// The lines whose target begins so.
pub(crate) fn lines_of(text: &str, target: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|line| {
            line["target"]
                .as_str()
                .is_some_and(|name| name.starts_with(target))
        })
        .collect()
}
