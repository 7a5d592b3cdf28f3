//! Rows of CSV and TSV. An empty cell is no value.

use std::io::{BufRead, BufReader};

use serde_json::{Map, Value};

use super::{Bad, Begun, Row, Rows, line_feeds};
use crate::FileError;

pub(super) struct Delimited {
    reader: csv::Reader<BufReader<Begun>>,
    heads: csv::StringRecord,
    dos: bool,
    total: Option<u64>,
}

impl Delimited {
    pub(super) fn new(input: Begun, delimiter: u8, total: Option<u64>) -> Result<Self, FileError> {
        let mut input = BufReader::with_capacity(1 << 16, input);
        let begins = input.fill_buf()?;
        let end = begins.iter().position(|byte| *byte == b'\n');
        let dos = end.is_some_and(|end| begins[..end].ends_with(b"\r"));
        let mut reader =
            csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(input);
        let heads = reader.headers().map_err(failed)?.clone();
        if heads.iter().all(|head| head.trim().is_empty()) {
            return Err(FileError::Format("it has no line of names".into()));
        }
        for (i, head) in heads.iter().enumerate() {
            if heads.iter().take(i).any(|other| other == head) {
                return Err(FileError::Format(format!("it has two columns `{head}`")));
            }
        }
        Ok(Self { reader, heads, dos, total })
    }

    fn object(&self, record: &csv::ByteRecord) -> Result<Map<String, Value>, Bad> {
        let lossy = |cell: &[u8]| Value::String(String::from_utf8_lossy(cell).into_owned());
        let named =
            || self.heads.iter().zip(record).map(|(head, cell)| (head.to_owned(), lossy(cell)));
        let bad = |reason: String| Bad { reason, row: Value::Object(named().collect()) };
        if record.len() != self.heads.len() {
            let (expected, got) = (self.heads.len(), record.len());
            return Err(bad(format!(
                "expected {expected} values, got {got}: a quote that is not closed takes in what \
                 follows it"
            )));
        }
        if record.iter().any(|cell| std::str::from_utf8(cell).is_err()) {
            return Err(bad("it is not UTF-8".to_owned()));
        }
        Ok(named().filter(|(_, cell)| cell.as_str() != Some("")).collect())
    }
}

impl Rows for Delimited {
    fn next(&mut self) -> Result<Option<Row>, FileError> {
        let mut record = csv::ByteRecord::new();
        if !self.reader.read_byte_record(&mut record).map_err(failed)? {
            return Ok(None);
        }
        let line = line_of(&record, self.reader.position(), self.dos);
        let (bytes, done) = (record.as_slice().len(), self.reader.position().byte());
        Ok(Some(Row { line, bytes, done, outcome: self.object(&record) }))
    }

    fn total(&self) -> Option<u64> {
        self.total
    }
}

fn failed(error: csv::Error) -> FileError {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => FileError::Io(error),
        csv::ErrorKind::Utf8 { .. } => FileError::Format("its line of names is not UTF-8".into()),
        other => FileError::Format(format!("it is no CSV: {other:?}")),
    }
}

/// The line where a record begins, from 1, when `after` is where its reader stands behind it. The
/// record's own position is before the empty lines that were skipped, and before the line feed of
/// a DOS line.
pub fn line_of(record: &csv::ByteRecord, after: &csv::Position, dos: bool) -> u64 {
    let before = record.position().map_or(1, csv::Position::line) + u64::from(dos);
    let inside: u64 = record.iter().map(line_feeds).sum();
    before.max(after.line().saturating_sub(u64::from(!dos) + inside))
}
