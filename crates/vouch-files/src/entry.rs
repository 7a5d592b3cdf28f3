//! What one row says, whatever wrote it: an item, and what was said of it.

use std::collections::BTreeMap;

use vouch_domain::Time;
use vouch_domain::review::{Item, NewTask, Priority};

use crate::given::Given;

/// An item, and what was said of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// What tells it from other items, where its giver has a name for it.
    pub key: Option<String>,
    /// The item.
    pub item: Item,
    /// Which come first.
    pub priority: Priority,
    /// When it should be complete.
    pub due_at: Option<Time>,
    /// What people said.
    pub annotations: Vec<Annotation>,
    /// What models said.
    pub predictions: Vec<Prediction>,
    /// The right answers, where they are known, and what is told to who missed them.
    pub gold: Option<(Vec<Mark>, Option<String>)>,
    /// The task as the API takes it, where the row is one: its answers are in the rubric's words.
    pub ready: Option<Box<NewTask>>,
}

impl Entry {
    /// An item of which nothing is said yet.
    pub fn new(item: Item) -> Self {
        Self {
            key: None,
            item,
            priority: Priority::default(),
            due_at: None,
            annotations: Vec::new(),
            predictions: Vec::new(),
            gold: None,
            ready: None,
        }
    }
}

/// One person's answers about one item.
#[derive(Debug, Clone, PartialEq)]
pub struct Annotation {
    /// Who.
    pub by: Annotator,
    /// What they said.
    pub marks: Vec<Mark>,
    /// When, where it is known.
    pub at: Option<Time>,
    /// How long they worked on it, ms.
    pub active_ms: u64,
    /// What tells it from their other answers about the item; empty where nothing does.
    pub id: String,
    /// Whether the file says that these are the right answers.
    pub is_truth: bool,
}

/// Who gave answers, as the file names them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Annotator {
    /// An e-mail, a number or any other name.
    pub name: String,
    /// Which tool that name is of, e.g. `Label Studio`.
    pub tool: &'static str,
}

impl Annotator {
    /// Their e-mail in lower case, where the name is one.
    pub fn email(&self) -> Option<String> {
        let (before, after) = self.name.split_once('@')?;
        let fits =
            !before.is_empty() && after.contains('.') && !self.name.contains(char::is_whitespace);
        fits.then(|| self.name.to_lowercase())
    }
}

/// What a model said of one item.
#[derive(Debug, Clone, PartialEq)]
pub struct Prediction {
    /// Which.
    pub source: String,
    /// How sure it was, 0 to 1.
    pub score: Option<f64>,
    /// What it said.
    pub marks: Vec<Mark>,
}

/// The answer to one question.
#[derive(Debug, Clone, PartialEq)]
pub struct Mark {
    /// The question as the file names it.
    pub question: String,
    /// The answer.
    pub given: Given,
}

impl Mark {
    /// The answer to the question of that name.
    pub fn new(question: impl Into<String>, given: Given) -> Self {
        Self { question: question.into(), given }
    }
}

/// What was not taken because Vouch has nothing for it, in words, and how often.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LeftOut(pub BTreeMap<String, u64>);

impl LeftOut {
    /// Counts one more.
    pub fn add(&mut self, what: impl Into<String>) {
        *self.0.entry(what.into()).or_default() += 1;
    }

    /// Counts all of another.
    pub fn extend(&mut self, other: Self) {
        for (what, count) in other.0 {
            *self.0.entry(what).or_default() += count;
        }
    }
}
