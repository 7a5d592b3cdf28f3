//! `POST /api/v1/users/{id}/signin-link`: a link that signs a person in once.

use axum::Json as Answer;
use axum::extract::State;
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use vouch_domain::Time;
use vouch_domain::id::UserId;
use vouch_domain::user::User;
use vouch_store::SessionRecord;

use crate::auth::Caller;
use crate::body::Json;
use crate::path::PathId;
use crate::problem::{Kind, Problem};
use crate::secret::{Secret, signin_link_ends, signin_url};
use crate::state::App;

/// A link that signs somebody in once.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct SigninLink {
    url: String,
    expires_at: Time,
}

/// Nothing is asked.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoArguments {}

/// Make a link that signs a person in once, within three days.
#[utoipa::path(post, path = "/api/v1/users/{id}/signin-link", tag = "access",
    request_body = NoArguments, params(("id" = UserId, Path, description = "The person.")),
    responses((status = 201, body = SigninLink)))]
pub(crate) async fn signin_link(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId<UserId>,
    Json(NoArguments {}): Json<NoArguments>,
) -> Result<(StatusCode, Answer<SigninLink>), Problem> {
    let user = find(&app, &caller, id).await?;
    if user.disabled_at.is_some() {
        return Err(Problem::new(Kind::Conflict, "This person is disabled; enable them first."));
    }
    Ok((StatusCode::CREATED, Answer(make_link(&app, &caller, id).await?)))
}

/// Makes and keeps a link.
pub(crate) async fn make_link(
    app: &App,
    caller: &Caller,
    user: UserId,
) -> Result<SigninLink, Problem> {
    let (now, secret) = (app.now(), Secret::token());
    let expires_at = signin_link_ends(now);
    let (token_sha256, created_at) = (secret.sha256, now);
    let link = SessionRecord { token_sha256, user, created_at, expires_at };
    let details = json!({"expires_at": expires_at});
    let audit = app.audit(&caller.principal, "user.signin_link", &user, details);
    app.store.create_signin_link(link, audit).await?;
    Ok(SigninLink { url: signin_url(&app.public_url, &secret.text), expires_at })
}

/// The person with that id in the caller's project.
pub(crate) async fn find(app: &App, caller: &Caller, id: UserId) -> Result<User, Problem> {
    let users = app.store.users(caller.principal.project()).await?;
    let user = users.into_iter().find(|user| user.id == id);
    user.ok_or_else(|| Problem::not_found(&format!("user {id}")))
}
