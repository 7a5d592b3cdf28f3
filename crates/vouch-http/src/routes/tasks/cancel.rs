//! `POST /api/v1/tasks/{id}/cancel` and `PATCH /api/v1/tasks/{id}`: what an admin changes.

use axum::Json as Answer;
use axum::extract::State;
use serde::Deserialize;
use serde_json::json;
use vouch_domain::Invalid;
use vouch_domain::id::TaskId;

use super::{TaskView, of_task};
use crate::auth::Caller;
use crate::body::Json;
use crate::path::PathId;
use crate::problem::Problem;
use crate::state::App;

/// Ask nobody any more about a task. Its reviews stay.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/cancel", tag = "review",
    params(("id" = TaskId, Path, description = "The task.")),
    responses((status = 200, body = TaskView)))]
pub(crate) async fn cancel(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<TaskId>,
) -> Result<Answer<TaskView>, Problem> {
    let audit = app.audit(&caller.principal, "task.cancel", &id, json!({}));
    let task = app.store.cancel_task(caller.principal.project(), id, audit).await;
    Ok(Answer(task.map_err(of_task(id))?.into()))
}

/// What is to change of a task.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateTask {
    /// How many reviews are asked for, 1 to 100; not fewer than there are, with those under way.
    wanted: u32,
}

/// Ask for more or fewer reviews of an open task.
#[utoipa::path(patch, path = "/api/v1/tasks/{id}", tag = "review", request_body = UpdateTask,
    params(("id" = TaskId, Path, description = "The task.")),
    responses((status = 200, body = TaskView)))]
pub(crate) async fn patch(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<TaskId>,
    Json(body): Json<UpdateTask>,
) -> Result<Answer<TaskView>, Problem> {
    if !(1..=100).contains(&body.wanted) {
        return Err(Invalid::new("/wanted", "1 to 100", body.wanted.to_string()).into());
    }
    let details = json!({"wanted": body.wanted});
    let audit = app.audit(&caller.principal, "task.update", &id, details);
    let project = caller.principal.project();
    let task = app.store.want_reviews(project, id, body.wanted, audit).await;
    Ok(Answer(task.map_err(of_task(id))?.into()))
}
