//! How far the reviewers of a queue agree, question by question.

use std::collections::BTreeMap;

use serde::Serialize;
use vouch_domain::Time;
use vouch_domain::id::UserId;
use vouch_domain::review::{ConsensusRule, Question, QuestionKind, Rubric};
use vouch_stats::agreement::{
    Bootstrap, Counts, Estimate, Pairs, Scale, Statistic, Table, Undefined, Weights, cohen_kappa,
    fleiss_kappa, gwet_ac, krippendorff_alpha, percent, percentile_interval,
};
use vouch_stats::reliability::{Complete, Icc, kendall_w};
use vouch_stats::{Judgement, Judgements};

use crate::by::Whole;
use crate::consensus::People;
use crate::opinions::Opinions;
use crate::topic::Topic;
use crate::work::{begin_of, week_of};

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
    /// Which: `krippendorff_alpha`, `gwet_ac1`, `gwet_ac2`, `fleiss_kappa`, `cohen_kappa`,
    /// `cohen_kappa_weighted` (quadratic), `icc` (2,1), `icc_mean` (2,k), `kendall_w`, `span_f1` or
    /// `percent`.
    pub name: &'static str,
    /// Its value; null where it has none.
    pub value: Option<f64>,
    /// The 95 % confidence interval, lower end: by 1,000 bootstrap samples of tasks, of the ICC by
    /// its F distribution; null where there is none, as for Kendall's W of ratings.
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
    /// The share of pairs of answers to one task that are the same; of spans, how far they cover
    /// the same (F1).
    pub value: Option<f64>,
    /// Krippendorff's alpha; null where it has no value, and for spans.
    pub alpha: Option<f64>,
    /// The 95 % confidence interval of alpha by 200 bootstrap samples, lower end.
    pub low: Option<f64>,
    /// Its upper end.
    pub high: Option<f64>,
}

impl Agreement {
    /// Compares what was said. Takes as long as there are reviews: about a second for a million.
    pub fn of(opinions: &Opinions, rubric: &Rubric, people: &People) -> Self {
        let users: Vec<ReviewerName> = opinions
            .users()
            .iter()
            .map(|id| ReviewerName { id: *id, name: people.get(id).cloned() })
            .collect();
        let questions = Opinions::held(rubric).map(|question| {
            let (title, key) = (question.title.clone(), question.key.clone());
            let Some(topic) = Topic::of(opinions, question) else {
                return of_spans(opinions, question);
            };
            let counts = Counts::of(&topic.judgements);
            let mut coefficients = coefficients(&topic, &counts);
            if let QuestionKind::Ranking = question.kind {
                let whole = Whole::of(opinions, question, ConsensusRule::default());
                let each: Vec<f64> = whole.concordances().into_iter().flatten().collect();
                let mean = mean(&each, BOOTSTRAP);
                coefficients.insert(0, told("kendall_w", Statistic::KendallWithin, mean));
            }
            QuestionAgreement {
                question: key,
                title,
                tasks: counts.compared(),
                coefficients,
                pairs: pairs(&topic, &users),
                over_time: weeks(&topic, opinions.last()),
            }
        });
        let questions = questions.collect();
        Self { users, questions }
    }
}

/// On which scale the answers to a question are, for Krippendorff's alpha.
pub(crate) fn scale(topic: &Topic) -> (Scale<'_>, Statistic) {
    match (&topic.values, topic.is_interval) {
        (Some(values), true) => (Scale::Interval(values), Statistic::AlphaInterval),
        (Some(_), false) => (Scale::Ordinal, Statistic::AlphaOrdinal),
        (None, _) => (Scale::Nominal, Statistic::AlphaNominal),
    }
}

/// How far marked spans agree.
fn of_spans(opinions: &Opinions, question: &Question) -> QuestionAgreement {
    let whole = Whole::of(opinions, question, ConsensusRule::default());
    let scores = whole.pair_scores();
    let each: Vec<f64> = scores.iter().copied().flatten().collect();
    let mut by_week: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
    for (score, last) in scores.iter().zip(opinions.last()) {
        by_week.entry(week_of(*last)).or_default().extend(*score);
    }
    let newest = by_week.keys().last().copied().unwrap_or_default();
    let week = |(week, scores): (i64, Vec<f64>)| WeekAgreement {
        day: begin_of(week),
        tasks: scores.len() as u64,
        value: mean(&scores, Bootstrap { resamples: 0, ..BOOTSTRAP }).ok().map(|e| e.value),
        alpha: None,
        low: None,
        high: None,
    };
    let shown = by_week.into_iter().filter(|(week, _)| *week > newest - WEEKS);
    QuestionAgreement {
        question: question.key.clone(),
        title: question.title.clone(),
        tasks: each.len() as u64,
        coefficients: vec![told("span_f1", Statistic::SpanF1, mean(&each, BOOTSTRAP))],
        pairs: Vec::new(),
        over_time: shown.map(week).collect(),
    }
}

