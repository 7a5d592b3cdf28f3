//! `POST /api/v1/tasks/{id}/adjudicate`: decide a task.

use axum::Json as Answer;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use vouch_domain::id::{ReviewId, TaskId};
use vouch_domain::review::Task;
use vouch_store::Decision;

use super::{of_task, shape, task};
use crate::auth::Caller;
use crate::body::Json;
use crate::path::PathId;
use crate::problem::Problem;
use crate::routes::{checks, queues};
use crate::state::App;

/// A decision.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Adjudicate {
    /// The right answers.
    #[schema(value_type = Object)]
    answers: Map<String, Value>,
    /// The review whose answers these are; absent for one's own.
    #[serde(default)]
    adopted: Option<ReviewId>,
    /// Why; up to 1,000 characters.
    #[serde(default)]
    reason: Option<String>,
}

/// Decide a task, also once more: its answers are the task's from now on. For admins, and those
/// whom the queue escalates to.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/adjudicate", tag = "review",
    request_body = Adjudicate, params(("id" = TaskId, Path, description = "The task.")),
    responses((status = 200, body = Task)))]
pub(crate) async fn adjudicate(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<TaskId>,
    Json(body): Json<Adjudicate>,
) -> Result<Answer<Task>, Problem> {
    let reason = checks::text("/reason", body.reason, 1000)?.unwrap_or_default();
    let task = task(&app, &caller, id).await?;
    queues::check_decides(&caller, &queues::queue(&app, &caller, task.queue).await?)?;
    let details = json!({"adopted": body.adopted, "reason": reason});
    let decision = Decision {
        project: caller.principal.project(),
        task: id,
        answers: body.answers,
        shape: shape(&app, &caller, &task).await?,
        adopted: body.adopted,
        reason,
    };
    let audit = app.audit(&caller.principal, "task.adjudicate", &id, details);
    app.store.adjudicate(decision, audit).await.map(Answer).map_err(of_task(id))
}
