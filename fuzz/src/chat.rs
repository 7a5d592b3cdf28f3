//! Fuzzes chat bodies; what must hold is in `vouch-gateway/src/fuzz.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vouch_gateway::fuzz::chat(bytes));
