//! `GET /api/v1/views`.

use axum::Json as Answer;
use axum::extract::State;
use vouch_domain::Page;
use vouch_domain::view::View;

use crate::auth::Caller;
use crate::problem::Problem;
use crate::routes::whole;
use crate::state::App;

/// All saved views of the project, by name.
#[utoipa::path(get, path = "/api/v1/views", tag = "logs",
    responses((status = 200, body = Page<View>)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
) -> Result<Answer<Page<View>>, Problem> {
    Ok(whole(app.store.views(caller.principal.project()).await?))
}
