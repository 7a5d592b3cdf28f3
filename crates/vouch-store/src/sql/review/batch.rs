//! The rows of tasks that are added together.

use serde_json::Map;
use vouch_domain::Time;
use vouch_domain::id::{ProjectId, QueueId, TaskId};
use vouch_domain::review::{Answers, ItemShape, Question, Queue, QueueSettings, Rubric, TaskState};

use super::add::{Checked, shape};
use super::book::{Book, FRESH};
use super::seat::{ASSIGNED, Seat};
use super::task::to_json;
use crate::Result;
use crate::sql::rows::Rows;
use crate::sql::value::Kind;

/// The rows of tasks that are added together.
pub(super) struct Batch<'q> {
    project: ProjectId,
    queue: QueueId,
    now: Time,
    settings: &'q QueueSettings,
    tasks: Rows,
    items: Rows,
    line: Rows,
    gold_line: Rows,
    kept: Vec<(TaskId, String)>,
    /// How many are gold.
    pub(super) golds: i64,
    /// How many are not.
    pub(super) work: i64,
}

const TASKS: &[(&str, Kind)] = &[
    ("project", Kind::Text),
    ("id", Kind::Text),
    ("queue", Kind::Text),
    ("key", Kind::Text),
    ("log", Kind::Text),
    ("state", Kind::Text),
    ("disputed", Kind::Int),
    ("is_gold", Kind::Int),
    ("priority", Kind::Int),
    ("due_at", Kind::Int),
    ("origin", Kind::Text),
    ("wanted", Kind::Int),
    ("reviews", Kind::Int),
    ("leases", Kind::Int),
    ("assignee", Kind::Text),
    ("band", Kind::Int),
    ("turn", Kind::Int),
    ("created_at", Kind::Int),
];
const ITEMS: &[(&str, Kind)] = &[
    ("project", Kind::Text),
    ("task", Kind::Text),
    ("item", Kind::Text),
    ("suggestion", Kind::Text),
    ("gold", Kind::Text),
];
const LINE: &[(&str, Kind)] = &[
    ("project", Kind::Text),
    ("queue", Kind::Text),
    ("priority", Kind::Int),
    ("band", Kind::Int),
    ("turn", Kind::Int),
    ("task", Kind::Text),
];
const GOLD_LINE: &[(&str, Kind)] =
    &[("project", Kind::Text), ("queue", Kind::Text), ("turn", Kind::Int), ("task", Kind::Text)];

impl<'q> Batch<'q> {
    /// No rows yet.
    pub(super) fn new(book: &Book<'_>, queue: &'q Queue) -> Self {
        Self {
            project: book.project,
            queue: book.queue,
            now: book.now,
            settings: &queue.settings,
            tasks: Rows::new(TASKS),
            items: Rows::new(ITEMS),
            line: Rows::new(LINE),
            gold_line: Rows::new(GOLD_LINE),
            kept: Vec::new(),
            golds: 0,
            work: 0,
        }
    }

    /// Adds a task that has this turn, of which places are kept for these people.
    pub(super) fn push(
        &mut self,
        task: &Checked<'_>,
        turn: i64,
        keepers: Vec<String>,
    ) -> Result<()> {
        let new = &task.task.new;
        let (project, queue, id) = (self.project, self.queue, task.id);
        let is_gold = new.gold.is_some();
        let wanted = self.settings.overlap.at_first();
        let in_line = !is_gold && wanted as usize > keepers.len();
        let due = self.settings.due_after_s.map(|after| self.now.plus_s(i64::from(after)));
        let priority = new.priority as i64;
        self.tasks.push([
            project.into(),
            id.into(),
            queue.into(),
            task.key.as_str().into(),
            new.item.log().map(|log| log.to_string()).into(),
            TaskState::Open.as_str().into(),
            false.into(),
            is_gold.into(),
            priority.into(),
            new.due_at.or(due).filter(|_| !is_gold).into(),
            to_json(&task.task.origin)?.into(),
            wanted.into(),
            0i64.into(),
            0i64.into(),
            (!keepers.is_empty()).then(|| keepers.join(",")).into(),
            in_line.then_some(FRESH).into(),
            in_line.then_some(turn).into(),
            self.now.into(),
        ]);
        if is_gold {
            self.golds += 1;
            self.gold_line.push([project.into(), queue.into(), turn.into(), id.into()]);
        } else {
            self.work += 1;
        }
        if in_line {
            let place = [priority.into(), FRESH.into(), turn.into()];
            let [priority, band, turn] = place;
            self.line.push([project.into(), queue.into(), priority, band, turn, id.into()]);
        }
        self.kept.extend(keepers.into_iter().map(|user| (id, user)));
        self.push_item(task)
    }

    fn push_item(&mut self, task: &Checked<'_>) -> Result<()> {
        let new = &task.task.new;
        let shape = shape(&new.item);
        let rubric = &self.settings.rubric;
        let mut suggestion = new.suggestion.clone();
        if let Some(suggestion) = &mut suggestion {
            suggestion.answers = in_form(rubric, &suggestion.answers, &shape);
        }
        let mut gold = new.gold.clone();
        if let Some(gold) = &mut gold {
            gold.answers = in_form(rubric, &gold.answers, &shape);
        }
        self.items.push([
            self.project.into(),
            task.id.into(),
            to_json(&new.item)?.into(),
            suggestion.as_ref().map(to_json).transpose()?.into(),
            gold.as_ref().map(to_json).transpose()?.into(),
        ]);
        Ok(())
    }

    /// Writes the rows.
    pub(super) async fn write(self, book: &mut Book<'_>) -> Result<()> {
        let conn = &mut book.tx.conn;
        self.tasks.insert(conn, "tasks", "").await?;
        self.items.insert(conn, "task_items", "").await?;
        self.line.insert(conn, "task_line", "").await?;
        self.gold_line.insert(conn, "gold_line", "").await?;
        for (task, user) in self.kept {
            let mut seat = Seat::new(&task.to_string(), &user);
            seat.kept = 1;
            seat.set(ASSIGNED);
            book.save_seat(seat);
        }
        Ok(())
    }
}

/// The same answers in their one form.
fn in_form(rubric: &Rubric, answers: &Answers, shape: &ItemShape) -> Answers {
    let read = |question: &Question| {
        let answer = rubric.answer(question, answers, shape)?;
        Some((question.key.clone(), answer.to_value()))
    };
    Answers(rubric.questions().iter().filter_map(read).collect::<Map<_, _>>())
}
