//! Feedback whose effects wait. Many feedbacks at once are kept as one block each project, which
//! is on disk when they are acknowledged; a task writes their rows, tallies and roll-ups a moment
//! later, thousands together, because a page of a table that is touched by a thousand rows is
//! written once.
//!
//! A few feedbacks are written with their effects at once, so that whoever gives one sees it. What
//! counts does not depend on the order: the newest does, whenever it comes out of a block. Where
//! several nodes write, nothing waits: a node would not see what waits on another.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use vouch_domain::Time;
use vouch_domain::actor::Source;
use vouch_domain::feedback::NewFeedback;
use vouch_domain::id::{FeedbackId, ProjectId};
use vouch_domain::metric::MetricValue;

use super::append::{Given, append};
use super::kept::{parse_value, stored_value};
use super::{parse_target, target_text};
use crate::error::corrupt;
use crate::sql::conn::Conn;
use crate::sql::hot::Admitted;
use crate::sql::log::body::{pack, unpack};
use crate::sql::log::row::logs_there;
use crate::sql::op::{Act, Op};
use crate::sql::rows::Rows;
use crate::sql::statement::sql;
use crate::sql::tx::Tx;
use crate::sql::value::{Kind, clean};
use crate::sql::writer::Writer;
use crate::{Result, StoreError};

/// From so many feedbacks in one transaction on, effects wait.
pub(crate) const MANY: usize = 16;
/// The most feedbacks that wait; beyond, their givers do.
const MAX_WAITING: u64 = 1_000_000;
/// About how many are taken out in one transaction.
const FOLD: usize = 2048;
/// The most blocks that are taken out in one transaction.
const FOLD_BLOCKS: u32 = 256;
/// When to try again after an error.
const RETRY: Duration = Duration::from_secs(1);

/// How many feedbacks wait.
pub(crate) struct Inbox {
    /// How many were put in and taken out since the store was opened.
    put_in: AtomicU64,
    taken_out: AtomicU64,
    signal: watch::Sender<()>,
}

impl Inbox {
    /// As many as wait in the database.
    pub(crate) async fn open(conn: &mut Conn) -> Result<Self> {
        let count =
            sql("SELECT CAST(COALESCE(SUM(feedback_count), 0) AS BIGINT) FROM feedback_inbox");
        let waiting = count.one::<(i64,)>(conn).await?.map_or(0, |(count,)| count);
        let put_in = AtomicU64::new(u64::try_from(waiting).unwrap_or(0));
        Ok(Self { put_in, taken_out: AtomicU64::new(0), signal: watch::channel(()).0 })
    }

    /// How many feedbacks wait for their effects.
    pub(crate) fn waiting(&self) -> u64 {
        self.put_in().saturating_sub(self.taken_out())
    }

    /// How many were put in until now.
    pub(crate) fn put_in(&self) -> u64 {
        self.put_in.load(Ordering::Acquire)
    }

    /// How many were taken out until now. The oldest are taken first.
    pub(crate) fn taken_out(&self) -> u64 {
        self.taken_out.load(Ordering::Acquire)
    }

    /// Whether more may wait.
    pub(crate) fn has_room(&self) -> bool {
        self.waiting() < MAX_WAITING
    }

    /// A transaction that put in and took out so many was committed.
    pub(crate) fn moved(&self, change: Moved) {
        let put_in = self.put_in.fetch_add(change.put_in, Ordering::AcqRel) + change.put_in;
        self.taken_out.fetch_add(change.taken_out, Ordering::AcqRel);
        if change.emptied {
            // Another node may have taken some.
            self.taken_out.store(put_in, Ordering::Release);
        }
        if change.put_in > 0 {
            self.signal.send_replace(());
        }
    }
}

/// What a transaction puts into the inbox and takes out of it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Moved {
    pub(crate) put_in: u64,
    pub(crate) taken_out: u64,
    /// Nothing was left.
    pub(crate) emptied: bool,
}

/// A feedback in a block: it was checked, its texts are clean.
#[derive(Serialize, Deserialize)]
struct Waiting {
    id: FeedbackId,
    at: i64,
    author: String,
    source: Source,
    target: String,
    name: String,
    value: String,
    /// The number's bits: JSON may not keep the last ones.
    number: Option<u64>,
    comment: Option<String>,
    correction: Option<String>,
}

impl Waiting {
    fn of(new: &NewFeedback, value: &MetricValue) -> Result<Self> {
        Ok(Self {
            id: new.id,
            at: new.at.micros(),
            author: clean(&new.author.to_string()),
            source: new.source,
            target: target_text(&new.target),
            name: new.name.clone(),
            value: stored_value(value)?,
            number: value.number().map(f64::to_bits),
            comment: new.comment.as_deref().map(clean),
            correction: new.correction.as_deref().map(clean),
        })
    }

    fn given(self, project: ProjectId) -> Result<(NewFeedback, MetricValue)> {
        let value = parse_value(&self.value, self.number.map(f64::from_bits))?;
        let new = NewFeedback {
            id: self.id,
            project,
            at: Time::from_micros(self.at),
            author: self.author.parse().map_err(|e| corrupt("feedback", e))?,
            source: self.source,
            target: parse_target(&self.target)?,
            name: self.name,
            value: serde_json::Value::Null,
            comment: self.comment,
            correction: self.correction,
        };
        Ok((new, value))
    }
}

