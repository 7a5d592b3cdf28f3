//! Label files that annotation tools export, and our own: every answer is a judgement.

use std::fs::File;
use std::io::stdin;
use std::path::Path;

use vouch_files::rows::{Format, Source};
use vouch_files::{Entry, FileError, Layout, Mapping, Reader};

use super::Questions;
use super::questions::Row;
use crate::bar::grouped;
use crate::cli::{LabelFile, LabelFormat};
use crate::failure::Failure;
use crate::output::note;

/// The reader of a file that a tool wrote; `None` where it is a plain label file.
pub(super) fn open(file: &LabelFile, shown: &str) -> anyhow::Result<Option<Reader>> {
    let told = file.format.and_then(LabelFormat::layout);
    if told.is_none() && (file.format.is_some() || !may_be(&file.file)) {
        return Ok(None);
    }
    let source = if file.file.as_os_str() == "-" {
        Source::Stream(Box::new(stdin()))
    } else {
        let opened = File::open(&file.file)
            .map_err(|error| Failure::new(format!("cannot read {shown}: {error}")))?;
        Source::File(opened)
    };
    let failed = |error: FileError| Failure::new(format!("{shown}: {error}"));
    let format = Format::of_name(&file.file);
    let reader = Reader::open(source, format, told, Mapping::default()).map_err(failed)?;
    let is_plain = reader.layout().is_none_or(|layout| layout == Layout::Plain);
    Ok((told.is_some() || !is_plain).then_some(reader))
}

/// Whether a name is one of files that tools write.
fn may_be(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    matches!(
        extension.unwrap_or_default().to_ascii_lowercase().as_str(),
        "json" | "jsonl" | "ndjson" | "parquet"
    )
}

/// Takes all answers of people; a row that cannot be read ends it, as in other label files.
pub(super) fn read(
    mut reader: Reader,
    shown: &str,
    questions: &mut Questions,
) -> anyhow::Result<()> {
    loop {
        let read = reader.read().map_err(|e| Failure::new(format!("{shown}: {e}")))?;
        let Some(read) = read else { break };
        let wrong = |what: String| Failure::new(format!("{shown}, line {}: {what}", read.line));
        let entry = read.outcome.map_err(&wrong)?;
        take(&entry, questions).map_err(&wrong)?;
    }
    for (what, count) in &reader.left_out().0 {
        note(format_args!("left out: {} {what}", grouped(*count)));
    }
    Ok(())
}

fn take(entry: &Entry, questions: &mut Questions) -> Result<(), String> {
    let key = entry.key.clone().unwrap_or_else(|| entry.item.key());
    for annotation in &entry.annotations {
        for mark in &annotation.marks {
            let label = mark.given.label();
            questions.take(Row {
                question: &mark.question,
                item: &key,
                reviewer: &annotation.by.name,
                label: label.trim(),
            })?;
        }
    }
    Ok(())
}
