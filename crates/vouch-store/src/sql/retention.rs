//! How long logs are kept, and letting go of those that leave.

use std::collections::HashMap;

use vouch_domain::Time;
use vouch_domain::audit::NewAudit;
use vouch_domain::id::{LogId, ProjectId};
use vouch_domain::retention::Retention;

use super::SqlStore;
use super::conn::Conn;
use super::feedback::inbox;
use super::log::{forget, numbered};
use super::statement::sql;
use super::tx::Tx;
use super::{audit, review, transfer};
use crate::error::corrupt;
use crate::{Leaving, Result, RetentionStore, Revision, Store, StoreError};

#[async_trait::async_trait]
impl RetentionStore for SqlStore {
    async fn retention(&self, project: ProjectId) -> Result<Retention> {
        let days = sql("SELECT retention_days FROM projects WHERE id = $1").bind(project);
        let days = days.one::<(Option<i64>,)>(&mut self.readers.acquire().await?).await?;
        let days = days.and_then(|(days,)| days).and_then(|days| u32::try_from(days).ok());
        Ok(Retention { days })
    }

    async fn put_retention(
        &self,
        project: ProjectId,
        retention: Retention,
        audit: NewAudit,
    ) -> Result<()> {
        let put = (project, retention.check()?, audit);
        self.write(put, |put, tx| Box::pin(put_retention(put, tx))).await
    }

    async fn count_before(
        &self,
        project: ProjectId,
        before: Time,
        most: u32,
    ) -> Result<(u64, Option<Time>)> {
        let found =
            sql("SELECT COUNT(*), MIN(x.created_at) FROM (SELECT l.created_at FROM logs l \
             WHERE l.project = $1 AND l.id <= (SELECT MAX(d.last_log) FROM log_days d \
             WHERE d.project = $2 AND d.day <= $3) AND l.created_at < $4 LIMIT $5) x")
            .bind(project)
            .bind(project)
            .bind(before.day())
            .bind(before)
            .bind(most);
        let found = found.one::<(i64, Option<i64>)>(&mut self.readers.acquire().await?).await?;
        let (count, oldest) = found.unwrap_or_default();
        Ok((u64::try_from(count).unwrap_or(0), oldest.map(Time::from_micros)))
    }

    async fn lease_archive(
        &self,
        project: ProjectId,
        now: Time,
        until: Time,
        holds: Option<Time>,
    ) -> Result<bool> {
        let lease = (project, now, until, holds);
        self.write(lease, |lease, tx| Box::pin(take_lease(lease, tx))).await
    }

    async fn leaving(
        &self,
        project: ProjectId,
        before: Time,
        after: Option<LogId>,
        limit: u32,
    ) -> Result<Vec<Leaving>> {
        self.settle().await?;
        let mut conn = self.readers.acquire().await?;
        let mut ids = ids(&mut conn, project, before, after, limit).await?;
        ids.truncate(transfer::fitting(&mut conn, project, &ids).await?);
        // Before what is counted is read: what is added in between is then missed by the count,
        // and the log stays.
        let revisions = revisions(&mut conn, project, &ids).await?;
        let whole = transfer::whole_of(&mut conn, project, &ids).await?;
        let leaving = whole.into_iter().filter_map(|whole| {
            let revision = *revisions.get(&whole.log.id)?;
            Some(Leaving { whole, revision })
        });
        Ok(leaving.collect())
    }

    async fn forget(
        &self,
        project: ProjectId,
        logs: Vec<(LogId, Revision)>,
        now: Time,
        audit: Option<NewAudit>,
    ) -> Result<u64> {
        let leave = (project, logs, now, audit);
        self.write(leave, |leave, tx| Box::pin(leave_alone_what_changed(leave, tx))).await
    }
}

