//! What the reviews of a task say together.
//!
//! An answer that is absent is an abstention: the question was left open, or not asked. A question
//! that hangs on another is looked at only where the consensus on that other asks for it.
//!
//! | Question | Unanimous when | Consensus |
//! |---|---|---|
//! | thumbs, yes or no, category, preference | the choice is the same | the most frequent; a tie is a tie |
//! | rating, number | the number is the same | the median, the mean of the two middle ones |
//! | checklist, several categories | all options are | by option, more than half; half is a tie |
//! | spans | all spans are | the spans that more than half marked alike |
//! | ranking | the same | by mean place; equals together |
//! | text | always | the one text, where only one was given or all are the same |
//! | correction | all gave it, and the same | the same; else a person chooses |

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::answer::{Answers, TextSpan};
use super::gold::same;
use super::question::QuestionKind;
use super::queue::{Accept, QueueSettings, Tie};
use super::record::Adjudication;
use super::rubric::Rubric;
use super::task::ConflictReason;

/// What the reviews of a task say together.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Consensus {
    /// The answers. A question without one is absent.
    pub answers: Answers,
    /// How each of the questions came out that somebody answered.
    pub questions: BTreeMap<String, Outcome>,
    /// Where a person decided: who, and why.
    #[serde(default)]
    pub adjudication: Option<Adjudication>,
    /// Reviews that an adaptive overlap did not need.
    #[serde(default)]
    pub saved: u32,
}

/// How a question came out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Outcome {
    /// Whether all who answered agree.
    pub unanimous: bool,
    /// How many answered.
    pub votes: u32,
    /// The share of them, 0 to 1, who say what the consensus says; 0 where there is none.
    pub share: f64,
    /// How sure one can be, 0 to 1; of the question that an adaptive overlap looks at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub posterior: Option<f64>,
}

/// What becomes of a task whose reviews are all there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is complete.
    Complete,
    /// A person decides.
    Conflict(ConflictReason),
}

/// What these reviews, oldest first, say together, and whether that is enough to complete their
/// task without a person.
pub fn conclude(settings: &QueueSettings, reviews: &[&Answers]) -> (Consensus, Verdict) {
    let rubric: &Rubric = &settings.rubric;
    let mut consensus = Consensus::default();
    let mut agreed = true;
    for question in rubric.questions() {
        if !rubric.is_asked(question, &consensus.answers) {
            continue;
        }
        let given: Vec<&Value> =
            reviews.iter().filter_map(|answers| answers.get(&question.key)).collect();
        let Some(first) = given.first() else { continue };
        let alike = given.iter().all(|value| same(&question.kind, first, value, 0.0));
        let unanimous = match question.kind {
            QuestionKind::Text { .. } => true,
            QuestionKind::Correction => alike && given.len() == reviews.len(),
            _ => alike,
        };
        let value = match &question.kind {
            // Of equals the first: of a preference, for its strength there is a median.
            QuestionKind::Preference { .. } => preferred(&given, settings.consensus.tie),
            _ if unanimous && alike => Some((*first).clone()),
            kind => combined(kind, &given, settings.consensus.tie),
        };
        agreed &= match (settings.accept, &question.kind) {
            (Accept::Unanimous, _) => unanimous,
            (Accept::Consensus, QuestionKind::Correction | QuestionKind::Text { .. }) => true,
            (Accept::Consensus, _) => value.is_some(),
        };
        let outcome = outcome(&question.kind, &given, value.as_ref(), unanimous);
        consensus.questions.insert(question.key.clone(), outcome);
        if let Some(value) = value {
            consensus.answers.0.insert(question.key.clone(), value);
        }
    }
    let differ = Verdict::Conflict(ConflictReason::Differ);
    (consensus, if agreed { Verdict::Complete } else { differ })
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn outcome(
    kind: &QuestionKind,
    given: &[&Value],
    value: Option<&Value>,
    unanimous: bool,
) -> Outcome {
    let says_so = |value: &Value| given.iter().filter(|g| same(kind, value, g, 0.0)).count();
    let votes = count(given.len());
    let share = value.map_or(0.0, |value| f64::from(count(says_so(value))) / f64::from(votes));
    Outcome { unanimous, votes, share, posterior: None }
}

fn combined(kind: &QuestionKind, given: &[&Value], tie: Tie) -> Option<Value> {
    match kind {
        QuestionKind::Thumbs | QuestionKind::YesNo | QuestionKind::Category { .. } => {
            most_frequent(given.iter().copied(), tie).cloned()
        }
        QuestionKind::Rating { .. } | QuestionKind::Number { .. } => median(given),
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
        QuestionKind::Spans { .. } => Some(voted_spans(given)),
        QuestionKind::Ranking => mean_ranking(given),
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

/// The median; whole where it is.
fn median(given: &[&Value]) -> Option<Value> {
    let mut numbers: Vec<f64> = given.iter().filter_map(|value| value.as_f64()).collect();
    numbers.sort_by(f64::total_cmp);
    let (low, high) =
        (numbers.get((numbers.len().max(1) - 1) / 2)?, numbers.get(numbers.len() / 2)?);
    let middle = f64::midpoint(*low, *high);
    let whole = given.iter().find(|value| value.as_f64() == Some(middle));
    if let Some(given) = whole {
        return Some((*given).clone());
    }
    #[expect(clippy::cast_possible_truncation, reason = "it is whole and small")]
    let whole =
        (middle.fract().abs() < f64::EPSILON && middle.abs() < 1e12).then_some(middle as i64);
    Some(whole.map_or_else(|| json!(middle), |whole| json!(whole)))
}

/// The preferred response, with the median strength of those who prefer it.
fn preferred(given: &[&Value], tie: Tie) -> Option<Value> {
    let choice = most_frequent(given.iter().filter_map(|value| value.get("choice")), tie)?;
    let of_it = given.iter().filter(|value| value.get("choice") == Some(choice));
    let mut strengths: Vec<u64> =
        of_it.filter_map(|value| value.get("strength").and_then(Value::as_u64)).collect();
    strengths.sort_unstable();
    let strength = strengths.get((strengths.len().max(1) - 1) / 2).copied().unwrap_or(1);
    Some(json!({"choice": choice, "strength": strength}))
}

fn voted_spans(given: &[&Value]) -> Value {
    let mut counts: BTreeMap<TextSpan, usize> = BTreeMap::new();
    for value in given {
        let spans: Vec<TextSpan> = serde_json::from_value((*value).clone()).unwrap_or_default();
        for span in spans {
            *counts.entry(span).or_default() += 1;
        }
    }
    let marked = counts.into_iter().filter(|(_, count)| 2 * count > given.len());
    json!(marked.map(|(span, _)| span).collect::<Vec<_>>())
}

/// By the sum of places, where equals share the middle of the places that they take.
fn mean_ranking(given: &[&Value]) -> Option<Value> {
    let mut places: BTreeMap<usize, usize> = BTreeMap::new();
    for value in given {
        let groups: Vec<Vec<usize>> = serde_json::from_value((*value).clone()).ok()?;
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
