//! Taking deliveries to be sent, and keeping what came of it.
//!
//! A claim moves a delivery's time to the moment at which the attempt is taken to have failed:
//! one whose sender died is due again then. On PostgreSQL nodes pass over what another is taking
//! (`SKIP LOCKED`).

use serde_json::json;
use vouch_domain::Time;
use vouch_domain::audit::NewAudit;
use vouch_domain::id::{DeliveryId, ProjectId, WebhookId};
use vouch_domain::webhook::{
    DeliveryAttempt, DeliveryState, Ending, MAX_ATTEMPTS, OffReason, Webhook,
};

use super::hook::by_id;
use crate::error::corrupt;
use crate::sql::audit;
use crate::sql::conn::Conn;
use crate::sql::rows::Rows;
use crate::sql::statement::sql;
use crate::sql::tx::Tx;
use crate::sql::value::Kind;
use crate::{ClaimedDelivery, FinishedDelivery, Result};

/// See [`crate::WebhookStore::due_webhooks`].
pub(super) async fn due(conn: &mut Conn, now: Time) -> Result<Vec<(ProjectId, WebhookId)>> {
    let rows = sql("SELECT w.project, w.id FROM webhooks w WHERE w.off_at IS NULL AND EXISTS \
         (SELECT 1 FROM webhook_deliveries d WHERE d.project = w.project AND d.webhook = w.id \
         AND d.state = 'waiting' AND d.next_at <= $1) ORDER BY w.project, w.id");
    let rows = rows.bind(now).all::<(String, String)>(conn).await?;
    let wrong = |e| corrupt("webhook", e);
    let ids = |(project, id): (String, String)| {
        Ok((project.parse().map_err(wrong)?, id.parse().map_err(wrong)?))
    };
    rows.into_iter().map(ids).collect()
}

#[derive(sqlx::FromRow)]
struct DueRow {
    id: String,
    body: String,
    tries: i64,
    claims: i64,
    url: String,
    secret: Vec<u8>,
    old_secret: Option<Vec<u8>>,
    old_secret_until: Option<i64>,
}

/// See [`crate::WebhookStore::claim_deliveries`].
pub(super) async fn claim(
    (project, webhook, now, until, limit): &(ProjectId, WebhookId, Time, Time, u32),
    tx: &mut Tx,
) -> Result<Vec<ClaimedDelivery>> {
    let mut select = sql("SELECT d.id, d.body, d.tries, d.claims, w.url, w.secret, w.old_secret, \
         w.old_secret_until FROM webhook_deliveries d \
         JOIN webhooks w ON w.project = d.project AND w.id = d.webhook WHERE d.project = ");
    select.push_bind(*project).push(" AND d.webhook = ").push_bind(*webhook);
    select.push(" AND d.state = 'waiting' AND d.next_at <= ").push_bind(*now);
    select.push(" AND w.off_at IS NULL ORDER BY d.next_at LIMIT ").push_bind(*limit);
    if tx.conn.is_shared() {
        select.push(" FOR UPDATE OF d SKIP LOCKED");
    }
    let mut taken = Rows::new(&[("project", Kind::Text), ("id", Kind::Text), ("at", Kind::Int)]);
    let mut claimed = Vec::new();
    for row in select.all::<DueRow>(&mut tx.conn).await? {
        let id: DeliveryId = row.id.parse().map_err(|e| corrupt("delivery", e))?;
        taken.push([(*project).into(), id.into(), (*until).into()]);
        let holds = row.old_secret_until.is_some_and(|until| now.micros() < until);
        let old = row.old_secret.filter(|_| holds);
        claimed.push(ClaimedDelivery {
            id,
            project: *project,
            webhook: *webhook,
            url: row.url,
            sealed: std::iter::once(row.secret).chain(old).collect(),
            body: row.body,
            tries: u32::try_from(row.tries + 1).unwrap_or(u32::MAX),
            claim: row.claims + 1,
        });
    }
    let take = "UPDATE webhook_deliveries SET next_at = k.at, tries = tries + 1, \
                claims = claims + 1 FROM k WHERE webhook_deliveries.project = k.project \
                AND webhook_deliveries.id = k.id";
    taken.run(&mut tx.conn, take).await?;
    Ok(claimed)
}

/// See [`crate::WebhookStore::finish_delivery`].
pub(super) async fn finish(finished: &FinishedDelivery, tx: &mut Tx) -> Result<bool> {
    let FinishedDelivery { project, webhook, now, .. } = finished;
    let Some(hook) = by_id(&mut tx.conn, *project, *webhook).await? else { return Ok(false) };
    let off = switches_off(&hook, finished);
    if let Some(why) = off {
        let details = json!({"because": why, "delivery": finished.id, "by": "vouch"});
        audit::append(tx, &NewAudit { details, ..finished.audit.clone() }).await?;
    }
    keep_attempt(finished, tx).await?;
    let failing = match finished.ending {
        Ending::Delivered => None,
        _ => hook.failing_since.or(Some(finished.attempt.at)),
    };
    if off.is_some() || failing != hook.failing_since {
        let mut update = sql("UPDATE webhooks SET failing_since = ");
        update.push_bind(failing);
        if let Some(why) = off {
            update.push(", off_at = ").push_bind(*now);
            update.push(", off_why = ").push_bind(why.as_str());
        }
        update.push(" WHERE project = ").push_bind(*project).push(" AND id = ");
        update.push_bind(*webhook);
        update.run(&mut tx.conn).await?;
    }
    Ok(off.is_some())
}

/// Whether and why the webhook is switched off for what came of an attempt.
fn switches_off(hook: &Webhook, finished: &FinishedDelivery) -> Option<OffReason> {
    if hook.off.is_some() {
        return None;
    }
    match finished.ending {
        Ending::Gone => Some(OffReason::Gone),
        Ending::GivenUp if hook.is_hopeless(finished.now) => Some(OffReason::Failures),
        Ending::Delivered | Ending::Again(_) | Ending::GivenUp => None,
    }
}

#[derive(sqlx::FromRow)]
struct HistoryRow {
    claims: i64,
    history: String,
}

async fn keep_attempt(finished: &FinishedDelivery, tx: &mut Tx) -> Result<()> {
    let mut read = sql("SELECT claims, history FROM webhook_deliveries WHERE project = ");
    read.push_bind(finished.project).push(" AND id = ").push_bind(finished.id);
    if tx.conn.is_shared() {
        read.push(" FOR UPDATE");
    }
    let Some(row) = read.one::<HistoryRow>(&mut tx.conn).await? else { return Ok(()) };
    let wrong = |e| corrupt("delivery", e);
    let mut history: Vec<DeliveryAttempt> = serde_json::from_str(&row.history).map_err(wrong)?;
    history.push(finished.attempt.clone());
    history.drain(..history.len().saturating_sub(MAX_ATTEMPTS));
    let history = serde_json::to_string(&history).map_err(wrong)?;
    let mut update = sql("UPDATE webhook_deliveries SET history = ");
    update.push_bind(history);
    if row.claims == finished.claim {
        let (state, next_at) = match finished.ending {
            Ending::Delivered => (DeliveryState::Delivered, finished.now),
            Ending::Again(at) => (DeliveryState::Waiting, at),
            Ending::GivenUp | Ending::Gone => (DeliveryState::Failed, finished.now),
        };
        update.push(", state = ").push_bind(state.as_str());
        update.push(", next_at = ").push_bind(next_at);
    }
    update.push(" WHERE project = ").push_bind(finished.project).push(" AND id = ");
    update.push_bind(finished.id);
    update.run(&mut tx.conn).await.map(|_| ())
}
