//! Reading one log: its body with all patches merged, its tally and its metadata's history.

use vouch_domain::feedback::FeedbackTally;
use vouch_domain::id::{LogId, ProjectId};
use vouch_domain::log::{Log, MetadataChange};

use super::body::unpack;
use super::patch::{self, KeptPatch};
use crate::sql::conn::Conn;
use crate::sql::statement::sql;
use crate::{LogDetail, Result};

/// A row of `log_tallies`, or nothing yet.
#[derive(Default, sqlx::FromRow)]
pub(super) struct TallyRow {
    thumbs_up: Option<i64>,
    thumbs_down: Option<i64>,
    feedback_count: Option<i64>,
    corrections: Option<i64>,
    score: Option<f64>,
}

impl TallyRow {
    pub(super) fn tally(&self) -> FeedbackTally {
        let count = |n: Option<i64>| u32::try_from(n.unwrap_or(0)).unwrap_or(0);
        FeedbackTally {
            thumbs_up: count(self.thumbs_up),
            thumbs_down: count(self.thumbs_down),
            score: self.score,
            count: count(self.feedback_count),
            has_correction: count(self.corrections) > 0,
        }
    }
}

/// One log as its own page shows it.
pub(super) async fn detail(
    conn: &mut Conn,
    project: ProjectId,
    id: LogId,
) -> Result<Option<LogDetail>> {
    let keys = [(project, id)];
    let Some(body) = patch::bodies(conn, &keys).await?.remove(&keys[0]) else { return Ok(None) };
    let patches = patch::stored(conn, &keys).await?.remove(&keys[0]).unwrap_or_default();
    let tally = sql("SELECT thumbs_up, thumbs_down, feedback_count, corrections, score \
                     FROM log_tallies WHERE project = $1 AND log = $2")
    .bind(project)
    .bind(id)
    .one::<TallyRow>(conn)
    .await?;
    let mut log: Log = unpack("log", &body)?;
    log.project = project;
    let metadata_history = metadata_history(&log, &patches);
    Ok(Some(LogDetail {
        log: patch::merge(log, &patches),
        tally: tally.unwrap_or_default().tally(),
        metadata_history,
    }))
}

/// These logs with all patches merged, in this order; those that are gone are left out.
pub(crate) async fn whole(conn: &mut Conn, project: ProjectId, ids: &[LogId]) -> Result<Vec<Log>> {
    let keys: Vec<_> = ids.iter().map(|id| (project, *id)).collect();
    let mut bodies = patch::bodies(conn, &keys).await?;
    let mut patches = patch::stored(conn, &keys).await?;
    let mut logs = Vec::with_capacity(keys.len());
    for key in &keys {
        let Some(body) = bodies.remove(key) else { continue };
        let mut log: Log = unpack("log", &body)?;
        log.project = project;
        logs.push(patch::merge(log, &patches.remove(key).unwrap_or_default()));
    }
    Ok(logs)
}

/// Each value that each key had, oldest first: those the log came with, then those of each
/// patch.
fn metadata_history(log: &Log, patches: &[KeptPatch]) -> Vec<MetadataChange> {
    let change = |key: &String, value: &serde_json::Value, at, by: &_| MetadataChange {
        key: key.clone(),
        value: value.clone(),
        at,
        by: Clone::clone(by),
    };
    let first = log.metadata.iter().map(|(k, v)| change(k, v, log.created_at, &log.sent_by));
    let later = patches
        .iter()
        .flat_map(|p| p.additions.metadata.iter().map(|(k, v)| change(k, v, p.at, &p.by)));
    first.chain(later).collect()
}
