//! Promotion: what reviewers said of decided tasks becomes the right answers of gold tasks.

use serde::{Deserialize, Serialize};
use serde_json::Map;

use super::answer::Answers;
use super::assignment::PassedOver;
use super::consensus::Consensus;
use super::question::{Question, QuestionKind};
use super::rubric::Rubric;
use crate::id::TaskId;

/// What came of a promotion, or would.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Promoted {
    /// Whether nothing was done: what is listed would be.
    pub preview: bool,
    /// The tasks, and the gold tasks that they became.
    pub tasks: Vec<Promotion>,
    /// Tasks that were gold already.
    pub known: u32,
    /// Tasks that were named and cannot be gold, and why.
    pub passed: Vec<PassedOver>,
    /// Where there may be more of one mind: the decided task after which to look on.
    pub next_after: Option<TaskId>,
}

/// A decided task that becomes gold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Promotion {
    /// The decided task; it stays as it is.
    pub task: TaskId,
    /// The gold task about the same item; null in a preview.
    pub gold: Option<TaskId>,
    /// What will be the right answers.
    pub answers: Answers,
    /// How many reviewed it; they are not given it again.
    pub reviews: u32,
}

/// The right answers that a consensus makes: of all questions, or of `only` one. Free text and
/// corrections are left out, for nobody would write the same again.
pub fn right_answers(rubric: &Rubric, consensus: &Consensus, only: Option<&str>) -> Answers {
    let fits = |question: &&Question| {
        let free = matches!(question.kind, QuestionKind::Text { .. } | QuestionKind::Correction);
        !free && only.is_none_or(|only| question.key == only)
    };
    let answer = |question: &Question| {
        Some((question.key.clone(), consensus.answers.get(&question.key)?.clone()))
    };
    let chosen = rubric.questions().iter().filter(fits);
    Answers(chosen.filter_map(answer).collect::<Map<_, _>>())
}

/// Whether the reviewers were of one mind on all that would be right, with at least so many votes
/// on each.
pub fn is_unanimous(consensus: &Consensus, right: &Answers, min_reviews: u32) -> bool {
    !right.0.is_empty()
        && right.0.keys().all(|key| {
            consensus
                .questions
                .get(key)
                .is_some_and(|outcome| outcome.unanimous && outcome.votes >= min_reviews)
        })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::review::RubricDraft;

    fn rubric() -> Rubric {
        let questions = json!({"questions": [
            {"key": "good", "title": "Good?", "type": "yes_no"},
            {"key": "stars", "title": "Stars", "type": "rating", "min": 1, "max": 5},
            {"key": "why", "title": "Why?", "type": "text", "required": false},
        ]});
        Rubric::new(serde_json::from_value::<RubricDraft>(questions).unwrap()).unwrap()
    }

    fn consensus() -> Consensus {
        serde_json::from_value(json!({
            "answers": {"good": true, "stars": 4, "why": "x"},
            "questions": {
                "good": {"unanimous": true, "votes": 3, "share": 1.0},
                "stars": {"unanimous": false, "votes": 3, "share": 0.6},
                "why": {"unanimous": true, "votes": 1, "share": 1.0},
            },
        }))
        .unwrap()
    }

    #[test]
    fn free_text_is_never_a_right_answer() {
        let right = right_answers(&rubric(), &consensus(), None);
        assert_eq!(serde_json::to_value(right).unwrap(), json!({"good": true, "stars": 4}));
        let one = right_answers(&rubric(), &consensus(), Some("good"));
        assert_eq!(serde_json::to_value(one).unwrap(), json!({"good": true}));
        assert!(right_answers(&rubric(), &consensus(), Some("why")).0.is_empty());
    }

    #[test]
    fn of_one_mind_on_all_that_would_be_right() {
        let consensus = consensus();
        let all = right_answers(&rubric(), &consensus, None);
        let good = right_answers(&rubric(), &consensus, Some("good"));
        assert!(!is_unanimous(&consensus, &all, 3));
        assert!(is_unanimous(&consensus, &good, 3) && !is_unanimous(&consensus, &good, 4));
        assert!(!is_unanimous(&consensus, &Answers::default(), 0));
    }
}
