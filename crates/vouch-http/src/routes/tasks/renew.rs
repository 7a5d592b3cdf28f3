//! `POST /api/v1/tasks/{id}/renew`: keep a task longer.

use axum::Json as Answer;
use axum::extract::State;
use vouch_domain::id::TaskId;
use vouch_domain::review::Lease;

use super::{holder, of_task};
use crate::auth::Caller;
use crate::path::PathId;
use crate::problem::Problem;
use crate::state::App;

/// Keep a task longer; also one whose lease has lapsed, while there is a place.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/renew", tag = "review",
    params(("id" = TaskId, Path, description = "The task.")),
    responses((status = 200, body = Lease)))]
pub(crate) async fn renew(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<TaskId>,
) -> Result<Answer<Lease>, Problem> {
    let until = app.store.renew(holder(&app, &caller, id)?).await.map_err(of_task(id))?;
    Ok(Answer(Lease { until }))
}
