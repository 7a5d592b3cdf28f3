//! Fuzzes filters; what must hold is in `vouch-domain/src/fuzz.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| vouch_domain::fuzz::filter(bytes));
