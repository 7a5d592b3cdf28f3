//! What `vouch export` and `vouch import` take.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use vouch_domain::Time;

use super::tasks::{ExportAnswers, ImportTasks};
use crate::command::export::moment;
use crate::settings::StorageOptions;
use crate::transfer::Format;

/// What to export.
#[derive(Debug, Subcommand)]
pub(crate) enum ExportCommand {
    /// Write logs with their bodies and their feedback, newest first.
    #[command(after_help = "\
A server may be running meanwhile. A file is named FILE.part until it is whole; one that broke off
is gone on with by the same command and --resume, from its last whole row. A folder (-o DIR/) takes
Parquet files of 100,000 logs each, and can be gone on with as well; a single Parquet file cannot.
Feedback on whole chains and conversations is not part of a log.

Examples:
  vouch export logs -o logs.jsonl
  vouch export logs --filter 'model:gpt-4o* thumbs:down' --from 2026-11-01 -o down.csv
  vouch export logs -o archive/ --format parquet
  vouch export logs --filter 'has:correction' | jq .metadata")]
    Logs(ExportLogs),

    /// Write every review of a queue, oldest first, with what it is about.
    #[command(after_help = "\
JSON lines and Parquet have a review in each row, also those that no longer count (see `state`), and
can be imported into another queue. CSV has an answer in each row, with the columns that `vouch
agreement` and `vouch consensus` read, of the reviews that count.

Examples:
  vouch export reviews --queue helpful -o reviews.jsonl
  vouch export reviews --queue helpful -o answers.csv && vouch agreement answers.csv")]
    Reviews(ExportAnswers),

    /// Write what each complete task of a queue came to, newest first.
    #[command(after_help = "\
A row is a task with its item and its answers; CSV and Parquet also have a column for each question,
and the share of the reviews that say so.

Examples:
  vouch export consensus --queue helpful -o labels.parquet
  vouch export consensus --queue helpful | jq .answers")]
    Consensus(ExportAnswers),
}

/// Which logs to export, and where to.
#[derive(Debug, Args)]
pub(crate) struct ExportLogs {
    /// Which logs, in the language of docs/filters.md. All without it.
    #[arg(long, value_name = "FILTER")]
    pub(crate) filter: Option<String>,
    /// Only logs made at that day or time (UTC) or later.
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) from: Option<Time>,
    /// Only logs made before that day or time (UTC).
    #[arg(long, value_name = "TIME", value_parser = moment)]
    pub(crate) to: Option<Time>,
    /// How to write them. [default: what the file's name says, else jsonl]
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<Format>,
    /// The file, DIR/ for a folder of Parquet files, or - for standard output.
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    pub(crate) output: Option<PathBuf>,
    /// Go on after the last whole row of an export that broke off.
    #[arg(long)]
    pub(crate) resume: bool,
    /// The project, by name or id. [default: the first]
    #[arg(long, value_name = "PROJECT")]
    pub(crate) project: Option<String>,
    #[command(flatten)]
    pub(crate) storage: StorageOptions,
}

/// What to import.
#[derive(Debug, Subcommand)]
pub(crate) enum ImportCommand {
    /// Read logs from a file: as `vouch export logs` writes them, or JSON lines in the shape of
    /// POST /api/v1/logs.
    #[command(after_help = "\
A server may be running meanwhile. A log that is there already, by its id, is left as it is, so an
import that broke off is simply run again. A line without an id gets one that is made of its number
and its text, and without a time, the time when the file was last changed: reading the unchanged
file again makes the same ids.

Rows that cannot be read are kept in FILE.rejected.jsonl with line and reason; all others are
imported. Ends with 0 when all rows were imported, with 3 when some were rejected.

Examples:
  vouch import logs logs.jsonl
  vouch import logs archive/
  vouch import logs old.csv --dry-run")]
    Logs(ImportLogs),

    /// Add tasks to a review queue, with what people said of them elsewhere.
    #[command(after_help = "\
A file of JSON lines, a JSON list, CSV, TSV or Parquet is read row by row. It may hold rows of any
columns, what `vouch export` wrote, or the export of Label Studio (JSON, JSON-MIN), Argilla or
Prodigy: which one is seen from the first row.

Of plain rows, every column is shown as a field, but for these:
  key or id                  what tells the row from others; a row that is there already stays
  gold, gold.QUESTION        the right answers
  suggestion.QUESTION        what a model answered; with suggestion.source, suggestion.score
  priority, due_at           low, normal, high or urgent; a time
  prompt, response_a, response_b, ... or chosen, rejected, or responses   in queues of responses
  log_id, conversation_id    in queues of logs and of conversations

The answers of people become reviews by them: by the people of the project with their e-mail, or by
new ones who cannot sign in until an admin lets them. --annotator gives the e-mail of one whom the
file only gives a number. --create makes a queue with the questions that the answers show.

Rows that do not fit are kept in FILE.rejected.jsonl with line and reason; all others are imported.
An import that broke off is simply run again. Ends with 0 when all rows were imported, with 3 when
some were rejected.

Examples:
  vouch import tasks records.csv --queue toxicity --text comment --gold label
  vouch import tasks project-1.json --create 'From Label Studio' --annotator 3=ann@example.com
  vouch import tasks reviews.jsonl --queue second-look --annotations suggestions --dry-run")]
    Tasks(Box<ImportTasks>),
}

/// Which logs to import, and where to.
#[derive(Debug, Args)]
pub(crate) struct ImportLogs {
    /// The file, or a folder of Parquet files.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// What it holds. [default: what its name says]
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<Format>,
    /// The project, by name or id. [default: the first]
    #[arg(long, value_name = "PROJECT")]
    pub(crate) project: Option<String>,
    /// Check all rows and write nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) storage: StorageOptions,
}
