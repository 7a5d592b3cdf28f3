//! `PATCH /api/v1/views/{id}`: rename a view, or have it show something else.

use std::collections::BTreeMap;

use axum::Json as Answer;
use axum::extract::State;
use serde::Deserialize;
use serde_json::json;
use vouch_domain::id::ViewId;
use vouch_domain::view::{View, ViewUpdate};

use super::wanted::{check, own};
use crate::auth::Caller;
use crate::body::Json;
use crate::path::PathId;
use crate::problem::Problem;
use crate::routes::checks;
use crate::state::App;

/// What is to change; what is absent stays.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateView {
    /// What people call it.
    #[serde(default)]
    name: Option<String>,
    /// The filter language.
    #[serde(default)]
    q: Option<String>,
    /// The other parameters of `GET /api/v1/logs` that choose logs.
    #[serde(default)]
    filter: Option<BTreeMap<String, String>>,
}

/// Change a view: who made it may, and an admin.
#[utoipa::path(patch, path = "/api/v1/views/{id}", tag = "logs", request_body = UpdateView,
    params(("id" = ViewId, Path, description = "The view.")),
    responses((status = 200, body = View)))]
pub(crate) async fn patch(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<ViewId>,
    Json(body): Json<UpdateView>,
) -> Result<Answer<View>, Problem> {
    let view = own(&app, &caller, id).await?;
    let update = ViewUpdate {
        name: body.name.map(|name| checks::needed_name("/name", name)).transpose()?,
        q: body.q,
        filter: body.filter,
    };
    let q = update.q.as_ref().unwrap_or(&view.q);
    check(q, update.filter.as_ref().unwrap_or(&view.filter), app.now())?;
    let details = json!({"name": update.name, "q": update.q, "filter": update.filter});
    let audit = app.audit(&caller.principal, "view.update", &id, details);
    let changed = app.store.update_view(caller.principal.project(), id, update, audit).await;
    changed.map(Answer).map_err(|e| Problem::of_store(e, &format!("view {id}")))
}
