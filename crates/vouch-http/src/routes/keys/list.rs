//! `GET /api/v1/keys`.

use axum::Json as Answer;
use axum::extract::State;
use vouch_domain::Page;
use vouch_domain::user::ApiKey;

use crate::auth::Caller;
use crate::problem::Problem;
use crate::routes::whole;
use crate::state::App;

/// All keys, newest first, with revoked ones; never their secrets.
#[utoipa::path(get, path = "/api/v1/keys", tag = "access",
    responses((status = 200, body = Page<ApiKey>)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
) -> Result<Answer<Page<ApiKey>>, Problem> {
    Ok(whole(app.store.keys(caller.principal.project()).await?))
}
