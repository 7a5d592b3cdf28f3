//! `GET /api/v1/invitations`.

use axum::Json as Answer;
use axum::extract::State;
use vouch_domain::Page;
use vouch_domain::invitation::Invitation;

use crate::auth::Caller;
use crate::problem::Problem;
use crate::routes::whole;
use crate::state::App;

/// The open invitations, newest first; never their links.
#[utoipa::path(get, path = "/api/v1/invitations", tag = "access",
    responses((status = 200, body = Page<Invitation>)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
) -> Result<Answer<Page<Invitation>>, Problem> {
    Ok(whole(app.store.invitations(caller.principal.project(), app.now()).await?))
}
