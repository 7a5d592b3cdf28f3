//! Queues: kept with their versions, changed, put away.

use std::sync::Arc;

use vouch_domain::Time;
use vouch_domain::audit::NewAudit;
use vouch_domain::id::{ProjectId, QueueId};
use vouch_domain::review::{Queue, QueueSettings, QueueState, QueueUpdate, Rubric};

use super::metrics::define;
use super::task::to_json;
use super::weigh;
use super::work;
use crate::error::corrupt;
use crate::sql::audit;
use crate::sql::conn::Conn;
use crate::sql::statement::{Sql, sql};
use crate::sql::tx::Tx;
use crate::{MAX_QUEUES, Result, StoreError};

/// The row in `queues`, with the guidelines.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub(super) struct QueueRow {
    id: String,
    state: String,
    settings: String,
    rubric_version: i64,
    guidelines_version: i64,
    created_at: i64,
    archived_at: Option<i64>,
    guidelines: Option<String>,
}

/// The queues `q` of a project, with their guidelines.
fn select(project: ProjectId) -> Sql {
    sql("SELECT q.id, q.state, q.settings, q.rubric_version, q.guidelines_version, q.created_at, \
         q.archived_at, v.body AS guidelines FROM queues q LEFT JOIN queue_versions v \
         ON v.project = q.project AND v.queue = q.id AND v.part = 'guidelines' \
         AND v.version = q.guidelines_version WHERE q.project = $1")
    .bind(project)
}

impl QueueRow {
    fn queue(self) -> Result<Queue> {
        let small = |n: i64| u32::try_from(n).unwrap_or(0);
        let mut settings: QueueSettings =
            serde_json::from_str(&self.settings).map_err(|e| corrupt("queue", e))?;
        settings.guidelines = self.guidelines.unwrap_or_default();
        Ok(Queue {
            id: self.id.parse().map_err(|e| corrupt("queue", e))?,
            state: QueueState::parse(&self.state).ok_or_else(|| corrupt("queue", self.state))?,
            settings,
            rubric_version: small(self.rubric_version),
            guidelines_version: small(self.guidelines_version),
            created_at: Time::from_micros(self.created_at),
            archived_at: self.archived_at.map(Time::from_micros),
        })
    }

    /// One queue.
    pub(super) async fn load(
        conn: &mut Conn,
        project: ProjectId,
        id: QueueId,
    ) -> Result<Option<Queue>> {
        let mut query = select(project);
        query.push(" AND q.id = ").push_bind(id);
        query.one::<Self>(conn).await?.map(Self::queue).transpose()
    }

    /// One queue that is not archived, without its guidelines.
    pub(super) async fn live(conn: &mut Conn, project: ProjectId, id: QueueId) -> Result<Queue> {
        let queue = Self::any(conn, project, id).await?;
        let live = queue.filter(|queue| queue.archived_at.is_none());
        live.ok_or(StoreError::NotFound("queue"))
    }

    /// One queue, without its guidelines.
    pub(super) async fn any(
        conn: &mut Conn,
        project: ProjectId,
        id: QueueId,
    ) -> Result<Option<Queue>> {
        let row =
            sql("SELECT id, state, settings, rubric_version, guidelines_version, created_at, \
             archived_at, CAST(NULL AS TEXT) AS guidelines FROM queues \
             WHERE project = $1 AND id = $2");
        let row = row.bind(project).bind(id).one::<Self>(conn).await?;
        row.map(Self::queue).transpose()
    }

    /// One queue, without its guidelines; read once for all operations of a commit.
    pub(super) async fn shared(
        tx: &mut Tx,
        project: ProjectId,
        id: QueueId,
    ) -> Result<Option<Arc<Queue>>> {
        if let Some(queue) = tx.queues.get(&(project, id)) {
            return Ok(Some(Arc::clone(queue)));
        }
        let queue = Self::any(&mut tx.conn, project, id).await?.map(Arc::new);
        tx.queues.extend(queue.iter().map(|queue| ((project, id), Arc::clone(queue))));
        Ok(queue)
    }

