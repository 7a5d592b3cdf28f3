//! `GET /api/v1/queues/{id}/progress`.

use axum::Json as Answer;
use axum::extract::State;
use vouch_domain::id::QueueId;
use vouch_domain::review::Progress;

use crate::auth::Caller;
use crate::path::PathId;
use crate::problem::Problem;
use crate::state::App;

/// How a review queue gets on, and how the signed-in person does in it.
#[utoipa::path(get, path = "/api/v1/queues/{id}/progress", tag = "review",
    params(("id" = QueueId, Path, description = "The queue.")),
    responses((status = 200, body = Progress)))]
pub(crate) async fn progress(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<QueueId>,
) -> Result<Answer<Progress>, Problem> {
    let user = caller.user().ok().map(|user| user.id);
    let progress = app.store.progress(caller.principal.project(), id, user, app.now()).await;
    progress.map(Answer).map_err(|e| Problem::of_store(e, &format!("queue {id}")))
}
