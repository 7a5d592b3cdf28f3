//! addMetrics: kept call by call, merged into the log's row, and merged again when the log is
//! read. Patches apply in the order of their times, whatever the order of their commits.

use std::collections::HashMap;

use vouch_domain::Time;
use vouch_domain::actor::Actor;
use vouch_domain::event::EventKind;
use vouch_domain::id::{LogId, PatchId, ProjectId};
use vouch_domain::log::Log;
use vouch_domain::patch::{Additions, Patch};

use super::body::{pack, unpack};
use super::early;
use super::insert::tag_rows;
use super::row::{COLUMNS, LogRow, numbered};
use super::search;
use crate::Result;
use crate::error::corrupt;
use crate::sql::conn::Conn;
use crate::sql::feedback::kept::counting_on;
use crate::sql::rows::Rows;
use crate::sql::tx::Tx;
use crate::sql::value::{Kind, clean};

/// A patch, ready to be written.
pub(crate) struct StoredPatch {
    pub(crate) id: PatchId,
    pub(crate) project: ProjectId,
    pub(crate) log: LogId,
    pub(crate) body: Vec<u8>,
    at: Time,
    author: String,
    is_empty: bool,
}

impl StoredPatch {
    /// Packs a patch, in the caller's task.
    pub(super) fn new(patch: &Patch) -> Result<Self> {
        Ok(Self {
            id: patch.id,
            project: patch.project,
            log: patch.log,
            body: pack("patch", &patch.additions)?,
            at: patch.at,
            author: clean(&patch.by.to_string()),
            is_empty: patch.additions.is_empty(),
        })
    }
}

/// Keeps the patches of several callers and merges them into the logs that are there; says for
/// each whether its log is.
pub(crate) async fn patch(tx: &mut Tx, patches: &[&StoredPatch]) -> Result<Vec<bool>> {
    if patches.is_empty() {
        return Ok(Vec::new());
    }
    append(tx, patches).await?;
    let mut logs: Vec<_> = patches.iter().map(|patch| (patch.project, patch.log)).collect();
    logs.sort_unstable();
    logs.dedup();
    let rows = log_rows(tx, &logs).await?;
    early::wait_for(tx, logs.iter().copied().filter(|key| !rows.contains_key(key))).await?;
    let here = patches.iter().map(|patch| rows.contains_key(&(patch.project, patch.log))).collect();
    for patch in patches.iter().filter(|p| rows.contains_key(&(p.project, p.log))) {
        tx.pending.happened(patch.project, EventKind::LogUpdated, Some(patch.log.to_string()));
    }
    let changing = |key: &(ProjectId, LogId)| {
        patches.iter().any(|patch| !patch.is_empty && (patch.project, patch.log) == *key)
    };
    let rows: HashMap<_, _> = rows.into_iter().filter(|(key, _)| changing(key)).collect();
    let changes = changes(tx, rows).await?;
    write(tx, &changes).await?;
    move_feedback(tx, &changes).await?;
    Ok(here)
}

async fn append(tx: &mut Tx, patches: &[&StoredPatch]) -> Result<()> {
    let mut rows = Rows::new(&[
        ("project", Kind::Text),
        ("log", Kind::Text),
        ("id", Kind::Text),
        ("at", Kind::Int),
        ("author", Kind::Text),
        ("body", Kind::Blob),
    ]);
    for patch in patches {
        rows.push([
            patch.project.into(),
            patch.log.into(),
            patch.id.into(),
            patch.at.into(),
            (&patch.author).into(),
            patch.body.clone().into(),
        ]);
    }
    rows.insert(&mut tx.conn, "log_patches", "").await
}

type ByLog<T> = HashMap<(ProjectId, LogId), T>;

/// A row that a patch changes.
struct Change {
    key: (ProjectId, LogId),
    old: LogRow,
    new: LogRow,
}

async fn log_rows(tx: &mut Tx, logs: &[(ProjectId, LogId)]) -> Result<ByLog<LogRow>> {
    #[derive(sqlx::FromRow)]
    struct Numbered {
        n: i64,
        #[sqlx(flatten)]
        row: LogRow,
    }
    let body = format!(
        "SELECT k.n, {COLUMNS} FROM k CROSS JOIN logs l WHERE l.project = k.project AND l.id = k.log"
    );
    let rows = numbered(logs).all::<Numbered>(&mut tx.conn, &body).await?;
    let keyed =
        |numbered: Numbered| Some((*logs.get(usize::try_from(numbered.n).ok()?)?, numbered.row));
    Ok(rows.into_iter().filter_map(keyed).collect())
}

async fn changes(tx: &mut Tx, rows: ByLog<LogRow>) -> Result<Vec<Change>> {
    let keys: Vec<_> = rows.keys().copied().collect();
    let mut patches = stored(&mut tx.conn, &keys).await?;
    let mut bodies = bodies(&mut tx.conn, &keys).await?;
    let mut changes = Vec::new();
    for (key, old) in rows {
        let (Some(body), Some(patches)) = (bodies.remove(&key), patches.remove(&key)) else {
            continue;
        };
        let new = LogRow::of(&merge(unpack("log", &body)?, &patches));
        if new != old {
            changes.push(Change { key, old, new });
        }
    }
    changes.sort_unstable_by_key(|change| change.key);
    Ok(changes)
}

