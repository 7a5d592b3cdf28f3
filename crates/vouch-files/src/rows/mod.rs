//! Files as rows: each a JSON object with the place where it stands.

mod delimited;
mod json;
mod parquet;

use std::fmt;
use std::fs::File;
use std::io::{Chain, Cursor, Read, Seek};
use std::path::Path;

use serde_json::{Map, Value};

pub use self::delimited::line_of;
use crate::FileError;

/// The longest row of JSON in bytes: 64 MiB.
pub const MAX_ROW_BYTES: usize = 64 << 20;
/// How much of a file is looked at to see what it is, in bytes.
const LOOKED_AT: usize = 8 << 10;

/// How a file holds its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
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
}

impl Format {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Parquet => "parquet",
        }
    }

    /// What a file's name tells. A `.json` may hold a list or lines: its content tells.
    pub fn of_name(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "jsonl" | "ndjson" => Some(Self::Jsonl),
            "csv" => Some(Self::Csv),
            "tsv" | "tab" => Some(Self::Tsv),
            "parquet" => Some(Self::Parquet),
            _ => None,
        }
    }

    /// What the beginning of a file tells.
    fn of_content(begins: &[u8]) -> Self {
        let text = without_mark(begins).trim_ascii_start();
        let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
        match text.first() {
            _ if begins.starts_with(b"PAR1") => Self::Parquet,
            Some(b'[') => Self::Json,
            Some(b'{') => Self::Jsonl,
            _ if line.contains(&b'\t') && !line.contains(&b',') => Self::Tsv,
            _ => Self::Csv,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The line where it begins, or its number for Parquet; from 1.
    pub line: u64,
    /// About how many bytes it has.
    pub bytes: usize,
    /// How much of the file was read when it was: bytes, or rows for Parquet.
    pub done: u64,
    /// What it says.
    pub outcome: Result<Map<String, Value>, Bad>,
}

/// A row that cannot be used.
#[derive(Debug, Clone, PartialEq)]
pub struct Bad {
    /// Why.
    pub reason: String,
    /// The row as far as it could be read.
    pub row: Value,
}

/// The rows of a file, in order.
pub trait Rows: Send {
    /// The next row; `None` at the end.
    ///
    /// # Errors
    /// When the file cannot be read further.
    fn next(&mut self) -> Result<Option<Row>, FileError>;

    /// What [`Row::done`] is at the end, where that is known.
    fn total(&self) -> Option<u64>;
}

/// Where rows come from.
pub enum Source {
    /// A file that can be read from any place.
    File(File),
    /// What comes once, from its beginning.
    Stream(Box<dyn Read + Send>),
}

type Begun = Chain<Cursor<Vec<u8>>, Box<dyn Read + Send>>;

/// Opens rows; the format is what is told, or what the content looks like.
///
/// # Errors
/// When it cannot be read, or is not of the format.
pub fn open(source: Source, told: Option<Format>) -> Result<(Format, Box<dyn Rows>), FileError> {
    let (total, file, mut stream): (_, _, Box<dyn Read + Send>) = match source {
        Source::File(file) => {
            let length = file.metadata()?.len();
            let regular = file.metadata()?.is_file();
            (regular.then_some(length), Some(file.try_clone()?), Box::new(file))
        }
        Source::Stream(stream) => (None, None, stream),
    };
    let mut begins = Vec::new();
    stream.by_ref().take(LOOKED_AT as u64).read_to_end(&mut begins)?;
    let format = told.unwrap_or_else(|| Format::of_content(&begins));
    if format == Format::Parquet {
        let file = match file {
            Some(file) if total.is_some() => file,
            _ => spool(Cursor::new(begins).chain(stream))?,
        };
        return Ok((format, Box::new(parquet::Parquet::open(file)?)));
    }
    let mark = begins.len() - without_mark(&begins).len();
    begins.drain(..mark);
    let before = u64::try_from(mark).unwrap_or(0);
    let format = match format {
        // A list in a file that is called lines, and the other way round.
        Format::Json | Format::Jsonl => match Format::of_content(&begins) {
            found @ (Format::Json | Format::Jsonl) => found,
            _ => format,
        },
        other => other,
    };
    let total = total.map(|total| total - before);
    let begun: Begun = Cursor::new(begins).chain(stream);
    let rows: Box<dyn Rows> = match format {
        Format::Json => Box::new(json::List::new(begun, total)),
        Format::Jsonl | Format::Parquet => Box::new(json::Lines::new(begun, total)),
        Format::Csv => Box::new(delimited::Delimited::new(begun, b',', total)?),
        Format::Tsv => Box::new(delimited::Delimited::new(begun, b'\t', total)?),
    };
    Ok((format, rows))
}

/// Keeps a stream on disk, without a name, while it is read.
fn spool(mut stream: impl Read) -> Result<File, FileError> {
    let mut file = tempfile::tempfile()?;
    std::io::copy(&mut stream, &mut file)?;
    file.rewind()?;
    Ok(file)
}

fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

/// How many line feeds there are.
fn line_feeds(bytes: &[u8]) -> u64 {
    bytes.split(|byte| *byte == b'\n').count() as u64 - 1
}
