//! `GET /api/v1/queues/{id}/skipped`: what one skipped oneself.

use axum::Json as Answer;
use axum::extract::State;
use serde::Serialize;
use vouch_domain::Page;
use vouch_domain::id::{QueueId, TaskId};
use vouch_review::Shown;

use crate::auth::Caller;
use crate::path::PathId;
use crate::problem::Problem;
use crate::query::Query;
use crate::routes::whole;
use crate::state::App;

/// A task that one skipped.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct SkippedTask {
    /// The task.
    task: TaskId,
    /// Why one did.
    reason: String,
    /// Whether one may have it again right now; else others have it.
    available: bool,
    /// What it is about.
    item: Shown,
}

/// What the signed-in person skipped in a queue and nobody has decided since, newest task first.
/// `POST /api/v1/tasks/{id}/unskip` takes one up again.
#[utoipa::path(get, path = "/api/v1/queues/{id}/skipped", tag = "review",
    params(
        ("id" = QueueId, Path, description = "The queue."),
        ("limit" = Option<u32>, Query, description = "1 to 200; 50 where absent."),
    ),
    responses((status = 200, body = Page<SkippedTask>)))]
pub(crate) async fn skipped(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<QueueId>,
    query: Query,
) -> Result<Answer<Page<SkippedTask>>, Problem> {
    let limit = query.only(&["limit"])?.limit()?;
    let (project, user) = (caller.principal.project(), caller.user()?.id);
    super::queue(&app, &caller, id).await?;
    let mut items = Vec::new();
    for skipped in app.store.skipped(project, id, user, limit).await? {
        let (item, _) = vouch_review::show(app.store.as_ref(), project, skipped.task.item).await?;
        let (task, reason, available) = (skipped.task.id, skipped.reason, skipped.available);
        items.push(SkippedTask { task, reason, available, item });
    }
    Ok(whole(items))
}
