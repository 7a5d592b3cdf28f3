//! `DELETE /api/v1/queues/{id}`: put a review queue away.

use axum::extract::State;
use http::StatusCode;
use serde_json::json;
use vouch_domain::id::QueueId;

use crate::auth::Caller;
use crate::path::PathId;
use crate::problem::Problem;
use crate::state::App;

/// Put a review queue away: what was given out may be finished, nothing more is given out. Its
/// reviews stay.
#[utoipa::path(delete, path = "/api/v1/queues/{id}", tag = "review",
    params(("id" = QueueId, Path, description = "The queue.")), responses((status = 204)))]
pub(crate) async fn archive(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<QueueId>,
) -> Result<StatusCode, Problem> {
    let audit = app.audit(&caller.principal, "queue.archive", &id, json!({}));
    let archived = app.store.archive_queue(caller.principal.project(), id, audit).await;
    archived.map_err(|e| Problem::of_store(e, &format!("queue {id}")))?;
    Ok(StatusCode::NO_CONTENT)
}
