//! An entry as a task of a queue with its rubric, and the reviews that come with it.

use serde_json::{Map, Value};
use vouch_domain::Time;
use vouch_domain::review::{
    Answers, GoldAnswers, Item, ItemShape, NewTask, Question, Rubric, TaskSuggestion,
};

use crate::entry::{Annotation, Annotator, Entry, LeftOut, Mark, Prediction};
use crate::given::name_of;
use crate::ours::CONSENSUS;

/// What becomes of the answers that people gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Annotations {
    /// Reviews by these people.
    #[default]
    Reviews,
    /// The right answers: those that the file calls so, or on which all agree.
    Gold,
    /// What is suggested to reviewers: the first person's.
    Suggestions,
    /// Nothing.
    None,
}

impl Annotations {
    /// The choice of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "reviews" => Self::Reviews,
            "gold" => Self::Gold,
            "suggestions" => Self::Suggestions,
            "none" => Self::None,
            _ => return None,
        })
    }
}

/// Makes tasks of entries.
#[derive(Debug, Clone)]
pub struct Fit {
    rubric: Rubric,
    annotations: Annotations,
}

/// A task to be added, and its reviews.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    /// The task.
    pub task: NewTask,
    /// What people answered, oldest first; it fits the rubric.
    pub reviews: Vec<FittedReview>,
}

/// A person's answers that fit the rubric.
#[derive(Debug, Clone, PartialEq)]
pub struct FittedReview {
    /// Who.
    pub by: Annotator,
    /// What.
    pub answers: Answers,
    /// When, where it is known.
    pub at: Option<Time>,
    /// How long they worked on it, ms.
    pub active_ms: u64,
    /// What tells it from their other answers to the task; empty where nothing does.
    pub id: String,
}

impl Fit {
    /// For a queue with this rubric.
    pub const fn new(rubric: Rubric, annotations: Annotations) -> Self {
        Self { rubric, annotations }
    }

    /// The task and its reviews.
    ///
    /// # Errors
    /// What does not fit, in a sentence.
    pub fn fit(&self, entry: Entry, left_out: &mut LeftOut) -> Result<Fitted, String> {
        if let Some(task) = entry.ready {
            return Ok(Fitted { task: *task, reviews: Vec::new() });
        }
        let shape = shape(&entry.item);
        let mut suggestion = self.best(&entry.predictions, &shape, left_out)?;
        let mut gold = None;
        if let Some((marks, why)) = &entry.gold {
            let answers = self.answers(marks, left_out)?;
            gold = Some(GoldAnswers { answers, why: why.clone() });
        }
        let mut reviews = Vec::new();
        match self.annotations {
            Annotations::None => {}
            Annotations::Reviews => {
                for one in &entry.annotations {
                    reviews.push(self.review(one, &shape, left_out)?);
                }
                reviews.sort_by_key(|review| review.at);
            }
            Annotations::Gold => {
                if let Some(answers) = self.right(&entry, &shape, left_out)? {
                    gold = Some(GoldAnswers { answers, why: None });
                    suggestion = suggestion.filter(|suggestion| suggestion.source != CONSENSUS);
                }
            }
            Annotations::Suggestions => {
                if let Some(first) = entry.annotations.first() {
                    let answers = self.review(first, &shape, left_out)?.answers;
                    let source = first.by.name.clone();
                    suggestion = Some(TaskSuggestion { source, answers, score: None });
                }
            }
        }
        let task = NewTask {
            item: entry.item,
            key: entry.key,
            priority: entry.priority,
            assignee: None,
            gold: gold.filter(|gold| !gold.answers.0.is_empty()),
            suggestion,
            due_at: entry.due_at,
        };
        Ok(Fitted { task, reviews })
    }

