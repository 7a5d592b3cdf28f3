//! `PATCH /api/v1/queues/{id}`: change a review queue.

use axum::Json as Answer;
use axum::extract::State;
use serde_json::json;
use vouch_domain::id::QueueId;
use vouch_domain::review::{Queue, QueueUpdate};

use crate::auth::Caller;
use crate::body::Json;
use crate::path::PathId;
use crate::problem::Problem;
use crate::state::App;

/// Change a review queue; what is absent stays. A rubric that differs gets a new version; reviews
/// keep the one they answered, and `reopen` has complete tasks asked again.
#[utoipa::path(patch, path = "/api/v1/queues/{id}", tag = "review", request_body = QueueUpdate,
    params(("id" = QueueId, Path, description = "The queue.")),
    responses((status = 200, body = Queue)))]
pub(crate) async fn patch(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<QueueId>,
    Json(update): Json<QueueUpdate>,
) -> Result<Answer<Queue>, Problem> {
    let details = json!({"state": update.state, "rubric": update.rubric.is_some(),
        "guidelines": update.guidelines.is_some(), "rules": update.rules, "reopen": update.reopen});
    let audit = app.audit(&caller.principal, "queue.update", &id, details);
    let changed = app.store.update_queue(caller.principal.project(), id, update, audit).await;
    changed.map(Answer).map_err(|e| Problem::of_store(e, &format!("queue {id}")))
}
