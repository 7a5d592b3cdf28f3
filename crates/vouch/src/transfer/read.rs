//! Reading logs row by row: whole, or why not.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use vouch_domain::Time;
use vouch_domain::id::Entropy;
use vouch_files::rows::line_of;
use vouch_http::intake::{Origin, check_log, read_log};
use vouch_store::WholeLog;

use super::columns::{Cell, Column, Kind, gather, named};
use super::parquet::ParquetRows;
use super::{Format, record};

/// The longest line of JSON: 64 MiB.
const MAX_LINE: u64 = 64 << 20;
/// Rows of Parquet that are read at once.
const ROWS: usize = 200;

/// One row.
pub(crate) struct Row {
    /// Its line, or its number for Parquet; from 1.
    pub(crate) line: u64,
    /// About how much memory it takes, in bytes.
    pub(crate) bytes: usize,
    /// How much of the file was read when it was.
    pub(crate) done: u64,
    /// What it holds.
    pub(crate) outcome: Result<WholeLog, Bad>,
}

/// A row that is no log.
pub(crate) struct Bad {
    /// Why.
    pub(crate) reason: String,
    /// The row as far as it could be read.
    pub(crate) row: Value,
}

/// The rows of one file, in order.
pub(crate) trait Rows: Send {
    /// The next row; `None` at the end.
    ///
    /// # Errors
    /// When the file cannot be read further.
    fn next(&mut self) -> anyhow::Result<Option<Row>>;

    /// What [`Row::done`] is at the end.
    fn total(&self) -> u64;
}

/// Opens a file.
pub(crate) fn open(path: &Path, format: Format, source: Source) -> anyhow::Result<Box<dyn Rows>> {
    let file = File::open(path)?;
    let total = file.metadata()?.len();
    Ok(match format {
        Format::Jsonl => Box::new(Lines {
            input: BufReader::with_capacity(1 << 16, file),
            source,
            line: 0,
            done: 0,
            total,
        }),
        Format::Csv => Box::new(Records::new(file, source, total)?),
        Format::Parquet => {
            let rows = ParquetRows::open(file)?;
            Box::new(Parquet { rows, source, line: 0, waiting: Vec::new().into_iter() })
        }
    })
}

/// What all rows of a file share.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) project: vouch_domain::id::ProjectId,
    pub(crate) now: Time,
    /// When the file was last changed: the time of logs that say none.
    pub(crate) changed: Time,
    pub(crate) prices: Vec<vouch_domain::price::Price>,
}

impl Source {
    /// A row in the shape of `POST /api/v1/logs`. Ids that are missing are made of the project,
    /// the line and what it says, so that reading the file again makes the same ones.
    fn new_log(&self, line: u64, json: &[u8]) -> Result<WholeLog, String> {
        let hash = Sha256::new_with_prefix(self.project.to_string());
        let hash = hash.chain_update(line.to_be_bytes()).chain_update(json).finalize();
        let entropy: Entropy = std::array::from_fn(|i| hash[i]);
        let origin = Origin {
            project: self.project,
            now: self.now,
            undated: self.changed,
            prices: &self.prices,
        };
        let (log, feedback) = read_log(json, &origin, entropy)?;
        Ok(WholeLog { log, feedback: feedback.into_iter().collect() })
    }

    /// A log that was exported.
    fn check(&self, read: Result<WholeLog, String>) -> Result<WholeLog, String> {
        let whole = read?;
        check_log(&whole.log, self.now).map_err(|e| e.to_string())?;
        Ok(whole)
    }
}

struct Lines {
    input: BufReader<File>,
    source: Source,
    line: u64,
    done: u64,
    total: u64,
}

impl Lines {
    fn read(&self, line: &[u8]) -> Result<WholeLog, Bad> {
        let bad = |reason: String, row| Err(Bad { reason, row });
        let text = || Value::String(String::from_utf8_lossy(line).into_owned());
        let object: Map<String, Value> = match serde_json::from_slice(line) {
            Ok(object) => object,
            Err(e) => {
                let (message, column) = (e.to_string(), e.column());
                let what = message.split(" at line ").next().unwrap_or_default();
                return bad(format!("expected a JSON object: {what} at column {column}"), text());
            }
        };
        let read = if record::is_record(&object) {
            self.source.check(record::read(object.clone()))
        } else {
            self.source.new_log(self.line, line)
        };
        read.or_else(|reason| bad(reason, Value::Object(object)))
    }
}

impl Rows for Lines {
    fn next(&mut self) -> anyhow::Result<Option<Row>> {
        loop {
            let mut line = Vec::new();
            let read = self.input.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)?;
            if read == 0 {
                return Ok(None);
            }
            self.line += 1;
            self.done += u64::try_from(read)?;
            let row = |outcome| Row { line: self.line, bytes: read, done: self.done, outcome };
            if line.last() != Some(&b'\n') && u64::try_from(read)? == MAX_LINE {
                let reason = format!("the line is longer than {} MiB", MAX_LINE >> 20);
                let row = row(Err(Bad { reason, row: Value::Null }));
                self.done += self.input.skip_until(b'\n').map(|n| n as u64)?;
                return Ok(Some(row));
            }
            let text = line.trim_ascii();
            if !text.is_empty() {
                return Ok(Some(row(self.read(text))));
            }
        }
    }

    fn total(&self) -> u64 {
        self.total
    }
}

