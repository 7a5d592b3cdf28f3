//! Full text: the words of inputs and outputs, indexed a moment after a log is written.
//!
//! A task reads them in small transactions of its own, because within the log's transaction they
//! would halve how much can be written. SQLite numbers logs as they come, so that it is enough to
//! know the last one that was read; with several nodes the order of commits is another, and every
//! new log is noted. A log that changed is noted on both.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;
use vouch_domain::id::{LogId, ProjectId};
use vouch_domain::log::Log;

use super::body::unpack;
use super::patch;
use super::row::numbered;
use crate::error::corrupt;
use crate::sql::op::{Act, Op};
use crate::sql::rows::Rows;
use crate::sql::statement::sql;
use crate::sql::tx::Tx;
use crate::sql::value::Kind;
use crate::sql::writer::Writer;
use crate::{Result, StoreError};

/// How many logs are read in one transaction: not many, for other writes wait meanwhile, and not
/// few, for the index is merged the less often.
const BATCH: usize = 256;
/// How long the task rests when it has read all, and how often it looks without being told.
const REST: Duration = Duration::from_millis(200);
const LOOK: Duration = Duration::from_secs(1);
/// How many bytes of bodies are read in one transaction, compressed: 4 MiB.
const BATCH_BYTES: i64 = 4 << 20;
/// How much of a log is read, in characters.
const MAX_CHARS: usize = 200_000;

/// Notes that the words of these new logs are to be read, where that is not known by itself.
pub(super) async fn note_new(
    tx: &mut Tx,
    logs: impl Iterator<Item = (ProjectId, LogId)>,
) -> Result<()> {
    if tx.conn.is_shared() { note(tx, logs).await } else { Ok(()) }
}

/// Notes that the words of these logs are to be read.
pub(super) async fn note(
    tx: &mut Tx,
    logs: impl Iterator<Item = (ProjectId, LogId)>,
) -> Result<()> {
    let mut rows = Rows::new(&[("project", Kind::Text), ("log", Kind::Text)]);
    for (project, log) in logs.collect::<BTreeSet<_>>() {
        rows.push([project.into(), log.into()]);
    }
    rows.insert(&mut tx.conn, "search_todo", "ON CONFLICT (project, log) DO NOTHING").await
}

/// Reads words whenever something was written, until the store is closed.
pub(crate) async fn run(writer: Arc<Writer>, mut written: watch::Receiver<u64>) {
    loop {
        let act = |slot| {
            Op::Other(Box::new(Act {
                arguments: (),
                lock: None,
                action: |(), tx| Box::pin(timed(tx)),
                slot,
            }))
        };
        match writer.call(1, act).await {
            Ok((true, took)) => writer.leave_room(took).await,
            Ok(_) => {
                tokio::time::sleep(REST).await;
                // Other nodes, and what a crash left, raise no signal.
                tokio::time::timeout(LOOK, written.changed()).await.ok();
            }
            Err(StoreError::Unavailable(_)) if writer.is_closed() => return,
            Err(error) => {
                tracing::warn!(%error, "words of logs wait to be indexed");
                tokio::time::sleep(LOOK).await;
            }
        }
    }
}

async fn timed(tx: &mut Tx) -> Result<(bool, Duration)> {
    let began = Instant::now();
    Ok((index(tx).await?, began.elapsed()))
}

/// Reads the words of some logs; says whether there may be more.
async fn index(tx: &mut Tx) -> Result<bool> {
    if !tx.conn.is_shared() && index_new(tx).await? {
        return Ok(true);
    }
    index_noted(tx).await
}

/// Reads the words of logs in the order in which SQLite numbered them.
async fn index_new(tx: &mut Tx) -> Result<bool> {
    let (first, last) = next_new(tx).await?;
    if first > last {
        return Ok(false);
    }
    let bodies = sql("SELECT l.seq, l.project, l.id, b.body FROM logs l CROSS JOIN log_bodies b \
                      WHERE l.seq BETWEEN $1 AND $2 AND b.project = l.project AND b.id = l.id");
    let bodies = bodies.bind(first).bind(last);
    let bodies = bodies.all::<(i64, String, String, Vec<u8>)>(&mut tx.conn).await?;
    let keys = bodies.iter().map(|(_, project, log, _)| parse(project, log));
    let keys = keys.collect::<Result<Vec<_>>>()?;
    let mut patches = patch::stored(&mut tx.conn, &keys).await?;
    let mut rows = Rows::new(&[("seq", Kind::Int), ("words", Kind::Text)]);
    for ((seq, _, _, body), key) in bodies.iter().zip(&keys) {
        let log = patch::merge(unpack("log", body)?, &patches.remove(key).unwrap_or_default());
        rows.push([(*seq).into(), words_of(&log).into()]);
        tx.pending.looks_other(key.0, key.1.to_string());
    }
    let insert = "INSERT INTO log_search (rowid, words) SELECT seq, words FROM k";
    rows.run(&mut tx.conn, insert).await?;
    sql("UPDATE search_progress SET seq = $1").bind(last).run(&mut tx.conn).await?;
    Ok(true)
}

