//! `GET /api/v1/queues/{id}`.

use axum::Json as Answer;
use axum::extract::State;
use vouch_domain::id::QueueId;
use vouch_domain::review::Queue;

use crate::auth::Caller;
use crate::path::PathId;
use crate::problem::Problem;
use crate::state::App;

/// One review queue, archived or not.
#[utoipa::path(get, path = "/api/v1/queues/{id}", tag = "review",
    params(("id" = QueueId, Path, description = "The queue.")),
    responses((status = 200, body = Queue)))]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<QueueId>,
) -> Result<Answer<Queue>, Problem> {
    super::queue(&app, &caller, id).await.map(Answer)
}
