//! What all reviewers of a queue said, question by question, as the statistics read it: numbers
//! in place of names.

use std::collections::BTreeMap;

use serde_json::Value;
use vouch_domain::Time;
use vouch_domain::id::{ProjectId, QueueId, TaskId, UserId};
use vouch_domain::review::{Question, QuestionKind, Review, ReviewState, Rubric};
use vouch_stats::judgements::Names;
use vouch_stats::{Judgement, Judgements};
use vouch_store::{Result, Store};

/// How many reviews are read at once.
const PAGE: u32 = 1000;

/// The reviews of a queue that count.
#[derive(Default)]
pub struct Opinions {
    tasks: Names<TaskId>,
    users: Names<UserId>,
    names: BTreeMap<UserId, String>,
    /// When the last review of each task came.
    last: Vec<Time>,
    /// Task, reviewer and answers, in the order in which they came.
    said: Vec<(u32, u32, Review)>,
}

/// What was said about one question.
pub struct Topic {
    /// Whose number is which category.
    pub labels: Vec<String>,
    /// The value of each category, where they are numbers or ranks.
    pub values: Option<Vec<f64>>,
    /// Whether differences between the values mean something.
    pub is_interval: bool,
    /// Who said what.
    pub judgements: Judgements,
}

impl Opinions {
    /// Reads all reviews of a queue.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn read(store: &dyn Store, project: ProjectId, queue: QueueId) -> Result<Self> {
        let mut all = Self::default();
        let mut after = None;
        loop {
            let page = store.reviews_after(project, queue, after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(all) };
            after = Some(last.id);
            for review in page {
                all.add(review);
            }
        }
    }

    /// Takes a review, if it counts. One about a gold task says nothing about the task, but tells
    /// how far people agree.
    pub fn add(&mut self, review: Review) {
        if review.state != ReviewState::Counts {
            return;
        }
        let numbers = self.tasks.number(&review.task).zip(self.users.number(&review.user));
        let Some((task, user)) = numbers else { return };
        match self.last.get_mut(task as usize) {
            Some(last) => *last = (*last).max(review.created_at),
            None => self.last.push(review.created_at),
        }
        if let Some(name) = &review.user_name {
            self.names.insert(review.user, name.clone());
        }
        self.said.push((task, user, review));
    }

    /// The reviewers, in the order of their numbers, with their names.
    pub fn users(&self) -> impl Iterator<Item = (UserId, Option<&str>)> {
        self.users.names().iter().map(|id| (*id, self.names.get(id).map(String::as_str)))
    }

    /// The tasks, in the order of their numbers.
    pub fn tasks(&self) -> &[TaskId] {
        self.tasks.names()
    }

    /// When the last review of each task came, in the order of their numbers.
    pub fn last(&self) -> &[Time] {
        &self.last
    }

    /// How many reviews there are.
    pub fn len(&self) -> usize {
        self.said.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.said.is_empty()
    }

    /// What was said about a question. `None` where answers are not compared: free text,
    /// corrections, and spans.
    pub fn topic(&self, question: &Question) -> Option<Topic> {
        let mut scale = Labels::of(&question.kind)?;
        let mut made = Vec::with_capacity(self.said.len());
        for (item, reviewer, review) in &self.said {
            let answer = review.answers.get(&question.key);
            let Some(category) = answer.and_then(|answer| scale.category(answer)) else { continue };
            made.push(Judgement { item: *item, reviewer: *reviewer, category });
        }
        Some(scale.topic(made))
    }

    /// The questions that the statistics can compare.
    pub fn compared(rubric: &Rubric) -> impl Iterator<Item = &Question> {
        rubric.questions().iter().filter(|question| Labels::of(&question.kind).is_some())
    }
}

fn texts(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// The categories of one question.
struct Labels {
    names: Names<String>,
    is_ordered: bool,
    is_interval: bool,
}

impl Labels {
    fn of(kind: &QuestionKind) -> Option<Self> {
        let (mut is_ordered, mut is_interval) = (false, false);
        let known: Vec<String> = match kind {
            QuestionKind::Thumbs | QuestionKind::YesNo => texts(&["false", "true"]),
            QuestionKind::Category { options } => {
                options.iter().map(|option| option.key.clone()).collect()
            }
            QuestionKind::Rating { min, max, .. } => {
                is_ordered = true;
                (*min..=*max).map(|step| step.to_string()).collect()
            }
            QuestionKind::Preference { .. } => texts(&["a", "b", "tie"]),
            QuestionKind::Number { .. } => {
                (is_ordered, is_interval) = (true, true);
                vec![]
            }
            QuestionKind::Checklist { .. }
            | QuestionKind::MultiCategory { .. }
            | QuestionKind::Ranking => vec![],
            QuestionKind::Text { .. } | QuestionKind::Correction | QuestionKind::Spans { .. } => {
                return None;
            }
        };
        let mut names = Names::default();
        for label in &known {
            names.number(label)?;
        }
        Some(Self { names, is_ordered, is_interval })
    }

    fn category(&mut self, answer: &Value) -> Option<u32> {
        let label = match answer {
            Value::String(text) => text.clone(),
            // A preference counts by its choice.
            Value::Object(fields) => match fields.get("choice").and_then(Value::as_str) {
                Some(choice) => choice.to_owned(),
                None => answer.to_string(),
            },
            Value::Null => return None,
            other => other.to_string(),
        };
        self.names.number(&label)
    }

    fn topic(self, mut made: Vec<Judgement>) -> Topic {
        let Self { names, is_ordered, is_interval } = self;
        let labels = names.names().to_vec();
        let values: Option<Vec<f64>> = labels.iter().map(|label| label.parse().ok()).collect();
        let Some(values) = values.filter(|_| is_ordered) else {
            let judgements = Judgements::new(made, labels.len());
            return Topic { labels, values: None, is_interval, judgements };
        };
        // Numbers came in any order: the lowest is category 0.
        let mut order: Vec<usize> = (0..values.len()).collect();
        order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
        let mut place = vec![0; order.len()];
        for (new, old) in (0..).zip(&order) {
            place[*old] = new;
        }
        for one in &mut made {
            one.category = place[one.category as usize];
        }
        Topic {
            labels: order.iter().map(|old| labels[*old].clone()).collect(),
            values: Some(order.iter().map(|old| values[*old]).collect()),
            is_interval,
            judgements: Judgements::new(made, order.len()),
        }
    }
}
