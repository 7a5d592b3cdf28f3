//! Reading a label file row by row: CSV, TSV or JSON lines.

use std::fs::File;
use std::io::{BufRead, BufReader, Read, stdin};
use std::path::Path;

use serde_json::{Map, Value};
use vouch_files::rows::line_of;

use super::questions::Row;
use super::{Questions, tools};
use crate::cli::{LabelFile, LabelFormat};
use crate::failure::Failure;

/// The longest line of JSON: 16 MiB.
const MAX_LINE: u64 = 16 << 20;
/// What must be there, with what others call it.
const NEEDED: [(&str, &[&str]); 3] = [
    ("item", &["task", "unit", "subject", "id", "example", "record", "item_id", "task_id"]),
    (
        "reviewer",
        &["worker", "annotator", "rater", "coder", "user", "judge", "reviewer_id", "worker_id"],
    ),
    ("label", &["value", "answer", "annotation", "rating", "category", "response", "class"]),
];
const QUESTION: &str = "question";
const HINT: &str = "a label file has the columns item, reviewer and label, and may have question";

/// What a file's name says.
pub(crate) fn format_of(path: &Path) -> LabelFormat {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
    match extension.to_ascii_lowercase().as_str() {
        "tsv" | "tab" => LabelFormat::Tsv,
        "jsonl" | "ndjson" => LabelFormat::Jsonl,
        _ => LabelFormat::Csv,
    }
}

/// Reads all of it.
pub(crate) fn read(file: &LabelFile) -> anyhow::Result<Questions> {
    let path = &file.file;
    let shown =
        if path.as_os_str() == "-" { "standard input".into() } else { path.display().to_string() };
    if let Some(reader) = tools::open(file, &shown)? {
        let mut questions = Questions::new(&file.order);
        tools::read(reader, &shown, &mut questions)?;
        return Ok(questions);
    }
    let source: Box<dyn Read> = if path.as_os_str() == "-" {
        Box::new(stdin().lock())
    } else {
        let opened = File::open(path)
            .map_err(|error| Failure::new(format!("cannot read {shown}: {error}")).hint(HINT))?;
        Box::new(opened)
    };
    let mut questions = Questions::new(&file.order);
    let input = BufReader::with_capacity(1 << 16, source);
    match file.format.unwrap_or_else(|| format_of(path)) {
        LabelFormat::Csv => delimited(input, b',', &shown, &mut questions)?,
        LabelFormat::Tsv => delimited(input, b'\t', &shown, &mut questions)?,
        // A tool's file is read above.
        _ => lines(input, &shown, &mut questions)?,
    }
    Ok(questions)
}

/// What is wrong with a line.
fn wrong(file: &str, line: u64, what: &str) -> Failure {
    Failure::new(format!("{file}, line {line}: {what}"))
}

fn delimited(
    mut input: impl BufRead,
    delimiter: u8,
    file: &str,
    questions: &mut Questions,
) -> anyhow::Result<()> {
    let begins = input.fill_buf().map_err(|error| unreadable(file, &error.into()))?;
    let end = begins.iter().position(|byte| *byte == b'\n');
    let dos = end.is_some_and(|end| begins[..end].ends_with(b"\r"));
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(input);
    let heads = reader.headers().map_err(|error| unreadable(file, &error))?.clone();
    let columns = Columns::find(&heads, delimiter).map_err(|failure| {
        Failure::new(format!("{file}, line 1: {}", failure.0)).hint(failure.1)
    })?;
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(|error| unreadable(file, &error))? {
        let line = line_of(record.as_byte_record(), reader.position(), dos);
        let cell = |name: &str, column: usize| {
            record.get(column).ok_or_else(|| {
                let (expected, got) = (heads.len(), record.len());
                let what = format!("there is no {name}: {got} values for {expected} columns");
                wrong(file, line, &what).hint("a quote that is not closed takes in what follows it")
            })
        };
        let row = Row {
            question: columns.question.map_or(Ok(""), |column| cell(QUESTION, column))?,
            item: cell("item", columns.item)?,
            reviewer: cell("reviewer", columns.reviewer)?,
            label: cell("label", columns.label)?,
        };
        questions.take(row).map_err(|what| wrong(file, line, &what))?;
    }
    Ok(())
}

