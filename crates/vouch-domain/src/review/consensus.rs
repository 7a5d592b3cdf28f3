//! What the reviews of a task say together.
//!
//! An answer that is absent is an abstention: the question was left open, or not asked. A question
//! that hangs on another is looked at only where the consensus on that other asks for it.
//!
//! | Question | Unanimous when | Consensus |
//! |---|---|---|
//! | thumbs, yes or no, category, preference | the choice is the same | the most frequent; a tie is a tie |
//! | rating, number | the number is the same | the median (the mean of the two middle ones), or the mean |
//! | checklist, several categories | all options are | by option, more than half; half is a tie |
//! | spans | all spans are | the spans that more than half marked alike, or the queue's share |
//! | ranking | the same | by mean place; equals together |
//! | text | always | the one text, where only one was given or all are the same |
//! | correction | all gave it, and the same | the same; else a person chooses |
//!
//! A method that weighs reviewers by all they did may have found the answer to some of the questions
//! instead ([`conclude_with`]): then that is their consensus, whatever most say.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::answer::Answers;
use super::combine::{combined, preferred, strong};
use super::gold::same;
use super::question::QuestionKind;
use super::queue::{Accept, QueueSettings};
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
    /// How sure one can be, 0 to 1: of the question that an adaptive overlap looks at, and of those
    /// whose answer a method found, when it did. Of several options, of the least sure.
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
    conclude_with(settings, reviews, &BTreeMap::new())
}

/// What a method found for a question.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// The answer, of a preference the choice alone; `None` for a tie.
    pub answer: Option<Value>,
    /// How sure the method is, 0 to 1.
    pub posterior: f64,
}

/// As [`conclude`], with what a method `found` for some of the questions.
pub fn conclude_with(
    settings: &QueueSettings,
    reviews: &[&Answers],
    found: &BTreeMap<String, Found>,
) -> (Consensus, Verdict) {
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
        let found = found.get(&question.key);
        let value = match (&question.kind, found) {
            (QuestionKind::Preference { .. }, Some(found)) => {
                found.answer.as_ref().map(|choice| strong(choice, &given))
            }
            (_, Some(found)) => found.answer.clone(),
            // Of equals the first: of a preference, for its strength there is a median.
            (QuestionKind::Preference { .. }, None) => preferred(&given, settings.consensus.tie),
            _ if unanimous && alike => Some((*first).clone()),
            (kind, None) => combined(kind, &given, settings.consensus),
        };
        agreed &= match (settings.accept, &question.kind) {
            (Accept::Unanimous, _) => unanimous,
            (Accept::Consensus, QuestionKind::Correction | QuestionKind::Text { .. }) => true,
            (Accept::Consensus, _) => value.is_some(),
        };
        let mut outcome = outcome(&question.kind, &given, value.as_ref(), unanimous);
        outcome.posterior = found.map(|found| found.posterior);
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
