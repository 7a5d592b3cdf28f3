//! Answers that are looked at whole: spans, by the share who marked each; rankings, by mean place.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use vouch_domain::review::{ConsensusRule, Question, QuestionKind, TextSpan, mean_ranking};
use vouch_stats::consensus::spans::{
    Marking, Markings, Quorum, Span, by_whole_spans, pair_scores, standings,
};
use vouch_stats::reliability::{Complete, kendall_w};

use super::Standing;
use crate::consensus::Told;
use crate::opinions::Opinions;

/// The answers as they are.
pub(crate) struct Whole {
    /// Each different answer.
    values: Vec<Value>,
    /// Reviewer and answer, by task.
    tasks: Vec<Vec<(u32, u32)>>,
    /// How many each reviewer gave.
    given: Vec<usize>,
    /// The labels, where they are spans.
    spans: Option<SpanRule>,
}

struct SpanRule {
    labels: Vec<String>,
    quorum: Quorum,
    qualities: Vec<Option<f64>>,
}

impl Whole {
    pub(crate) fn of(opinions: &Opinions, question: &Question, rule: ConsensusRule) -> Self {
        let texts = opinions.values(&question.key).iter();
        let values: Vec<Value> =
            texts.map(|text| serde_json::from_str(text).unwrap_or_default()).collect();
        let mut tasks = vec![Vec::new(); opinions.tasks().len()];
        let mut given = vec![0; opinions.users().len()];
        for said in opinions.said(&question.key) {
            tasks[said.task as usize].push((said.user, said.value));
            given[said.user as usize] += 1;
        }
        let mut whole = Self { values, tasks, given, spans: None };
        if let QuestionKind::Spans { labels, .. } = &question.kind {
            let labels: Vec<String> = labels.iter().map(|label| label.key.clone()).collect();
            let markings = markings(&whole, &labels);
            let qualities = standings(&markings).iter().map(|one| one.quality).collect();
            let quorum = rule.spans.and_then(|share| Quorum::share(share).ok()).unwrap_or_default();
            whole.spans = Some(SpanRule { labels, quorum, qualities });
        }
        whole
    }

    pub(crate) fn task(&self, number: usize) -> Option<Told> {
        let given = self.tasks.get(number).filter(|given| !given.is_empty())?;
        let quality = |user: u32| self.spans.as_ref()?.qualities.get(user as usize).copied()?;
        let said = given
            .iter()
            .map(|(user, value)| (*user, self.values[*value as usize].to_string(), quality(*user)));
        let contributions = said.collect();
        if let Some(rule) = &self.spans {
            return Some(self.voted(number, rule, contributions));
        }
        let each = 1.0 / f64::from(u32::try_from(given.len()).unwrap_or(u32::MAX));
        let mut shares: BTreeMap<String, f64> = BTreeMap::new();
        for (_, value) in given {
            *shares.entry(self.values[*value as usize].to_string()).or_default() += each;
        }
        let ranking = mean_ranking(given.iter().map(|(_, value)| &self.values[*value as usize]));
        Some(Told::new(ranking, shares, contributions))
    }

    fn voted(
        &self,
        number: usize,
        rule: &SpanRule,
        contributions: Vec<(u32, String, Option<f64>)>,
    ) -> Told {
        let marks: Vec<Marking> = self.markings_of(number, &rule.labels).collect();
        let label = |span: &Span| rule.labels[span.label as usize].clone();
        let agreed: Vec<Span> =
            by_whole_spans(&marks, rule.quorum).into_iter().map(|one| one.span).collect();
        let mut votes = by_whole_spans(&marks, Quorum::Reviewers(1));
        votes.sort_by_key(|one| (one.span.start, one.span.end, label(&one.span)));
        let value = votes.iter().filter(|one| agreed.contains(&one.span)).map(
            |one| json!({"start": one.span.start, "end": one.span.end, "label": label(&one.span)}),
        );
        let value = Value::Array(value.collect());
        let spans = votes.into_iter().map(|one| {
            let Span { start, end, .. } = one.span;
            let is_agreed = agreed.contains(&one.span);
            (start, end, label(&one.span), one.support, is_agreed, one.reviewers)
        });
        let spans = spans.collect();
        Told { spans, ..Told::new(Some(value), BTreeMap::new(), contributions) }
    }

    /// The marks on one task's text; a label that the rubric has no more is left out.
    fn markings_of<'w>(
        &'w self,
        number: usize,
        labels: &'w [String],
    ) -> impl Iterator<Item = Marking> + 'w {
        let item = u32::try_from(number).unwrap_or(u32::MAX);
        self.tasks[number].iter().map(move |(reviewer, value)| {
            let value = self.values[*value as usize].clone();
            let spans: Vec<TextSpan> = serde_json::from_value(value).unwrap_or_default();
            let spans = spans.into_iter().filter_map(|span| {
                let label = labels.iter().position(|label| *label == span.label)?;
                let label = u32::try_from(label).ok()?;
                Some(Span { label, start: span.start, end: span.end })
            });
            Marking { item, reviewer: *reviewer, spans: spans.collect() }
        })
    }

    /// How far the marks of each task's reviewers cover the same.
    pub(crate) fn pair_scores(&self) -> Vec<Option<f64>> {
        let of = |rule: &SpanRule| pair_scores(&markings(self, &rule.labels));
        self.spans.as_ref().map_or_else(Vec::new, of)
    }

    /// How far the rankings of each task's responses agree: Kendall's W of two rankings or more.
    pub(crate) fn concordances(&self) -> Vec<Option<f64>> {
        let places: Vec<Vec<f64>> = self.values.iter().map(places).collect();
        let of_task = |given: &Vec<(u32, u32)>| {
            let columns: Vec<&Vec<f64>> =
                given.iter().map(|(_, value)| &places[*value as usize]).collect();
            let responses = columns.first()?.len();
            if columns.iter().any(|column| column.len() != responses) {
                return None;
            }
            let row = |n: usize| columns.iter().map(|column| column[n]).collect();
            let rows: Vec<Vec<f64>> = (0..responses).map(row).collect();
            let complete = Complete::from_rows(&rows).ok()?;
            kendall_w(&complete).ok().map(|found| found.w)
        };
        self.tasks.iter().map(of_task).collect()
    }

    pub(crate) fn qualities(&self) -> Vec<Standing> {
        let quality = |user: usize| self.spans.as_ref()?.qualities.get(user).copied()?;
        let given = self.given.iter().enumerate();
        given.map(|(user, answers)| (*answers, quality(user), None)).collect()
    }
}

/// The place of each response in a ranking; equals have the same.
fn places(ranking: &Value) -> Vec<f64> {
    let groups: Vec<Vec<usize>> = serde_json::from_value(ranking.clone()).unwrap_or_default();
    let mut places = vec![0.0; groups.iter().map(Vec::len).sum()];
    for (place, group) in (0_u32..).zip(&groups) {
        for response in group {
            if let Some(of_it) = places.get_mut(*response) {
                *of_it = f64::from(place);
            }
        }
    }
    places
}

/// The marks on all texts.
fn markings(whole: &Whole, labels: &[String]) -> Markings {
    let all = (0..whole.tasks.len()).flat_map(|number| whole.markings_of(number, labels));
    // Spans are checked: each ends after its start.
    Markings::new(all.collect()).unwrap_or_default()
}