/// The mean of one number for each task, with its interval.
fn mean(each: &[f64], bootstrap: Bootstrap) -> Result<Estimate, Undefined> {
    if each.is_empty() {
        return Err(Undefined::NoOverlap);
    }
    // Tasks with the same number are drawn together.
    let mut sorted = each.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let kinds: Vec<&[f64]> = sorted.chunk_by(|a, b| a.total_cmp(b).is_eq()).collect();
    let times: Vec<u64> = kinds.iter().map(|kind| kind.len() as u64).collect();
    let of = |times: &[u64]| {
        let all = kinds.iter().zip(times);
        #[expect(clippy::cast_precision_loss, reason = "there are not so many tasks")]
        let (sum, count) = all.fold((0.0, 0.0), |(sum, count), (kind, times)| {
            (sum + kind[0] * *times as f64, count + *times as f64)
        });
        Some(sum / count)
    };
    let value = of(&times).unwrap_or_default();
    let ci95 = percentile_interval(&times, bootstrap, of);
    Ok(Estimate { value, observed: value, expected: 0.0, se: None, ci95 })
}

fn alpha(
    topic: &Topic,
    counts: &Counts,
    drawn: Bootstrap,
) -> (Statistic, Result<Estimate, Undefined>) {
    let (scale, statistic) = scale(topic);
    (statistic, krippendorff_alpha(counts, scale, Some(drawn)))
}

fn coefficients(topic: &Topic, counts: &Counts) -> Vec<Coefficient> {
    let same = Weights::identity();
    let drawn = Some(BOOTSTRAP);
    let (statistic, value) = alpha(topic, counts, BOOTSTRAP);
    let mut all = vec![told("krippendorff_alpha", statistic, value)];
    if let Some(values) = &topic.values {
        let near = Weights::quadratic(values);
        all.push(told("gwet_ac2", Statistic::GwetAc2, gwet_ac(counts, &near, drawn)));
        all.extend(reliability(&topic.judgements, values));
    } else {
        all.push(told("gwet_ac1", Statistic::GwetAc1, gwet_ac(counts, &same, drawn)));
        all.push(told("fleiss_kappa", Statistic::Fleiss, fleiss_kappa(counts, &same, drawn)));
    }
    if topic.judgements.reviewers() == 2 {
        let table = Table::of(&topic.judgements, 0, 1);
        let kappa = |weights| cohen_kappa(&table, weights, drawn).map(|kappa| kappa.estimate);
        all.push(told("cohen_kappa", Statistic::Cohen, kappa(&same)));
        if let Some(values) = &topic.values {
            let weighted = kappa(&Weights::quadratic(values));
            all.push(told("cohen_kappa_weighted", Statistic::CohenWeighted, weighted));
        }
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

/// What needs tasks that every reviewer rated.
fn reliability(judgements: &Judgements, values: &[f64]) -> [Coefficient; 3] {
    let complete = Complete::of(judgements, values);
    let plain =
        |value: f64, ci95| Estimate { value, observed: value, expected: 0.0, se: None, ci95 };
    let icc = complete.clone().and_then(|complete| Icc::of(&complete));
    let one = icc.map(|icc| plain(icc.icc21.value, icc.icc21.ci95));
    let mean = icc.and_then(|icc| icc.icc2k.ok_or(Undefined::NoVariance));
    let mean = mean.map(|icc| plain(icc.value, icc.ci95));
    let w = complete.and_then(|complete| kendall_w(&complete)).map(|found| plain(found.w, None));
    [
        told("icc", Statistic::Icc, one),
        told("icc_mean", Statistic::IccMean, mean),
        told("kendall_w", Statistic::KendallW, w),
    ]
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

fn weeks(topic: &Topic, last: &[Time]) -> Vec<WeekAgreement> {
    let week = |at: &Time| week_of(*at);
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
        let few = Bootstrap { resamples: 200, ..BOOTSTRAP };
        let alpha = alpha(topic, &counts, few).1.ok();
        let same = percent(&counts, &Weights::identity(), None);
        WeekAgreement {
            day: begin_of(week),
            tasks: counts.compared(),
            value: same.ok().map(|estimate| estimate.value),
            alpha: alpha.map(|alpha| alpha.value),
            low: alpha.and_then(|alpha| alpha.ci95).map(|interval| interval.low),
            high: alpha.and_then(|alpha| alpha.ci95).map(|interval| interval.high),
        }
    });
    told.collect()
}
