//! What all reviewers of a queue said, question by question, held as small numbers in place of
//! names and answers, and kept current from the queue's changes.
//!
//! Whatever the order in which reviews come and end, what is held is the same as if those that
//! count had come alone, in the order of their ids: everything is numbered in that order, so that
//! the statistics give the same bits.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;
use vouch_domain::Time;
use vouch_domain::id::{ProjectId, QueueId, ReviewId, TaskId, UserId};
use vouch_domain::review::{Question, QuestionKind, Review, ReviewState, Rubric};
use vouch_stats::judgements::Names;
use vouch_store::{Result, ReviewMark, Store};

/// How many reviews are read at once.
const PAGE: u32 = 2000;
/// A question without an answer.
const NOTHING: u32 = u32::MAX;
/// A row that is to go.
const GONE: u32 = u32::MAX;

/// The reviews of a queue that count.
#[derive(Clone)]
pub struct Opinions {
    /// Up to where the queue's changes were read.
    mark: Option<ReviewMark>,
    columns: Vec<Column>,
    tasks: Names<TaskId>,
    users: Names<UserId>,
    /// When the last review of each task came.
    last: Vec<Time>,
    /// In the order of their ids.
    rows: Vec<Row>,
    /// `[slots, columns]`: the number of each answer.
    codes: Vec<u32>,
    /// Slots that no row has.
    free: Vec<u32>,
    /// How many reviews ended since all was read.
    ended: usize,
}

#[derive(Clone)]
struct Row {
    id: ReviewId,
    at: Time,
    task: u32,
    user: u32,
    slot: u32,
}

/// The answers to one question.
#[derive(Clone)]
struct Column {
    key: String,
    kind: QuestionKind,
    /// Each different answer, as text.
    values: Names<Arc<str>>,
    /// The bytes of these texts.
    bytes: usize,
}

/// An answer as the statistics read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Said {
    /// The task's number.
    pub(crate) task: u32,
    /// The reviewer's number.
    pub(crate) user: u32,
    /// The number of the answer among [`Opinions::values`].
    pub(crate) value: u32,
}

impl Opinions {
    /// None yet, of a queue with this rubric.
    pub fn new(rubric: &Rubric) -> Self {
        let held = |question: &Question| {
            let (key, kind) = (question.key.clone(), question.kind.clone());
            is_held(&kind).then(|| Column { key, kind, values: Names::default(), bytes: 0 })
        };
        Self {
            mark: None,
            columns: rubric.questions().iter().filter_map(held).collect(),
            tasks: Names::default(),
            users: Names::default(),
            last: Vec::new(),
            rows: Vec::new(),
            codes: Vec::new(),
            free: Vec::new(),
            ended: 0,
        }
    }

    /// Reads what changed since the last time; at first everything.
    ///
    /// # Errors
    /// Those of the store: then it is not to be used any more.
    pub async fn update(
        &mut self,
        store: &dyn Store,
        project: ProjectId,
        queue: QueueId,
    ) -> Result<()> {
        let mut mark = self.mark;
        let mut taking = self.taking();
        loop {
            let page = store.reviews_changed(project, queue, mark, PAGE).await?;
            let Some(last) = page.last() else { break };
            mark = Some(last.0);
            for (_, review) in &page {
                taking.take(review);
            }
        }
        taking.finish();
        self.mark = mark;
        Ok(())
    }

    /// Whether nothing changed since the last update.
    ///
    /// # Errors
    /// Those of the store.
    pub(crate) async fn is_current(
        &self,
        store: &dyn Store,
        project: ProjectId,
        queue: QueueId,
    ) -> Result<bool> {
        Ok(store.reviews_changed(project, queue, self.mark, 1).await?.is_empty())
    }

    /// The last change of the queue that is in here; 0 where there is none.
    pub fn change(&self) -> i64 {
        self.mark.map_or(0, |mark| mark.change)
    }

