//! `POST /api/v1/queues/{id}/assign`: share tasks out among people.

use axum::Json as Answer;
use axum::extract::State;
use serde::Deserialize;
use serde_json::json;
use vouch_domain::Invalid;
use vouch_domain::id::{QueueId, TaskId};
use vouch_domain::review::{AssignTo, Shared};
use vouch_store::ToAssign;

use crate::auth::Caller;
use crate::body::Json;
use crate::path::PathId;
use crate::problem::Problem;
use crate::state::App;

/// Which tasks are to be kept for whom: either `tasks` or `state`.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AssignTasks {
    /// These, 1 to 1,000; also where they are kept for somebody else.
    #[serde(default)]
    tasks: Option<Vec<TaskId>>,
    /// `open`: those that wait for anybody and are kept for nobody, in the order in which they
    /// would be given out.
    #[serde(default)]
    state: Option<Waiting>,
    /// With `state`: how many, 1 to 1,000; 1,000 where absent.
    #[serde(default)]
    limit: Option<u32>,
    /// For whom: ids of people, or `{"group": "legal"}`.
    to: AssignTo,
}

/// Tasks that wait for anybody.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
enum Waiting {
    Open,
}

/// Share tasks out: each place of a task is kept for the one of them for whom the fewest are kept.
/// They get these before all others.
#[utoipa::path(post, path = "/api/v1/queues/{id}/assign", tag = "review",
    request_body = AssignTasks,
    params(("id" = QueueId, Path, description = "The queue.")),
    responses((status = 200, body = Shared)))]
pub(crate) async fn assign(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<QueueId>,
    Json(body): Json<AssignTasks>,
) -> Result<Answer<Shared>, Problem> {
    let which = match (body.tasks, body.state, body.limit) {
        (Some(tasks), None, None) => ToAssign::Tasks(tasks),
        (None, Some(Waiting::Open), limit) => ToAssign::Open { limit: limit.unwrap_or(1000) },
        _ => return Err(Invalid::new("", "either tasks or state", "both or neither").into()),
    };
    let details = match &which {
        ToAssign::Tasks(ids) => json!({"tasks": ids.len(), "to": body.to}),
        ToAssign::Open { limit } => json!({"open": limit, "to": body.to}),
    };
    let audit = app.audit(&caller.principal, "queue.assign", &id, details);
    let project = caller.principal.project();
    let shared = app.store.share_out(project, id, which, body.to, audit).await;
    shared.map(Answer).map_err(|e| Problem::of_store(e, &format!("queue {id}")))
}
