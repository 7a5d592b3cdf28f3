//! `DELETE /api/v1/views/{id}`.

use axum::extract::State;
use http::StatusCode;
use serde_json::json;
use vouch_domain::id::ViewId;

use super::wanted::own;
use crate::auth::Caller;
use crate::path::PathId;
use crate::problem::Problem;
use crate::state::App;

/// Remove a view: who made it may, and an admin. The logs stay as they are.
#[utoipa::path(delete, path = "/api/v1/views/{id}", tag = "logs",
    params(("id" = ViewId, Path, description = "The view.")), responses((status = 204)))]
pub(crate) async fn delete(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<ViewId>,
) -> Result<StatusCode, Problem> {
    let view = own(&app, &caller, id).await?;
    // Enough to make it again.
    let details = json!({"name": view.name, "q": view.q, "filter": view.filter});
    let audit = app.audit(&caller.principal, "view.delete", &id, details);
    let deleted = app.store.delete_view(caller.principal.project(), id, audit).await;
    deleted.map_err(|e| Problem::of_store(e, &format!("view {id}")))?;
    Ok(StatusCode::NO_CONTENT)
}
