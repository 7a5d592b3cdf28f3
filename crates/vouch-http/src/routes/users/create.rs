//! `POST /api/v1/users`: add a person.

use axum::Json as Answer;
use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use vouch_domain::Invalid;
use vouch_domain::access::Role;
use vouch_domain::group::{Group, groups_of};
use vouch_domain::id::UserId;
use vouch_domain::user::User;

use super::signin_link::{SigninLink, make_link};
use crate::auth::Caller;
use crate::body::Json;
use crate::password;
use crate::problem::Problem;
use crate::routes::checks;
use crate::state::App;

/// A person to be added.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CreateUser {
    /// What they sign in with.
    email: String,
    /// What others see.
    name: String,
    /// What they may do.
    role: Role,
    /// At least 10 characters; without it a sign-in link is made.
    #[serde(default)]
    password: Option<String>,
    /// The groups that they belong to, at most 50.
    #[serde(default)]
    groups: Vec<Group>,
}

/// The person, and how they get in.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct CreatedUser {
    user: User,
    /// A link that signs them in once, where they have no password.
    #[serde(skip_serializing_if = "Option::is_none")]
    signin_link: Option<SigninLink>,
}

/// Add a person. Without a password a link is made that signs them in once.
#[utoipa::path(post, path = "/api/v1/users", tag = "access", request_body = CreateUser,
    responses((status = 201, body = CreatedUser)))]
pub(crate) async fn create(
    State(app): State<App>,
    caller: Caller,
    Json(body): Json<CreateUser>,
) -> Result<(StatusCode, Answer<CreatedUser>), Problem> {
    let now = app.now();
    let user = User {
        id: UserId::new(now, app.entropy()),
        project: caller.principal.project(),
        email: email("/email", &body.email)?,
        name: checks::needed_name("/name", body.name)?,
        role: body.role,
        groups: groups_of("/groups", body.groups)?,
        created_at: now,
        disabled_at: None,
    };
    let hash = match body.password {
        Some(password) => {
            password::check("/password", &password)?;
            Some(password::hash(password).await?)
        }
        None => None,
    };
    let needs_link = hash.is_none();
    let audit = app.audit(&caller.principal, "user.create", &user.id, json!({"role": user.role}));
    app.store.create_user(user.clone(), hash, audit).await?;
    let signin_link =
        if needs_link { Some(make_link(&app, &caller, user.id).await?) } else { None };
    Ok((StatusCode::CREATED, Answer(CreatedUser { user, signin_link })))
}

/// An e-mail address in lower case. Only what cannot be one is refused.
///
/// # Errors
/// At `pointer`.
pub(crate) fn email(pointer: &str, came: &str) -> Result<String, Invalid> {
    let email = came.trim().to_lowercase();
    let parts = email.split_once('@');
    let fits = parts.is_some_and(|(name, host)| {
        !name.is_empty() && !host.is_empty() && !host.contains('@') && email.len() <= 254
    });
    if !fits || email.chars().any(|c| c.is_whitespace() || c.is_control()) {
        let expected = "an e-mail address such as ann@example.com";
        return Err(Invalid::new(pointer, expected, format_args!("\"{came}\"")));
    }
    Ok(email)
}
