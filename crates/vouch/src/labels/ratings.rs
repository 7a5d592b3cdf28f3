//! How far ratings and rankings can be relied on.

use vouch_stats::agreement::Statistic;
use vouch_stats::reliability::{Complete, Icc, kendall_w, one_way};

use super::Question;
use super::measured::{Iccs, Measured};
use crate::cli::Level;

/// The value of each label: its number, or its place in the order.
pub(super) fn places(question: &Question) -> Vec<f64> {
    let place = |(place, _)| f64::from(place);
    question.numbers.clone().unwrap_or_else(|| (0_u32..).zip(&question.labels).map(place).collect())
}

/// The intraclass correlations, of numbers.
pub(super) fn iccs(question: &Question, level: Level) -> Iccs {
    let numbers = match &question.numbers {
        Some(numbers) if level >= Level::Interval => numbers,
        _ => {
            let first = Measured::or_too_low(level, Level::Interval, Measured::default);
            return Iccs { first, ..Iccs::default() };
        }
    };
    match Complete::of(&question.judgements, numbers).and_then(|all| Ok((Icc::of(&all)?, all))) {
        Ok((icc, complete)) => {
            let means = [(icc.icc1k, "ICC(1,k)"), (icc.icc2k, "ICC(2,k)"), (icc.icc3k, "ICC(3,k)")];
            let means = means
                .into_iter()
                .filter_map(|(reliability, kind)| Some(Measured::of_ratings(reliability?, kind)));
            let single = [
                Measured::of_ratings(icc.icc11, "ICC(1,1)"),
                Measured::of_ratings(icc.icc21, "ICC(2,1)"),
                Measured::of_ratings(icc.icc31, "ICC(3,1)"),
            ];
            Iccs {
                first: single[1].clone(),
                items: Some(complete.items()),
                all: Some(single.into_iter().chain(means).collect()),
            }
        }
        Err(_) => Iccs { first: by_anybody(question, numbers), ..Iccs::default() },
    }
}

/// The correlation of one rating where not everybody rated everything.
fn by_anybody(question: &Question, numbers: &[f64]) -> Measured {
    let rated: Vec<Vec<f64>> = question
        .judgements
        .by_item()
        .map(|item| item.iter().map(|one| numbers[one.category as usize]).collect())
        .collect();
    match one_way(rated.iter().map(Vec::as_slice)) {
        Ok(reliability) => Measured::of_ratings(reliability, "ICC(1,1)"),
        Err(why) => Measured::none(why.to_string()),
    }
}

/// Kendall's W, of ranks.
pub(super) fn concordance(question: &Question, level: Level) -> Measured {
    Measured::or_too_low(level, Level::Ordinal, || {
        let complete = Complete::of(&question.judgements, &places(question));
        match complete.and_then(|complete| kendall_w(&complete)) {
            Err(why) => Measured::none(why.to_string()),
            Ok(kendall) => Measured {
                value: Some(kendall.w),
                p_value: Some(kendall.p_value),
                means: Some(Statistic::KendallW.interpretation(kendall.w)),
                ..Measured::default()
            },
        }
    })
}
