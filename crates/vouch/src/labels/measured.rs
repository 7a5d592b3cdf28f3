//! What is said about the agreement on one question: the shape of the JSON.

use serde::Serialize;
use vouch_stats::agreement::{Estimate, Statistic, Undefined};
use vouch_stats::reliability::Reliability;

use crate::cli::Level;

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
    pub(super) fn of(statistic: Statistic, estimate: Result<Estimate, Undefined>) -> Self {
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

    pub(super) fn none(why: impl Into<String>) -> Self {
        Self { why: Some(why.into()), ..Self::default() }
    }

    pub(super) fn of_ratings(reliability: Reliability, kind: &'static str) -> Self {
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

    pub(super) fn or_too_low(level: Level, needed: Level, value: impl FnOnce() -> Self) -> Self {
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
    pub(super) items: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) all: Option<Vec<Measured>>,
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
