//! All that can be said about the agreement on one question.

use serde::Serialize;
use vouch_stats::agreement::{
    Bootstrap, Counts, Estimate, Pairs, Scale, Statistic, Table, Undefined, Weights,
    brennan_prediger, cohen_kappa, conger_kappa, fleiss_categories, fleiss_kappa, fleiss_test,
    gwet_ac, krippendorff_alpha, percent, with_others,
};
use vouch_stats::reliability::{Complete, Icc, Reliability, kendall_w, one_way};

use super::Question;
use crate::cli::Level;

/// More reviewers than these are not compared two by two.
const MOST_PAIRED: usize = 100;
/// Without being asked, up to so many.
const FEW_PAIRED: usize = 12;
/// A table of weights has the square of so many numbers.
const MOST_WEIGHTED: usize = 1_000;
/// Resamples times different items: above this the formula is as good, and at once.
const MOST_DRAWN: usize = 20_000_000;
const RESAMPLES: u32 = 1_000;

/// What to measure, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Plan {
    pub(crate) level: Level,
    pub(crate) pairs: bool,
    pub(crate) bootstrap: Option<u32>,
    pub(crate) seed: u64,
}

/// One statistic. `value` is null where it has none; `why` says so then.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Measured {
    pub(crate) value: Option<f64>,
    pub(crate) ci95: Option<[f64; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) se: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) p_value: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) means: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) why: Option<String>,
}

impl Measured {
    fn of(statistic: Statistic, estimate: Result<Estimate, Undefined>) -> Self {
        match estimate {
            Err(why) => Self::none(why.to_string()),
            Ok(Estimate { value, se, ci95, .. }) => Self {
                value: Some(value),
                ci95: ci95.map(|ci| [ci.low, ci.high]),
                se,
                means: Some(statistic.interpretation(value)),
                ..Self::default()
            },
        }
    }

    fn none(why: impl Into<String>) -> Self {
        Self { why: Some(why.into()), ..Self::default() }
    }

    fn of_ratings(reliability: Reliability, kind: &'static str) -> Self {
        Self {
            value: Some(reliability.value),
            ci95: reliability.ci95.map(|ci| [ci.low, ci.high]),
            p_value: reliability.p_value,
            kind: Some(kind),
            means: Some(format!(
                "{}{}",
                Statistic::Icc.interpretation(reliability.value),
                about(kind)
            )),
            ..Self::default()
        }
    }

    fn or_too_low(level: Level, needed: Level, value: impl FnOnce() -> Self) -> Self {
        if level >= needed {
            return value();
        }
        let (level, needed) = (level.name(), needed.name());
        Self::none(format!("the labels are {level}; it needs them {needed}"))
    }
}

/// Krippendorff's alpha at each level.
#[derive(Debug, Serialize)]
pub(crate) struct Alphas {
    pub(crate) nominal: Measured,
    pub(crate) ordinal: Measured,
    pub(crate) interval: Measured,
    pub(crate) ratio: Measured,
}

/// The intraclass correlations: the first for a headline, and all.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Iccs {
    #[serde(flatten)]
    pub(crate) first: Measured,
    /// Items that every reviewer judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    items: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    all: Option<Vec<Measured>>,
}

/// One label and how well it is told from the others.
#[derive(Debug, Serialize)]
pub(crate) struct Category {
    pub(crate) label: String,
    pub(crate) share: f64,
    pub(crate) fleiss_kappa: Option<f64>,
}

/// Two reviewers.
#[derive(Debug, Serialize)]
pub(crate) struct PairOf {
    pub(crate) reviewers: [String; 2],
    pub(crate) items: u64,
    pub(crate) percent: f64,
    pub(crate) cohen_kappa: Option<f64>,
    pub(crate) se: Option<f64>,
}

/// One reviewer.
#[derive(Debug, Serialize)]
pub(crate) struct ReviewerOf {
    pub(crate) reviewer: String,
    pub(crate) judgements: u64,
    /// The share of others' judgements of the same items that say the same.
    pub(crate) agrees_with_others: Option<f64>,
}

/// All that can be said about one question.
#[derive(Debug, Serialize)]
pub(crate) struct Agreement {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) question: String,
    pub(crate) items: usize,
    /// Items with two judgements and more.
    pub(crate) compared_items: u64,
    pub(crate) reviewers: usize,
    pub(crate) judgements: usize,
    pub(crate) missing: u64,
    pub(crate) replaced: usize,
    pub(crate) level: &'static str,
    /// How `ci95` was made, where both ways are possible.
    pub(crate) intervals: String,
    pub(crate) percent: Measured,
    pub(crate) cohen_kappa: Measured,
    pub(crate) cohen_kappa_linear: Measured,
    pub(crate) cohen_kappa_quadratic: Measured,
    pub(crate) conger_kappa: Measured,
    pub(crate) fleiss_kappa: Measured,
    pub(crate) brennan_prediger: Measured,
    pub(crate) gwet_ac1: Measured,
    pub(crate) gwet_ac2: Measured,
    pub(crate) krippendorff_alpha: Alphas,
    pub(crate) icc: Iccs,
    pub(crate) kendall_w: Measured,
    pub(crate) labels: Vec<Category>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pairs: Option<Vec<PairOf>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) by_reviewer: Option<Vec<ReviewerOf>>,
    /// Reviewers who are not in `pairs`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) not_paired: Option<usize>,
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
    let quick = counts.distinct().saturating_mul(RESAMPLES as usize) <= MOST_DRAWN;
    let resamples = plan.bootstrap.unwrap_or(if quick { RESAMPLES } else { 0 });
    (resamples > 0).then_some(Bootstrap { resamples, seed: plan.seed })
}

/// What a kind of intraclass correlation is about.
fn about(kind: &str) -> &'static str {
    match kind {
        "ICC(2,1)" => " One rating by one of these reviewers; being stricter than others counts.",
        "ICC(3,1)" => {
            " One rating by one of these reviewers; being stricter than others is no harm."
        }
        "ICC(1,k)" => " The mean rating of as many reviewers, whoever they are.",
        "ICC(2,k)" => " The mean rating of these reviewers; being stricter than others counts.",
        "ICC(3,k)" => " The mean rating of these reviewers; being stricter than others is no harm.",
        _ => " One rating by anybody.",
    }
}

/// The value of each label: its number, or its place in the order.
fn places(question: &Question) -> Vec<f64> {
    let place = |(place, _)| f64::from(place);
    question.numbers.clone().unwrap_or_else(|| (0_u32..).zip(&question.labels).map(place).collect())
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

fn iccs(question: &Question, level: Level) -> Iccs {
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

fn concordance(question: &Question, level: Level) -> Measured {
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
