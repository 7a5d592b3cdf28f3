//! `POST /api/v1/queues/{id}/import`: a file of tasks, with what people said of them elsewhere.
//!
//! The body is read as it comes: a thread reads rows from it while the store takes those before.

use std::collections::BTreeMap;

use axum::Json as Answer;
use axum::extract::{Request, State};
use http::header::CONTENT_TYPE;
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use vouch_domain::id::{QueueId, UserId};
use vouch_domain::review::Queue;
use vouch_files::rows::{Format, Source};
use vouch_files::{Annotations, FileError, Fit, Fitted, Layout, LeftOut, Mapping, Reader};
use vouch_review::{Batch, ImportError, Imported, Importer, RejectedRow, read_in_batches};

use crate::auth::Caller;
use crate::path::PathId;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::App;
use crate::upload::{Upload, feed};

/// The most rejected rows that are listed; all are counted.
const LISTED: usize = 1000;
/// The longest row that is listed whole, in bytes of JSON.
const LONGEST: usize = 10_000;
/// How many of the first tasks a dry run shows.
const SHOWN: usize = 5;

/// What came of an import.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct ImportResult {
    /// How the file was read: `jsonl`, `json`, `csv`, `tsv` or `parquet`.
    format: &'static str,
    /// What it holds: `rows`, `vouch`, `label-studio`, `label-studio-min`, `argilla` or `prodigy`.
    layout: &'static str,
    /// The columns of its first row.
    columns: Vec<String>,
    /// Tasks that are new; in a dry run, rows that fit.
    created: u64,
    /// Rows whose task was there, by its key.
    known: u64,
    /// Reviews that are new; in a dry run, those that fit.
    reviews: u64,
    /// Reviews that were there: a person reviews a task once.
    known_reviews: u64,
    /// How many rows were rejected.
    rejected: u64,
    /// The first 1,000 of these.
    rejected_rows: Vec<Rejected>,
    /// What the queue has nothing for, in words, and how often it came.
    left_out: BTreeMap<String, u64>,
    /// Annotators whom the project did not know. They are people now who cannot sign in.
    people: Vec<MadePerson>,
    /// In a dry run: the first tasks, as they would be added.
    #[schema(value_type = Vec<Object>)]
    first: Vec<Value>,
}

/// A row that was not imported.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Rejected {
    /// Its line, from 1; its number for Parquet.
    line: u64,
    /// Why.
    reason: String,
    /// The row as far as it could be read; null where it is long.
    #[schema(value_type = Option<Object>)]
    row: Value,
}

/// Somebody who annotated elsewhere.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct MadePerson {
    /// Their id.
    id: UserId,
    /// Their name.
    name: String,
    /// Their e-mail; one that ends with `.invalid` is made up.
    email: String,
}

const KNOWN: [&str; 12] = [
    "format",
    "layout",
    "annotations",
    "annotators",
    "text",
    "key",
    "prompt",
    "responses",
    "gold",
    "suggestion",
    "dry_run",
    "partial",
];

/// Add the tasks of a file: JSON lines, a JSON list, CSV, TSV or Parquet, of rows, of our own
/// exports, or of Label Studio, Argilla or Prodigy. The body is the file. Adding it again changes
/// nothing. A row that does not fit is told with its line; the others are added.
#[utoipa::path(post, path = "/api/v1/queues/{id}/import", tag = "review",
    params(
        ("id" = QueueId, Path, description = "The queue."),
        ("format" = Option<String>, Query, description = "`jsonl`, `json`, `csv`, `tsv` or `parquet`; what the content type or the content says where absent."),
        ("layout" = Option<String>, Query, description = "`rows`, `vouch`, `label-studio`, `label-studio-min`, `argilla` or `prodigy`; what the first row looks like where absent."),
        ("annotations" = Option<String>, Query, description = "What people's answers in it become: `reviews` (where absent), `gold`, `suggestions` or `none`."),
        ("annotators" = Option<String>, Query, description = "E-mails of annotators by their names in the file: `3=ann@example.com,4=bob@example.com`."),
        ("text" = Option<String>, Query, description = "The columns to show, with commas between them; all where absent."),
        ("key" = Option<String>, Query, description = "The column of the key; `key` or `id` where absent."),
        ("prompt" = Option<String>, Query, description = "The column of the prompt of responses."),
        ("responses" = Option<String>, Query, description = "The columns of the responses, with commas between them."),
        ("gold" = Option<String>, Query, description = "Columns of right answers: `question=column,...`, or one column where there is one question."),
        ("suggestion" = Option<String>, Query, description = "Columns of what a model answered, as `gold`."),
        ("dry_run" = Option<bool>, Query, description = "Only check; the first tasks are in the answer."),
        ("partial" = Option<bool>, Query, description = "The body is the beginning of a file: what breaks off at its end is no error. With `dry_run`."),
    ),
    request_body(content = String, content_type = "application/octet-stream", description = "The file."),
    responses((status = 200, body = ImportResult)))]