    /// Takes reviews as they are now: those that count are added, those that ended are left out.
    pub fn take<'r>(&mut self, reviews: impl IntoIterator<Item = &'r Review>) {
        let mut taking = self.taking();
        for review in reviews {
            taking.take(review);
        }
        taking.finish();
    }

    fn taking(&mut self) -> Taking<'_> {
        let sorted = self.rows.len();
        Taking { sorted, fresh: HashMap::new(), gone: false, mixed: false, all: self }
    }

    /// The reviewers, in the order of their numbers.
    pub fn users(&self) -> &[UserId] {
        self.users.names()
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
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many reviews ended since all was read: their names and texts are still held.
    pub(crate) fn ended(&self) -> usize {
        self.ended
    }

    /// About how many bytes are held.
    pub fn bytes(&self) -> usize {
        // A name is held twice, in a list and in a table with some room.
        let names = 60 * (self.tasks.names().len() + self.users.names().len());
        let of_column = |column: &Column| {
            column.bytes + column.values.names().len() * 3 * size_of::<Arc<str>>()
        };
        let values: usize = self.columns.iter().map(of_column).sum();
        size_of::<Self>()
            + names
            + values
            + self.last.capacity() * size_of::<Time>()
            + self.rows.capacity() * size_of::<Row>()
            + (self.codes.capacity() + self.free.capacity()) * size_of::<u32>()
    }

    fn column(&self, key: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.key == key)
    }

    /// What was answered to a question, in the order of the reviews' ids.
    pub(crate) fn said(&self, key: &str) -> impl Iterator<Item = Said> + Clone {
        let column = self.column(key);
        let width = self.columns.len();
        self.rows.iter().filter_map(move |row| {
            let value = self.codes[row.slot as usize * width + column?];
            (value != NOTHING).then_some(Said { task: row.task, user: row.user, value })
        })
    }

    /// The different answers to a question as text, by number; also such as no longer count. Their
    /// order says nothing.
    pub(crate) fn values(&self, key: &str) -> &[Arc<str>] {
        self.column(key).map_or(&[], |column| self.columns[column].values.names())
    }

    /// The questions whose answers are held: all but texts and corrections.
    pub fn held(rubric: &Rubric) -> impl Iterator<Item = &Question> {
        rubric.questions().iter().filter(|question| is_held(&question.kind))
    }

    fn push(&mut self, review: &Review) {
        let numbers = self.tasks.number(&review.task).zip(self.users.number(&review.user));
        let Some((task, user)) = numbers else { return };
        self.note(task, review.created_at);
        let width = self.columns.len();
        let slot = self.free.pop().unwrap_or_else(|| {
            let slot = self.codes.len() / width.max(1);
            self.codes.resize(self.codes.len() + width, NOTHING);
            u32::try_from(slot).unwrap_or(GONE - 1)
        });
        for (n, column) in self.columns.iter_mut().enumerate() {
            let text = review.answers.get(&column.key).and_then(|value| column.text(value));
            self.codes[slot as usize * width + n] =
                text.map_or(NOTHING, |text| column.number(&text));
        }
        self.rows.push(Row { id: review.id, at: review.created_at, task, user, slot });
    }

    fn note(&mut self, task: u32, at: Time) {
        match self.last.get_mut(task as usize) {
            Some(last) => *last = (*last).max(at),
            None => self.last.push(at),
        }
    }

    /// Numbers tasks and reviewers in the order of the rows.
    fn number_again(&mut self) {
        let (tasks, users) = (std::mem::take(&mut self.tasks), std::mem::take(&mut self.users));
        self.last.clear();
        for n in 0..self.rows.len() {
            let row = &self.rows[n];
            let (task, user) = (tasks.names()[row.task as usize], users.names()[row.user as usize]);
            // There are no more than there were.
            let task = self.tasks.number(&task).unwrap_or_default();
            let user = self.users.number(&user).unwrap_or_default();
            let at = row.at;
            (self.rows[n].task, self.rows[n].user) = (task, user);
            self.note(task, at);
        }
    }
}

/// Reviews that are being taken.
struct Taking<'o> {
    all: &'o mut Opinions,
    /// So many rows are in order.
    sorted: usize,
    /// Where the others are.
    fresh: HashMap<ReviewId, usize>,
    gone: bool,
    mixed: bool,
}

impl Taking<'_> {
    fn take(&mut self, review: &Review) {
        let sorted = &self.all.rows[..self.sorted];
        let known = sorted.binary_search_by_key(&review.id, |row| row.id).ok();
        let known = known.or_else(|| self.fresh.get(&review.id).copied());
        match (known, review.state == ReviewState::Counts) {
            (None, true) => {
                self.mixed |= self.all.rows.last().is_some_and(|last| last.id > review.id);
                self.fresh.insert(review.id, self.all.rows.len());
                self.all.push(review);
            }
            (Some(at), false) if self.all.rows[at].slot != GONE => {
                self.all.free.push(self.all.rows[at].slot);
                self.all.rows[at].slot = GONE;
                self.all.ended += 1;
                self.gone = true;
            }
            _ => {}
        }
    }

    fn finish(self) {
        if self.gone {
            self.all.rows.retain(|row| row.slot != GONE);
        }
        if self.mixed {
            self.all.rows.sort_unstable_by_key(|row| row.id);
        }
        if self.gone || self.mixed {
            self.all.number_again();
        }
    }
}

impl Column {
    /// The answer as text: of a preference the choice alone.
    fn text(&self, answer: &Value) -> Option<String> {
        Some(match (answer, &self.kind) {
            (Value::Null, _) => return None,
            (Value::String(text), _) => text.clone(),
            (_, QuestionKind::Preference { .. }) => answer.get("choice")?.as_str()?.to_owned(),
            (other, _) => other.to_string(),
        })
    }

    fn number(&mut self, text: &str) -> u32 {
        let before = self.values.names().len();
        let number = self.values.number(&Arc::from(text)).unwrap_or(NOTHING);
        if self.values.names().len() > before {
            self.bytes += text.len();
        }
        number
    }
}

/// Texts are long, and no two are the same.
const fn is_held(kind: &QuestionKind) -> bool {
    !matches!(kind, QuestionKind::Text { .. } | QuestionKind::Correction)
}
