//! SQLite's index of words, in a file of its own beside the database.
//!
//! It has a writer of its own, so that what it does holds up nobody: long turns make an index of
//! few large pieces, which costs half of what many small ones cost. What is in it can be read
//! again from the logs, and is where the file is of another database, or not there.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use tokio::sync::watch;
use vouch_domain::id::{LogId, ProjectId};

use super::body::unpack;
use super::patch;
use super::search::{parse, words_of};
use crate::Result;
use crate::sql::conn::{Conn, Pool};
use crate::sql::op::{Act, Op};
use crate::sql::rows::Rows;
use crate::sql::statement::sql;
use crate::sql::value::Kind;
use crate::sql::writer::Writer;

/// How many logs are read in one turn: the index is merged the less often, the more these are.
const BATCH: usize = 2048;
/// How many bytes of bodies are read in one turn, compressed: 4 MiB.
const BATCH_BYTES: i64 = 4 << 20;
/// How long the task rests when it has read all, and how often it looks without being told.
const REST: Duration = Duration::from_millis(200);
const LOOK: Duration = Duration::from_secs(1);

/// What the file holds, made where it is not there. A turn is gathered in memory (`hashsize`, in
/// bytes) before it becomes a piece of the index; sixteen pieces are merged into one.
const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS search_progress (source TEXT NOT NULL, seq INTEGER NOT NULL, log TEXT);
CREATE VIRTUAL TABLE IF NOT EXISTS log_search USING fts5 (
    words, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0'
);
INSERT INTO log_search (log_search, rank) VALUES ('hashsize', 16777216);
INSERT INTO log_search (log_search, rank) VALUES ('automerge', 16);
";

/// The file with the words of the database at `path`.
pub(crate) fn file(path: &str) -> String {
    format!("{path}-words")
}

/// Attaches the file to a connection of the database at `path`, to be read, where it is there and
/// not yet attached. Read-only, for a transaction takes the write lock of all files that it could
/// write to.
pub(crate) async fn attach(conn: &mut SqliteConnection, path: &str) -> sqlx::Result<()> {
    let file = file(path);
    let attached = "SELECT EXISTS (SELECT 1 FROM pragma_database_list WHERE name = 'words')";
    let attached: bool = sqlx::query_scalar(attached).fetch_one(&mut *conn).await?;
    if attached || !matches!(std::fs::exists(&file), Ok(true)) {
        return Ok(());
    }
    let uri = format!(
        "file:{}?mode=ro",
        file.replace('%', "%25").replace('?', "%3f").replace('#', "%23")
    );
    sqlx::query("ATTACH DATABASE ? AS words").bind(uri).execute(conn).await.map(|_| ())
}

/// Opens the file for the one connection that writes to it, which reads the database at `path`.
pub(crate) async fn open(path: &str, wait: Duration) -> Result<Pool> {
    let database = path.to_owned();
    let options = SqliteConnectOptions::new()
        .filename(file(path))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(wait)
        .pragma("cache_size", "-16384")
        .pragma("temp_store", "memory")
        .pragma("wal_autocheckpoint", "4000")
        .pragma("journal_size_limit", "67108864");
    let pool: SqlitePool = SqlitePoolOptions::new()
        .max_connections(1)
        .acquire_timeout(wait)
        .idle_timeout(None)
        .max_lifetime(None)
        .after_connect(move |conn, _| {
            let database = database.clone();
            Box::pin(async move {
                let attach = sqlx::query("ATTACH DATABASE ? AS logs_of").bind(database);
                attach.execute(conn).await.map(|_| ())
            })
        })
        .connect_with(options)
        .await?;
    let there = "SELECT EXISTS (SELECT 1 FROM main.sqlite_schema WHERE name = 'log_search')";
    let there: bool = sqlx::query_scalar(there).fetch_one(&pool).await?;
    if !there {
        let mut tx = pool.begin().await?;
        sqlx::raw_sql(SCHEMA).execute(&mut *tx).await?;
        tx.commit().await?;
    }
    Ok(Pool::Sqlite(pool))
}

/// Reads words whenever something was written, until the store is closed.
pub(crate) async fn run(pool: Arc<Pool>, writer: Arc<Writer>, mut written: watch::Receiver<u64>) {
    loop {
        let began = Instant::now();
        match turn(&pool, &writer).await {
            Ok(true) => writer.leave_room(began.elapsed()).await,
            Ok(false) => {
                tokio::time::sleep(REST).await;
                // What a crash left raises no signal.
                tokio::time::timeout(LOOK, written.changed()).await.ok();
            }
            Err(_) if writer.is_closed() => return,
            Err(error) => {
                tracing::warn!(%error, "words of logs wait to be indexed");
                pool.renew().await;
                tokio::time::sleep(LOOK).await;
            }
        }
    }
}

/// Reads the words of some logs; says whether there may be more.
async fn turn(pool: &Pool, writer: &Writer) -> Result<bool> {
    let mut conn = pool.begin_later().await?;
    let read = progress(&mut conn).await?;
    let changes = sql("SELECT n, seq FROM search_changes ORDER BY n LIMIT $1")
        .bind(i64::try_from(BATCH).unwrap_or(i64::MAX));
    let changes = changes.all::<(i64, i64)>(&mut conn).await?;
    // The number of a newest log that is gone is given out again: new logs are read when nothing
    // is left of those before them.
    let all_changes = changes.len() < BATCH;
    let fresh = if all_changes { next(&mut conn, read).await? } else { Vec::new() };
    if changes.is_empty() && fresh.is_empty() {
        return Ok(false);
    }
    // Those that were not read yet are read in their turn.
    let again: BTreeSet<i64> = changes.iter().map(|(_, seq)| *seq).filter(|s| *s <= read).collect();
    let again: Vec<i64> = again.into_iter().collect();
    let logs = write(&mut conn, &again, &fresh).await?;
    if all_changes {
        advance(&mut conn, fresh.last().copied()).await?;
    }
    // A rule may look for words.
    let rules = sql("SELECT 1 FROM rule_queues LIMIT 1").one::<(i64,)>(&mut conn).await?;
    conn.commit().await?;
    let done = Done {
        changes: changes.last().map(|(n, _)| *n),
        logs: if rules.is_some() { logs } else { Vec::new() },
    };
    if done.changes.is_some() || !done.logs.is_empty() {
        tell(writer, done).await?;
    }
    Ok(true)
}

