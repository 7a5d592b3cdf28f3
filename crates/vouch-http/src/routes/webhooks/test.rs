//! `POST /api/v1/webhooks/{id}/test`: try a webhook.

use axum::Json as Answer;
use axum::extract::State;
use http::StatusCode;
use serde_json::json;
use vouch_domain::id::{DeliveryId, WebhookId};
use vouch_domain::webhook::Delivery;

use super::missing;
use crate::auth::Caller;
use crate::path::PathId;
use crate::problem::Problem;
use crate::state::App;

/// Send `webhook.test`. It goes the way of all deliveries, a moment later; look there for what
/// came of it. 409 while the webhook is off.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/test", tag = "webhooks",
    params(("id" = WebhookId, Path, description = "The webhook.")),
    responses((status = 202, body = Delivery)))]
pub(crate) async fn test(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<WebhookId>,
) -> Result<(StatusCode, Answer<Delivery>), Problem> {
    let delivery = DeliveryId::new(app.now(), app.entropy());
    let audit = app.audit(&caller.principal, "webhook.test", &id, json!({"delivery": delivery}));
    let project = caller.principal.project();
    let made = app.store.test_webhook(project, id, delivery, audit).await;
    Ok((StatusCode::ACCEPTED, Answer(made.map_err(missing(id))?)))
}