    fn review(
        &self,
        one: &Annotation,
        shape: &ItemShape,
        left_out: &mut LeftOut,
    ) -> Result<FittedReview, String> {
        let by = |reason: String| format!("what {} answered: {reason}", one.by.name);
        let answers = self.answers(&one.marks, left_out).map_err(by)?;
        let answers =
            self.rubric.check(&answers.0, shape).map_err(|invalid| by(invalid.to_string()))?;
        Ok(FittedReview {
            by: one.by.clone(),
            answers,
            at: one.at,
            active_ms: one.active_ms,
            id: one.id.clone(),
        })
    }

    /// The right answers: of the annotation that the file calls so, of all where they agree, or
    /// of a consensus.
    fn right(
        &self,
        entry: &Entry,
        shape: &ItemShape,
        left_out: &mut LeftOut,
    ) -> Result<Option<Answers>, String> {
        let truth = entry.annotations.iter().find(|one| one.is_truth);
        let Some(first) = truth.or(entry.annotations.first()) else {
            let consensus = entry.predictions.iter().find(|one| one.source == CONSENSUS);
            return consensus.map(|one| self.answers(&one.marks, left_out)).transpose();
        };
        let answers = self.review(first, shape, left_out)?.answers;
        if truth.is_none() {
            for other in &entry.annotations[1..] {
                if self.review(other, shape, left_out)?.answers != answers {
                    return Err("its annotations differ, and none is called the truth".to_owned());
                }
            }
        }
        Ok(Some(answers))
    }

    /// The surest prediction as a suggestion.
    fn best(
        &self,
        predictions: &[Prediction],
        shape: &ItemShape,
        left_out: &mut LeftOut,
    ) -> Result<Option<TaskSuggestion>, String> {
        let score = |one: &Prediction| one.score.unwrap_or(-1.0);
        // Of equals the first.
        let best = predictions.iter().reduce(|a, b| if score(b) > score(a) { b } else { a });
        let Some(best) = best else { return Ok(None) };
        let of = |reason: String| format!("what {} suggests: {reason}", best.source);
        let answers = self.answers(&best.marks, left_out).map_err(of)?;
        for question in self.rubric.questions() {
            if let Some(value) = answers.get(&question.key) {
                question
                    .kind
                    .read(value, shape)
                    .map_err(|e| of(e.under(&"/".into()).to_string()))?;
            }
        }
        let score = best.score.filter(|score| (0.0..=1.0).contains(score));
        let some = !answers.0.is_empty();
        Ok(some.then(|| TaskSuggestion { source: best.source.clone(), answers, score }))
    }

    /// Answers by the keys of our questions.
    fn answers(&self, marks: &[Mark], left_out: &mut LeftOut) -> Result<Answers, String> {
        let mut answers = Map::new();
        for mark in marks {
            let Some(question) = self.question(&mark.question) else {
                if mark.question.is_empty() {
                    return Err("it does not say which question it answers".to_owned());
                }
                left_out
                    .add(format!("answers to `{}`, which the queue does not ask", mark.question));
                continue;
            };
            let value: Value =
                mark.given.answer(&question.kind).map_err(|e| format!("/{}: {e}", question.key))?;
            answers.insert(question.key.clone(), value);
        }
        Ok(Answers(answers))
    }

    /// Our question that a file names so.
    fn question(&self, name: &str) -> Option<&Question> {
        let all = self.rubric.questions();
        if let ([only], true) = (all, name.is_empty()) {
            return Some(only);
        }
        let own = name_of(name);
        let by = |test: &dyn Fn(&Question) -> bool| all.iter().find(|question| test(question));
        by(&|question| question.key == name)
            .or_else(|| by(&|question| question.title == name))
            .or_else(|| by(&|question| question.key == own))
    }
}

/// The shape of an item; what is not known of a log or a conversation is not held against it.
fn shape(item: &Item) -> ItemShape {
    match item {
        Item::Log { .. } | Item::Conversation { .. } => {
            ItemShape { responses: 0, texts: [("response".to_owned(), u32::MAX)].into() }
        }
        Item::Responses { .. } | Item::Record { .. } => ItemShape::of(item),
    }
}
