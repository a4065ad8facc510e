//! Looks for bytes that break `fuzz::header`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::header(bytes));
