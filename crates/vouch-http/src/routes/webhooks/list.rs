//! `GET /api/v1/webhooks`.

use axum::Json as Answer;
use axum::extract::State;
use vouch_domain::Page;
use vouch_domain::webhook::Webhook;

use crate::auth::Caller;
use crate::problem::Problem;
use crate::routes::whole;
use crate::state::App;

/// All webhooks by name, without their secrets.
#[utoipa::path(get, path = "/api/v1/webhooks", tag = "webhooks",
    responses((status = 200, body = Page<Webhook>)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
) -> Result<Answer<Page<Webhook>>, Problem> {
    Ok(whole(app.store.webhooks(caller.principal.project()).await?))
}
