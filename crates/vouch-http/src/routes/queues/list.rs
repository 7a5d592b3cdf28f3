//! `GET /api/v1/queues`.

use axum::Json as Answer;
use axum::extract::State;
use vouch_domain::Page;
use vouch_domain::review::Queue;

use crate::auth::Caller;
use crate::problem::Problem;
use crate::routes::whole;
use crate::state::App;

/// The review queues of the project that are not archived, by name.
#[utoipa::path(get, path = "/api/v1/queues", tag = "review",
    responses((status = 200, body = Page<Queue>)))]
pub(crate) async fn list(
    State(app): State<App>,
    caller: Caller,
) -> Result<Answer<Page<Queue>>, Problem> {
    Ok(whole(app.store.queues(caller.principal.project()).await?))
}
