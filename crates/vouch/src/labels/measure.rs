//! All that can be said about the agreement on one question.

use vouch_stats::agreement::{
    Bootstrap, Counts, Pairs, Scale, Statistic, Table, Undefined, Weights, brennan_prediger,
    cohen_kappa, conger_kappa, fleiss_categories, fleiss_kappa, fleiss_test, gwet_ac,
    krippendorff_alpha, percent, with_others,
};

use super::Question;
use super::measured::{Agreement, Alphas, Category, Measured, PairOf, ReviewerOf};
use super::ratings::{concordance, iccs, places};
use crate::cli::Level;

/// More reviewers than these are not compared two by two.
const MOST_PAIRED: usize = 100;
/// Without being asked, up to so many.
const FEW_PAIRED: usize = 12;
/// A table of weights has the square of so many numbers.
const MOST_WEIGHTED: usize = 300;
/// Different items, and different labels: with more, a thousand resamples take long, and the
/// formula is as good.
const MOST_DRAWN: (usize, usize) = (20_000, 500);
const RESAMPLES: u32 = 1_000;

/// What to measure, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) level: Level,
    pub(crate) pairs: bool,
    pub(crate) bootstrap: Option<u32>,
    pub(crate) seed: u64,
}

/// Measures everything.
pub(crate) fn measure(question: &Question, plan: Plan) -> Agreement {
    let judgements = &question.judgements;
    let counts = Counts::of(judgements);
    let bootstrap = resamples(&counts, plan);
    let table = (question.reviewers.len() == 2).then(|| Table::of(judgements, 0, 1));
    let exact = Weights::identity();
    let cohen = |statistic, weights: &Weights| match &table {
        None => Measured::none(format!(
            "{}: see pairs",
            Undefined::NotTwoReviewers(question.reviewers.len())
        )),
        Some(table) => {
            let kappa = cohen_kappa(table, weights, bootstrap);
            let p_value = kappa.as_ref().ok().and_then(|kappa| Some(kappa.test?.p_value));
            let value = Measured::of(statistic, kappa.map(|kappa| kappa.estimate));
            Measured { p_value, ..value }
        }
    };
    // Where both judged everything, the formula for two applies.
    let both = table.as_ref().filter(|table| table.items() == counts.items());
    let gwet = |statistic, weights: &Weights| {
        let estimate = match both {
            Some(table) => table.gwet_ac(weights, bootstrap),
            None => gwet_ac(&counts, weights, bootstrap),
        };
        Measured::of(statistic, estimate)
    };
    let weighted = |value: &dyn Fn(&[f64]) -> Measured| {
        Measured::or_too_low(plan.level, Level::Ordinal, || {
            if question.labels.len() > MOST_WEIGHTED {
                return Measured::none(Undefined::TooManyCategories(MOST_WEIGHTED).to_string());
            }
            value(&places(question))
        })
    };
    let fleiss = Measured::of(Statistic::Fleiss, fleiss_kappa(&counts, &exact, bootstrap));
    let fleiss = Measured { p_value: fleiss_test(&counts).ok().map(|t| t.p_value), ..fleiss };
    let paired = plan.pairs || (3..=FEW_PAIRED).contains(&question.reviewers.len());
    let pairs = paired.then(|| Pairs::of(judgements, &exact, MOST_PAIRED));
    Agreement {
        question: question.name.clone(),
        items: question.items.len(),
        compared_items: counts.compared(),
        reviewers: question.reviewers.len(),
        judgements: judgements.all().len(),
        missing: question.missing,
        replaced: judgements.replaced(),
        level: plan.level.name(),
        intervals: match bootstrap {
            Some(plan) => format!("bootstrap of {} resamples, seed {}", plan.resamples, plan.seed),
            None => "formula".to_owned(),
        },
        percent: Measured::of(Statistic::Percent, percent(&counts, &exact, bootstrap)),
        cohen_kappa: cohen(Statistic::Cohen, &exact),
        cohen_kappa_linear: weighted(&|values| {
            cohen(Statistic::CohenWeighted, &Weights::linear(values))
        }),
        cohen_kappa_quadratic: weighted(&|values| {
            cohen(Statistic::CohenWeighted, &Weights::quadratic(values))
        }),
        conger_kappa: Measured::of(Statistic::Conger, conger_kappa(judgements, &exact)),
        fleiss_kappa: fleiss,
        brennan_prediger: Measured::of(
            Statistic::BrennanPrediger,
            brennan_prediger(&counts, &exact, bootstrap),
        ),
        gwet_ac1: gwet(Statistic::GwetAc1, &exact),
        gwet_ac2: weighted(&|values| Measured {
            kind: Some("quadratic weights"),
            ..gwet(Statistic::GwetAc2, &Weights::quadratic(values))
        }),
        krippendorff_alpha: alphas(question, &counts, plan.level, bootstrap),
        icc: iccs(question, plan.level),
        kendall_w: concordance(question, plan.level),
        labels: categories(question, &counts),
        not_paired: pairs.as_ref().map(|pairs| pairs.left_out).filter(|others| *others > 0),
        by_reviewer: pairs.as_ref().map(|pairs| by_reviewer(question, &pairs.reviewers)),
        pairs: pairs.map(|pairs| named(question, &pairs)),
    }
}