fn unreadable(file: &str, error: &csv::Error) -> Failure {
    let line = error.position().map_or(1, csv::Position::line);
    match error.kind() {
        csv::ErrorKind::Utf8 { .. } => wrong(file, line, "it is not UTF-8")
            .hint("iconv -f latin1 -t utf8 turns what old spreadsheets write"),
        csv::ErrorKind::Io(error) => Failure::new(format!("cannot read {file}: {error}")),
        _ => wrong(file, line, &error.to_string()),
    }
}

/// Where the columns are.
struct Columns {
    question: Option<usize>,
    item: usize,
    reviewer: usize,
    label: usize,
}

impl Columns {
    /// Finds them, or says what is missing and what to do.
    fn find(heads: &csv::StringRecord, delimiter: u8) -> Result<Self, (String, String)> {
        let place = |name: &str| heads.iter().position(|head| head.eq_ignore_ascii_case(name));
        let missing: Vec<_> =
            NEEDED.into_iter().filter(|(name, _)| place(name).is_none()).collect();
        if missing.is_empty() {
            let needed = |name| place(name).unwrap_or_default();
            return Ok(Self {
                question: place(QUESTION),
                item: needed("item"),
                reviewer: needed("reviewer"),
                label: needed("label"),
            });
        }
        if heads.iter().all(str::is_empty) {
            return Err(("there is nothing in it".into(), HINT.into()));
        }
        let names: Vec<&str> = missing.iter().map(|(name, _)| *name).collect();
        let there: Vec<&str> = heads.iter().take(20).collect();
        let plural = if names.len() > 1 { "columns" } else { "column" };
        let what = format!("no {plural} {}; it has {}", names.join(", "), there.join(", "));
        let renames: Vec<String> = missing
            .iter()
            .filter_map(|(name, others)| {
                let found = there
                    .iter()
                    .find(|head| others.iter().any(|other| head.eq_ignore_ascii_case(other)))?;
                Some(format!("rename {found} to {name}"))
            })
            .collect();
        let hint = match () {
            () if !renames.is_empty() => renames.join(", "),
            () if delimiter == b',' && there.iter().any(|head| head.contains(['\t', ';'])) => {
                "it is not separated by commas: --format tsv is for tabs".to_owned()
            }
            () => HINT.to_owned(),
        };
        Err((what, hint))
    }
}

fn lines(mut input: impl BufRead, file: &str, questions: &mut Questions) -> anyhow::Result<()> {
    let mut bytes = Vec::new();
    for line in 1.. {
        bytes.clear();
        let read = input.by_ref().take(MAX_LINE).read_until(b'\n', &mut bytes)?;
        if read == 0 {
            break;
        }
        if bytes.last() != Some(&b'\n') && u64::try_from(read)? == MAX_LINE {
            let what = format!("it is longer than {} MiB", MAX_LINE >> 20);
            return Err(wrong(file, line, &what).into());
        }
        let text = bytes.trim_ascii();
        if text.is_empty() {
            continue;
        }
        let object: Map<String, Value> = serde_json::from_slice(text).map_err(|error| {
            let said = error.to_string();
            let what = said.split(" at line ").next().unwrap_or_default();
            let what = format!("expected a JSON object: {what} at column {}", error.column());
            wrong(file, line, &what)
        })?;
        let cell = |name: &str| match object.get(name) {
            Some(Value::String(text)) => Ok(text.trim().to_owned()),
            Some(Value::Null) => Ok(String::new()),
            Some(value @ (Value::Number(_) | Value::Bool(_))) => Ok(value.to_string()),
            Some(_) => {
                let what = format!("the {name} is neither text nor a number");
                Err(wrong(file, line, &what).hint("a label file has one label a line"))
            }
            None if name == QUESTION => Ok(String::new()),
            None => Err(wrong(file, line, &format!("there is no {name}")).hint(HINT)),
        };
        let (question, item) = (cell(QUESTION)?, cell("item")?);
        let (reviewer, label) = (cell("reviewer")?, cell("label")?);
        let row = Row { question: &question, item: &item, reviewer: &reviewer, label: &label };
        questions.take(row).map_err(|what| wrong(file, line, &what))?;
    }
    Ok(())
}
