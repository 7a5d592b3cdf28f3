//! `PATCH /api/v1/webhooks/{id}`: change a webhook, switch it off, and on.

use axum::Json as Answer;
use axum::extract::State;
use serde::Deserialize;
use serde_json::json;
use vouch_domain::id::{QueueId, WebhookId};
use vouch_domain::webhook::{HookKind, Webhook, WebhookUpdate};

use super::{check_queues, missing, origin};
use crate::auth::Caller;
use crate::body::Json;
use crate::path::PathId;
use crate::problem::Problem;
use crate::routes::checks;
use crate::state::App;

/// What is to change; what is absent stays.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateWebhook {
    /// What people call it.
    #[serde(default)]
    name: Option<String>,
    /// Where it is told. The secret stays.
    #[serde(default)]
    url: Option<String>,
    /// Of what.
    #[serde(default)]
    events: Option<Vec<HookKind>>,
    /// Of which queues; of all where empty.
    #[serde(default)]
    queues: Option<Vec<QueueId>>,
    /// Whether it is told anything. What waits to be sent to one that is off waits on; what
    /// happens meanwhile it is not told.
    #[serde(default)]
    on: Option<bool>,
}

/// Change a webhook. One that was switched off for its failures is switched on again with
/// `{"on": true}`.
#[utoipa::path(patch, path = "/api/v1/webhooks/{id}", tag = "webhooks",
    request_body = UpdateWebhook, params(("id" = WebhookId, Path, description = "The webhook.")),
    responses((status = 200, body = Webhook)))]
pub(crate) async fn patch(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<WebhookId>,
    Json(body): Json<UpdateWebhook>,
) -> Result<Answer<Webhook>, Problem> {
    let project = caller.principal.project();
    check_queues(&app, project, body.queues.as_deref().unwrap_or_default()).await?;
    let url = |url: String| vouch_hooks::check_url(&url, app.webhook_allow_private);
    let update = WebhookUpdate {
        name: body.name.map(|name| checks::needed_name("/name", name)).transpose()?,
        url: body.url.map(url).transpose()?,
        events: body.events,
        queues: body.queues,
        on: body.on,
    };
    let details = json!({"name": update.name, "origin": update.url.as_deref().map(origin),
        "events": update.events, "queues": update.queues, "on": update.on});
    let audit = app.audit(&caller.principal, "webhook.update", &id, details);
    let changed = app.store.update_webhook(project, id, update, audit).await;
    changed.map(Answer).map_err(missing(id))
}
