//! `/api/v1/deployments/{key}/versions`: add a version, mend one that was not used yet.

use axum::Json as Answer;
use axum::extract::State;
use http::StatusCode;
use serde_json::json;
use vouch_domain::Pointer;
use vouch_domain::deployment::{DeploymentVersion, VersionSpec};

use super::check::check_spec;
use super::get::find;
use crate::auth::Caller;
use crate::body::Json;
use crate::path::{PathName, PathVersion};
use crate::problem::Problem;
use crate::state::App;

/// Add a version. It serves calls once it is made the active one.
#[utoipa::path(post, path = "/api/v1/deployments/{key}/versions", tag = "deployments",
    request_body = VersionSpec,
    params(("key" = String, Path, description = "The deployment's key.")),
    responses((status = 201, body = DeploymentVersion)))]
pub(crate) async fn create_version(
    State(app): State<App>,
    caller: Caller,
    PathName(key): PathName,
    Json(spec): Json<VersionSpec>,
) -> Result<(StatusCode, Answer<DeploymentVersion>), Problem> {
    let project = caller.principal.project();
    find(&app, &caller, &key).await?;
    check_spec(&app, project, &spec, &Pointer::root()).await?;
    let version = DeploymentVersion {
        // The store gives the number.
        number: 0,
        spec,
        created_at: app.now(),
        created_by: caller.principal.actor(),
        used_at: None,
    };
    let audit = app.audit(&caller.principal, "deployment.version.create", &key, json!({}));
    let number = app.store.add_version(project, &key, version.clone(), audit).await?;
    app.gateway.settings_changed(project);
    Ok((StatusCode::CREATED, Answer(DeploymentVersion { number, ..version })))
}

/// Replace a version. 409 once it has served a call: then it never changes.
#[utoipa::path(put, path = "/api/v1/deployments/{key}/versions/{number}", tag = "deployments",
    request_body = VersionSpec,
    params(("key" = String, Path, description = "The deployment's key."),
        ("number" = u32, Path, description = "The version.")),
    responses((status = 200, body = DeploymentVersion)))]
pub(crate) async fn put_version(
    State(app): State<App>,
    caller: Caller,
    PathVersion { key, number }: PathVersion,
    Json(spec): Json<VersionSpec>,
) -> Result<Answer<DeploymentVersion>, Problem> {
    let project = caller.principal.project();
    find(&app, &caller, &key).await?;
    let known = app.store.version(project, &key, number).await?;
    let known = known.ok_or_else(|| Problem::not_found(&format!("version {number} of {key}")))?;
    check_spec(&app, project, &spec, &Pointer::root()).await?;
    let version = DeploymentVersion { spec, ..known };
    let details = json!({"version": number});
    let audit = app.audit(&caller.principal, "deployment.version.replace", &key, details);
    app.store.replace_version(project, &key, version.clone(), audit).await?;
    app.gateway.settings_changed(project);
    Ok(Answer(version))
}
