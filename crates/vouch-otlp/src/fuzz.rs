//! What must hold for any bytes that come as OTLP; used by `cargo xtask fuzz` and by tests.

use vouch_domain::Time;
use vouch_domain::actor::Actor;
use vouch_domain::id::ProjectId;

use crate::{Format, Intake, export_answer, read, status_answer};

/// 2027-01-01T00:00:00Z.
const LATEST: Time = Time::from_micros(1_798_761_600_000_000);

/// Bytes are an export or are not; every span of one becomes a log that can be kept, or is counted;
/// and there is an answer to each.
///
/// # Panics
/// When that does not hold.
pub fn otlp(bytes: &[u8]) {
    let project = ProjectId::new(Time::from_micros(0), [0; 10]);
    for format in [Format::Protobuf, Format::Json] {
        match read(bytes, format, &Intake { project, by: &Actor::System, latest: LATEST }) {
            Ok(export) => {
                export_answer(&export, format);
                for (_, log) in &export.logs {
                    let kept = serde_json::to_string(log).expect("a log is JSON");
                    assert!(!kept.contains("\\u0000"), "PostgreSQL cannot keep U+0000");
                    let again: vouch_domain::log::Log =
                        serde_json::from_str(&kept).expect("a log that was kept can be read");
                    let again = serde_json::to_string(&again).expect("a log is JSON");
                    assert_eq!(again, kept, "a log reads as it was kept");
                }
            }
            Err(refused) => {
                status_answer(&refused.to_string(), format);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What was found, and the seeds.
    #[test]
    fn nothing_that_was_found_comes_back() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus/otlp");
        for seed in std::fs::read_dir(folder).unwrap() {
            otlp(&std::fs::read(seed.unwrap().path()).unwrap());
        }
    }
}
