//! `POST /api/v1/reviews/{id}/reject`: send work back to its author.

use axum::Json as Answer;
use axum::extract::State;
use serde_json::json;
use vouch_domain::id::ReviewId;

use crate::auth::Caller;
use crate::body::Json;
use crate::path::PathId;
use crate::problem::Problem;
use crate::routes::queues;
use crate::routes::tasks::{Because, TaskView};
use crate::state::App;

/// Send a review back to its author with a reason: it no longer counts, and the task is kept for
/// them. For admins, and those whom the queue escalates to.
#[utoipa::path(post, path = "/api/v1/reviews/{id}/reject", tag = "review",
    request_body = Because, params(("id" = ReviewId, Path, description = "The review.")),
    responses((status = 200, body = TaskView)))]
pub(crate) async fn reject(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<ReviewId>,
    Json(body): Json<Because>,
) -> Result<Answer<TaskView>, Problem> {
    let project = caller.principal.project();
    let name = || format!("review {id}");
    let review = app.store.review(project, id).await?;
    let review = review.ok_or_else(|| Problem::not_found(&name()))?;
    queues::check_decides(&caller, &queues::queue(&app, &caller, review.queue).await?)?;
    let reason = body.checked()?;
    let details = json!({"task": review.task, "author": review.user, "reason": reason});
    let audit = app.audit(&caller.principal, "review.reject", &id, details);
    let task = app.store.reject(project, id, reason, audit).await;
    Ok(Answer(task.map_err(|e| Problem::of_store(e, &name()))?.into()))
}