/// Keeps feedback whose effects wait; says for each whether its log is there.
pub(crate) async fn keep(tx: &mut Tx, admitted: &[Admitted<'_>]) -> Result<Vec<bool>> {
    let mut blocks: BTreeMap<ProjectId, Vec<_>> = BTreeMap::new();
    let mut logs = Vec::new();
    for (op, values) in admitted {
        blocks.entry(op.project).or_default().extend(op.feedback.iter().zip(values));
        logs.extend(op.feedback.iter().map(|new| (op.project, new.target.log())));
    }
    for (project, block) in blocks {
        keep_block(tx, project, &block).await?;
    }
    let mut keys: Vec<_> = logs.iter().filter_map(|(p, log)| Some((*p, (*log)?))).collect();
    keys.sort_unstable();
    keys.dedup();
    let there = logs_there(tx, &keys).await?;
    let here =
        |(project, log): (_, Option<_>)| log.is_none_or(|log| there.contains(&(project, log)));
    Ok(logs.into_iter().map(here).collect())
}

/// Keeps checked feedback of one project.
async fn keep_block(
    tx: &mut Tx,
    project: ProjectId,
    feedback: &[(&NewFeedback, &MetricValue)],
) -> Result<()> {
    let Some((first, _)) = feedback.first() else { return Ok(()) };
    let block = feedback.iter().map(|(new, value)| Waiting::of(new, value));
    let block = pack("feedback", &block.collect::<Result<Vec<_>>>()?)?;
    tx.moved.put_in += feedback.len() as u64;
    sql("INSERT INTO feedback_inbox (project, id, feedback_count, body) VALUES ($1, $2, $3, $4)")
        .bind(project)
        .bind(first.id)
        .bind(i64::try_from(feedback.len()).unwrap_or(i64::MAX))
        .bind(block)
        .run(&mut tx.conn)
        .await
        .map(|_| ())
}

/// Takes some blocks out and writes what is in them, with its effects; says how many feedbacks
/// that were.
pub(crate) async fn fold(tx: &mut Tx) -> Result<usize> {
    let mut feedback = Vec::new();
    for (project, body) in take_out(tx).await? {
        let project: ProjectId = project.parse().map_err(|e| corrupt("feedback", e))?;
        for waiting in unpack::<Vec<Waiting>>("feedback", &body)? {
            feedback.push((project, waiting.given(project)?));
        }
    }
    tx.moved.taken_out += feedback.len() as u64;
    tx.moved.emptied |= feedback.is_empty();
    let mut there = there(tx, &feedback).await?;
    let mut given = Vec::with_capacity(feedback.len());
    for (project, (new, value)) in &feedback {
        if there.insert((*project, new.id)) {
            given.push(Given::new(*project, new, value));
        }
    }
    append(tx, &given).await?;
    Ok(feedback.len())
}

async fn take_out(tx: &mut Tx) -> Result<Vec<(String, Vec<u8>)>> {
    let oldest = sql("SELECT project, id, feedback_count FROM feedback_inbox \
                      ORDER BY id LIMIT $1");
    let oldest = oldest.bind(FOLD_BLOCKS).all::<(String, String, i64)>(&mut tx.conn).await?;
    let mut blocks = Rows::new(&[("project", Kind::Text), ("id", Kind::Text)]);
    let mut taken = 0;
    for (project, id, count) in oldest {
        if taken >= FOLD {
            break;
        }
        taken += usize::try_from(count).unwrap_or(FOLD);
        blocks.push([project.into(), id.into()]);
    }
    let delete = "DELETE FROM feedback_inbox WHERE (project, id) IN (SELECT project, id FROM k) \
                  RETURNING project, body";
    blocks.all(&mut tx.conn, delete).await
}

/// Those that have rows already: an import may bring feedback again that waits.
async fn there(
    tx: &mut Tx,
    feedback: &[(ProjectId, (NewFeedback, MetricValue))],
) -> Result<HashSet<(ProjectId, FeedbackId)>> {
    let mut rows = Rows::new(&[("n", Kind::Int), ("project", Kind::Text), ("id", Kind::Text)]);
    for (n, (project, (new, _))) in (0i64..).zip(feedback) {
        rows.push([n.into(), (*project).into(), new.id.into()]);
    }
    let body =
        "SELECT k.n FROM k CROSS JOIN feedback f WHERE f.project = k.project AND f.id = k.id";
    let found = rows.all::<(i64,)>(&mut tx.conn, body).await?;
    let found = found.into_iter().filter_map(|(n,)| feedback.get(usize::try_from(n).ok()?));
    Ok(found.map(|(project, (new, _))| (*project, new.id)).collect())
}

/// Writes everything that waits, within one transaction.
pub(crate) async fn fold_all(tx: &mut Tx) -> Result<()> {
    while fold(tx).await? > 0 {}
    Ok(())
}

/// Has one turn of [`fold`] done by the writer; says how many feedbacks it took and how long.
pub(crate) async fn turn(writer: &Writer) -> Result<(usize, Duration)> {
    let act = |slot| {
        Op::Other(Box::new(Act {
            arguments: (),
            lock: None,
            action: |(), tx| Box::pin(timed(tx)),
            slot,
        }))
    };
    writer.call(1, act).await
}

async fn timed(tx: &mut Tx) -> Result<(usize, Duration)> {
    let began = Instant::now();
    Ok((fold(tx).await?, began.elapsed()))
}

/// Takes out what waits, until the store is closed.
pub(crate) async fn run(writer: Arc<Writer>, inbox: Arc<Inbox>) {
    let mut signal = inbox.signal.subscribe();
    loop {
        if inbox.waiting() == 0 {
            signal.changed().await.ok();
        }
        match turn(&writer).await {
            Ok((0, _)) => tokio::time::sleep(RETRY).await,
            Ok((_, took)) => writer.leave_room(took).await,
            Err(StoreError::Unavailable(_)) if writer.is_closed() => return,
            Err(error) => {
                tracing::warn!(%error, "feedback waits for its effects");
                tokio::time::sleep(RETRY).await;
            }
        }
    }
}
