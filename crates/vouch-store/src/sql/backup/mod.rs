//! Backups: all rows of all tables in one form for both engines, out and in.

mod cells;
mod dump;
mod restore;
mod tables;

pub use restore::Restore;
use tokio::sync::mpsc;

use super::SqlStore;
use super::statement::sql;
use crate::{BackupStore, Piece, Result};

#[async_trait::async_trait]
impl BackupStore for SqlStore {
    async fn schema(&self) -> Result<i64> {
        let newest = sql("SELECT MAX(version) FROM _sqlx_migrations");
        let newest = newest.one::<(i64,)>(&mut self.readers.acquire().await?).await?;
        Ok(newest.map_or(0, |(version,)| version))
    }

    async fn dump(&self, to: mpsc::Sender<Piece>) -> Result<()> {
        let mut conn = self.readers.acquire().await?;
        sql(dump::begin(&conn)).run(&mut conn).await?;
        let dumped = dump::dump(&mut conn, &to).await;
        // Read-only: this only ends the view of one moment.
        sql("ROLLBACK").run(&mut conn).await?;
        dumped
    }
}
