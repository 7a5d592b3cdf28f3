//! `PUT /api/v1/tasks/{id}/draft`: keep what a reviewer has begun.

use axum::extract::State;
use http::StatusCode;
use vouch_domain::id::TaskId;
use vouch_domain::review::ReviewDraft;

use super::{holder, of_task};
use crate::auth::Caller;
use crate::body::Json;
use crate::path::PathId;
use crate::problem::Problem;
use crate::state::App;

/// The largest draft in bytes.
const MOST: usize = 256 << 10;

/// Keep what one has begun of a task, as it is: it is given back with the task.
#[utoipa::path(put, path = "/api/v1/tasks/{id}/draft", tag = "review", request_body = ReviewDraft,
    params(("id" = TaskId, Path, description = "The task.")), responses((status = 204)))]
pub(crate) async fn draft(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<TaskId>,
    Json(draft): Json<ReviewDraft, MOST>,
) -> Result<StatusCode, Problem> {
    app.store.keep_draft(holder(&app, &caller, id)?, draft).await.map_err(of_task(id))?;
    Ok(StatusCode::NO_CONTENT)
}
