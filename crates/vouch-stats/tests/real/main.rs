//! Real judgements, against the truth that came with them. `VOUCH_SHARED_DATA` names the folder
//! with the data sets; it is `../shared/data` beside the repository by default. Where it is not
//! there the tests are skipped, and say so.

mod adult;
mod csv;
mod rte;
mod toxic;

use std::fs;
use std::path::PathBuf;

use vouch_stats::consensus::{Consensus, TieRule};

/// A file of the data sets. `None`, with a word about it, where the data sets are not there.
#[expect(clippy::print_stdout, reason = "who runs the tests is to know what was skipped")]
fn shared(path: &str) -> Option<String> {
    let folder = std::env::var_os("VOUCH_SHARED_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    if !folder.is_dir() {
        println!("skipped: {} is not there", folder.display());
        return None;
    }
    let path = folder.join(path);
    Some(fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

/// The share of the items with a known truth whose answer is right; no answer is wrong.
fn accuracy(consensus: &Consensus, truth: &[(usize, u32)], tie: TieRule) -> f64 {
    let right = |(item, truth): &(usize, u32)| consensus.answer(*item, tie) == Some(*truth);
    truth.iter().map(|one| if right(one) { 1.0 } else { 0.0 }).sum::<f64>()
        / truth.iter().map(|_| 1.0).sum::<f64>()
}

/// To the four digits that the reference values have.
#[track_caller]
fn four_digits(found: f64, expected: f64) {
    assert!((found - expected).abs() < 5e-5, "{found:.5}, expected {expected}");
}
