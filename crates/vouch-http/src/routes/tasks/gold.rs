//! `DELETE /api/v1/tasks/{id}/gold`: take a gold task back.

use axum::Json as Answer;
use axum::extract::State;
use serde_json::json;
use vouch_domain::id::TaskId;

use super::{TaskView, of_task};
use crate::auth::Caller;
use crate::path::PathId;
use crate::problem::Problem;
use crate::state::App;

/// Take a gold task back: nobody is given it any more. What people answered stays with them, and
/// the task that it was made from stays as it is.
#[utoipa::path(delete, path = "/api/v1/tasks/{id}/gold", tag = "review",
    params(("id" = TaskId, Path, description = "The gold task.")),
    responses((status = 200, body = TaskView)))]
pub(crate) async fn demote(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<TaskId>,
) -> Result<Answer<TaskView>, Problem> {
    let audit = app.audit(&caller.principal, "task.demote", &id, json!({}));
    let task = app.store.demote(caller.principal.project(), id, audit).await;
    Ok(Answer(task.map_err(of_task(id))?.into()))
}
