//! `DELETE /api/v1/webhooks/{id}`.

use axum::extract::State;
use http::StatusCode;
use serde_json::json;
use vouch_domain::id::WebhookId;

use super::missing;
use crate::auth::Caller;
use crate::path::PathId;
use crate::problem::Problem;
use crate::state::App;

/// Remove a webhook: it is told nothing more, not even what waits.
#[utoipa::path(delete, path = "/api/v1/webhooks/{id}", tag = "webhooks",
    params(("id" = WebhookId, Path, description = "The webhook.")), responses((status = 204)))]
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<WebhookId>,
) -> Result<StatusCode, Problem> {
    let audit = app.audit(&caller.principal, "webhook.delete", &id, json!({}));
    let gone = app.store.delete_webhook(caller.principal.project(), id, audit).await;
    gone.map_err(missing(id))?;
    Ok(StatusCode::NO_CONTENT)
}
