//! What `vouch import tasks`, `vouch export reviews` and `vouch export consensus` take.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use vouch_files::rows::Format as Rows;
use vouch_files::{Annotations, Layout, Mapping};

use crate::settings::StorageOptions;
use crate::transfer::Format;

/// How a file of tasks is written, or what wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shape {
    /// One JSON object a line.
    Jsonl,
    /// One JSON list of objects.
    Json,
    /// Comma-separated values with a line of names.
    Csv,
    /// Tab-separated values with a line of names.
    Tsv,
    /// Apache Parquet.
    Parquet,
    /// What `vouch export` writes.
    Vouch,
    /// Label Studio's JSON.
    LabelStudio,
    /// Label Studio's JSON-MIN.
    LabelStudioMin,
    /// Argilla's records.
    Argilla,
    /// Prodigy's JSONL.
    Prodigy,
}

impl Shape {
    /// How its rows are written, where it says so.
    pub(crate) const fn rows(self) -> Option<Rows> {
        match self {
            Self::Jsonl => Some(Rows::Jsonl),
            Self::Json => Some(Rows::Json),
            Self::Csv => Some(Rows::Csv),
            Self::Tsv => Some(Rows::Tsv),
            Self::Parquet => Some(Rows::Parquet),
            _ => None,
        }
    }

    /// What wrote it, where it says so.
    pub(crate) const fn layout(self) -> Option<Layout> {
        match self {
            Self::Vouch => Some(Layout::Vouch),
            Self::LabelStudio => Some(Layout::LabelStudio),
            Self::LabelStudioMin => Some(Layout::LabelStudioMin),
            Self::Argilla => Some(Layout::Argilla),
            Self::Prodigy => Some(Layout::Prodigy),
            _ => None,
        }
    }
}

/// What becomes of people's answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Become {
    /// Reviews by them.
    Reviews,
    /// The right answers: those that the file calls so, or on which all agree.
    Gold,
    /// What is suggested to reviewers.
    Suggestions,
    /// Nothing.
    None,
}

/// Which tasks to import, and where to.
#[derive(Debug, Args)]
pub(crate) struct ImportTasks {
    /// The file.
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The queue, by key or id.
    #[arg(long, value_name = "KEY", required_unless_present = "create")]
    pub(crate) queue: Option<String>,
    /// Make a queue of this name, with the questions that the answers show.
    #[arg(long, value_name = "NAME", conflicts_with = "queue")]
    pub(crate) create: Option<String>,
    /// How it is written, or what wrote it. [default: what it looks like]
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<Shape>,
    /// What people's answers in it become.
    #[arg(long, value_name = "WHAT", default_value = "reviews")]
    annotations: Become,
    /// The e-mail of an annotator whom the file calls NAME; may be given again.
    #[arg(long = "annotator", value_name = "NAME=EMAIL", value_parser = named)]
    pub(crate) annotators: Vec<(String, String)>,
    /// A column to show as a field; may be given again. [default: all]
    #[arg(long, value_name = "COLUMN")]
    text: Vec<String>,
    /// The column of the key. [default: key or id]
    #[arg(long, value_name = "COLUMN")]
    key: Option<String>,
    /// The column of what the responses answer. [default: prompt]
    #[arg(long, value_name = "COLUMN")]
    prompt: Option<String>,
    /// A column with a response; given for each of them.
    #[arg(long = "response", value_name = "COLUMN")]
    responses: Vec<String>,
    /// A column of right answers: COLUMN where there is one question; may be given again.
    #[arg(long, value_name = "QUESTION=COLUMN")]
    gold: Vec<String>,
    /// A column of what a model answered; as --gold.
    #[arg(long, value_name = "QUESTION=COLUMN")]
    suggestion: Vec<String>,
    /// Check all rows and write nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// The project, by name or id. [default: the first]
    #[arg(long, value_name = "PROJECT")]
    pub(crate) project: Option<String>,
    #[command(flatten)]
    pub(crate) storage: StorageOptions,
}

fn named(text: &str) -> Result<(String, String), String> {
    let wrong = || format!("`{text}` is not NAME=EMAIL");
    let (name, email) = text.split_once('=').ok_or_else(wrong)?;
    if !email.contains('@') {
        return Err(wrong());
    }
    Ok((name.to_owned(), email.to_owned()))
}

impl ImportTasks {
    /// Which columns are what.
    pub(crate) fn mapping(&self) -> Mapping {
        let pairs = |all: &[String]| all.iter().map(|text| Mapping::pair(text)).collect();
        Mapping {
            item: None,
            text: self.text.clone(),
            key: self.key.clone(),
            prompt: self.prompt.clone(),
            responses: self.responses.clone(),
            gold: pairs(&self.gold),
            suggestion: pairs(&self.suggestion),
        }
    }

    /// What becomes of people's answers.
    pub(crate) const fn annotations(&self) -> Annotations {
        match self.annotations {
            Become::Reviews => Annotations::Reviews,
            Become::Gold => Annotations::Gold,
            Become::Suggestions => Annotations::Suggestions,
            Become::None => Annotations::None,
        }
    }
}

/// Which queue's work to export, and where to.
#[derive(Debug, Args)]
pub(crate) struct ExportAnswers {
    /// The queue, by key or id.
    #[arg(long, value_name = "KEY")]
    pub(crate) queue: String,
    /// How to write it. [default: what the file's name says, else jsonl]
    #[arg(long, value_name = "FORMAT")]
    pub(crate) format: Option<Format>,
    /// The file, or - for standard output.
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    pub(crate) output: PathBuf,
    /// The project, by name or id. [default: the first]
    #[arg(long, value_name = "PROJECT")]
    pub(crate) project: Option<String>,
    #[command(flatten)]
    pub(crate) storage: StorageOptions,
}
