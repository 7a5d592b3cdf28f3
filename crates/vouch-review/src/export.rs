//! Reviews and consensus of a queue as files: what is written reads back into another queue.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value, json};
use vouch_domain::Cursor;
use vouch_domain::id::{ProjectId, QueueId, ReviewId, TaskId, UserId};
use vouch_domain::review::{Queue, Review, ReviewState, Rubric, Task, TaskState};
use vouch_files::table::{Kind, ParquetTable};
use vouch_store::{Store, StoreError, TaskQuery};

use crate::export_columns::{cell, columns, quoted, text};

/// How many rows are read at once.
const PAGE: u32 = 200;

/// What is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exported {
    /// Every review, with its item.
    Reviews,
    /// What each complete task came to.
    Consensus,
}

/// How it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// One JSON object a line.
    Jsonl,
    /// Comma-separated values.
    Csv,
    /// Apache Parquet.
    Parquet,
}

impl ExportFormat {
    /// The format of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "jsonl" => Self::Jsonl,
            "csv" => Self::Csv,
            "parquet" => Self::Parquet,
            _ => return None,
        })
    }

    /// What its files' names end with.
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }

    /// What it is called over HTTP.
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Jsonl => "application/x-ndjson",
            Self::Csv => "text/csv; charset=utf-8",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }
}

/// An export that cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The store cannot go on.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A table cannot be written.
    #[error("the table cannot be written: {0}")]
    Table(String),
}

/// What was written and not yet taken away.
#[derive(Debug, Clone, Default)]
struct Shelf(Arc<Mutex<Vec<u8>>>);

impl Shelf {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Write for Shelf {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

enum Out {
    Jsonl,
    Csv,
    Parquet(Box<ParquetTable<Shelf>>),
}

/// An export that is under way, piece by piece.
pub struct Export {
    project: ProjectId,
    queue: QueueId,
    rubric: Rubric,
    what: Exported,
    columns: Vec<(String, Kind)>,
    out: Option<Out>,
    shelf: Shelf,
    emails: HashMap<UserId, String>,
    after_review: Option<ReviewId>,
    after_task: Option<Cursor>,
    begun: bool,
    rows: u64,
}

impl Export {
    /// Begins an export.
    ///
    /// # Errors
    /// Those of the store, and of the format.
    pub async fn new(
        store: &dyn Store,
        project: ProjectId,
        queue: &Queue,
        (what, format): (Exported, ExportFormat),
    ) -> Result<Self, ExportError> {
        let shelf = Shelf::default();
        let rubric = queue.settings.rubric.clone();
        let columns = columns(what, format, &rubric);
        let out = match format {
            ExportFormat::Jsonl => Out::Jsonl,
            ExportFormat::Csv => Out::Csv,
            ExportFormat::Parquet => {
                let table = ParquetTable::new(shelf.clone(), columns.clone());
                Out::Parquet(Box::new(table.map_err(|e| ExportError::Table(e.to_string()))?))
            }
        };
        let users = store.users(project).await?;
        let emails = users.into_iter().map(|user| (user.id, user.email)).collect();
        Ok(Self {
            project,
            queue: queue.id,
            rubric,
            what,
            columns,
            out: Some(out),
            shelf,
            emails,
            after_review: None,
            after_task: None,
            begun: false,
            rows: 0,
        })
    }

    /// How many rows were written.
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    /// The next bytes, which may be none; `None` at the end.
    ///
    /// # Errors
    /// Those of the store: the file is not whole then.
    pub async fn next(&mut self, store: &dyn Store) -> Result<Option<Vec<u8>>, ExportError> {
        if self.out.is_none() {
            return Ok(None);
        }
        if !std::mem::replace(&mut self.begun, true) {
            self.begin();
            return Ok(Some(self.shelf.take()));
        }
        let rows = match self.what {
            Exported::Reviews => self.reviews(store).await?,
            Exported::Consensus => self.consensus(store).await?,
        };
        let Some(rows) = rows else {
            if let Some(Out::Parquet(table)) = self.out.take() {
                table.close().map_err(|e| ExportError::Table(e.to_string()))?;
            }
            return Ok(Some(self.shelf.take()));
        };
        for row in rows {
            self.push(row)?;
        }
        Ok(Some(self.shelf.take()))
    }

    fn begin(&mut self) {
        if let Some(Out::Csv) = self.out {
            let names: Vec<String> = self.columns.iter().map(|(name, _)| quoted(name)).collect();
            self.line(&names.join(","));
        }
    }

    fn line(&mut self, line: &str) {
        // A shelf takes everything.
        writeln!(self.shelf, "{line}").ok();
    }

