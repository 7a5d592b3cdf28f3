//! `GET /api/v1/users`.

use axum::Json as Answer;
use axum::extract::State;
use vouch_domain::Page;
use vouch_domain::user::User;

use crate::auth::Caller;
use crate::problem::Problem;
use crate::routes::whole;
use crate::state::App;

/// All people by e-mail.
#[utoipa::path(get, path = "/api/v1/users", tag = "access",
    responses((status = 200, body = Page<User>)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
) -> Result<Answer<Page<User>>, Problem> {
    Ok(whole(app.store.users(caller.principal.project()).await?))
}