fn resamples(counts: &Counts, plan: Plan) -> Option<Bootstrap> {
    let quick = counts.distinct() <= MOST_DRAWN.0 && counts.categories() <= MOST_DRAWN.1;
    let resamples = plan.bootstrap.unwrap_or(if quick { RESAMPLES } else { 0 });
    (resamples > 0).then_some(Bootstrap { resamples, seed: plan.seed })
}

fn alphas(question: &Question, counts: &Counts, level: Level, plan: Option<Bootstrap>) -> Alphas {
    let alpha = |statistic, scale| Measured::of(statistic, krippendorff_alpha(counts, scale, plan));
    let numbers = question.numbers.as_deref().unwrap_or_default();
    Alphas {
        nominal: alpha(Statistic::AlphaNominal, Scale::Nominal),
        ordinal: Measured::or_too_low(level, Level::Ordinal, || {
            alpha(Statistic::AlphaOrdinal, Scale::Ordinal)
        }),
        interval: Measured::or_too_low(level, Level::Interval, || {
            alpha(Statistic::AlphaInterval, Scale::Interval(numbers))
        }),
        ratio: Measured::or_too_low(level, Level::Ratio, || {
            alpha(Statistic::AlphaRatio, Scale::Ratio(numbers))
        }),
    }
}

fn categories(question: &Question, counts: &Counts) -> Vec<Category> {
    let all = fleiss_categories(counts).unwrap_or_default();
    let named = question.labels.iter().zip(all);
    let category = |(label, one): (&String, vouch_stats::agreement::Category)| Category {
        label: label.clone(),
        share: one.share,
        fleiss_kappa: one.kappa,
    };
    named.map(category).collect()
}

fn by_reviewer(question: &Question, reviewers: &[u32]) -> Vec<ReviewerOf> {
    let mut given = vec![0; question.reviewers.len()];
    for one in question.judgements.all() {
        given[one.reviewer as usize] += 1;
    }
    let agrees = with_others(&question.judgements);
    let of = |reviewer: &u32| {
        let place = *reviewer as usize;
        ReviewerOf {
            reviewer: question.reviewers[place].clone(),
            judgements: given[place],
            agrees_with_others: agrees[place],
        }
    };
    reviewers.iter().map(of).collect()
}

fn named(question: &Question, pairs: &Pairs) -> Vec<PairOf> {
    let name = |reviewer: u32| question.reviewers[reviewer as usize].clone();
    let pair = |pair: &vouch_stats::agreement::Pair| PairOf {
        reviewers: [name(pair.first), name(pair.second)],
        items: pair.items,
        percent: pair.percent,
        cohen_kappa: pair.kappa,
        se: pair.se,
    };
    pairs.pairs.iter().map(pair).collect()
}
