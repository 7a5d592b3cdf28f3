//! The audit trail: a hash chain for each project, written in the transaction of the change.

use vouch_domain::audit::{AuditEntry, GENESIS, NewAudit};
use vouch_domain::event::EventKind;
use vouch_domain::id::ProjectId;
use vouch_domain::{Cursor, Invalid, Page, Time};

use super::SqlStore;
use super::statement::{Sql, sql};
use super::tx::Tx;
use crate::error::corrupt;
use crate::{AuditStore, Result};

/// Adds the entry to its project's chain, and tells screens that settings changed. It comes
/// first in a change, so that audited changes of one project take turns.
pub(crate) async fn append(tx: &mut Tx, audit: &NewAudit) -> Result<()> {
    let project = audit.project;
    tx.lock_audit(project).await?;
    let head = sql("SELECT seq, hash FROM audit WHERE project = $1 ORDER BY seq DESC LIMIT 1");
    let head = head.bind(project).one::<(i64, String)>(&mut tx.conn).await?;
    let (seq, hash) = head.unwrap_or_else(|| (0, GENESIS.to_owned()));
    let entry = audit.clone().chain(seq + 1, &hash);
    tx.pending.happened(project, EventKind::SettingsChanged, Some(entry.subject.clone()));
    sql("INSERT INTO audit (project, seq, id, at, actor, action, subject, details, hash) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)")
    .bind(project)
    .bind(entry.seq)
    .bind(entry.id)
    .bind(entry.at)
    .bind(&entry.actor)
    .bind(entry.action)
    .bind(entry.subject)
    .bind(entry.details.to_string())
    .bind(entry.hash)
    .run(&mut tx.conn)
    .await
    .map(|_| ())
}

#[derive(sqlx::FromRow)]
struct AuditRow {
    seq: i64,
    id: String,
    at: i64,
    actor: String,
    action: String,
    subject: String,
    details: String,
    hash: String,
}

impl AuditRow {
    fn entry(self) -> Result<AuditEntry> {
        Ok(AuditEntry {
            seq: self.seq,
            id: self.id.parse().map_err(|e| corrupt("audit entry", e))?,
            at: Time::from_micros(self.at),
            actor: self.actor.parse().map_err(|e| corrupt("audit entry", e))?,
            action: self.action,
            subject: self.subject,
            details: serde_json::from_str(&self.details).map_err(|e| corrupt("audit entry", e))?,
            hash: self.hash,
        })
    }
}

fn select(project: ProjectId) -> Sql {
    sql("SELECT seq, id, at, actor, action, subject, details, hash FROM audit WHERE project = $1")
        .bind(project)
}

#[async_trait::async_trait]
impl AuditStore for SqlStore {
    async fn audit(
        &self,
        project: ProjectId,
        cursor: Option<&Cursor>,
        limit: u32,
    ) -> Result<Page<AuditEntry>> {
        let limit = limit.clamp(1, 200);
        let mut query = select(project);
        if let Some(Cursor(text)) = cursor {
            let seq: i64 =
                text.parse().map_err(|_| Invalid::new("/cursor", "a cursor of this list", text))?;
            query.push(" AND seq < ").push_bind(seq);
        }
        query.push(" ORDER BY seq DESC LIMIT ").push_bind(limit + 1);
        let rows = query.all::<AuditRow>(&mut self.readers.acquire().await?).await?;
        let entries = rows.into_iter().map(AuditRow::entry).collect::<Result<Vec<_>>>()?;
        Ok(Page::from_rows(entries, limit as usize, |entry| entry.seq.to_string()))
    }

    async fn audit_after(
        &self,
        project: ProjectId,
        seq: i64,
        limit: u32,
    ) -> Result<Vec<AuditEntry>> {
        let mut query = select(project);
        query.push(" AND seq > ").push_bind(seq);
        query.push(" ORDER BY seq LIMIT ").push_bind(limit.clamp(1, 10_000));
        let rows = query.all::<AuditRow>(&mut self.readers.acquire().await?).await?;
        rows.into_iter().map(AuditRow::entry).collect()
    }
}
