//! `POST /api/v1/tasks/{id}/unskip`: take up again what one skipped.

use axum::Json as Answer;
use axum::extract::State;
use vouch_domain::id::TaskId;

use super::{ReviewTurn, holder, of_task};
use crate::auth::Caller;
use crate::path::PathId;
use crate::problem::Problem;
use crate::state::App;

/// Take up again a task that one skipped: it is one's from now on. 409 when it is decided by now,
/// or others have it.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/unskip", tag = "review",
    params(("id" = TaskId, Path, description = "The task.")),
    responses((status = 200, body = ReviewTurn)))]
pub(crate) async fn unskip(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<TaskId>,
) -> Result<Answer<ReviewTurn>, Problem> {
    let turn = app.store.unskip(holder(&app, &caller, id)?).await.map_err(of_task(id))?;
    ReviewTurn::of(&app, caller.principal.project(), turn).await.map(Answer)
}
