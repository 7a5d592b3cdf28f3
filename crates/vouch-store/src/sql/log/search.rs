//! Full text: the words of inputs and outputs, indexed a moment after a log is written.
//!
//! A task reads them on its own, because within the log's transaction they would halve how much
//! can be written. With several nodes ([`run`]) every new log is noted, for the order of commits
//! is another than that of ids; SQLite numbers logs as they come, so that it is enough to know the
//! last one that was read (`words.rs`). A log that changed is noted on both.

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
/// How much of a log is read, in characters.
const MAX_CHARS: usize = 200_000;

/// Notes that the words of these new logs are to be read, where that is not known by itself.
pub(super) async fn note_new(
    tx: &mut Tx,
    logs: impl Iterator<Item = (ProjectId, LogId)>,
) -> Result<()> {
    if tx.conn.is_shared() { note(tx, logs).await } else { Ok(()) }
}

/// Notes that the words of these logs are to be read, or, where they go now, to be forgotten.
pub(super) async fn note(
    tx: &mut Tx,
    logs: impl Iterator<Item = (ProjectId, LogId)>,
) -> Result<()> {
    let logs: Vec<_> = logs.collect::<BTreeSet<_>>().into_iter().collect();
    let statement = if tx.conn.is_shared() {
        "INSERT INTO search_todo (project, log) SELECT project, log FROM k WHERE true \
         ON CONFLICT (project, log) DO NOTHING"
    } else {
        "INSERT INTO search_changes (seq) SELECT l.seq FROM k CROSS JOIN logs l \
         WHERE l.project = k.project AND l.id = k.log"
    };
    numbered(&logs).run(&mut tx.conn, statement).await.map(|_| ())
}

/// On PostgreSQL: reads words whenever something was written, until the store is closed.
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

/// Reads the words of logs that are noted; says whether there may be more.
async fn index(tx: &mut Tx) -> Result<bool> {
    let mut todo = sql("SELECT project, log FROM search_todo LIMIT ");
    todo.push_bind(i64::try_from(BATCH).unwrap_or(i64::MAX)).push(" FOR UPDATE SKIP LOCKED");
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
    let mut rows =
        Rows::new(&[("project", Kind::Text), ("log", Kind::Text), ("words", Kind::Text)]);
    for key in &logs {
        let Some(body) = bodies.remove(key) else { continue };
        let log = patch::merge(unpack("log", &body)?, &patches.remove(key).unwrap_or_default());
        rows.push([key.0.into(), key.1.into(), words_of(&log).into()]);
        tx.pending.looks_other(key.0, key.1.to_string());
    }
    let upsert = "INSERT INTO log_search (project, log, words) \
                  SELECT project, log, to_tsvector('simple', words) FROM k WHERE true \
                  ON CONFLICT (project, log) DO UPDATE SET words = excluded.words";
    rows.run(&mut tx.conn, upsert).await?;
    Ok(logs.len() == BATCH)
}

pub(super) fn parse(project: &str, log: &str) -> Result<(ProjectId, LogId)> {
    let project = project.parse().map_err(|e| corrupt("log", e))?;
    Ok((project, log.parse().map_err(|e| corrupt("log", e))?))
}

pub(super) fn words_of(log: &Log) -> String {
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
    words.reserve(text.len());
    for c in text.chars().take(MAX_CHARS) {
        if c.is_ascii_alphanumeric() {
            words.push(c.to_ascii_lowercase());
        } else if is_unspaced(c) {
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
