//! Several answers to one question become one; the rules are in [`super::consensus`].

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::answer::TextSpan;
use super::question::QuestionKind;
use super::queue::{ConsensusRule, ScaleRule, Tie};

/// What answers say together; `None` for a tie, and for what a person has to choose.
pub(super) fn combined(
    kind: &QuestionKind,
    given: &[&Value],
    rule: ConsensusRule,
) -> Option<Value> {
    let tie = rule.tie;
    match kind {
        QuestionKind::Thumbs | QuestionKind::YesNo | QuestionKind::Category { .. } => {
            most_frequent(given.iter().copied(), tie).cloned()
        }
        QuestionKind::Rating { .. } | QuestionKind::Number { .. } => {
            scaled(given.iter().copied(), rule.scale)
        }
        QuestionKind::MultiCategory { options, .. } => {
            let has = |value: &Value, key: &str| {
                value.as_array().is_some_and(|chosen| chosen.iter().any(|c| c == key))
            };
            let chosen = options.iter().filter_map(|option| {
                let votes: Vec<bool> = given.iter().map(|v| has(v, &option.key)).collect();
                match more_than_half(&votes, tie) {
                    Some(true) => Some(Some(Value::from(option.key.as_str()))),
                    Some(false) => None,
                    None => Some(None),
                }
            });
            chosen.collect::<Option<Vec<_>>>().map(Value::Array)
        }
        QuestionKind::Checklist { options } => {
            let tick = |value: &Value, key: &str| value.get(key) == Some(&Value::Bool(true));
            let ticked = options.iter().map(|option| {
                let votes: Vec<bool> = given.iter().map(|v| tick(v, &option.key)).collect();
                Some((option.key.clone(), Value::Bool(more_than_half(&votes, tie)?)))
            });
            ticked.collect::<Option<Map<_, _>>>().map(Value::Object)
        }
        QuestionKind::Spans { .. } => Some(voted_spans(given, rule.spans)),
        QuestionKind::Ranking => mean_ranking(given.iter().copied()),
        QuestionKind::Preference { .. } => preferred(given, tie),
        // A text that differs is nobody's consensus.
        QuestionKind::Text { .. } | QuestionKind::Correction => None,
    }
}

/// The value that is there most often; of several, the first or none.
fn most_frequent<'v>(values: impl Iterator<Item = &'v Value>, tie: Tie) -> Option<&'v Value> {
    let mut counts: Vec<(&Value, usize)> = Vec::new();
    for value in values {
        match counts.iter_mut().find(|(other, _)| *other == value) {
            Some((_, count)) => *count += 1,
            None => counts.push((value, 1)),
        }
    }
    let most = counts.iter().map(|(_, count)| *count).max()?;
    let mut best = counts.into_iter().filter(|(_, count)| *count == most);
    let first = best.next();
    match tie {
        Tie::Conflict if best.next().is_some() => None,
        _ => first.map(|(value, _)| value),
    }
}

/// What more than half say; half and half, what the first says or nothing.
fn more_than_half(votes: &[bool], tie: Tie) -> Option<bool> {
    let (yes, all) = (votes.iter().filter(|yes| **yes).count(), votes.len());
    match (2 * yes).cmp(&all) {
        std::cmp::Ordering::Greater => Some(true),
        std::cmp::Ordering::Less => Some(false),
        std::cmp::Ordering::Equal => votes.first().copied().filter(|_| tie == Tie::First),
    }
}

/// The median or the mean of the numbers, whole where it is; `None` without numbers.
pub fn scaled<'v>(given: impl Iterator<Item = &'v Value>, rule: ScaleRule) -> Option<Value> {
    let given: Vec<&Value> = given.collect();
    let mut numbers: Vec<f64> = given.iter().filter_map(|value| value.as_f64()).collect();
    numbers.sort_by(f64::total_cmp);
    let (lowest, highest) = (*numbers.first()?, *numbers.last()?);
    let value = match rule {
        ScaleRule::Median => {
            f64::midpoint(numbers[(numbers.len() - 1) / 2], numbers[numbers.len() / 2])
        }
        // Rounding must not carry the mean of equal numbers away from them.
        ScaleRule::Mean => {
            let count = f64::from(u32::try_from(numbers.len()).unwrap_or(u32::MAX));
            (numbers.iter().sum::<f64>() / count).clamp(lowest, highest)
        }
    };
    // As somebody wrote it, where somebody did.
    if let Some(given) = given.iter().find(|given| given.as_f64() == Some(value)) {
        return Some((*given).clone());
    }
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and small")]
    let whole = (value.fract().abs() < f64::EPSILON && value.abs() < 1e12).then_some(value as i64);
    Some(whole.map_or_else(|| json!(value), |whole| json!(whole)))
}

/// The preferred response, with the median strength of those who prefer it.
pub(super) fn preferred(given: &[&Value], tie: Tie) -> Option<Value> {
    let choice = most_frequent(given.iter().filter_map(|value| value.get("choice")), tie)?;
    Some(strong(choice, given))
}

/// A choice with the median strength of those who made it.
pub(super) fn strong(choice: &Value, given: &[&Value]) -> Value {
    let of_it = given.iter().filter(|value| value.get("choice") == Some(choice));
    let mut strengths: Vec<u64> =
        of_it.filter_map(|value| value.get("strength").and_then(Value::as_u64)).collect();
    strengths.sort_unstable();
    let strength = strengths.get((strengths.len().max(1) - 1) / 2).copied().unwrap_or(1);
    json!({"choice": choice, "strength": strength})
}

/// The spans that enough marked alike: this share of all, or more than half.
fn voted_spans(given: &[&Value], share: Option<f64>) -> Value {
    let mut counts: BTreeMap<TextSpan, usize> = BTreeMap::new();
    for value in given {
        let spans: Vec<TextSpan> = serde_json::from_value((*value).clone()).unwrap_or_default();
        for span in spans {
            *counts.entry(span).or_default() += 1;
        }
    }
    let number = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    let enough = |count: usize| match share {
        // A share of 0.6 of five is three, whatever rounding says.
        Some(share) => number(count) + 1e-9 >= share * number(given.len()),
        None => 2 * count > given.len(),
    };
    let marked = counts.into_iter().filter(|(_, count)| enough(*count));
    json!(marked.map(|(span, _)| span).collect::<Vec<_>>())
}

/// The responses by the sum of their places, where equals share the middle of the places that they take.
pub fn mean_ranking<'v>(given: impl Iterator<Item = &'v Value>) -> Option<Value> {
    let mut places: BTreeMap<usize, usize> = BTreeMap::new();
    for value in given {
        let groups: Vec<Vec<usize>> = serde_json::from_value(value.clone()).ok()?;
        let mut before = 0;
        for group in groups {
            // Twice the middle, so that it is whole.
            let middle = 2 * before + group.len().max(1) - 1;
            before += group.len();
            for response in group {
                *places.entry(response).or_default() += middle;
            }
        }
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (response, sum) in places {
        groups.entry(sum).or_default().push(response);
    }
    Some(json!(groups.into_values().collect::<Vec<_>>()))
}
