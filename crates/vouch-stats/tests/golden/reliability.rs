//! Reliability of ratings and rankings.

use vouch_stats::reliability::{Complete, Icc, kendall_w, one_way};

use super::{near, rows, table};

#[test]
fn shrout_and_fleiss_1979() {
    let Some(t) = table("shrout_fleiss_1979") else { return };
    let ratings = rows(&t["targets_x_judges"]);
    let icc = Icc::of(&Complete::from_rows(&ratings).unwrap()).unwrap();
    near(icc.mean_squares.between, &t["BMS"], 7);
    near(icc.mean_squares.within, &t["WMS"], 7);
    near(icc.mean_squares.reviewers, &t["JMS"], 7);
    near(icc.mean_squares.error, &t["EMS"], 7);
    near(icc.icc11.value, &t["icc11"], 7);
    near(icc.icc21.value, &t["icc21"], 7);
    near(icc.icc31.value, &t["icc31"], 7);
    near(icc.icc1k.unwrap().value, &t["icc1k"], 7);
    near(icc.icc2k.unwrap().value, &t["icc2k"], 7);
    near(icc.icc3k.unwrap().value, &t["icc3k"], 7);
    near(one_way(ratings.iter().map(Vec::as_slice)).unwrap().value, &t["icc11"], 7);
}

#[test]
fn kendall() {
    let Some(t) = table("kendall_w_siegel") else { return };
    let by_reviewer = rows(&t["ranks"]);
    let by_item: Vec<Vec<f64>> =
        (0..6).map(|item| by_reviewer.iter().map(|row| row[item]).collect()).collect();
    near(kendall_w(&Complete::from_rows(&by_item).unwrap()).unwrap().w, &t["W"], 10);
}