async fn write(tx: &mut Tx, changes: &[Change]) -> Result<()> {
    let mut rows = LogRow::collection();
    search::note(tx, changes.iter().map(|change| change.key)).await?;
    let (mut added, mut removed) = (tag_rows(), tag_rows());
    for Change { key: (project, _), old, new } in changes {
        rows.push(new.values(*project));
        tx.pending.usage.count(*project, old, -1);
        tx.pending.usage.count(*project, new, 1);
        let (before, after) = (old.tag_pairs()?, new.tag_pairs()?);
        for (key, value) in before.iter().filter(|pair| !after.contains(pair)) {
            removed.push([(*project).into(), key.into(), value.into(), (&new.id).into()]);
        }
        for (key, value) in after.iter().filter(|pair| !before.contains(pair)) {
            added.push([(*project).into(), key.into(), value.into(), (&new.id).into()]);
        }
    }
    let replace = "ON CONFLICT (project, id) DO UPDATE SET status = excluded.status, \
        chain_id = excluded.chain_id, conversation_id = excluded.conversation_id, \
        user_id = excluded.user_id, tags = excluded.tags, \
        input_preview = excluded.input_preview, output_preview = excluded.output_preview, \
        prompt_tokens = excluded.prompt_tokens, completion_tokens = excluded.completion_tokens, \
        total_tokens = excluded.total_tokens, latency_ms = excluded.latency_ms, \
        time_to_first_token_ms = excluded.time_to_first_token_ms, \
        cost_usd_micros = excluded.cost_usd_micros";
    rows.insert(&mut tx.conn, "logs", replace).await?;
    let delete = "DELETE FROM log_tags WHERE (project, key, value, log) IN \
                  (SELECT project, key, value, log FROM k)";
    removed.run(&mut tx.conn, delete).await?;
    added.insert(&mut tx.conn, "log_tags", "").await
}

/// Moves what the logs' feedback adds to the roll-ups from the old dimensions to the new ones.
async fn move_feedback(tx: &mut Tx, changes: &[Change]) -> Result<()> {
    let mut moved = Vec::new();
    for change in changes {
        let (old, new) = (change.old.dimensions()?, change.new.dimensions()?);
        if old != new {
            moved.push((change.key, old, new));
        }
    }
    let keys: Vec<_> = moved.iter().map(|(key, _, _)| *key).collect();
    for (place, kept) in counting_on(tx, &keys).await? {
        let Some(((project, _), old, new)) = moved.get(place) else { continue };
        let feedback = (kept.name.as_str(), &kept.value, kept.at);
        tx.pending.count_feedback(*project, feedback, old, -1);
        tx.pending.count_feedback(*project, feedback, new, 1);
    }
    Ok(())
}

/// A patch as it was kept.
pub(super) struct KeptPatch {
    id: PatchId,
    pub(super) at: Time,
    pub(super) by: Actor,
    pub(super) additions: Additions,
}

/// The log with its patches merged.
pub(super) fn merge(mut log: Log, patches: &[KeptPatch]) -> Log {
    for patch in patches {
        patch.additions.merge_into(&mut log);
    }
    log
}

/// The patches of these logs, in the order in which they apply.
pub(super) async fn stored(
    conn: &mut Conn,
    logs: &[(ProjectId, LogId)],
) -> Result<ByLog<Vec<KeptPatch>>> {
    let body = "SELECT k.n, p.id, p.at, p.author, p.body FROM k CROSS JOIN log_patches p \
                WHERE p.project = k.project AND p.log = k.log";
    let rows = numbered(logs).all::<(i64, String, i64, String, Vec<u8>)>(conn, body).await?;
    let mut all: ByLog<Vec<KeptPatch>> = HashMap::new();
    for (n, id, at, author, body) in rows {
        let Some(key) = usize::try_from(n).ok().and_then(|n| logs.get(n)) else { continue };
        all.entry(*key).or_default().push(KeptPatch {
            id: id.parse().map_err(|e| corrupt("patch", e))?,
            at: Time::from_micros(at),
            by: author.parse().map_err(|e| corrupt("patch", e))?,
            additions: unpack("patch", &body)?,
        });
    }
    for patches in all.values_mut() {
        patches.sort_unstable_by_key(|patch| (patch.at, patch.id));
    }
    Ok(all)
}

/// The packed bodies of these logs, as they came.
pub(super) async fn bodies(conn: &mut Conn, logs: &[(ProjectId, LogId)]) -> Result<ByLog<Vec<u8>>> {
    let body = "SELECT k.n, b.body FROM k CROSS JOIN log_bodies b \
                WHERE b.project = k.project AND b.id = k.log";
    let rows = numbered(logs).all::<(i64, Vec<u8>)>(conn, body).await?;
    let keyed = |(n, body): (i64, Vec<u8>)| Some((*logs.get(usize::try_from(n).ok()?)?, body));
    Ok(rows.into_iter().filter_map(keyed).collect())
}
