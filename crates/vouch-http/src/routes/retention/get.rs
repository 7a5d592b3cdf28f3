//! `GET /api/v1/retention`.

use axum::Json as Answer;
use axum::extract::State;
use vouch_domain::retention::Retention;

use crate::auth::Caller;
use crate::problem::Problem;
use crate::state::App;

/// How long the project keeps its logs.
#[utoipa::path(get, path = "/api/v1/retention", tag = "retention",
    operation_id = "get_retention", responses((status = 200, body = Retention)))]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
) -> Result<Answer<Retention>, Problem> {
    Ok(Answer(app.store.retention(caller.principal.project()).await?))
}