/// Between which numbers the logs lie whose words are read next; the first is beyond the last
/// where there are none.
async fn next_new(tx: &mut Tx) -> Result<(i64, i64)> {
    let read = sql("SELECT seq FROM search_progress").one::<(i64,)>(&mut tx.conn).await?;
    let read = read.map_or(0, |(seq,)| seq);
    let sizes = sql("SELECT l.seq, LENGTH(b.body) FROM logs l CROSS JOIN log_bodies b \
                     WHERE l.seq > $1 AND b.project = l.project AND b.id = l.id \
                     ORDER BY l.seq LIMIT $2");
    let sizes = sizes.bind(read).bind(i64::try_from(BATCH).unwrap_or(i64::MAX));
    let (mut last, mut bytes) = (read, 0);
    for (seq, size) in sizes.all::<(i64, i64)>(&mut tx.conn).await? {
        bytes += size;
        if last > read && bytes > BATCH_BYTES {
            break;
        }
        last = seq;
    }
    Ok((read + 1, last))
}

fn parse(project: &str, log: &str) -> Result<(ProjectId, LogId)> {
    let project = project.parse().map_err(|e| corrupt("log", e))?;
    Ok((project, log.parse().map_err(|e| corrupt("log", e))?))
}

/// SQLite gives the number of a newest log that is gone to the next one that comes: its words are
/// to be read, too.
pub(super) async fn forget_progress(tx: &mut Tx) -> Result<()> {
    let newest = "UPDATE search_progress SET seq = \
                  MIN(seq, (SELECT COALESCE(MAX(seq), 0) FROM logs))";
    sql(newest).run(&mut tx.conn).await.map(|_| ())
}

/// Reads the words of logs that are noted.
async fn index_noted(tx: &mut Tx) -> Result<bool> {
    let mut todo = sql("SELECT project, log FROM search_todo LIMIT ");
    todo.push_bind(i64::try_from(BATCH).unwrap_or(i64::MAX));
    if tx.conn.is_shared() {
        todo.push(" FOR UPDATE SKIP LOCKED");
    }
    let todo = todo.all::<(String, String)>(&mut tx.conn).await?;
    let logs = todo.iter().map(|(project, log)| parse(project, log));
    let logs = logs.collect::<Result<Vec<(ProjectId, LogId)>>>()?;
    if logs.is_empty() {
        return Ok(false);
    }
    // Taken off first: what is noted again meanwhile is read again.
    let done = "DELETE FROM search_todo WHERE (project, log) IN (SELECT project, log FROM k)";
    numbered(&logs).run(&mut tx.conn, done).await?;
    let mut bodies = patch::bodies(&mut tx.conn, &logs).await?;
    let mut patches = patch::stored(&mut tx.conn, &logs).await?;
    let mut texts = Vec::with_capacity(logs.len());
    for key in &logs {
        let Some(body) = bodies.remove(key) else { continue };
        let log = unpack("log", &body)?;
        let log = patch::merge(log, &patches.remove(key).unwrap_or_default());
        texts.push((*key, words_of(&log)));
    }
    write(tx, &texts).await?;
    Ok(logs.len() == BATCH)
}

async fn write(tx: &mut Tx, texts: &[((ProjectId, LogId), String)]) -> Result<()> {
    let mut rows =
        Rows::new(&[("project", Kind::Text), ("log", Kind::Text), ("words", Kind::Text)]);
    for ((project, log), words) in texts {
        rows.push([(*project).into(), (*log).into(), words.as_str().into()]);
        tx.pending.looks_other(*project, log.to_string());
    }
    if tx.conn.is_shared() {
        let upsert = "INSERT INTO log_search (project, log, words) \
                      SELECT project, log, to_tsvector('simple', words) FROM k WHERE true \
                      ON CONFLICT (project, log) DO UPDATE SET words = excluded.words";
        return rows.run(&mut tx.conn, upsert).await.map(|_| ());
    }
    let keys: Vec<_> = texts.iter().map(|(key, _)| *key).collect();
    let forget = "DELETE FROM log_search WHERE rowid IN \
                  (SELECT l.seq FROM k CROSS JOIN logs l WHERE l.project = k.project AND l.id = k.log)";
    numbered(&keys).run(&mut tx.conn, forget).await?;
    let insert = "INSERT INTO log_search (rowid, words) SELECT l.seq, k.words \
                  FROM k CROSS JOIN logs l WHERE l.project = k.project AND l.id = k.log";
    rows.run(&mut tx.conn, insert).await.map(|_| ())
}

fn words_of(log: &Log) -> String {
    let messages = log.messages.iter().map(vouch_domain::message::Message::text);
    let answers = log.choices.iter().map(|choice| choice.message.text());
    let mut words = String::new();
    for text in messages.chain(answers) {
        push_words(&mut words, &text);
        words.push(' ');
    }
    words
}

/// A text as the words that are searched for: letters and digits alone, so that both engines see
/// the same words, and each character of a script without spaces as a word.
pub(super) fn words(text: &str) -> String {
    let mut words = String::new();
    push_words(&mut words, text);
    words
}

fn push_words(words: &mut String, text: &str) {
    for c in text.chars().take(MAX_CHARS) {
        if is_unspaced(c) {
            words.extend([' ', c, ' ']);
        } else if c.is_alphanumeric() {
            words.extend(c.to_lowercase());
        } else if !words.ends_with(' ') {
            words.push(' ');
        }
    }
}

/// Han, Hiragana, Katakana, Thai, Lao, Khmer, Burmese.
const fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{0e00}'..='\u{0eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_letters_and_digits() {
        assert_eq!(words("Group-commit, É 42!"), "group commit é 42 ");
        assert_eq!(words("東京 x").split_whitespace().collect::<Vec<_>>(), ["東", "京", "x"]);
    }
}
