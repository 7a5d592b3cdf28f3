//! Signing in and out.

mod create;
mod delete;
mod link;

use axum::response::{IntoResponse, Response};
use http::header::SET_COOKIE;
use serde::Serialize;
use vouch_domain::id::UserId;
use vouch_domain::user::User;
use vouch_store::SessionRecord;

use crate::auth::session_cookie;
use crate::problem::Problem;
use crate::secret::{Secret, session_ends};
use crate::state::App;

pub(crate) use create::*;
pub(crate) use delete::*;
pub(crate) use link::*;

/// Who is signed in now.
#[derive(Serialize, utoipa::ToSchema)]
pub(crate) struct SignedIn {
    user: User,
}

/// A session for `user` that begins now, not yet stored.
pub(crate) fn new_session(app: &App, user: UserId, secret: &Secret) -> SessionRecord {
    let now = app.now();
    SessionRecord {
        token_sha256: secret.sha256.clone(),
        user,
        created_at: now,
        expires_at: session_ends(now),
    }
}

fn signed_in(app: &App, user: User, secret: &Secret) -> Result<Response, Problem> {
    let cookie = session_cookie(app, &secret.text)?;
    Ok(([(SET_COOKIE, cookie)], axum::Json(SignedIn { user })).into_response())
}