    fn push(&mut self, row: Map<String, Value>) -> Result<(), ExportError> {
        self.rows += 1;
        match &mut self.out {
            None => {}
            Some(Out::Jsonl) => {
                let line = Value::Object(row).to_string();
                self.line(&line);
            }
            Some(Out::Csv) => {
                let cells = self.columns.iter().map(|(name, _)| quoted(&text(row.get(name))));
                let line = cells.collect::<Vec<_>>().join(",");
                self.line(&line);
            }
            Some(Out::Parquet(table)) => {
                let cells = self.columns.iter().map(|(name, kind)| cell(*kind, row.get(name)));
                table.push(cells.collect()).map_err(|e| ExportError::Table(e.to_string()))?;
            }
        }
        Ok(())
    }

    /// The rows of the next reviews, oldest first.
    async fn reviews(
        &mut self,
        store: &dyn Store,
    ) -> Result<Option<Vec<Map<String, Value>>>, StoreError> {
        let page = store.reviews_after(self.project, self.queue, self.after_review, PAGE).await?;
        let Some(last) = page.last() else { return Ok(None) };
        self.after_review = Some(last.id);
        if let Some(Out::Csv) = self.out {
            return Ok(Some(page.iter().flat_map(answer_rows).collect()));
        }
        let mut ids: Vec<TaskId> = page.iter().map(|review| review.task).collect();
        ids.sort_unstable();
        ids.dedup();
        let tasks = store.tasks_by_id(self.project, &ids).await?;
        let tasks: BTreeMap<TaskId, Task> = tasks.into_iter().map(|task| (task.id, task)).collect();
        let row = |review: &Review| self.review_row(review, tasks.get(&review.task));
        Ok(Some(page.iter().map(row).collect()))
    }

    fn review_row(&self, review: &Review, task: Option<&Task>) -> Map<String, Value> {
        let mut row = object(json!(review));
        if let Some(email) = self.emails.get(&review.user) {
            row.insert("user_email".into(), email.as_str().into());
        }
        if let Some(task) = task {
            row.insert("key".into(), task.key.as_str().into());
            row.insert("item".into(), json!(task.item));
        }
        row
    }

    /// The rows of the next complete tasks, newest first.
    async fn consensus(
        &mut self,
        store: &dyn Store,
    ) -> Result<Option<Vec<Map<String, Value>>>, StoreError> {
        let end = Cursor(String::new());
        if self.after_task.as_ref() == Some(&end) {
            return Ok(None);
        }
        let query = TaskQuery {
            project: self.project,
            queue: self.queue,
            state: Some("complete".to_owned()),
            reviewed_by: None,
            cursor: self.after_task.clone(),
            limit: PAGE,
        };
        let page = store.tasks(&query).await?;
        self.after_task = Some(page.next_cursor.unwrap_or(end));
        let is_table = !matches!(self.out, Some(Out::Jsonl));
        Ok(Some(page.items.iter().map(|task| self.task_row(task, is_table)).collect()))
    }

    fn task_row(&self, task: &Task, is_table: bool) -> Map<String, Value> {
        let consensus = task.consensus.clone().unwrap_or_default();
        let (at, by) = match task.state {
            TaskState::Complete { at, by } => (json!(at), json!(by)),
            _ => (Value::Null, Value::Null),
        };
        let mut row = Map::new();
        row.insert("task".into(), json!(task.id));
        row.insert("key".into(), task.key.as_str().into());
        row.insert("item".into(), json!(task.item));
        row.insert("decided_at".into(), at);
        row.insert("decided_by".into(), by);
        row.insert("reviews".into(), task.reviews.into());
        row.insert("answers".into(), json!(consensus.answers));
        if !is_table {
            row.insert("questions".into(), json!(consensus.questions));
            return row;
        }
        for question in self.rubric.questions() {
            let answer = consensus.answers.get(&question.key).cloned();
            row.insert(format!("answer.{}", question.key), answer.unwrap_or_default());
            let share = consensus.questions.get(&question.key).map(|outcome| outcome.share);
            row.insert(format!("share.{}", question.key), json!(share));
        }
        row
    }
}

fn object(value: Value) -> Map<String, Value> {
    if let Value::Object(fields) = value { fields } else { Map::new() }
}

/// A row for each answer of a review that counts, as `vouch agreement` reads them.
fn answer_rows(review: &Review) -> Vec<Map<String, Value>> {
    if review.state != ReviewState::Counts {
        return Vec::new();
    }
    let row = |(question, answer): (&String, &Value)| {
        object(json!({"item": review.task, "reviewer": review.user, "label": answer,
            "question": question}))
    };
    review.answers.0.iter().map(row).collect()
}
