//! What webhooks are told: written with what happened, listed, and told again.

use std::collections::BTreeSet;

use vouch_domain::audit::NewAudit;
use vouch_domain::id::{DeliveryId, ProjectId, WebhookId};
use vouch_domain::webhook::{Delivery, DeliveryState, Happening, HookKind};
use vouch_domain::{Cursor, Invalid, Page, Time};

use super::hook::{COLUMNS, HookRow, there};
use crate::error::corrupt;
use crate::sql::audit;
use crate::sql::conn::Conn;
use crate::sql::review::drawn;
use crate::sql::rows::Rows;
use crate::sql::statement::{Sql, sql};
use crate::sql::tx::Tx;
use crate::sql::value::Kind;
use crate::{MAX_REPLAYED, Result, StoreError};

/// Writes what happened for each webhook that asks for it.
pub(crate) async fn tell(conn: &mut Conn, happened: Vec<Happening>) -> Result<()> {
    if happened.is_empty() {
        return Ok(());
    }
    let mut projects = Rows::new(&[("project", Kind::Text)]);
    for project in happened.iter().map(|one| one.project).collect::<BTreeSet<_>>() {
        projects.push([project.into()]);
    }
    let body = format!(
        "SELECT {COLUMNS} FROM k CROSS JOIN webhooks w \
         WHERE w.project = k.project AND w.off_at IS NULL"
    );
    let mut told = Told::new();
    for row in projects.all::<HookRow>(conn, &body).await? {
        let project = row.project()?;
        let webhook = row.webhook()?;
        for one in happened.iter().filter(|one| one.project == project && webhook.wants(one)) {
            let (body, at) = (one.body(), one.at);
            // The same thing at the same moment is told once.
            let entropy = drawn(&[&webhook.id.to_string(), &at.micros().to_string(), &body]);
            told.push(DeliveryId::new(at, entropy), webhook.id, one, body);
        }
    }
    told.write(conn).await
}

/// New deliveries.
struct Told(Rows);

impl Told {
    fn new() -> Self {
        Self(Rows::new(&[
            ("project", Kind::Text),
            ("id", Kind::Text),
            ("webhook", Kind::Text),
            ("kind", Kind::Text),
            ("body", Kind::Text),
            ("state", Kind::Text),
            ("created_at", Kind::Int),
            ("next_at", Kind::Int),
        ]))
    }

    fn push(&mut self, id: DeliveryId, webhook: WebhookId, one: &Happening, body: String) {
        self.0.push([
            one.project.into(),
            id.into(),
            webhook.into(),
            one.kind.as_str().into(),
            body.into(),
            DeliveryState::Waiting.as_str().into(),
            one.at.into(),
            one.at.into(),
        ]);
    }

    async fn write(self, conn: &mut Conn) -> Result<()> {
        let known = "ON CONFLICT (project, id) DO NOTHING";
        self.0.insert(conn, "webhook_deliveries", known).await
    }
}

#[derive(sqlx::FromRow)]
struct DeliveryRow {
    id: String,
    kind: String,
    body: String,
    state: String,
    created_at: i64,
    next_at: i64,
    history: String,
}

impl DeliveryRow {
    fn delivery(self) -> Result<Delivery> {
        let state = DeliveryState::parse(&self.state);
        let state = state.ok_or_else(|| corrupt("delivery", self.state))?;
        let next_at = Time::from_micros(self.next_at);
        Ok(Delivery {
            id: self.id.parse().map_err(|e| corrupt("delivery", e))?,
            kind: HookKind::parse(&self.kind).ok_or_else(|| corrupt("delivery", self.kind))?,
            state,
            created_at: Time::from_micros(self.created_at),
            next_at: (state == DeliveryState::Waiting).then_some(next_at),
            payload: serde_json::from_str(&self.body).map_err(|e| corrupt("delivery", e))?,
            attempts: serde_json::from_str(&self.history).map_err(|e| corrupt("delivery", e))?,
        })
    }
}

fn select(project: ProjectId, webhook: WebhookId) -> Sql {
    sql("SELECT id, kind, body, state, created_at, next_at, history FROM webhook_deliveries \
         WHERE project = $1 AND webhook = $2")
    .bind(project)
    .bind(webhook)
}

