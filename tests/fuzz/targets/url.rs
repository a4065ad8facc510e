//! Looks for bytes that break `fuzz::url`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::url(bytes));
