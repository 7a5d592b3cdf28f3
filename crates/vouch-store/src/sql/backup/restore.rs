//! Writing a backup into a database that holds nothing yet, or nothing that is to stay.

use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::tables::{Found, WORDS, names, tables};
use crate::error::corrupt;
use crate::sql::conn::Conn;
use crate::sql::open::{self, migrate, migrations};
use crate::sql::statement::{Sql, sql};
use crate::sql::value::{Kind, Value};
use crate::{Cell, Piece, Result, StoreError, Table};

/// The most parameters of one statement.
const PARAMETERS: usize = 8000;
/// How long a server that is ending may take to let go of the database.
const PATIENCE: Duration = Duration::from_secs(2);

/// A database that a backup is written into. Nothing is changed before [`Restore::load`].
pub struct Restore {
    pool: crate::sql::conn::Pool,
    shared: bool,
}

/// Whether a server is connected. One that was just stopped is listed a moment longer.
async fn is_in_use(conn: &mut Conn) -> Result<bool> {
    let others = "SELECT COUNT(*) FROM pg_stat_activity \
                  WHERE datname = current_database() AND application_name = 'vouch'";
    let begun = Instant::now();
    while sql(others).one::<(i64,)>(conn).await?.is_some_and(|(n,)| n > 0) {
        if begun.elapsed() > PATIENCE {
            return Ok(true);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(false)
}

impl Restore {
    /// Opens the database at `url` for nobody else.
    ///
    /// # Errors
    /// `Conflict` when a server uses it; `Unavailable` when it cannot be opened.
    pub async fn open(url: &str) -> Result<Self> {
        let pool = open::alone(url).await?;
        let mut conn = pool.acquire().await?;
        let shared = conn.is_shared();
        if shared && is_in_use(&mut conn).await? {
            return Err(StoreError::Conflict("a server uses the database".into()));
        }
        drop(conn);
        Ok(Self { pool, shared })
    }

    /// Whether there is no project in the database.
    pub async fn is_empty(&self) -> Result<bool> {
        let mut conn = self.pool.acquire().await?;
        let found = tables(&mut conn, migrations(self.shared)).await?;
        if !found.iter().any(|found| found.table.name == "projects") {
            return Ok(true);
        }
        let any = sql("SELECT id FROM projects LIMIT 1").one::<(String,)>(&mut conn).await?;
        Ok(any.is_none())
    }

    /// Whether this program knows the tables of that migration.
    pub fn knows(&self, schema: i64) -> bool {
        migrations(self.shared).version_exists(schema)
    }

    /// Replaces everything with what comes, whose tables are those of the migration `schema`, and
    /// brings the tables up to date: all of it, or nothing is changed.
    ///
    /// # Errors
    /// `Corrupt` when what comes does not fit the tables.
    pub async fn load(self, schema: i64, from: mpsc::Receiver<Piece>) -> Result<()> {
        let loaded = self.fill(schema, from).await;
        // Whatever came of it: whoever opens the database next must not find it locked.
        self.pool.close().await;
        loaded
    }

    async fn fill(&self, schema: i64, mut from: mpsc::Receiver<Piece>) -> Result<()> {
        let mut conn = self.pool.begin().await?;
        clear(&mut conn).await?;
        migrate(&mut conn, Some(schema)).await?;
        let found = tables(&mut conn, migrations(self.shared)).await?;
        // What the migrations put there comes with the backup.
        for Found { table, .. } in found.iter().rev() {
            Sql::assembled(format!("DELETE FROM {}", table.name), vec![]).run(&mut conn).await?;
        }
        let mut into = Into::Unknown;
        loop {
            let piece = from.recv().await;
            match piece.ok_or_else(|| corrupt("backup", "it breaks off"))? {
                Piece::End => break,
                // Of an older backup; what is left to read is all.
                Piece::Table(table) if WORDS.contains(&table.name.as_str()) => into = Into::Nothing,
                Piece::Table(table) => {
                    let (table, kinds) = target(&found, &table)?;
                    into = Into::Table(table, kinds);
                }
                Piece::Rows(rows) => match &into {
                    Into::Table(table, kinds) => insert(&mut conn, table, kinds, rows).await?,
                    Into::Nothing => {}
                    Into::Unknown => return Err(corrupt("backup", "rows of no table")),
                },
            }
        }
        migrate(&mut conn, None).await?;
        read_words_again(&mut conn).await?;
        conn.commit().await
    }

    /// Leaves the database as it is.
    pub async fn close(self) {
        self.pool.close().await;
    }
}

/// Where rows that come are written.
enum Into {
    /// No table was named yet.
    Unknown,
    /// It is made anew.
    Nothing,
    /// Here.
    Table(Table, Vec<Kind>),
}

/// The index of words is made anew.
async fn read_words_again(conn: &mut Conn) -> Result<()> {
    if conn.is_shared() {
        let all = "INSERT INTO search_todo (project, log) SELECT project, id FROM logs WHERE true \
                   ON CONFLICT (project, log) DO NOTHING";
        return sql(all).run(conn).await.map(|_| ());
    }
    let another = "UPDATE search_source SET id = lower(hex(randomblob(16)))";
    sql(another).run(conn).await.map(|_| ())
}

/// Removes our tables. SQLite's database is a new file.
async fn clear(conn: &mut Conn) -> Result<()> {
    if !conn.is_shared() {
        return Ok(());
    }
    let ours = names(migrations(true));
    let others = WORDS.into_iter().chain(["_sqlx_migrations"]);
    for name in ours.into_iter().chain(others.map(str::to_owned)) {
        let drop = format!("DROP TABLE IF EXISTS {name} CASCADE");
        Sql::assembled(drop, vec![]).run(conn).await?;
    }
    Ok(())
}

/// The table's columns in the order of the backup, and their kinds.
fn target(found: &[Found], table: &Table) -> Result<(Table, Vec<Kind>)> {
    let unknown = |what: &str| corrupt("backup", format!("there is no {what}"));
    let there = found.iter().find(|found| found.table.name == table.name);
    let there = there.ok_or_else(|| unknown(&table.name))?;
    let kinds = table.columns.iter().map(|column| {
        let place = there.table.columns.iter().position(|c| c == column);
        let place = place.ok_or_else(|| unknown(&format!("{}.{column}", table.name)))?;
        Ok(there.kinds[place])
    });
    Ok((table.clone(), kinds.collect::<Result<_>>()?))
}

async fn insert(
    conn: &mut Conn,
    table: &Table,
    kinds: &[Kind],
    rows: Vec<Vec<Cell>>,
) -> Result<()> {
    let width = kinds.len();
    if width == 0 || rows.iter().any(|row| row.len() != width) {
        return Err(corrupt("backup", format!("a row of {} has another length", table.name)));
    }
    let into = format!("INSERT INTO {} (\"{}\") VALUES ", table.name, table.columns.join("\", \""));
    for block in rows.chunks((PARAMETERS / width).max(1)) {
        let mut text = into.clone();
        let mut values = Vec::with_capacity(block.len() * width);
        for (n, row) in block.iter().enumerate() {
            text.push_str(if n == 0 { "(" } else { ", (" });
            for (i, (cell, kind)) in row.iter().zip(kinds).enumerate() {
                values.push(value(cell, *kind)?);
                let comma = if i == 0 { "" } else { ", " };
                text.extend([comma, "$", &values.len().to_string()]);
            }
            text.push(')');
        }
        Sql::assembled(text, values).run(conn).await?;
    }
    Ok(())
}

fn value(cell: &Cell, kind: Kind) -> Result<Value> {
    Ok(match (kind, cell) {
        (Kind::Text, Cell::Text(text)) => Value::Text(Some(text.clone())),
        (Kind::Int, Cell::Int(n)) => Value::Int(Some(*n)),
        (Kind::Real, Cell::Real(n)) => Value::Real(Some(*n)),
        (Kind::Blob, Cell::Blob(bytes)) => Value::Blob(Some(bytes.clone())),
        (Kind::Text, Cell::Null) => Value::Text(None),
        (Kind::Int, Cell::Null) => Value::Int(None),
        (Kind::Real, Cell::Null) => Value::Real(None),
        (Kind::Blob, Cell::Null) => Value::Blob(None),
        _ => return Err(corrupt("backup", "a value of another type than its column's")),
    })
}
