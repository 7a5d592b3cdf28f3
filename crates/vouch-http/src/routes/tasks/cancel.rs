//! `POST /api/v1/tasks/{id}/cancel` and `PATCH /api/v1/tasks/{id}`: what an admin changes.

use axum::Json as Answer;
use axum::extract::State;
use serde_json::json;
use vouch_domain::Invalid;
use vouch_domain::id::TaskId;
use vouch_domain::review::{Change, TaskUpdate};

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

/// Change a task that is not decided: how many reviews it asks for, for whom alone it is kept, which
/// come first, when it is due.
#[utoipa::path(patch, path = "/api/v1/tasks/{id}", tag = "review", request_body = TaskUpdate,
    params(("id" = TaskId, Path, description = "The task.")),
    responses((status = 200, body = TaskView)))]
pub(crate) async fn patch(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<TaskId>,
    Json(update): Json<TaskUpdate>,
) -> Result<Answer<TaskView>, Problem> {
    if update == TaskUpdate::default() {
        return Err(Invalid::new("", "something to change", "nothing").into());
    }
    if let Some(wanted) = update.wanted
        && !(1..=100).contains(&wanted)
    {
        return Err(Invalid::new("/wanted", "1 to 100", wanted.to_string()).into());
    }
    let mut details = json!({"wanted": update.wanted, "priority": update.priority});
    if let Change::To(assignee) = update.assignee {
        details["assignee"] = json!(assignee);
    }
    if let Change::To(due_at) = update.due_at {
        details["due_at"] = json!(due_at);
    }
    let audit = app.audit(&caller.principal, "task.update", &id, details);
    let task = app.store.update_task(caller.principal.project(), id, update, audit).await;
    Ok(Answer(task.map_err(of_task(id))?.into()))
}
