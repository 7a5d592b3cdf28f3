//! Everything that is stored, as of one moment, whatever the engine.

use tokio::sync::mpsc;

use crate::Result;

/// Backups.
#[async_trait::async_trait]
pub trait BackupStore: Send + Sync {
    /// The number of the newest migration that made the tables.
    async fn schema(&self) -> Result<i64>;

    /// Sends all rows of all tables, as they are at one moment after the call, while others go on
    /// writing. A table that others refer to comes before them. The index of words is left out:
    /// it is made anew.
    async fn dump(&self, to: mpsc::Sender<Piece>) -> Result<()>;
}

/// A piece of a backup.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// The rows that follow are of this table.
    Table(Table),
    /// Some rows, a cell for each column.
    Rows(Vec<Vec<Cell>>),
    /// That was all; without it the backup broke off.
    End,
}

/// A table of a backup.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns, in the order of the cells.
    pub columns: Vec<String>,
}

/// A value of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing.
    Null,
    /// TEXT.
    Text(String),
    /// INTEGER, BIGINT.
    Int(i64),
    /// REAL, DOUBLE PRECISION.
    Real(f64),
    /// BLOB, BYTEA.
    Blob(Vec<u8>),
}
