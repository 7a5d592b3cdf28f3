//! `POST /api/v1/views`: keep a filter under a name.

use std::collections::BTreeMap;

use axum::Json as Answer;
use axum::extract::State;
use http::StatusCode;
use serde::Deserialize;
use serde_json::json;
use vouch_domain::id::ViewId;
use vouch_domain::view::View;

use super::wanted::check;
use crate::auth::Caller;
use crate::body::Json;
use crate::problem::Problem;
use crate::routes::checks;
use crate::state::App;

/// A view to be kept.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateView {
    /// What people call it; 1 to 100 characters, unique in the project.
    name: String,
    /// The filter language.
    #[serde(default)]
    q: String,
    /// The other parameters of `GET /api/v1/logs` that choose logs.
    #[serde(default)]
    filter: BTreeMap<String, String>,
}

/// Keep a filter of the request log under a name, for everybody in the project.
#[utoipa::path(post, path = "/api/v1/views", tag = "logs", request_body = CreateView,
    responses((status = 201, body = View)))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Json(body): Json<CreateView>,
) -> Result<(StatusCode, Answer<View>), Problem> {
    let (project, now) = (caller.principal.project(), app.now());
    let name = checks::needed_name("/name", body.name)?;
    check(&body.q, &body.filter, now)?;
    let view = View {
        id: ViewId::new(now, app.entropy()),
        name,
        q: body.q,
        filter: body.filter,
        created_by: caller.principal.actor(),
        created_by_name: None,
        created_at: now,
    };
    let details = json!({"name": view.name, "q": view.q, "filter": view.filter});
    let audit = app.audit(&caller.principal, "view.create", &view.id, details);
    app.store.create_view(project, view.clone(), audit).await?;
    // With its maker's name.
    let kept = app.store.view(project, view.id).await?;
    Ok((StatusCode::CREATED, Answer(kept.unwrap_or(view))))
}
