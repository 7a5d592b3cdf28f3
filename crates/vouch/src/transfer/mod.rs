//! Logs as files: JSON lines, CSV and Parquet, written and read row by row.
//!
//! JSON lines hold a log as it is ([`record`]). CSV and Parquet hold it as one flat row
//! ([`columns`]), with texts of JSON where a log has depth. All of them hold the feedback, and
//! what was written reads back as the same log.

pub(crate) mod columns;
pub(crate) mod metrics;
pub(crate) mod output;
pub(crate) mod parquet;
pub(crate) mod parts;
pub(crate) mod read;
pub(crate) mod record;
pub(crate) mod rejected;
pub(crate) mod resume;
pub(crate) mod write;

use std::path::Path;

/// How logs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// One JSON object a line.
    Jsonl,
    /// Comma-separated values with a line of names.
    Csv,
    /// Apache Parquet, compressed with zstd.
    Parquet,
}

impl Format {
    /// The format that a file's name tells; a folder holds Parquet.
    pub(crate) fn of(path: &Path) -> Option<Self> {
        if is_folder(path) {
            return Some(Self::Parquet);
        }
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "jsonl" | "ndjson" | "json" => Some(Self::Jsonl),
            "csv" => Some(Self::Csv),
            "parquet" => Some(Self::Parquet),
            _ => None,
        }
    }
}

/// Whether the path is, or is meant as, a folder.
pub(crate) fn is_folder(path: &Path) -> bool {
    path.is_dir() || path.as_os_str().to_string_lossy().ends_with('/')
}