pub(crate) async fn import(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<QueueId>,
    query: Query,
    request: Request,
) -> Result<Answer<ImportResult>, Problem> {
    let plan = Plan::read(&query.only(&KNOWN)?, &request)?;
    let queue = super::queue(&app, &caller, id).await?;
    let mut body = request.into_body();
    let (bytes, upload) = Upload::new();
    let (batches, taken) = mpsc::channel(1);
    let fit = Fit::new(queue.settings.rubric.clone(), plan.annotations);
    let mapping = Mapping { item: Some(queue.settings.item), ..plan.mapping.clone() };
    let (format, layout, partial) = (plan.format, plan.layout, plan.partial);
    let reading = tokio::task::spawn_blocking(move || {
        let source = Source::Stream(Box::new(upload));
        read(source, (format, layout, mapping, partial), &fit, &batches)
    });
    let (fed, added) =
        tokio::join!(feed(&mut body, bytes), add(&app, &caller, &queue, &plan, taken));
    let read = reading.await.map_err(Problem::internal)?;
    let added = added?;
    fed?;
    let read = read.map_err(|error| match error {
        FileError::Io(error) => Problem::internal(error),
        FileError::Format(what) => Problem::field("", format!("the file cannot be read: {what}")),
    })?;
    Ok(Answer(added.result(read)))
}

/// How to read the file, and what to make of it.
struct Plan {
    format: Option<Format>,
    layout: Option<Layout>,
    annotations: Annotations,
    annotators: BTreeMap<String, String>,
    mapping: Mapping,
    dry_run: bool,
    partial: bool,
}

impl Plan {
    fn read(query: &Query, request: &Request) -> Result<Self, Problem> {
        let told = query.read("format", "jsonl, json, csv, tsv or parquet", format_of)?;
        let media_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let layouts = "rows, vouch, label-studio, label-studio-min, argilla or prodigy";
        let what = "reviews, gold, suggestions or none";
        let list = |name: &str| -> Vec<String> {
            let text = query.text(name).unwrap_or_default();
            let parts = text.split(',').map(|part| part.trim().to_owned());
            parts.filter(|part| !part.is_empty()).collect()
        };
        let pairs = |name: &str| list(name).iter().map(|text| Mapping::pair(text)).collect();
        let (dry_run, partial) = (query.flag("dry_run")?, query.flag("partial")?);
        Ok(Self {
            format: told.or_else(|| media_type.and_then(format_of_media)),
            layout: query.read("layout", layouts, Layout::parse)?,
            annotations: query.read("annotations", what, Annotations::parse)?.unwrap_or_default(),
            annotators: pairs("annotators"),
            mapping: Mapping {
                item: None,
                text: list("text"),
                key: query.text("key"),
                prompt: query.text("prompt"),
                responses: list("responses"),
                gold: pairs("gold"),
                suggestion: pairs("suggestion"),
            },
            dry_run: dry_run.unwrap_or(false),
            partial: partial.unwrap_or(false) && dry_run == Some(true),
        })
    }
}

fn format_of(word: &str) -> Option<Format> {
    let all = [Format::Jsonl, Format::Json, Format::Csv, Format::Tsv, Format::Parquet];
    all.into_iter().find(|format| format.as_str() == word)
}

/// What a content type tells; others, also that of a form or of JSON, tell nothing.
fn format_of_media(media_type: &str) -> Option<Format> {
    match media_type.split(';').next().unwrap_or_default().trim() {
        "text/csv" => Some(Format::Csv),
        "text/tab-separated-values" => Some(Format::Tsv),
        "application/x-ndjson" | "application/jsonl" => Some(Format::Jsonl),
        "application/vnd.apache.parquet" => Some(Format::Parquet),
        _ => None,
    }
}

/// What was seen of the file.
struct Seen {
    format: Format,
    layout: Option<Layout>,
    columns: Vec<String>,
    left_out: LeftOut,
}

