//! What must hold for any text of a filter; used by `cargo xtask fuzz` and by tests.

use crate::Time;
use crate::filter::{complete, parse};

/// 2026-11-23T00:00:00Z.
const NOW: Time = Time::from_micros(1_795_392_000_000_000);

/// A text is a filter or says where it is wrong, within itself; a filter that is printed reads as
/// the same filter; and anything can be completed at any place.
///
/// # Panics
/// When that does not hold.
pub fn filter(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let chars = text.chars().count();
    complete(&text, chars.min(usize::from(bytes.first().copied().unwrap_or(0))));
    match parse(&text, NOW) {
        Ok(filter) => {
            let printed = filter.to_string();
            match parse(&printed, NOW) {
                Ok(again) => assert_eq!(again, filter, "{printed}"),
                // It may have become too long or too deep with its brackets and quotes.
                Err(e) => assert!(e.message.starts_with("at most "), "{printed}: {e}"),
            }
        }
        Err(e) => assert!(e.span.at <= e.span.end && e.span.end <= chars, "{e:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What was found, and the seeds.
    #[test]
    fn nothing_that_was_found_comes_back() {
        let seeds = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/filter");
        for seed in std::fs::read_dir(seeds).unwrap() {
            filter(&std::fs::read(seed.unwrap().path()).unwrap());
        }
    }
}
