//! Published tables with expected values, to the digits that they give.
//!
//! They are not part of this repository: where the shared folder is not beside it, these tests say
//! so and pass. `tests/published.rs` has the main ones as constants.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test fails loudly")]

mod agreement;
mod preference;
mod reliability;

use serde_json::Value;

/// The tables, or `None` after a word about it.
fn tables() -> Option<Value> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/agreement/golden.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        eprintln!("skipped: the shared data is not there");
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}

/// One table by its name.
fn table(name: &str) -> Option<Value> {
    let all = tables()?;
    assert!(!all[name].is_null(), "there is no table {name}");
    Some(all[name].clone())
}

/// Checks a value to so many digits after the point.
#[track_caller]
fn near(got: f64, expected: &Value, digits: i32) {
    let wanted = expected.as_f64().unwrap_or_else(|| panic!("{expected} is no number"));
    let bound = 0.5 * 10_f64.powi(-digits) * 1.000_001;
    assert!((got - wanted).abs() <= bound, "{got} is not {wanted} to {digits} digits");
}

/// A table of numbers.
fn rows(value: &Value) -> Vec<Vec<f64>> {
    let row = |row: &Value| row.as_array().unwrap().iter().map(|n| n.as_f64().unwrap()).collect();
    value.as_array().unwrap().iter().map(row).collect()
}

/// A table of counts, each multiplied by `times`.
fn counts(value: &Value, times: f64) -> Vec<Vec<u64>> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small counts")]
    let count = |n: &f64| (n * times).round() as u64;
    rows(value).iter().map(|row| row.iter().map(count).collect()).collect()
}
