//! `POST /api/v1/webhooks`: a new webhook, whose secret is shown once.

use axum::Json as Answer;
use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use vouch_domain::id::{QueueId, WebhookId};
use vouch_domain::webhook::{HookKind, Webhook, check_asked};

use super::{check_queues, origin};
use crate::auth::Caller;
use crate::body::Json;
use crate::problem::Problem;
use crate::routes::checks;
use crate::secret::random;
use crate::state::App;

/// A webhook to be made.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateWebhook {
    /// What people call it.
    name: String,
    /// Where it is told: an `https://` address on the public Internet.
    url: String,
    /// Of what, at least one: `task.completed`, `queue.drained`, `agreement.low`.
    events: Vec<HookKind>,
    /// Of which queues; of all where empty.
    #[serde(default)]
    queues: Vec<QueueId>,
}

/// The webhook with its secret, which is not shown again.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct WebhookWithSecret {
    #[serde(flatten)]
    pub(super) webhook: Webhook,
    /// `whsec_...`: what signatures are checked with. Keep it, it is not shown again.
    pub(super) secret: String,
}

/// Have an address told of what happens. What it is told is signed after Standard Webhooks with
/// the secret in this answer, which is shown nowhere else.
#[utoipa::path(post, path = "/api/v1/webhooks", tag = "webhooks", request_body = CreateWebhook,
    responses((status = 201, body = WebhookWithSecret)))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Json(body): Json<CreateWebhook>,
) -> Result<(StatusCode, Answer<WebhookWithSecret>), Problem> {
    let (project, now) = (caller.principal.project(), app.now());
    check_queues(&app, project, &body.queues).await?;
    let (events, queues) = check_asked(body.events, body.queues)?;
    let webhook = Webhook {
        id: WebhookId::new(now, app.entropy()),
        name: checks::needed_name("/name", body.name)?,
        url: vouch_hooks::check_url(&body.url, app.webhook_allow_private)?,
        events,
        queues,
        off: None,
        failing_since: None,
        old_secret_until: None,
        created_at: now,
    };
    let secret = vouch_hooks::secret(random());
    let sealed = app.sealer.seal(&Webhook::place(project, webhook.id), &secret)?;
    let details = json!({"name": webhook.name, "origin": origin(&webhook.url),
        "events": webhook.events, "queues": webhook.queues});
    let audit = app.audit(&caller.principal, "webhook.create", &webhook.id, details);
    app.store.create_webhook(project, webhook.clone(), sealed, audit).await?;
    Ok((StatusCode::CREATED, Answer(WebhookWithSecret { webhook, secret })))
}
