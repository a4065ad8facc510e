//! Looks for bytes that break `fuzz::configuration`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::configuration(bytes));
