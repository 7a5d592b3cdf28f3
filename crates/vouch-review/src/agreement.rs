//! How far the reviewers of a queue agree, question by question.

use serde::Serialize;
use vouch_domain::Time;
use vouch_domain::id::UserId;
use vouch_domain::review::Rubric;
use vouch_stats::agreement::{
    Bootstrap, Counts, Estimate, Pairs, Scale, Statistic, Table, Undefined, Weights, cohen_kappa,
    fleiss_kappa, gwet_ac, krippendorff_alpha, percent,
};
use vouch_stats::reliability::{Complete, Icc};
use vouch_stats::{Judgement, Judgements};

use crate::consensus::People;
use crate::opinions::Opinions;
use crate::topic::Topic;

/// How intervals are drawn: the same each time.
const BOOTSTRAP: Bootstrap = Bootstrap { resamples: 1000, seed: 1 };
/// The most reviewers that are compared pair by pair: those with the most reviews.
const MOST_PAIRED: usize = 30;
/// The most weeks that are shown.
const WEEKS: i64 = 26;

/// How far the reviewers of a queue agree.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Agreement {
    /// Who reviewed.
    pub users: Vec<ReviewerName>,
    /// The questions whose answers can be compared.
    pub questions: Vec<QuestionAgreement>,
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ReviewerName {
    /// Their id.
    pub id: UserId,
    /// Their name.
    pub name: Option<String>,
}

/// How far the reviewers agree on one question.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct QuestionAgreement {
    /// The question's key.
    pub question: String,
    /// Its title.
    pub title: String,
    /// Tasks with two answers or more.
    pub tasks: u64,
    /// What the statistics say; the first is the one to look at.
    pub coefficients: Vec<Coefficient>,
    /// Pairs of reviewers with a task in common; of the 30 who reviewed most.
    pub pairs: Vec<PairAgreement>,
    /// Week by week, by the last review of each task; the newest last, at most 26.
    pub over_time: Vec<WeekAgreement>,
}

/// One statistic.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Coefficient {
    /// Which: `krippendorff_alpha`, `gwet_ac1`, `gwet_ac2`, `fleiss_kappa`, `cohen_kappa`, `icc`
    /// or `percent`.
    pub name: &'static str,
    /// Its value; null where it has none.
    pub value: Option<f64>,
    /// The 95 % confidence interval, lower end.
    pub low: Option<f64>,
    /// Its upper end.
    pub high: Option<f64>,
    /// What the value says, in one sentence.
    pub means: Option<String>,
    /// Why there is no value, where there is none.
    pub why: Option<String>,
    /// Who described it, and when.
    pub source: &'static str,
}

/// How far two reviewers agree.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PairAgreement {
    /// The one.
    pub a: UserId,
    /// The other.
    pub b: UserId,
    /// How many tasks both answered.
    pub tasks: u64,
    /// The share of them with the same answer.
    pub percent: f64,
    /// Cohen's kappa; null where both always said the same one thing.
    pub kappa: Option<f64>,
}

/// How far they agreed in one week.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WeekAgreement {
    /// The first moment of the week: Monday, UTC.
    pub day: Time,
    /// Tasks with two answers or more.
    pub tasks: u64,
    /// The share of pairs of answers to one task that are the same.
    pub value: Option<f64>,
}

impl Agreement {
    /// Compares what was said. Takes as long as there are reviews: about a second for a million.
    pub fn of(opinions: &Opinions, rubric: &Rubric, people: &People) -> Self {
        let users: Vec<ReviewerName> = opinions
            .users()
            .iter()
            .map(|id| ReviewerName { id: *id, name: people.get(id).cloned() })
            .collect();
        let questions = Topic::compared(rubric).filter_map(|question| {
            let topic = Topic::of(opinions, question)?;
            let counts = Counts::of(&topic.judgements);
            Some(QuestionAgreement {
                question: question.key.clone(),
                title: question.title.clone(),
                tasks: counts.compared(),
                coefficients: coefficients(&topic, &counts),
                pairs: pairs(&topic, &users),
                over_time: weeks(&topic, opinions.last()),
            })
        });
        let questions = questions.collect();
        Self { users, questions }
    }
}