async fn put_retention(
    (project, retention, audit): &(ProjectId, Retention, NewAudit),
    tx: &mut Tx,
) -> Result<()> {
    audit::append(tx, audit).await?;
    let changed = sql("UPDATE projects SET retention_days = $1 WHERE id = $2")
        .bind(retention.days)
        .bind(*project)
        .run(&mut tx.conn)
        .await?;
    if changed == 0 { Err(StoreError::NotFound("project")) } else { Ok(()) }
}

async fn take_lease(
    (project, now, until, holds): &(ProjectId, Time, Time, Option<Time>),
    tx: &mut Tx,
) -> Result<bool> {
    let taken = sql("UPDATE projects SET archive_lease_until = $1 WHERE id = $2 AND \
         (archive_lease_until IS NULL OR archive_lease_until <= $3 OR archive_lease_until = $4)")
    .bind(*until)
    .bind(*project)
    .bind(*now)
    .bind(holds.unwrap_or(*now))
    .run(&mut tx.conn)
    .await?;
    Ok(taken > 0)
}

async fn ids(
    conn: &mut Conn,
    project: ProjectId,
    before: Time,
    after: Option<LogId>,
    limit: u32,
) -> Result<Vec<LogId>> {
    let mut select = sql("SELECT l.id FROM logs l WHERE l.project = ");
    select.push_bind(project).push(" AND l.id > ");
    select.push_bind(after.map(|id| id.to_string()).unwrap_or_default());
    select.push(" AND l.id <= (SELECT MAX(d.last_log) FROM log_days d WHERE d.project = ");
    select.push_bind(project).push(" AND d.day <= ").push_bind(before.day());
    select.push(") AND l.created_at < ").push_bind(before);
    select.push(" ORDER BY l.id LIMIT ").push_bind(limit.clamp(1, 1000));
    let rows = select.all::<(String,)>(conn).await?;
    rows.into_iter().map(|(id,)| id.parse().map_err(|e| corrupt("log", e))).collect()
}

/// How often something was added to these logs: by addMetrics, by feedback, by taking it back.
async fn revisions(
    conn: &mut Conn,
    project: ProjectId,
    ids: &[LogId],
) -> Result<HashMap<LogId, Revision>> {
    let keys: Vec<_> = ids.iter().map(|id| (project, *id)).collect();
    let body = "SELECT k.n, \
        (SELECT COUNT(*) FROM log_patches p WHERE p.project = k.project AND p.log = k.log) + \
        (SELECT COUNT(*) FROM feedback f WHERE f.project = k.project AND f.target = k.log) + \
        (SELECT COUNT(*) FROM feedback f CROSS JOIN feedback_retractions r \
            WHERE f.project = k.project AND f.target = k.log \
            AND r.project = f.project AND r.feedback = f.id) FROM k";
    let rows = numbered(&keys).all::<(i64, i64)>(conn, body).await?;
    let keyed = |(n, count)| Some((*ids.get(usize::try_from(n).ok()?)?, Revision(count)));
    Ok(rows.into_iter().filter_map(keyed).collect())
}

async fn leave_alone_what_changed(
    (project, logs, now, audit): &(ProjectId, Vec<(LogId, Revision)>, Time, Option<NewAudit>),
    tx: &mut Tx,
) -> Result<u64> {
    // Feedback that waits changes its log.
    inbox::fold_all(tx).await?;
    if let Some(audit) = audit {
        audit::append(tx, audit).await?;
    }
    let targets = logs.iter().map(|(id, _)| (*project, id.to_string())).collect();
    tx.lock_targets(&targets).await?;
    let ids: Vec<_> = logs.iter().map(|(id, _)| *id).collect();
    let are = revisions(&mut tx.conn, *project, &ids).await?;
    let same = logs.iter().filter(|(id, revision)| are.get(id) == Some(revision));
    let same: Vec<_> = same.map(|(id, _)| (*project, *id)).collect();
    review::logs_leave(tx, *project, &same, *now).await?;
    forget::forget(tx, &same).await
}
