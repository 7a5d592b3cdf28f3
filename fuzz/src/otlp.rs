//! Fuzzes OTLP bodies; what must hold is in `vouch-otlp/src/fuzz.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vouch_otlp::fuzz::otlp(bytes));