    /// The queues that are not archived, by name.
    pub(super) async fn list(conn: &mut Conn, project: ProjectId) -> Result<Vec<Queue>> {
        let mut query = select(project);
        query.push(" AND q.archived_at IS NULL ORDER BY LOWER(q.name), q.id");
        query.all::<Self>(conn).await?.into_iter().map(Self::queue).collect()
    }
}

/// A rubric that a queue has or had.
pub(super) async fn rubric(
    conn: &mut Conn,
    project: ProjectId,
    queue: QueueId,
    version: i64,
) -> Result<Option<Rubric>> {
    let body = sql("SELECT body FROM queue_versions WHERE project = $1 AND queue = $2 \
                    AND part = 'rubric' AND version = $3");
    let body = body.bind(project).bind(queue).bind(version).one::<(String,)>(conn).await?;
    body.map(|(body,)| serde_json::from_str(&body).map_err(|e| corrupt("queue", e))).transpose()
}

/// The settings as they are stored: the guidelines are a version.
fn stored(settings: &QueueSettings) -> Result<String> {
    to_json(&QueueSettings { guidelines: String::new(), ..settings.clone() })
}

async fn put_version(
    tx: &mut Tx,
    (project, queue): (ProjectId, QueueId),
    (part, version, body): (&'static str, u32, String),
    entry: &NewAudit,
) -> Result<()> {
    sql("INSERT INTO queue_versions (project, queue, part, version, body, created_at, created_by) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)")
    .bind(project)
    .bind(queue)
    .bind(part)
    .bind(version)
    .bind(body)
    .bind(entry.at)
    .bind(&entry.actor)
    .run(&mut tx.conn)
    .await
    .map(|_| ())
}

/// Refuses a key that another queue has.
async fn check_key(tx: &mut Tx, project: ProjectId, key: &str, id: QueueId) -> Result<()> {
    let other = sql("SELECT id FROM queues WHERE project = $1 AND key = $2 AND id <> $3");
    let other = other.bind(project).bind(key).bind(id).one::<(String,)>(&mut tx.conn).await?;
    let taken = || StoreError::Conflict(format!("there is a queue with the key {key} already"));
    other.map_or(Ok(()), |_| Err(taken()))
}

/// Notes whether the queue's rules take logs.
async fn note_rules(tx: &mut Tx, project: ProjectId, id: QueueId, takes: bool) -> Result<()> {
    let note = if takes {
        sql("INSERT INTO rule_queues (project, queue) VALUES ($1, $2) \
             ON CONFLICT (project, queue) DO NOTHING")
    } else {
        sql("DELETE FROM rule_queues WHERE project = $1 AND queue = $2")
    };
    note.bind(project).bind(id).run(&mut tx.conn).await.map(|_| ())
}

fn takes_logs(state: QueueState, settings: &QueueSettings) -> bool {
    state != QueueState::Closed && settings.rules.iter().any(|rule| rule.enabled)
}

pub(super) async fn create(
    (project, queue, entry): &(ProjectId, Queue, NewAudit),
    tx: &mut Tx,
) -> Result<()> {
    audit::append(tx, entry).await?;
    let (project, settings) = (*project, &queue.settings);
    check_key(tx, project, &settings.key, queue.id).await?;
    let count = sql("SELECT COUNT(*) FROM queues WHERE project = $1 AND archived_at IS NULL");
    let count = count.bind(project).one::<(i64,)>(&mut tx.conn).await?;
    if count.is_some_and(|(count,)| count >= i64::from(MAX_QUEUES)) {
        let text = format!("there are {MAX_QUEUES} queues already, and no more may be kept");
        return Err(StoreError::Conflict(text));
    }
    define(tx, project, settings, entry.at).await?;
    sql("INSERT INTO queues (project, id, key, name, state, settings, rubric_version, \
         guidelines_version, created_at) VALUES ($1, $2, $3, $4, $5, $6, 1, 1, $7)")
    .bind(project)
    .bind(queue.id)
    .bind(&settings.key)
    .bind(&settings.name)
    .bind(queue.state.as_str())
    .bind(stored(settings)?)
    .bind(queue.created_at)
    .run(&mut tx.conn)
    .await?;
    sql("INSERT INTO queue_counts (project, queue, turn, untouched, begun, disputed, complete, \
         cancelled, gold, reviews, saved) VALUES ($1, $2, 0, 0, 0, 0, 0, 0, 0, 0, 0)")
    .bind(project)
    .bind(queue.id)
    .run(&mut tx.conn)
    .await?;
    let at = (project, queue.id);
    weigh::note_queue(tx, at, None, settings).await?;
    put_version(tx, at, ("rubric", 1, to_json(&settings.rubric)?), entry).await?;
    put_version(tx, at, ("guidelines", 1, settings.guidelines.clone()), entry).await?;
    note_rules(tx, project, queue.id, takes_logs(queue.state, settings)).await
}

pub(super) async fn update(
    (project, id, update, entry): &(ProjectId, QueueId, QueueUpdate, NewAudit),
    tx: &mut Tx,
) -> Result<Queue> {
    audit::append(tx, entry).await?;
    tx.queues.clear();
    let old = QueueRow::load(&mut tx.conn, *project, *id).await?;
    let old = old.filter(|queue| queue.archived_at.is_none());
    let old = old.ok_or(StoreError::NotFound("queue"))?;
    let state = update.state.unwrap_or(old.state);
    let reopen = update.reopen;
    let settings = update.clone().apply(old.settings.clone())?;
    check_key(tx, *project, &settings.key, *id).await?;
    let (mut rubric, mut guidelines) = (old.rubric_version, old.guidelines_version);
    if settings.rubric != old.settings.rubric {
        rubric += 1;
        define(tx, *project, &settings, entry.at).await?;
        let body = to_json(&settings.rubric)?;
        put_version(tx, (*project, *id), ("rubric", rubric, body), entry).await?;
    }
    if settings.guidelines != old.settings.guidelines {
        guidelines += 1;
        let body = settings.guidelines.clone();
        put_version(tx, (*project, *id), ("guidelines", guidelines, body), entry).await?;
    }
    let mut put = sql("UPDATE queues SET key = ");
    put.push_bind(&settings.key).push(", name = ").push_bind(&settings.name);
    put.push(", state = ").push_bind(state.as_str());
    put.push(", settings = ").push_bind(stored(&settings)?);
    put.push(", rubric_version = ").push_bind(rubric);
    put.push(", guidelines_version = ").push_bind(guidelines);
    if reopen {
        put.push(", reopen_at = ").push_bind(entry.at).push(", reopen_after = NULL");
    }
    put.push(" WHERE project = ").push_bind(*project).push(" AND id = ").push_bind(*id);
    put.run(&mut tx.conn).await?;
    note_rules(tx, *project, *id, takes_logs(state, &settings)).await?;
    if settings.alert != old.settings.alert {
        let forget = sql("DELETE FROM agreement_alerts WHERE project = $1 AND queue = $2");
        forget.bind(*project).bind(*id).run(&mut tx.conn).await?;
    }
    weigh::note_queue(tx, (*project, *id), Some(&old.settings), &settings).await?;
    if settings.overlap != old.settings.overlap {
        work::note(tx, *project, *id, work::OVERLAP, entry.at).await?;
    }
    let reviews = |settings: &QueueSettings| (settings.people.clone(), settings.groups.clone());
    if reviews(&settings) != reviews(&old.settings) {
        work::note(tx, *project, *id, work::KEPT, entry.at).await?;
    }
    Ok(Queue { state, settings, rubric_version: rubric, guidelines_version: guidelines, ..old })
}

pub(super) async fn archive(
    (project, id, entry): &(ProjectId, QueueId, NewAudit),
    tx: &mut Tx,
) -> Result<()> {
    let queue = QueueRow::any(&mut tx.conn, *project, *id).await?;
    let queue = queue.ok_or(StoreError::NotFound("queue"))?;
    if queue.archived_at.is_some() {
        return Ok(());
    }
    audit::append(tx, entry).await?;
    tx.queues.clear();
    note_rules(tx, *project, *id, false).await?;
    work::forget(tx, *project, *id).await?;
    // Its key is free again; the id makes the old one unique.
    sql("UPDATE queues SET archived_at = $1, reopen_at = NULL, key = key || '.' || id \
         WHERE project = $2 AND id = $3")
    .bind(entry.at)
    .bind(*project)
    .bind(*id)
    .run(&mut tx.conn)
    .await
    .map(|_| ())
}
