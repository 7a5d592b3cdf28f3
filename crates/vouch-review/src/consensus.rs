//! What the reviewers of a queue say together about one question, whatever its kind.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;
use vouch_domain::id::{TaskId, UserId};
use vouch_domain::review::{ConsensusRule, Found, Question, QuestionKind};

use crate::agreement::ReviewerName;
use crate::by::{Category, Options, Scale, Whole};
use crate::opinions::Opinions;

/// The names of people.
pub type People = BTreeMap<UserId, String>;

/// What the reviewers say together about one question, task by task.
pub struct Together {
    opinions: Arc<Opinions>,
    kind: QuestionKind,
    by: By,
}

/// How answers of a kind become one.
enum By {
    Category(Category),
    Options(Options),
    Scale(Scale),
    Whole(Whole),
}

/// What they say together about one task.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TaskConsensus {
    /// The task.
    pub task: TaskId,
    /// The answer, as text; null for a tie.
    pub answer: Option<String>,
    /// The answer as a review has it, of a preference the choice alone; null for a tie.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Value>))]
    pub value: Option<Value>,
    /// How likely each answer is, 0 to 1; of a checklist and of several categories, each option;
    /// of ratings, numbers and rankings, the share who said it. Those under a millionth are left
    /// out.
    pub posterior: BTreeMap<String, f64>,
    /// Every span that anybody marked, in order; empty for other questions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub spans: Vec<SpanVote>,
    /// Of ratings and numbers: their standard deviation; null for one alone, and for other
    /// questions.
    pub deviation: Option<f64>,
    /// Who said what.
    pub contributions: Vec<Contributor>,
}

/// A span, and who marked it just so.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SpanVote {
    /// Its first code point, from 0 on.
    pub start: u32,
    /// The code point after its last.
    pub end: u32,
    /// What it was marked as.
    pub label: String,
    /// The share of the task's reviewers who marked it, above 0, up to 1.
    pub share: f64,
    /// Whether that is enough for the consensus.
    pub agreed: bool,
    /// Who marked it.
    pub users: Vec<UserId>,
}

/// One reviewer's part in a consensus.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Contributor {
    /// Who.
    pub user: UserId,
    /// What they said, as text.
    pub answer: String,
    /// How good the method takes them to be, 0 to 1; what that means is the method's.
    pub quality: Option<f64>,
}

/// What a method thinks of a reviewer.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Quality {
    /// Who.
    #[serde(flatten)]
    pub user: ReviewerName,
    /// How many of their answers counted.
    pub answers: u64,
    /// How good the method takes them to be, 0 to 1: of several options, on average over these; of
    /// spans, how far theirs cover the same as those of others (F1). Null for ratings, numbers and
    /// rankings.
    pub quality: Option<f64>,
    /// Of ratings and numbers: how much higher than the mean of the others they rate, on average;
    /// null for other questions and for who shares no task.
    pub bias: Option<f64>,
}

/// What is said of one task, with reviewers as numbers.
pub(crate) struct Told {
    pub(crate) value: Option<Value>,
    pub(crate) posterior: BTreeMap<String, f64>,
    /// Start, end, label, share, whether it is agreed, and who.
    pub(crate) spans: Vec<(u32, u32, String, f64, bool, Vec<u32>)>,
    pub(crate) deviation: Option<f64>,
    /// Who, what, and how good they are.
    pub(crate) contributions: Vec<(u32, String, Option<f64>)>,
}

impl Told {
    /// Nothing but an answer and who gave what.
    pub(crate) const fn new(
        value: Option<Value>,
        posterior: BTreeMap<String, f64>,
        contributions: Vec<(u32, String, Option<f64>)>,
    ) -> Self {
        Self { value, posterior, spans: Vec::new(), deviation: None, contributions }
    }
}

