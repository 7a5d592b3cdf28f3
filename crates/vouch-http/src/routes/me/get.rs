//! `GET /api/v1/me`: who am I, and what may I do?

use axum::Json as Answer;
use axum::extract::State;
use serde::Serialize;
use vouch_domain::access::{Principal, Scope};
use vouch_domain::project::Project;
use vouch_domain::user::{ApiKey, User};

use crate::auth::{Caller, Credential};
use crate::problem::Problem;
use crate::state::App;

/// The caller, their project, and the server.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct Me {
    project: Project,
    /// The person, for a session.
    user: Option<User>,
    /// The key, for a program.
    key: Option<ApiKey>,
    /// What the caller may do.
    scopes: Vec<Scope>,
    /// How to reach the server.
    address: String,
    /// Of the server.
    version: String,
}

/// Who am I, and what may I do?
#[utoipa::path(get, path = "/api/v1/me", tag = "session", responses((status = 200, body = Me)))]
pub(crate) async fn get(State(app): State<App>, caller: Caller) -> Result<Answer<Me>, Problem> {
    let id = caller.principal.project();
    let project = app.store.projects().await?.into_iter().find(|project| project.id == id);
    let project = project.ok_or_else(|| Problem::bug("the caller's project is gone"))?;
    let (user, key) = match caller.credential.as_ref() {
        Credential::Session { user, .. } => (Some(user.clone()), None),
        Credential::Key(key) => (None, Some(key.clone())),
    };
    let scopes = match &caller.principal {
        Principal::User { role, .. } => role.scopes().to_vec(),
        Principal::Key { scopes, .. } => scopes.clone(),
    };
    let (address, version) = (app.public_url.clone(), app.version.clone());
    Ok(Answer(Me { project, user, key, scopes, address, version }))
}
