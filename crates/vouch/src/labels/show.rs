//! Agreement as people read it.

use super::measured::{Agreement, Category, Measured, PairOf, ReviewerOf};

/// Labels, pairs and reviewers shown in a table.
const MOST_ROWS: usize = 40;

/// A table: its heads, and rows.
pub(crate) struct Table {
    pub(crate) heads: Vec<&'static str>,
    pub(crate) rows: Vec<Vec<String>>,
}

/// What one question is about, in a line or two.
pub(crate) fn heading(file: &str, agreement: &Agreement) -> String {
    let Agreement { items, compared_items, reviewers, judgements, .. } = agreement;
    let question = match agreement.question.as_str() {
        "" => file.to_owned(),
        question => format!("{file}, question {}", plain(question)),
    };
    format!(
        "{question}: {judgements} judgements of {items} items by {reviewers} reviewers; \
         {compared_items} items have two and more\n{} without a label, {} replaced by a newer one; \
         labels are {}; intervals: {}",
        agreement.missing, agreement.replaced, agreement.level, agreement.intervals
    )
}

/// The statistics in the order in which they are shown.
fn all(agreement: &Agreement) -> Vec<(&'static str, &Measured)> {
    let alpha = &agreement.krippendorff_alpha;
    vec![
        ("percent", &agreement.percent),
        ("cohen_kappa", &agreement.cohen_kappa),
        ("cohen_kappa_linear", &agreement.cohen_kappa_linear),
        ("cohen_kappa_quadratic", &agreement.cohen_kappa_quadratic),
        ("conger_kappa", &agreement.conger_kappa),
        ("fleiss_kappa", &agreement.fleiss_kappa),
        ("brennan_prediger", &agreement.brennan_prediger),
        ("gwet_ac1", &agreement.gwet_ac1),
        ("gwet_ac2", &agreement.gwet_ac2),
        ("krippendorff_alpha nominal", &alpha.nominal),
        ("krippendorff_alpha ordinal", &alpha.ordinal),
        ("krippendorff_alpha interval", &alpha.interval),
        ("krippendorff_alpha ratio", &alpha.ratio),
        ("icc", &agreement.icc.first),
        ("kendall_w", &agreement.kendall_w),
    ]
}

/// Those with a value.
pub(crate) fn statistics(agreement: &Agreement) -> Table {
    let row = |(name, value): (&str, &Measured)| {
        let number = value.value?;
        let name = match value.kind {
            Some(kind) => format!("{name} ({kind})"),
            None => name.to_owned(),
        };
        let interval = value.ci95.map_or_else(dash, |[low, high]| format!("{low:.3} to {high:.3}"));
        let se = value.se.map_or_else(dash, |se| format!("{se:.3}"));
        Some(vec![name, format!("{number:.3}"), interval, se])
    };
    let rows = all(agreement).into_iter().filter_map(row).collect();
    Table { heads: vec!["STATISTIC", "VALUE", "95 % INTERVAL", "SE"], rows }
}

/// What the values say, and why others are not there.
pub(crate) fn sentences(agreement: &Agreement) -> Vec<String> {
    let sentence = |(name, value): (&str, &Measured)| match (&value.means, &value.why) {
        (Some(means), _) => format!("{name}: {means}"),
        (None, Some(why)) => format!("{name}: no value, {why}."),
        (None, None) => format!("{name}: no value."),
    };
    all(agreement).into_iter().map(sentence).collect()
}

/// How well each label is told from the others.
pub(crate) fn labels(agreement: &Agreement) -> Table {
    let row = |one: &Category| {
        let share = format!("{:.1} %", 100.0 * one.share);
        vec![plain(&one.label), share, kappa(one.fleiss_kappa)]
    };
    let rows = agreement.labels.iter().take(MOST_ROWS).map(row).collect();
    Table { heads: vec!["LABEL", "SHARE", "FLEISS KAPPA"], rows }
}

/// Every two reviewers.
pub(crate) fn pairs(agreement: &Agreement) -> Table {
    let row = |pair: &PairOf| {
        let [first, second] = &pair.reviewers;
        let percent = format!("{:.3}", pair.percent);
        let se = pair.se.map_or_else(dash, |se| format!("{se:.3}"));
        let items = pair.items.to_string();
        vec![plain(first), plain(second), items, percent, kappa(pair.cohen_kappa), se]
    };
    let all = agreement.pairs.iter().flatten();
    let heads = vec!["REVIEWER", "REVIEWER", "ITEMS", "PERCENT", "COHEN KAPPA", "SE"];
    Table { heads, rows: all.map(row).collect() }
}

/// Every reviewer.
pub(crate) fn reviewers(agreement: &Agreement) -> Table {
    let row = |one: &ReviewerOf| {
        vec![plain(&one.reviewer), one.judgements.to_string(), kappa(one.agrees_with_others)]
    };
    let all = agreement.by_reviewer.iter().flatten();
    let heads = vec!["REVIEWER", "JUDGEMENTS", "AGREES WITH OTHERS"];
    Table { heads, rows: all.map(row).collect() }
}

fn kappa(value: Option<f64>) -> String {
    value.map_or_else(dash, |value| format!("{value:.3}"))
}

fn dash() -> String {
    "-".to_owned()
}

/// What a file holds must not steer the terminal.
fn plain(text: &str) -> String {
    text.replace(char::is_control, " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Level;
    use crate::labels::Questions;
    use crate::labels::measure::{Plan, measure};
    use crate::labels::questions::Row;

    fn measured(labels: [[&str; 2]; 4]) -> Agreement {
        let mut questions = Questions::default();
        for (item, both) in ["a", "b", "c", "d"].into_iter().zip(labels) {
            for (reviewer, label) in ["ann", "ben\u{1b}"].into_iter().zip(both) {
                questions.take(Row { question: "", item, reviewer, label }).unwrap();
            }
        }
        let plan = Plan { level: Level::Nominal, pairs: true, bootstrap: Some(0), seed: 0 };
        measure(&questions.finish()[0], plan)
    }

    #[test]
    fn a_statistic_is_a_row_or_a_sentence_says_why_not() {
        let agreement = measured([["y", "y"], ["y", "n"], ["n", "n"], ["n", "n"]]);
        let rows = statistics(&agreement).rows;
        assert_eq!(rows[0], ["percent", "0.750", "-0.046 to 1.000", "0.250"]);
        assert_eq!(rows[1][..2], ["cohen_kappa", "0.500"]);
        assert!(rows.iter().all(|row| !row[0].starts_with("gwet_ac2")));
        let said = sentences(&agreement).join("\n");
        assert!(
            said.contains("gwet_ac2: no value, the labels are nominal; it needs them ordinal.")
        );
        assert!(said.contains("cohen_kappa: 50 % of the way from chance"));
        assert_eq!(labels(&agreement).rows[0], ["n", "62.5 %", "0.467"]);
        assert_eq!(pairs(&agreement).rows[0][..3], ["ann", "ben ", "4"], "no control characters");
        assert_eq!(reviewers(&agreement).rows[1], ["ben ", "4", "0.750"]);
        assert!(heading("f.csv", &agreement).starts_with("f.csv: 8 judgements of 4 items by 2"));
    }

    #[test]
    fn one_answer_for_all_is_no_agreement_beyond_chance() {
        let agreement = measured([["y", "y"]; 4]);
        assert_eq!(statistics(&agreement).rows.len(), 1, "percent only");
        let why = "all judgements are the same, so chance would agree as much";
        assert_eq!(agreement.fleiss_kappa.why.as_deref(), Some(why));
    }
}
