//! Reading all tables within one view of the database.

use futures_util::TryStreamExt;
use sqlx::AssertSqlSafe;
use tokio::sync::mpsc;

use super::cells::Cells;
use super::tables::{Found, tables};
use crate::sql::conn::{Conn, on_conn};
use crate::sql::open::migrations;
use crate::{Cell, Piece, Result, StoreError, Table};

/// About how many bytes of rows are sent at once.
const PIECE_BYTES: usize = 1 << 20;

/// Begins a view of one moment. SQLite's is that of the first read.
pub(super) const fn begin(conn: &Conn) -> &'static str {
    if conn.is_shared() { "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" } else { "BEGIN" }
}

/// Sends all tables.
pub(super) async fn dump(conn: &mut Conn, to: &mpsc::Sender<Piece>) -> Result<()> {
    let migrations = migrations(conn.is_shared());
    for Found { table, .. } in tables(conn, migrations).await? {
        send(to, Piece::Table(table.clone())).await?;
        rows(conn, &table, to).await?;
    }
    send(to, Piece::End).await
}

async fn rows(conn: &mut Conn, table: &Table, to: &mpsc::Sender<Piece>) -> Result<()> {
    // The names are those of the database itself.
    let text = format!("SELECT \"{}\" FROM {}", table.columns.join("\", \""), table.name);
    let text = AssertSqlSafe(text);
    on_conn!(conn, c: DB => {
        let mut rows = sqlx::query_as::<DB, Cells>(text).fetch(&mut **c);
        let (mut piece, mut bytes) = (Vec::new(), 0);
        while let Some(Cells(row)) = rows.try_next().await? {
            bytes += row.iter().map(size).sum::<usize>();
            piece.push(row);
            if bytes >= PIECE_BYTES {
                bytes = 0;
                send(to, Piece::Rows(std::mem::take(&mut piece))).await?;
            }
        }
        if !piece.is_empty() {
            send(to, Piece::Rows(piece)).await?;
        }
    });
    Ok(())
}

fn size(cell: &Cell) -> usize {
    32 + match cell {
        Cell::Text(text) => text.len(),
        Cell::Blob(bytes) => bytes.len(),
        Cell::Null | Cell::Int(_) | Cell::Real(_) => 0,
    }
}

async fn send(to: &mpsc::Sender<Piece>, piece: Piece) -> Result<()> {
    to.send(piece).await.map_err(|_| StoreError::Unavailable("nobody takes the backup".into()))
}