impl Together {
    /// Makes one answer of many for each task. `None` for texts and corrections: there a person
    /// chooses.
    pub fn of(opinions: Arc<Opinions>, question: &Question, rule: ConsensusRule) -> Option<Self> {
        let by = match &question.kind {
            QuestionKind::Thumbs
            | QuestionKind::YesNo
            | QuestionKind::Category { .. }
            | QuestionKind::Preference { .. } => {
                By::Category(Category::of(&opinions, question, rule)?)
            }
            QuestionKind::Checklist { .. } | QuestionKind::MultiCategory { .. } => {
                By::Options(Options::of(&opinions, question, rule))
            }
            QuestionKind::Rating { .. } | QuestionKind::Number { .. } => {
                By::Scale(Scale::of(&opinions, question, rule))
            }
            QuestionKind::Spans { .. } | QuestionKind::Ranking => {
                By::Whole(Whole::of(&opinions, question, rule))
            }
            QuestionKind::Text { .. } | QuestionKind::Correction => return None,
        };
        Some(Self { opinions, kind: question.kind.clone(), by })
    }

    /// How many tasks there are, whether or not anybody answered this question.
    pub fn len(&self) -> usize {
        self.opinions.tasks().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The opinions that it was made of.
    pub fn opinions(&self) -> &Opinions {
        &self.opinions
    }

    /// The consensus about the task of that number; `None` where nobody answered.
    pub fn task(&self, number: usize) -> Option<TaskConsensus> {
        let told = match &self.by {
            By::Category(by) => by.task(&self.kind, number),
            By::Options(by) => by.task(number),
            By::Scale(by) => by.task(number),
            By::Whole(by) => by.task(number),
        }?;
        let user = |number: u32| self.opinions.users().get(number as usize).copied();
        let span = |(start, end, label, share, agreed, by): (_, _, _, _, _, Vec<u32>)| SpanVote {
            start,
            end,
            label,
            share,
            agreed,
            users: by.into_iter().filter_map(user).collect(),
        };
        let contributor = |(number, answer, quality)| {
            user(number).map(|user| Contributor { user, answer, quality })
        };
        Some(TaskConsensus {
            task: *self.opinions.tasks().get(number)?,
            answer: told.value.as_ref().map(|value| match value {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            }),
            value: told.value,
            posterior: told.posterior.into_iter().filter(|(_, p)| *p >= 1e-6).collect(),
            spans: told.spans.into_iter().map(span).collect(),
            deviation: told.deviation,
            contributions: told.contributions.into_iter().filter_map(contributor).collect(),
        })
    }

    /// What a method that weighs reviewers found about the task of that number; `None` where
    /// nobody answered, and for questions that no method weighs.
    pub fn found(&self, number: usize) -> Option<Found> {
        match &self.by {
            By::Category(by) => by.found(&self.kind, number),
            By::Options(by) => by.found(number),
            By::Scale(_) | By::Whole(_) => None,
        }
    }

    /// What the method thinks of each reviewer who answered.
    pub fn qualities(&self, people: &People) -> Vec<Quality> {
        let all = match &self.by {
            By::Category(by) => by.qualities(),
            By::Options(by) => by.qualities(),
            By::Scale(by) => by.qualities(),
            By::Whole(by) => by.qualities(),
        };
        let named = self.opinions.users().iter().zip(all);
        let told = named.filter(|(_, (answers, ..))| *answers > 0);
        let told = told.map(|(id, (answers, quality, bias))| Quality {
            user: ReviewerName { id: *id, name: people.get(id).cloned() },
            answers: answers as u64,
            quality,
            bias,
        });
        told.collect()
    }
}

/// What a reviewer said against what it came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Confusion {
    /// The answers, as text.
    pub labels: Vec<String>,
    /// `[said, consensus]`: how often, in the order of the labels.
    pub counts: Vec<Vec<u64>>,
}

impl Confusion {
    /// What a reviewer said (rows) where the others and they together said what (columns), in the
    /// order of the labels; each different answer a category, ratings and lists as well. `None`
    /// where answers are not compared so, and for who has not reviewed.
    pub fn of(
        opinions: &Opinions,
        question: &Question,
        rule: ConsensusRule,
        user: UserId,
    ) -> Option<Self> {
        let number = opinions.users().iter().position(|id| *id == user)?;
        Some(Category::of(opinions, question, rule)?.confusion(number))
    }
}