type How = (Option<Format>, Option<Layout>, Mapping, bool);

fn read(
    source: Source,
    (format, layout, mapping, partial): How,
    fit: &Fit,
    batches: &mpsc::Sender<Batch>,
) -> Result<Seen, FileError> {
    let mut reader = Reader::open(source, format, layout, mapping)?;
    let mut before: Option<Batch> = None;
    // The last batch waits for its end: what breaks off there is no error.
    let left_out = read_in_batches(&mut reader, fit, |batch| match before.replace(batch) {
        Some(batch) => batches.blocking_send(batch).is_ok(),
        None => true,
    })?;
    if let Some(mut last) = before {
        let line = |rows: &[RejectedRow]| rows.last().map_or(0, |row| row.line);
        let is_last = last.ready.last().is_none_or(|row| row.line < line(&last.rejected));
        if partial && is_last {
            last.rejected.pop();
        }
        // Nobody listens where the import broke off, which is told by itself.
        drop(batches.blocking_send(last));
    }
    let columns = reader.columns().to_vec();
    Ok(Seen { format: reader.format(), layout: reader.layout(), columns, left_out })
}

/// What was added.
#[derive(Default)]
struct Added {
    done: Imported,
    rejected: u64,
    rows: Vec<Rejected>,
    people: Vec<MadePerson>,
    first: Vec<Value>,
}

async fn add(
    app: &App,
    caller: &Caller,
    queue: &Queue,
    plan: &Plan,
    mut batches: mpsc::Receiver<Batch>,
) -> Result<Added, Problem> {
    let places = (caller.principal.project(), queue.id);
    let by = caller.principal.actor();
    let parts = (app.store.as_ref() as &dyn vouch_store::Store, app.clock.as_ref());
    let failed = |error: ImportError| match error {
        ImportError::Store(error) => Problem::of_store(error, &format!("queue {}", queue.id)),
    };
    let mut importer =
        Importer::new(parts, places, by, plan.annotators.clone()).await.map_err(failed)?;
    let mut added = Added::default();
    while let Some(batch) = batches.recv().await {
        batch.rejected.into_iter().for_each(|row| added.reject(row));
        if plan.dry_run {
            added.check(batch.ready.into_iter().map(|row| row.fitted));
            continue;
        }
        let rejected = importer.add(batch.ready).await.map_err(failed)?;
        rejected.into_iter().for_each(|row| added.reject(row));
    }
    if !plan.dry_run {
        added.done = importer.done();
    }
    added.rows.sort_by_key(|row| row.line);
    let made = importer.people().made().iter();
    let person = |user: &vouch_domain::user::User| MadePerson {
        id: user.id,
        name: user.name.clone(),
        email: user.email.clone(),
    };
    added.people = made.map(person).collect();
    Ok(added)
}

impl Added {
    fn reject(&mut self, RejectedRow { line, reason, row }: RejectedRow) {
        self.rejected += 1;
        if self.rows.len() < LISTED {
            let long = row.to_string().len() > LONGEST;
            self.rows.push(Rejected { line, reason, row: if long { Value::Null } else { row } });
        }
    }

    fn check(&mut self, fitted: impl Iterator<Item = Fitted>) {
        for one in fitted {
            self.done.created += 1;
            self.done.reviews += one.reviews.len() as u64;
            if self.first.len() < SHOWN {
                self.first.push(shown(&one));
            }
        }
    }

    fn result(self, seen: Seen) -> ImportResult {
        ImportResult {
            format: seen.format.as_str(),
            layout: seen.layout.unwrap_or(Layout::Plain).as_str(),
            columns: seen.columns,
            created: self.done.created,
            known: self.done.known,
            reviews: self.done.reviews,
            known_reviews: self.done.known_reviews,
            rejected: self.rejected,
            rejected_rows: self.rows,
            left_out: seen.left_out.0,
            people: self.people,
            first: self.first,
        }
    }
}

/// A task as it would be added.
fn shown(one: &Fitted) -> Value {
    let task = &one.task;
    let review = |review: &vouch_files::FittedReview| json!({"by": review.by.name, "email": review.by.email(), "answers": review.answers});
    json!({
        "key": task.key, "item": task.item, "priority": task.priority, "due_at": task.due_at,
        "gold": task.gold, "suggestion": task.suggestion,
        "reviews": one.reviews.iter().map(review).collect::<Vec<_>>(),
    })
}