struct Records {
    reader: csv::Reader<BufReader<File>>,
    columns: Vec<&'static Column>,
    source: Source,
    /// Whether lines end as DOS ends them.
    dos: bool,
    total: u64,
}

impl Records {
    fn new(file: File, source: Source, total: u64) -> anyhow::Result<Self> {
        let mut input = BufReader::with_capacity(1 << 16, file);
        let begins = input.fill_buf()?;
        let end = begins.iter().position(|byte| *byte == b'\n');
        let dos = end.is_some_and(|end| begins[..end].ends_with(b"\r"));
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(input);
        let columns = reader.headers()?.iter().map(|name| {
            named(name).ok_or_else(|| anyhow::anyhow!("its column `{name}` is unknown"))
        });
        let columns = columns.collect::<Result<_, _>>()?;
        Ok(Self { reader, columns, source, dos, total })
    }

    fn read(&self, record: &csv::StringRecord) -> Result<WholeLog, String> {
        if record.len() != self.columns.len() {
            let (expected, got) = (self.columns.len(), record.len());
            return Err(format!("expected {expected} values, got {got}"));
        }
        let filled =
            self.columns.iter().zip(record).filter(|(c, text)| !c.derived && !text.is_empty());
        let cells = filled.map(|(column, text)| Ok((*column, cell(column, text)?)));
        gather(cells.collect::<Result<Vec<_>, String>>()?)
    }
}

fn cell(column: &Column, text: &str) -> Result<Cell, String> {
    let wrong = |expected: &str| {
        let got = vouch_domain::invalid::shorten(text);
        format!("/{}: expected {expected}, got {got}", column.name)
    };
    match column.kind {
        Kind::Text | Kind::Json => Ok(Cell::Text(text.to_owned())),
        Kind::Int => text.parse().map(Cell::Int).map_err(|_| wrong("a whole number")),
        Kind::Real => text.parse().map(Cell::Real).map_err(|_| wrong("a number")),
        Kind::Time => {
            let time: Result<Time, _> = text.parse();
            let time = time.map_err(|_| wrong("a time such as 2026-01-31T12:00:00Z"))?;
            Ok(Cell::Int(time.micros()))
        }
    }
}

impl Rows for Records {
    fn next(&mut self) -> anyhow::Result<Option<Row>> {
        let mut bytes = csv::ByteRecord::new();
        if !self.reader.read_byte_record(&mut bytes)? {
            return Ok(None);
        }
        let line = line_of(&bytes, self.reader.position(), self.dos);
        let size = bytes.as_slice().len();
        let done = self.reader.position().byte();
        let (record, utf8) = match csv::StringRecord::from_byte_record(bytes) {
            Ok(record) => (record, true),
            Err(e) => (csv::StringRecord::from_byte_record_lossy(e.into_byte_record()), false),
        };
        let read = if utf8 { self.read(&record) } else { Err("it is not UTF-8".to_owned()) };
        let outcome = self.source.check(read).map_err(|reason| {
            let named = self.columns.iter().zip(&record);
            let named = named.map(|(column, text)| (column.name.to_owned(), text.into()));
            Bad { reason, row: Value::Object(named.collect()) }
        });
        Ok(Some(Row { line, bytes: size, done, outcome }))
    }

    fn total(&self) -> u64 {
        self.total
    }
}

struct Parquet {
    rows: ParquetRows,
    source: Source,
    line: u64,
    waiting: std::vec::IntoIter<super::parquet::Row>,
}

impl Rows for Parquet {
    fn next(&mut self) -> anyhow::Result<Option<Row>> {
        if self.waiting.len() == 0 {
            self.waiting = self.rows.next(ROWS)?.into_iter();
        }
        let Some(cells) = self.waiting.next() else { return Ok(None) };
        self.line += 1;
        let bytes = cells.iter().map(|(_, cell)| size(cell)).sum();
        let outcome = self.source.check(gather(cells.clone())).map_err(|reason| {
            let value = |cell| match cell {
                Cell::Text(text) => text.into(),
                Cell::Int(n) => n.into(),
                Cell::Real(n) => Value::from(n),
            };
            let named =
                cells.into_iter().map(|(column, cell)| (column.name.to_owned(), value(cell)));
            Bad { reason, row: Value::Object(named.collect()) }
        });
        Ok(Some(Row { line: self.line, bytes, done: self.line, outcome }))
    }

    fn total(&self) -> u64 {
        self.rows.total()
    }
}

const fn size(cell: &Cell) -> usize {
    match cell {
        Cell::Text(text) => 32 + text.len(),
        Cell::Int(_) | Cell::Real(_) => 32,
    }
}
