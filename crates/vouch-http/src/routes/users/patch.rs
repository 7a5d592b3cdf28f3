//! `PATCH /api/v1/users/{id}`: rename, promote, disable, put into groups, give a new password.

use axum::Json as Answer;
use axum::extract::State;
use serde::Deserialize;
use serde_json::json;
use vouch_domain::access::Role;
use vouch_domain::group::{Group, groups_of};
use vouch_domain::id::UserId;
use vouch_domain::user::{User, UserUpdate};

use crate::auth::Caller;
use crate::body::Json;
use crate::password;
use crate::path::PathId;
use crate::problem::Problem;
use crate::routes::checks;
use crate::state::App;

/// What is to change; what is absent stays.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UpdateUser {
    /// What others see.
    #[serde(default)]
    name: Option<String>,
    /// What they may do.
    #[serde(default)]
    role: Option<Role>,
    /// At least 10 characters.
    #[serde(default)]
    password: Option<String>,
    /// Whether they are shut out.
    #[serde(default)]
    disabled: Option<bool>,
    /// The groups that they belong to from now on, at most 50.
    #[serde(default)]
    groups: Option<Vec<Group>>,
}

/// Change a person. Their sessions end when they are disabled, or their role or password
/// changes. 409 when no admin would be left.
#[utoipa::path(patch, path = "/api/v1/users/{id}", tag = "access", request_body = UpdateUser,
    params(("id" = UserId, Path, description = "The person.")),
    responses((status = 200, body = User)))]
pub(crate) async fn patch(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<UserId>,
    Json(change): Json<UpdateUser>,
) -> Result<Answer<User>, Problem> {
    let details = json!({
        "name": change.name, "role": change.role, "disabled": change.disabled,
        "password": change.password.is_some(), "groups": change.groups,
    });
    let update = UserUpdate {
        name: change.name.map(|name| checks::needed_name("/name", name)).transpose()?,
        role: change.role,
        disabled: change.disabled,
        groups: change.groups.map(|groups| groups_of("/groups", groups)).transpose()?,
    };
    let hash = match change.password {
        Some(password) => {
            password::check("/password", &password)?;
            Some(password::hash(password).await?)
        }
        None => None,
    };
    let audit = app.audit(&caller.principal, "user.update", &id, details);
    let updated = app.store.update_user(caller.principal.project(), id, update, hash, audit).await;
    updated.map(Answer).map_err(|e| Problem::of_store(e, &format!("user {id}")))
}
