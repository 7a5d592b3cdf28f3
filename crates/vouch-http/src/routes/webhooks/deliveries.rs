//! `GET /api/v1/webhooks/{id}/deliveries`: what a webhook was told.

use axum::Json as Answer;
use axum::extract::State;
use vouch_domain::Page;
use vouch_domain::id::{DeliveryId, WebhookId};
use vouch_domain::webhook::{Delivery, DeliveryState};
use vouch_store::StoreError;

use super::missing;
use crate::auth::Caller;
use crate::path::PathId;
use crate::problem::Problem;
use crate::query::Query;
use crate::state::App;

/// What a webhook was told in the last 30 days, newest first, with every attempt.
#[utoipa::path(get, path = "/api/v1/webhooks/{id}/deliveries", tag = "webhooks",
    params(
        ("id" = WebhookId, Path, description = "The webhook."),
        ("state" = Option<DeliveryState>, Query, description = "Only these."),
        ("cursor" = Option<String>, Query, description = "`next_cursor` of the page before."),
        ("limit" = Option<u32>, Query, description = "1 to 200; 50 where absent."),
    ),
    responses((status = 200, body = Page<Delivery>)))]
pub(crate) async fn deliveries(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<WebhookId>,
    query: Query,
) -> Result<Answer<Page<Delivery>>, Problem> {
    let query = query.only(&["state", "cursor", "limit"])?;
    let state = query.read("state", "waiting, delivered or failed", DeliveryState::parse)?;
    let (cursor, limit) = (query.cursor::<DeliveryId>()?, query.limit()?);
    let project = caller.principal.project();
    if app.store.webhook(project, id).await?.is_none() {
        return Err(missing(id)(StoreError::NotFound("webhook")));
    }
    Ok(Answer(app.store.deliveries(project, id, state, cursor.as_ref(), limit).await?))
}