fn coefficients(topic: &Topic, counts: &Counts) -> Vec<Coefficient> {
    let same = Weights::identity();
    let drawn = Some(BOOTSTRAP);
    let (scale, alpha) = match (&topic.values, topic.is_interval) {
        (Some(values), true) => (Scale::Interval(values), Statistic::AlphaInterval),
        (Some(_), false) => (Scale::Ordinal, Statistic::AlphaOrdinal),
        (None, _) => (Scale::Nominal, Statistic::AlphaNominal),
    };
    let alpha = told("krippendorff_alpha", alpha, krippendorff_alpha(counts, scale, drawn));
    let mut all = vec![alpha];
    if let Some(values) = &topic.values {
        let near = Weights::quadratic(values);
        all.push(told("gwet_ac2", Statistic::GwetAc2, gwet_ac(counts, &near, drawn)));
        all.push(icc(&topic.judgements, values));
    } else {
        all.push(told("gwet_ac1", Statistic::GwetAc1, gwet_ac(counts, &same, drawn)));
        all.push(told("fleiss_kappa", Statistic::Fleiss, fleiss_kappa(counts, &same, drawn)));
    }
    if topic.judgements.reviewers() == 2 {
        let kappa = cohen_kappa(&Table::of(&topic.judgements, 0, 1), &same, drawn);
        all.push(told("cohen_kappa", Statistic::Cohen, kappa.map(|kappa| kappa.estimate)));
    }
    all.push(told("percent", Statistic::Percent, percent(counts, &same, drawn)));
    all
}

fn told(
    name: &'static str,
    statistic: Statistic,
    estimate: Result<Estimate, Undefined>,
) -> Coefficient {
    let source = statistic.source();
    match estimate {
        Ok(Estimate { value, ci95, .. }) => Coefficient {
            name,
            value: Some(value),
            low: ci95.map(|interval| interval.low),
            high: ci95.map(|interval| interval.high),
            means: Some(statistic.interpretation(value)),
            why: None,
            source,
        },
        Err(why) => {
            let why = Some(why.to_string());
            Coefficient { name, value: None, low: None, high: None, means: None, why, source }
        }
    }
}

fn icc(judgements: &Judgements, values: &[f64]) -> Coefficient {
    let found = Complete::of(judgements, values).and_then(|complete| Icc::of(&complete));
    let estimate = found.map(|icc| Estimate {
        value: icc.icc21.value,
        observed: icc.icc21.value,
        expected: 0.0,
        se: None,
        ci95: icc.icc21.ci95,
    });
    told("icc", Statistic::Icc, estimate)
}

fn pairs(topic: &Topic, users: &[ReviewerName]) -> Vec<PairAgreement> {
    let pairs = Pairs::of(&topic.judgements, &Weights::identity(), MOST_PAIRED).pairs;
    let named = |number: u32| users.get(number as usize).map(|user| user.id);
    let pairs = pairs.into_iter().filter_map(|pair| {
        let (a, b) = named(pair.first).zip(named(pair.second))?;
        Some(PairAgreement { a, b, tasks: pair.items, percent: pair.percent, kappa: pair.kappa })
    });
    pairs.collect()
}

/// The days from a Monday to 1970-01-01, a Thursday.
const THURSDAY: i64 = 3;

fn weeks(topic: &Topic, last: &[Time]) -> Vec<WeekAgreement> {
    let week = |at: &Time| (at.day() + THURSDAY).div_euclid(7);
    let (Some(first), Some(newest)) = (last.iter().map(week).min(), last.iter().map(week).max())
    else {
        return Vec::new();
    };
    let first = first.max(newest - WEEKS + 1);
    let mut made: Vec<Vec<Judgement>> = Vec::new();
    made.resize_with(usize::try_from(newest - first + 1).unwrap_or(0), Vec::new);
    for one in topic.judgements.all() {
        let of = last.get(one.item as usize).map(|at| week(at) - first);
        let of = of.and_then(|week| usize::try_from(week).ok());
        if let Some(made) = of.and_then(|week| made.get_mut(week)) {
            made.push(*one);
        }
    }
    let told = (first..).zip(made).map(|(week, made)| {
        let counts = Counts::of(&Judgements::new(made, topic.labels.len()));
        let day = Time::from_micros((week * 7 - THURSDAY) * 86_400_000_000);
        let same = percent(&counts, &Weights::identity(), None);
        WeekAgreement {
            day,
            tasks: counts.compared(),
            value: same.ok().map(|estimate| estimate.value),
        }
    });
    told.collect()
}