/// Up to which number the logs were read. Where the words are not those of this database as it is
/// now (it was restored, or an older file was put in its place), they are thrown away.
async fn progress(conn: &mut Conn) -> Result<i64> {
    let read = sql("SELECT p.seq, p.source = s.id \
                    AND (l.id IS NULL AND p.seq <= (SELECT COALESCE(MAX(seq), 0) FROM logs) \
                         OR l.id IS p.log OR EXISTS (SELECT 1 FROM search_changes c WHERE c.seq = p.seq)) \
                    FROM search_source s CROSS JOIN search_progress p LEFT JOIN logs l ON l.seq = p.seq");
    if let Some((seq, true)) = read.one::<(i64, bool)>(conn).await? {
        return Ok(seq);
    }
    sql("INSERT INTO log_search (log_search) VALUES ('delete-all')").run(conn).await?;
    sql("DELETE FROM search_progress").run(conn).await?;
    let begin = "INSERT INTO search_progress (source, seq) SELECT id, 0 FROM search_source";
    sql(begin).run(conn).await.map(|_| 0)
}

/// The numbers of the logs that are read next.
async fn next(conn: &mut Conn, read: i64) -> Result<Vec<i64>> {
    let sizes = sql("SELECT l.seq, LENGTH(b.body) FROM logs l CROSS JOIN log_bodies b \
                     WHERE l.seq > $1 AND b.project = l.project AND b.id = l.id \
                     ORDER BY l.seq LIMIT $2");
    let sizes = sizes
        .bind(read)
        .bind(i64::try_from(BATCH).unwrap_or(i64::MAX))
        .all::<(i64, i64)>(conn)
        .await?;
    let mut bytes = 0;
    let fits = |size: &(i64, i64)| {
        let first = bytes == 0;
        bytes += size.1;
        first || bytes <= BATCH_BYTES
    };
    Ok(sizes.into_iter().take_while(fits).map(|(seq, _)| seq).collect())
}

/// Writes the words of these logs; those to be read `again` are taken out first. Says which there
/// are.
async fn write(conn: &mut Conn, again: &[i64], fresh: &[i64]) -> Result<Vec<(ProjectId, LogId)>> {
    numbers(again).run(conn, "DELETE FROM log_search WHERE rowid IN (SELECT seq FROM k)").await?;
    let all: Vec<i64> = again.iter().chain(fresh).copied().collect();
    let body = "SELECT l.seq, l.project, l.id, b.body FROM k CROSS JOIN logs l \
                CROSS JOIN log_bodies b \
                WHERE l.seq = k.seq AND b.project = l.project AND b.id = l.id";
    let bodies = numbers(&all).all::<(i64, String, String, Vec<u8>)>(conn, body).await?;
    let keys = bodies.iter().map(|(_, project, log, _)| parse(project, log));
    let keys = keys.collect::<Result<Vec<_>>>()?;
    let mut patches = patch::stored(conn, &keys).await?;
    let mut rows = Rows::new(&[("seq", Kind::Int), ("words", Kind::Text)]);
    for ((seq, _, _, body), key) in bodies.iter().zip(&keys) {
        let log = patch::merge(unpack("log", body)?, &patches.remove(key).unwrap_or_default());
        rows.push([(*seq).into(), words_of(&log).into()]);
    }
    let insert = "INSERT INTO log_search (rowid, words) SELECT seq, words FROM k";
    rows.run(conn, insert).await?;
    Ok(keys)
}

/// Notes the last log that was read. Numbers beyond the newest log will be given out again.
async fn advance(conn: &mut Conn, last: Option<i64>) -> Result<()> {
    let note = sql("UPDATE search_progress SET seq = \
                    MIN(COALESCE($1, seq), (SELECT COALESCE(MAX(seq), 0) FROM logs))");
    note.bind(last).run(conn).await?;
    let log = "UPDATE search_progress SET log = (SELECT l.id FROM logs l \
               WHERE l.seq = search_progress.seq)";
    sql(log).run(conn).await.map(|_| ())
}

/// What was read.
struct Done {
    /// Up to which change.
    changes: Option<i64>,
    /// Logs that have other words now.
    logs: Vec<(ProjectId, LogId)>,
}

/// Forgets the changes that were read, and has rules look at the logs, in the database's own
/// writer.
async fn tell(writer: &Writer, done: Done) -> Result<()> {
    let act = |slot| {
        Op::Other(Box::new(Act {
            arguments: done,
            lock: None,
            action: |done: &Done, tx| {
                for (project, log) in &done.logs {
                    tx.pending.looks_other(*project, log.to_string());
                }
                let delete = sql("DELETE FROM search_changes WHERE n <= $1").bind(done.changes);
                Box::pin(async { delete.run(&mut tx.conn).await.map(|_| ()) })
            },
            slot,
        }))
    };
    writer.call(1, act).await
}

fn numbers(logs: &[i64]) -> Rows {
    let mut rows = Rows::new(&[("seq", Kind::Int)]);
    for seq in logs {
        rows.push([(*seq).into()]);
    }
    rows
}
