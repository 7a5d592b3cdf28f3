//! Events: written by the changes they tell of, read by screens that follow along.

use std::collections::BTreeMap;

use vouch_domain::event::{Event, EventKind};
use vouch_domain::id::ProjectId;

use super::SqlStore;
use super::conn::Conn;
use super::rows::Rows;
use super::statement::sql;
use super::value::Kind;
use crate::error::corrupt;
use crate::{EventStore, Result};

/// The most ids that one event names.
const MAX_IDS: usize = 100;
/// How many events of a project are kept, at least.
const KEPT: i64 = 10_000;
/// Old events are removed each time so many new ones have come.
const PRUNE_EVERY: i64 = 1_000;

/// The events of one transaction: one for each project and kind.
#[derive(Default)]
pub(crate) struct NewEvents(BTreeMap<(ProjectId, &'static str), Vec<String>>);

impl NewEvents {
    /// Something happened to `id`.
    pub(crate) fn add(&mut self, project: ProjectId, kind: EventKind, id: Option<String>) {
        let ids = self.0.entry((project, kind.as_str())).or_default();
        if let Some(id) = id.filter(|id| ids.len() < MAX_IDS && !ids.contains(id)) {
            ids.push(id);
        }
    }

    /// Adds the events of another part of the transaction.
    pub(crate) fn merge(&mut self, other: Self) {
        for (key, theirs) in other.0 {
            let ids = self.0.entry(key).or_default();
            for id in theirs {
                if ids.len() < MAX_IDS && !ids.contains(&id) {
                    ids.push(id);
                }
            }
        }
    }

    /// Whether nothing happened.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Writes the events. Taking their numbers locks the projects' rows until the commit, so
    /// that a reader never sees a number before the ones below it.
    pub(crate) async fn write(self, conn: &mut Conn) -> Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        let mut counts: BTreeMap<ProjectId, i64> = BTreeMap::new();
        for (project, _) in self.0.keys() {
            *counts.entry(*project).or_default() += 1;
        }
        let mut heads = Rows::new(&[("project", Kind::Text), ("seq", Kind::Int)]);
        for (project, count) in &counts {
            heads.push([(*project).into(), (*count).into()]);
        }
        let take = "INSERT INTO event_heads (project, seq) SELECT project, seq FROM k WHERE true \
                    ON CONFLICT (project) DO UPDATE SET seq = event_heads.seq + excluded.seq \
                    RETURNING project, seq";
        let mut next: BTreeMap<String, i64> = BTreeMap::new();
        for (project, head) in heads.all::<(String, i64)>(conn, take).await? {
            let count = project.parse().ok().and_then(|p: ProjectId| counts.get(&p)).copied();
            let first = head - count.unwrap_or(0) + 1;
            if head / PRUNE_EVERY != (first - 1) / PRUNE_EVERY {
                prune(conn, &project, head - KEPT).await?;
            }
            next.insert(project, first);
        }
        let mut rows = Rows::new(&[
            ("project", Kind::Text),
            ("seq", Kind::Int),
            ("kind", Kind::Text),
            ("ids", Kind::Text),
        ]);
        for ((project, kind), ids) in self.0 {
            let seq = next.entry(project.to_string()).or_insert(1);
            let ids = serde_json::json!(ids).to_string();
            rows.push([project.into(), (*seq).into(), kind.into(), ids.into()]);
            *seq += 1;
        }
        rows.insert(conn, "events", "").await
    }
}

async fn prune(conn: &mut Conn, project: &str, up_to: i64) -> Result<()> {
    let delete = sql("DELETE FROM events WHERE project = $1 AND seq <= $2");
    delete.bind(project).bind(up_to).run(conn).await.map(|_| ())
}

#[async_trait::async_trait]
impl EventStore for SqlStore {
    async fn last_event(&self, project: ProjectId) -> Result<i64> {
        let head = sql("SELECT seq FROM event_heads WHERE project = $1").bind(project);
        let seq = head.one::<(i64,)>(&mut self.readers.acquire().await?).await?;
        Ok(seq.map_or(0, |(seq,)| seq))
    }

    async fn events_after(&self, project: ProjectId, seq: i64, limit: u32) -> Result<Vec<Event>> {
        let rows = sql("SELECT seq, kind, ids FROM events WHERE project = $1 AND seq > $2 \
                        ORDER BY seq LIMIT $3")
        .bind(project)
        .bind(seq)
        .bind(limit.clamp(1, 1000))
        .all::<(i64, String, String)>(&mut self.readers.acquire().await?)
        .await?;
        let event = |(seq, kind, ids): (i64, String, String)| {
            let kind = EventKind::parse(&kind).ok_or_else(|| corrupt("event", kind))?;
            let ids = serde_json::from_str(&ids).map_err(|e| corrupt("event", e))?;
            Ok(Event { seq, kind, ids })
        };
        rows.into_iter().map(event).collect()
    }

    fn event_signal(&self) -> tokio::sync::watch::Receiver<u64> {
        self.signal.clone()
    }
}
