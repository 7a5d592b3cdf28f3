//! Inserting logs, with what came before them.

use std::collections::HashSet;

use vouch_domain::event::EventKind;
use vouch_domain::feedback::NewFeedback;
use vouch_domain::id::{LogId, ProjectId};
use vouch_domain::log::Log;

use super::body::{pack, unpack};
use super::row::{LogRow, logs_there};
use super::{early, patch, search};
use crate::sql::SqlStore;
use crate::sql::feedback::append;
use crate::sql::feedback::kept::counting_on;
use crate::sql::op::{Op, Slot};
use crate::sql::price;
use crate::sql::rows::Rows;
use crate::sql::tx::Tx;
use crate::sql::value::Kind;
use crate::{Fingerprint, Result, Written};

/// Logs of one caller to be inserted.
pub(crate) struct InsertLogs {
    pub(crate) project: ProjectId,
    pub(crate) logs: Vec<PackedLog>,
    pub(crate) feedback: Vec<NewFeedback>,
    pub(crate) fingerprint: Option<Fingerprint>,
    pub(crate) slot: Slot<Written<LogId>>,
}

/// A log, ready to be written.
pub(crate) struct PackedLog {
    pub(crate) id: LogId,
    row: LogRow,
    body: Vec<u8>,
}

impl InsertLogs {
    /// The ids in the order they came.
    pub(crate) fn ids(&self) -> Vec<LogId> {
        self.logs.iter().map(|log| log.id).collect()
    }
}

/// Has logs written. Rows and bodies are made here, in the caller's task.
pub(super) async fn call(
    store: &SqlStore,
    project: ProjectId,
    logs: &[Log],
    feedback: Vec<NewFeedback>,
    fingerprint: Option<Fingerprint>,
) -> Result<Written<LogId>> {
    let mut packed = Vec::with_capacity(logs.len());
    for log in logs {
        packed.push(PackedLog { id: log.id, row: LogRow::of(log), body: pack("log", log)? });
    }
    let size_bytes = packed.iter().map(|log| 1024 + log.body.len()).sum::<usize>()
        + append::size_bytes(&feedback);
    let op =
        |slot| Op::InsertLogs(InsertLogs { project, logs: packed, feedback, fingerprint, slot });
    store.writer.call(size_bytes, op).await
}

/// A log that is not there yet.
struct Fresh<'a> {
    project: ProjectId,
    packed: &'a PackedLog,
    /// The row with early patches merged.
    row: LogRow,
    /// The body, where it is no longer as it was packed.
    body: Option<Vec<u8>>,
}

/// Inserts the logs of several callers that are not there yet.
pub(crate) async fn insert(tx: &mut Tx, ops: &[&mut InsertLogs]) -> Result<()> {
    let mut fresh = fresh(tx, ops).await?;
    if fresh.is_empty() {
        return Ok(());
    }
    let keys: Vec<_> = fresh.iter().map(|f| (f.project, f.packed.id)).collect();
    let early = early::arrive(tx, &keys).await?;
    merge_early_patches(tx, &mut fresh, &early).await?;
    count_early_feedback(tx, &fresh, &early).await?;
    for f in &fresh {
        tx.pending.usage.count(f.project, &f.row, 1);
        tx.pending.spans.add_log(f.project, f.row.day(), f.packed.id);
        tx.pending.happened(f.project, EventKind::LogCreated, Some(f.row.id.clone()));
    }
    write(tx, &fresh).await
}

async fn fresh<'a>(tx: &mut Tx, ops: &'a [&mut InsertLogs]) -> Result<Vec<Fresh<'a>>> {
    let all = || ops.iter().flat_map(|op| op.logs.iter().map(|log| (op.project, log)));
    let keys: Vec<_> = all().map(|(project, log)| (project, log.id)).collect();
    let mut seen = logs_there(tx, &keys).await?;
    let fresh = all().filter(|(project, log)| seen.insert((*project, log.id)));
    Ok(fresh
        .map(|(project, packed)| Fresh { project, packed, row: packed.row.clone(), body: None })
        .collect())
}

async fn merge_early_patches(
    tx: &mut Tx,
    fresh: &mut [Fresh<'_>],
    early: &HashSet<(ProjectId, LogId)>,
) -> Result<()> {
    let waited_for: Vec<_> = early.iter().copied().collect();
    let mut patches = patch::stored(&mut tx.conn, &waited_for).await?;
    for f in fresh {
        if let Some(patches) = patches.remove(&(f.project, f.packed.id)) {
            let mut log: Log = unpack("log", &f.packed.body)?;
            let mut merged = patch::merge(log.clone(), &patches);
            // Who sent the usage did not know the model yet, and so no price.
            if merged.cost_usd_micros.is_none()
                && let Some(cost) = price::cost(&mut tx.conn, f.project, &merged).await?
            {
                (log.cost_usd_micros, merged.cost_usd_micros) = (Some(cost), Some(cost));
                f.body = Some(pack("log", &log)?);
            }
            f.row = LogRow::of(&merged);
        }
    }
    Ok(())
}

async fn count_early_feedback(
    tx: &mut Tx,
    fresh: &[Fresh<'_>],
    early: &HashSet<(ProjectId, LogId)>,
) -> Result<()> {
    let arrived: Vec<_> =
        fresh.iter().filter(|f| early.contains(&(f.project, f.packed.id))).collect();
    let keys: Vec<_> = arrived.iter().map(|f| (f.project, f.packed.id)).collect();
    for (place, kept) in counting_on(tx, &keys).await? {
        let Some(f) = arrived.get(place) else { continue };
        let feedback = (kept.name.as_str(), &kept.value, kept.at);
        tx.pending.count_feedback(f.project, feedback, &f.row.dimensions()?, 1);
    }
    Ok(())
}

async fn write(tx: &mut Tx, fresh: &[Fresh<'_>]) -> Result<()> {
    let mut rows = LogRow::collection();
    let mut bodies =
        Rows::new(&[("project", Kind::Text), ("id", Kind::Text), ("body", Kind::Blob)]);
    let mut tags = tag_rows();
    for f in fresh {
        rows.push(f.row.values(f.project));
        let body = f.body.as_ref().unwrap_or(&f.packed.body).clone();
        bodies.push([f.project.into(), (&f.row.id).into(), body.into()]);
        for (key, value) in f.row.tag_pairs()? {
            tags.push([f.project.into(), key.into(), value.into(), (&f.row.id).into()]);
        }
    }
    search::note_new(tx, fresh.iter().map(|f| (f.project, f.packed.id))).await?;
    rows.insert(&mut tx.conn, "logs", "").await?;
    bodies.insert(&mut tx.conn, "log_bodies", "").await?;
    tags.insert(&mut tx.conn, "log_tags", "").await
}

/// The rows of `log_tags`.
pub(super) fn tag_rows() -> Rows {
    Rows::new(&[
        ("project", Kind::Text),
        ("key", Kind::Text),
        ("value", Kind::Text),
        ("log", Kind::Text),
    ])
}
