//! `POST /api/v1/tasks/{id}/skip`, `/release` and `/escalate`: give a task back.

use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use vouch_domain::id::TaskId;
use vouch_store::GiveBack;

use super::{holder, of_task};
use crate::auth::Caller;
use crate::body::Json;
use crate::path::PathId;
use crate::problem::Problem;
use crate::routes::checks;
use crate::state::App;

/// Why a task is given back.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Because {
    /// 1 to 1,000 characters.
    pub(crate) reason: String,
}

impl Because {
    /// The reason, checked.
    pub(crate) fn checked(self) -> Result<String, Problem> {
        let reason = checks::text("/reason", Some(self.reason.trim().to_owned()), 1000)?;
        let reason = reason.filter(|reason| !reason.is_empty());
        reason.ok_or_else(|| Problem::field("/reason", "expected a reason, got nothing"))
    }
}

/// Give a task back for good: one is not given it again, somebody else is.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/skip", tag = "review", request_body = Because,
    params(("id" = TaskId, Path, description = "The task.")), responses((status = 204)))]
pub(crate) async fn skip(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<TaskId>,
    Json(body): Json<Because>,
) -> Result<StatusCode, Problem> {
    give(&app, &caller, id, GiveBack::Skip { reason: body.checked()? }).await
}

/// Give a task back for now: one may be given it again.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/release", tag = "review",
    params(("id" = TaskId, Path, description = "The task.")), responses((status = 204)))]
pub(crate) async fn release(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<TaskId>,
) -> Result<StatusCode, Problem> {
    give(&app, &caller, id, GiveBack::Release).await
}

/// Ask those whom the queue escalates to for a decision.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/escalate", tag = "review",
    request_body = Because,
    params(("id" = TaskId, Path, description = "The task.")), responses((status = 204)))]
pub(crate) async fn escalate(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<TaskId>,
    Json(body): Json<Because>,
) -> Result<StatusCode, Problem> {
    give(&app, &caller, id, GiveBack::Escalate { reason: body.checked()? }).await
}

async fn give(
    app: &App,
    caller: &Caller,
    id: TaskId,
    how: GiveBack,
) -> Result<StatusCode, Problem> {
    app.store.give_back(holder(app, caller, id)?, how).await.map_err(of_task(id))?;
    Ok(StatusCode::NO_CONTENT)
}
