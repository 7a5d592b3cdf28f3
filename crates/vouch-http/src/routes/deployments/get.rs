//! `GET /api/v1/deployments/{key}`: a deployment with its versions.

use axum::Json as Answer;
use axum::extract::State;
use serde::Serialize;
use vouch_domain::deployment::{Deployment, DeploymentVersion};

use crate::auth::Caller;
use crate::path::PathName;
use crate::problem::Problem;
use crate::state::App;

/// A deployment with its versions.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct WholeDeployment {
    deployment: Deployment,
    /// Newest first.
    versions: Vec<DeploymentVersion>,
}

/// A deployment with its versions.
#[utoipa::path(get, path = "/api/v1/deployments/{key}", tag = "deployments",
    params(("key" = String, Path, description = "The deployment's key.")),
    responses((status = 200, body = WholeDeployment)))]
pub(crate) async fn get(
    State(app): State<App>,
    caller: Caller,
    PathName(key): PathName,
) -> Result<Answer<WholeDeployment>, Problem> {
    let project = caller.principal.project();
    let deployment = find(&app, &caller, &key).await?;
    let versions = app.store.versions(project, &key).await?;
    Ok(Answer(WholeDeployment { deployment, versions }))
}

/// The deployment of that key.
///
/// # Errors
/// `NotFound`.
pub(crate) async fn find(app: &App, caller: &Caller, key: &str) -> Result<Deployment, Problem> {
    let found = app.store.deployment(caller.principal.project(), key).await?;
    let shown = vouch_domain::invalid::shorten(key);
    found.ok_or_else(|| Problem::not_found(&format!("deployment {shown}")))
}
