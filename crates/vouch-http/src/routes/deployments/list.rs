//! `GET /api/v1/deployments`.

use axum::Json as Answer;
use axum::extract::State;
use vouch_domain::Page;
use vouch_domain::deployment::Deployment;

use crate::auth::Caller;
use crate::problem::Problem;
use crate::routes::whole;
use crate::state::App;

/// All deployments by key, archived ones last.
#[utoipa::path(get, path = "/api/v1/deployments", tag = "deployments",
    responses((status = 200, body = Page<Deployment>)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
) -> Result<Answer<Page<Deployment>>, Problem> {
    Ok(whole(app.store.deployments(caller.principal.project()).await?))
}
