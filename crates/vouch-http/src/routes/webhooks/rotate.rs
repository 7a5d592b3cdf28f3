//! `POST /api/v1/webhooks/{id}/rotate`: another secret.

use axum::Json as Answer;
use axum::extract::State;
use serde_json::json;
use vouch_domain::id::WebhookId;
use vouch_domain::webhook::{OLD_SECRET_S, Webhook};

use super::{WebhookWithSecret, missing};
use crate::auth::Caller;
use crate::path::PathId;
use crate::problem::Problem;
use crate::secret::random;
use crate::state::App;

/// Give a webhook another secret, which is in this answer and nowhere else. For a day, what is
/// sent is signed with both, so that the receiver can change over without missing anything.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/rotate", tag = "webhooks",
    params(("id" = WebhookId, Path, description = "The webhook.")),
    responses((status = 200, body = WebhookWithSecret)))]
pub(crate) async fn rotate(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<WebhookId>,
) -> Result<Answer<WebhookWithSecret>, Problem> {
    let project = caller.principal.project();
    let secret = vouch_hooks::secret(random());
    let sealed = app.sealer.seal(&Webhook::place(project, id), &secret)?;
    let until = app.now().plus_s(OLD_SECRET_S);
    let details = json!({"old_secret_until": until});
    let audit = app.audit(&caller.principal, "webhook.rotate", &id, details);
    let rotated = app.store.rotate_webhook(project, id, sealed, until, audit).await;
    let webhook = rotated.map_err(missing(id))?;
    Ok(Answer(WebhookWithSecret { webhook, secret }))
}
