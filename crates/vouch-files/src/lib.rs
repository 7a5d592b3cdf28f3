//! The room of files: what people bring to review queues and take out of them.
//!
//! A file is read row by row ([`rows`]): JSON lines, a JSON list, CSV, TSV or Parquet. What a row
//! says is told by its layout ([`Layout`]): rows of any columns, our own exports, and those of
//! Label Studio, Argilla and Prodigy. All become an [`Entry`]: an item, and who said what of it. An
//! entry fits a rubric ([`Fit`]), or many of them tell what the rubric was ([`Infer`]).
//!
//! Architecture invariants: no database, no async, no clock. Memory is bounded by the largest row.

mod cells;
mod entry;
mod fit;
mod given;
mod infer;
mod infer_question;
mod mapping;
mod offsets;
mod ours;
mod plain;
pub mod rows;
pub mod table;
mod tools;

pub use entry::{Annotation, Annotator, Entry, LeftOut, Mark, Prediction};
pub use fit::{Annotations, Fit, Fitted, FittedReview};
pub use given::{Given, name_of};
pub use infer::{Infer, Inferred};
pub use mapping::Mapping;
pub use offsets::Offsets;
pub use tools::{Layout, Reader};

/// A file that cannot be read on.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The disk or the connection failed.
    #[error("it cannot be read: {0}")]
    Io(#[from] std::io::Error),
    /// It is not what it was taken for.
    #[error("{0}")]
    Format(String),
}
