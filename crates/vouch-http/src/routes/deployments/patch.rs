//! `PATCH /api/v1/deployments/{key}`: describe, activate a version, archive.

use axum::Json as Answer;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use serde_json::json;
use vouch_domain::Invalid;
use vouch_domain::deployment::{Deployment, DeploymentUpdate};

use super::create::MAX_DESCRIPTION_BYTES;
use super::get::find;
use crate::auth::Caller;
use crate::body::Json;
use crate::path::PathName;
use crate::problem::Problem;
use crate::routes::checks;
use crate::state::App;

/// What is to change; what is absent stays.
#[derive(Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateDeployment {
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<String>,
    /// The version that serves calls from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    active_version: Option<u32>,
    /// Whether it serves no calls any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    archived: Option<bool>,
}

/// Change a deployment's description or active version, or archive it.
#[utoipa::path(patch, path = "/api/v1/deployments/{key}", tag = "deployments",
    request_body = UpdateDeployment,
    params(("key" = String, Path, description = "The deployment's key.")),
    responses((status = 200, body = Deployment)))]
pub(crate) async fn patch(
    State(app): State<App>,
    caller: Caller,
    PathName(key): PathName,
    Json(change): Json<UpdateDeployment>,
) -> Result<Answer<Deployment>, Problem> {
    let project = caller.principal.project();
    let audit = app.audit(&caller.principal, "deployment.update", &key, json!(change));
    if let Some(number) = change.active_version
        && app.store.version(project, &key, number).await?.is_none()
    {
        find(&app, &caller, &key).await?;
        let expected = format!("a version of {key}");
        return Err(Invalid::new("/active_version", expected, number).into());
    }
    // An empty text empties the description.
    let description = |text| {
        let text = checks::text("/description", Some(text), MAX_DESCRIPTION_BYTES)?;
        Ok::<_, Invalid>(text.unwrap_or_default())
    };
    let update = DeploymentUpdate {
        description: change.description.map(description).transpose()?,
        active_version: change.active_version,
        archived: change.archived,
    };
    let updated = app.store.update_deployment(project, &key, update, audit).await;
    app.gateway.settings_changed(project);
    updated.map(Answer).map_err(|e| Problem::of_store(e, &format!("deployment {key}")))
}
