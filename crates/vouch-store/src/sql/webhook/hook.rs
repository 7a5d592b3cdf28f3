//! Webhooks themselves: kept, changed, removed.

use vouch_domain::Time;
use vouch_domain::audit::NewAudit;
use vouch_domain::id::{ProjectId, WebhookId};
use vouch_domain::webhook::{MAX_WEBHOOKS, Off, OffReason, Webhook, WebhookUpdate};

use crate::error::corrupt;
use crate::sql::audit;
use crate::sql::conn::Conn;
use crate::sql::statement::{Sql, sql};
use crate::sql::tx::Tx;
use crate::{Result, StoreError};

/// The columns of a [`HookRow`], of the table `webhooks` as `w`.
pub(super) const COLUMNS: &str = "w.project, w.id, w.name, w.url, w.events, w.queues, \
     w.old_secret_until, w.off_at, w.off_why, w.failing_since, w.created_at";

#[derive(sqlx::FromRow)]
pub(super) struct HookRow {
    project: String,
    id: String,
    name: String,
    url: String,
    events: String,
    queues: String,
    old_secret_until: Option<i64>,
    off_at: Option<i64>,
    off_why: Option<String>,
    failing_since: Option<i64>,
    created_at: i64,
}

impl HookRow {
    /// Whose it is.
    pub(super) fn project(&self) -> Result<ProjectId> {
        self.project.parse().map_err(|e| corrupt("webhook", e))
    }

    /// The webhook.
    pub(super) fn webhook(self) -> Result<Webhook> {
        let off = match (self.off_at, self.off_why) {
            (Some(at), Some(why)) => {
                let because = OffReason::parse(&why).ok_or_else(|| corrupt("webhook", why))?;
                Some(Off { at: Time::from_micros(at), because })
            }
            _ => None,
        };
        Ok(Webhook {
            id: self.id.parse().map_err(|e| corrupt("webhook", e))?,
            name: self.name,
            url: self.url,
            events: serde_json::from_str(&self.events).map_err(|e| corrupt("webhook", e))?,
            queues: serde_json::from_str(&self.queues).map_err(|e| corrupt("webhook", e))?,
            off,
            failing_since: self.failing_since.map(Time::from_micros),
            old_secret_until: self.old_secret_until.map(Time::from_micros),
            created_at: Time::from_micros(self.created_at),
        })
    }
}

fn select(project: ProjectId) -> Sql {
    let mut select = sql("SELECT ");
    select.push(COLUMNS).push(" FROM webhooks w WHERE w.project = ").push_bind(project);
    select
}

pub(super) async fn list(conn: &mut Conn, project: ProjectId) -> Result<Vec<Webhook>> {
    let mut query = select(project);
    query.push(" ORDER BY LOWER(w.name), w.id");
    query.all::<HookRow>(conn).await?.into_iter().map(HookRow::webhook).collect()
}

pub(super) async fn by_id(
    conn: &mut Conn,
    project: ProjectId,
    id: WebhookId,
) -> Result<Option<Webhook>> {
    let mut query = select(project);
    query.push(" AND w.id = ").push_bind(id);
    query.one::<HookRow>(conn).await?.map(HookRow::webhook).transpose()
}

/// The webhook, which must be there.
pub(super) async fn there(tx: &mut Tx, project: ProjectId, id: WebhookId) -> Result<Webhook> {
    by_id(&mut tx.conn, project, id).await?.ok_or(StoreError::NotFound("webhook"))
}

fn json<T: serde::Serialize>(list: &[T]) -> Result<String> {
    serde_json::to_string(list).map_err(|e| corrupt("webhook", e))
}

pub(super) async fn create(
    (project, webhook, sealed, entry): &(ProjectId, Webhook, Vec<u8>, NewAudit),
    tx: &mut Tx,
) -> Result<()> {
    audit::append(tx, entry).await?;
    let count = sql("SELECT COUNT(*) FROM webhooks WHERE project = $1").bind(*project);
    let count = count.one::<(i64,)>(&mut tx.conn).await?;
    if count.is_some_and(|(count,)| count >= i64::from(MAX_WEBHOOKS)) {
        let text = format!("there are {MAX_WEBHOOKS} webhooks already, and no more may be kept");
        return Err(StoreError::Conflict(text));
    }
    sql("INSERT INTO webhooks (project, id, name, url, events, queues, secret, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)")
    .bind(*project)
    .bind(webhook.id)
    .bind(&webhook.name)
    .bind(&webhook.url)
    .bind(json(&webhook.events)?)
    .bind(json(&webhook.queues)?)
    .bind(sealed.clone())
    .bind(webhook.created_at)
    .run(&mut tx.conn)
    .await
    .map(|_| ())
}

pub(super) async fn update(
    (project, id, update, entry): &(ProjectId, WebhookId, WebhookUpdate, NewAudit),
    tx: &mut Tx,
) -> Result<Webhook> {
    audit::append(tx, entry).await?;
    let old = there(tx, *project, *id).await?;
    let webhook = update.clone().apply(old, entry.at)?;
    sql("UPDATE webhooks SET name = $1, url = $2, events = $3, queues = $4, off_at = $5, \
         off_why = $6, failing_since = $7 WHERE project = $8 AND id = $9")
    .bind(&webhook.name)
    .bind(&webhook.url)
    .bind(json(&webhook.events)?)
    .bind(json(&webhook.queues)?)
    .bind(webhook.off.map(|off| off.at))
    .bind(webhook.off.map(|off| off.because.as_str()))
    .bind(webhook.failing_since)
    .bind(*project)
    .bind(*id)
    .run(&mut tx.conn)
    .await?;
    Ok(webhook)
}

pub(super) async fn rotate(
    (project, id, sealed, until, entry): &(ProjectId, WebhookId, Vec<u8>, Time, NewAudit),
    tx: &mut Tx,
) -> Result<Webhook> {
    audit::append(tx, entry).await?;
    sql("UPDATE webhooks SET old_secret = secret, old_secret_until = $1, secret = $2 \
         WHERE project = $3 AND id = $4")
    .bind(*until)
    .bind(sealed.clone())
    .bind(*project)
    .bind(*id)
    .run(&mut tx.conn)
    .await?;
    there(tx, *project, *id).await
}

pub(super) async fn delete(
    (project, id, entry): &(ProjectId, WebhookId, NewAudit),
    tx: &mut Tx,
) -> Result<()> {
    audit::append(tx, entry).await?;
    let gone = sql("DELETE FROM webhooks WHERE project = $1 AND id = $2");
    let gone = gone.bind(*project).bind(*id).run(&mut tx.conn).await?;
    if gone == 0 { Err(StoreError::NotFound("webhook")) } else { Ok(()) }
}
