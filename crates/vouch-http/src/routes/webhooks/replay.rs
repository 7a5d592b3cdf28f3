//! `POST /api/v1/webhooks/{id}/deliveries/{delivery}/replay` and `/webhooks/{id}/replay`: tell a
//! webhook again.

use axum::Json as Answer;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::json;
use vouch_domain::Time;
use vouch_domain::id::{DeliveryId, WebhookId};
use vouch_domain::webhook::Delivery;
use vouch_store::MAX_REPLAYED;

use super::missing;
use crate::auth::Caller;
use crate::body::Json;
use crate::path::{PathDelivery, PathId};
use crate::problem::Problem;
use crate::state::App;

/// Send a delivery again, now, with the same `webhook-id`. 409 while the webhook is off.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/deliveries/{delivery}/replay",
    tag = "webhooks",
    params(
        ("id" = WebhookId, Path, description = "The webhook."),
        ("delivery" = DeliveryId, Path, description = "The delivery."),
    ),
    responses((status = 200, body = Delivery)))]
pub(crate) async fn replay(
    State(app): State<App>,
    caller: Caller,
    PathDelivery { webhook, delivery }: PathDelivery,
) -> Result<Answer<Delivery>, Problem> {
    let details = json!({"delivery": delivery});
    let audit = app.audit(&caller.principal, "webhook.replay", &webhook, details);
    let project = caller.principal.project();
    let replayed = app.store.replay_delivery(project, webhook, delivery, audit).await;
    replayed.map(Answer).map_err(missing(webhook))
}

/// Which deliveries are sent again.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplaySince {
    /// Those made then or later.
    since: Time,
    /// Also those that were taken; only those that failed where absent.
    #[serde(default)]
    all: bool,
}

/// How many deliveries are sent again.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Replayed {
    replayed: u32,
    /// Whether there may be more: ask again once these are sent.
    more: bool,
}

/// Send deliveries again that failed since a time, or all, oldest first and at most 10,000.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/replay", tag = "webhooks",
    request_body = ReplaySince, params(("id" = WebhookId, Path, description = "The webhook.")),
    responses((status = 200, body = Replayed)))]
pub(crate) async fn replay_since(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<WebhookId>,
    Json(ReplaySince { since, all }): Json<ReplaySince>,
) -> Result<Answer<Replayed>, Problem> {
    let details = json!({"since": since, "all": all});
    let audit = app.audit(&caller.principal, "webhook.replay", &id, details);
    let project = caller.principal.project();
    let replayed = app.store.replay_deliveries(project, id, since, all, audit).await;
    let replayed = replayed.map_err(missing(id))?;
    Ok(Answer(Replayed { replayed, more: replayed == MAX_REPLAYED }))
}
