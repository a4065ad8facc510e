//! Runs every kept input through its target: what a fuzzer once found stays fixed.

use std::{fs, path::Path};

/// Runs the inputs of one target, and names the one at which it panics.
fn run(target: &str, run: fn(&[u8])) {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("corpus")
        .join(target);
    let files = fs::read_dir(&corpus).expect("every target has a corpus");
    let mut count = 0;
    for file in files {
        let path = file.expect("the corpus can be listed").path();
        let bytes = fs::read(&path).expect("the corpus can be read");
        let outcome = std::panic::catch_unwind(|| run(&bytes));
        assert!(outcome.is_ok(), "{} breaks it", path.display());
        count += 1;
    }
    assert!(count > 0, "{target} has inputs");
}

#[test]
fn configurations() {
    run("configuration", fuzz::configuration);
}

#[test]
fn events() {
    run("event", fuzz::event);
}

#[test]
fn headers() {
    run("header", fuzz::header);
}

#[test]
fn retry_after_headers() {
    run("retry-after", fuzz::retry_after);
}

#[test]
fn urls() {
    run("url", fuzz::url);
}
