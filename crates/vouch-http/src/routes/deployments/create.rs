//! `POST /api/v1/deployments`: a new deployment with its first version.

use axum::Json as Answer;
use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use vouch_domain::Pointer;
use vouch_domain::deployment::{Deployment, DeploymentVersion, VersionSpec};
use vouch_domain::id::DeploymentId;
use vouch_domain::provider::check_slug;

use super::check::check_spec;
use crate::auth::Caller;
use crate::body::Json;
use crate::problem::Problem;
use crate::routes::checks;
use crate::state::App;

/// What a deployment is to be.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateDeployment {
    /// What callers name as `model` or `key`.
    key: String,
    /// What it is for.
    #[serde(default)]
    description: Option<String>,
    /// Its first version, active at once.
    version: VersionSpec,
}

/// The deployment and its first version.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct CreatedDeployment {
    deployment: Deployment,
    version: DeploymentVersion,
}

pub(super) const MAX_DESCRIPTION_BYTES: usize = 10_000;

/// Make a deployment with its first version, which is active at once.
#[utoipa::path(post, path = "/api/v1/deployments", tag = "deployments",
    request_body = CreateDeployment, responses((status = 201, body = CreatedDeployment)))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Json(body): Json<CreateDeployment>,
) -> Result<(StatusCode, Answer<CreatedDeployment>), Problem> {
    let (project, now) = (caller.principal.project(), app.now());
    check_slug("/key", &body.key)?;
    let description = checks::text("/description", body.description, MAX_DESCRIPTION_BYTES)?;
    check_spec(&app, project, &body.version, &Pointer::from("/version")).await?;
    let deployment = Deployment {
        id: DeploymentId::new(now, app.entropy()),
        key: body.key,
        description: description.unwrap_or_default(),
        active_version: Some(1),
        created_at: now,
        archived_at: None,
    };
    let version = DeploymentVersion {
        number: 1,
        spec: body.version,
        created_at: now,
        created_by: caller.principal.actor(),
        used_at: None,
    };
    let audit = app.audit(&caller.principal, "deployment.create", &deployment.key, json!({}));
    app.store.create_deployment(project, deployment.clone(), version.clone(), audit).await?;
    app.gateway.settings_changed(project);
    Ok((StatusCode::CREATED, Answer(CreatedDeployment { deployment, version })))
}
