//! `GET /api/v1/origins`.

use axum::Json as Answer;
use axum::extract::State;
use vouch_domain::origins::AllowedOrigins;

use crate::auth::Caller;
use crate::problem::Problem;
use crate::state::App;

/// The origins of the pages that may give feedback with a token.
#[utoipa::path(get, path = "/api/v1/origins", tag = "feedback", operation_id = "get_origins",
    responses((status = 200, body = AllowedOrigins)))]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
) -> Result<Answer<AllowedOrigins>, Problem> {
    Ok(Answer(app.store.allowed_origins(caller.principal.project()).await?))
}
