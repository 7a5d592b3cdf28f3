//! Whether answers are the right ones: those of a gold task, a suggestion or a consensus.

use std::collections::BTreeMap;

use serde_json::Value;

use super::answer::Answers;
use super::question::{Question, QuestionKind};
use super::rubric::Rubric;

/// The questions whose answers differ from the right ones. Only questions that have a right
/// answer are looked at, and of free text only whether it is the same but for white space.
/// `tolerance`, by question, says how far off a rating or number may be.
pub fn differing<'r>(
    rubric: &'r Rubric,
    right: &Answers,
    given: &Answers,
    tolerance: &BTreeMap<String, f64>,
) -> Vec<&'r str> {
    let is_wrong = |question: &&Question| {
        right.get(&question.key).is_some_and(|right| {
            let tolerance = tolerance.get(&question.key).copied().unwrap_or(0.0);
            !given
                .get(&question.key)
                .is_some_and(|given| same(&question.kind, right, given, tolerance))
        })
    };
    rubric.questions().iter().filter(is_wrong).map(|question| question.key.as_str()).collect()
}

/// Whether no answer differs from the right ones.
pub fn matches(
    rubric: &Rubric,
    right: &Answers,
    given: &Answers,
    tolerance: &BTreeMap<String, f64>,
) -> bool {
    differing(rubric, right, given, tolerance).is_empty()
}

/// Whether two answers to a question are the same. Of a preference only the choice is compared,
/// not how strong it is.
pub(super) fn same(kind: &QuestionKind, one: &Value, other: &Value, tolerance: f64) -> bool {
    match kind {
        QuestionKind::Rating { .. } | QuestionKind::Number { .. } => {
            let pair = one.as_f64().zip(other.as_f64());
            // A hair more than the tolerance: 0.3 - 0.1 is not 0.2.
            pair.is_some_and(|(a, b)| {
                (a - b).abs() <= tolerance + 1e-9 * a.abs().max(b.abs()).max(1.0)
            })
        }
        QuestionKind::Text { .. } | QuestionKind::Correction => {
            let words = |value: &Value| {
                let text = value.as_str().unwrap_or_default();
                text.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
            };
            words(one) == words(other)
        }
        QuestionKind::Preference { .. } => one.get("choice") == other.get("choice"),
        _ => one == other,
    }
}