/// See [`crate::WebhookStore::deliveries`].
pub(super) async fn list(
    conn: &mut Conn,
    (project, webhook): (ProjectId, WebhookId),
    state: Option<DeliveryState>,
    cursor: Option<&Cursor>,
    limit: u32,
) -> Result<Page<Delivery>> {
    let limit = limit.clamp(1, 200);
    let mut query = select(project, webhook);
    if let Some(state) = state {
        query.push(" AND state = ").push_bind(state.as_str());
    }
    if let Some(Cursor(text)) = cursor {
        let wrong = |_| Invalid::new("/cursor", "a cursor of this list", text);
        let before: DeliveryId = text.parse().map_err(wrong)?;
        query.push(" AND id < ").push_bind(before);
    }
    query.push(" ORDER BY id DESC LIMIT ").push_bind(limit + 1);
    let rows = query.all::<DeliveryRow>(conn).await?;
    let all = rows.into_iter().map(DeliveryRow::delivery).collect::<Result<Vec<_>>>()?;
    Ok(Page::from_rows(all, limit as usize, |delivery| delivery.id.to_string()))
}

async fn one(
    conn: &mut Conn,
    (project, webhook): (ProjectId, WebhookId),
    id: DeliveryId,
) -> Result<Delivery> {
    let mut query = select(project, webhook);
    query.push(" AND id = ").push_bind(id);
    let row = query.one::<DeliveryRow>(conn).await?;
    row.ok_or(StoreError::NotFound("delivery"))?.delivery()
}

/// Refuses what would not be sent.
async fn check_on(tx: &mut Tx, project: ProjectId, webhook: WebhookId) -> Result<()> {
    if there(tx, project, webhook).await?.off.is_some() {
        let text = "the webhook is off, and is sent nothing: switch it on first";
        return Err(StoreError::Conflict(text.to_owned()));
    }
    Ok(())
}

/// See [`crate::WebhookStore::test_webhook`].
pub(super) async fn test(
    (project, webhook, id, entry): &(ProjectId, WebhookId, DeliveryId, NewAudit),
    tx: &mut Tx,
) -> Result<Delivery> {
    audit::append(tx, entry).await?;
    check_on(tx, *project, *webhook).await?;
    let happening = Happening::webhook_test(*project, entry.at, *webhook);
    let mut told = Told::new();
    told.push(*id, *webhook, &happening, happening.body());
    told.write(&mut tx.conn).await?;
    one(&mut tx.conn, (*project, *webhook), *id).await
}

/// See [`crate::WebhookStore::replay_delivery`].
pub(super) async fn replay(
    (project, webhook, id, entry): &(ProjectId, WebhookId, DeliveryId, NewAudit),
    tx: &mut Tx,
) -> Result<Delivery> {
    audit::append(tx, entry).await?;
    check_on(tx, *project, *webhook).await?;
    sql("UPDATE webhook_deliveries SET state = 'waiting', next_at = $1, tries = 0 \
         WHERE project = $2 AND webhook = $3 AND id = $4")
    .bind(entry.at)
    .bind(*project)
    .bind(*webhook)
    .bind(*id)
    .run(&mut tx.conn)
    .await?;
    one(&mut tx.conn, (*project, *webhook), *id).await
}

/// See [`crate::WebhookStore::replay_deliveries`].
pub(super) async fn replay_since(
    (project, webhook, since, all, entry): &(ProjectId, WebhookId, Time, bool, NewAudit),
    tx: &mut Tx,
) -> Result<u32> {
    audit::append(tx, entry).await?;
    check_on(tx, *project, *webhook).await?;
    let states = if *all { "('failed', 'delivered')" } else { "('failed')" };
    let mut update = sql("UPDATE webhook_deliveries SET state = 'waiting', tries = 0, next_at = ");
    update.push_bind(entry.at).push(" WHERE project = ").push_bind(*project);
    update.push(" AND id IN (SELECT d.id FROM webhook_deliveries d WHERE d.project = ");
    update.push_bind(*project).push(" AND d.webhook = ").push_bind(*webhook);
    // Ids sort by the time they were made.
    update.push(" AND d.id >= ").push_bind(DeliveryId::new(*since, [0; 10]));
    update.push(" AND d.state IN ").push(states);
    update.push(" ORDER BY d.id LIMIT ").push_bind(MAX_REPLAYED).push(")");
    let replayed = update.run(&mut tx.conn).await?;
    Ok(u32::try_from(replayed).unwrap_or(u32::MAX))
}
